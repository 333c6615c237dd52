"""The shipped keyboard reader on a device that types input events, is taken away, or is wrong."""

import os
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers import registry
from drivers.deadline import Deadline
from drivers.document_reader.reader_errors import KeyboardRightsError, WrongKeysError
from drivers.document_reader.simulated import leave_stage
from drivers.document_reader.simulated_manners import Plain
from drivers.document_reader.simulated_peer import Peer
from drivers.document_reader.specimens import CARD, EXPIRED, PASSPORT
from drivers.document_reader.wedge_port import KeyboardPort
from drivers.document_reader.wedge_protocol import EVENT
from drivers.document_reader.wedge_typing import TYPING
from drivers.errors import (
    CancelledError,
    DeviceGoneError,
    DeviceTimeoutError,
    DeviceUrlError,
    ProtocolError,
)
from drivers.stage import send_cue
from drivers.url import DeviceUrl

ARMED_S = 0.1


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "stage" / "reader"
    yield path
    leave_stage(path)


def read(reader, limit_s: float = 3.0) -> tuple[str, ...]:
    return reader.read(Deadline.after("reader", limit_s)).lines


@pytest.mark.parametrize("framing", TYPING)
def test_one_document_after_another(stage, framing):
    reader = registry.open_document_reader("reader", f"simulated://{stage}?framing={framing}")
    for name, lines in (("specimen", PASSPORT), ("card", CARD), ("expired", EXPIRED)):
        send_cue(stage, present=name, delay_s=ARMED_S)
        assert read(reader) == lines
    assert reader.info.model == f"MRZ reader, {framing}"
    reader.close()
    reader.close()


def test_the_reader_is_chosen_by_the_path_of_its_url(stage):
    peer = Peer(stage, TYPING["keyboard-fr"], Plain, EVENT.size)
    url = f"evdev://{peer.tty}?keys=fr&make=Utopia&model=7"
    assert registry.is_simulated(url)
    reader = registry.open_document_reader("reader", url)
    send_cue(stage, present="card", delay_s=ARMED_S)
    assert read(reader) == CARD
    assert (reader.info.make, reader.info.model) == ("Utopia", "7")
    reader.close()
    peer.leave()


def test_the_wrong_country_is_told(stage):
    peer = Peer(stage, TYPING["keyboard-de"], Plain, EVENT.size)
    reader = registry.open_document_reader("reader", f"evdev://{peer.tty}?keys=us")
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    with pytest.raises(WrongKeysError):
        read(reader)
    reader.close()
    peer.leave()


def test_what_was_typed_before_the_question_is_no_answer():
    far, near = os.openpty()
    tty.setraw(near)
    reader = registry.open_document_reader("reader", f"evdev://{os.ttyname(near)}")
    os.write(far, TYPING["keyboard-us"](EXPIRED)[-150 * EVENT.size :])  # what the kernel keeps
    later = threading.Timer(0.4, os.write, [far, TYPING["keyboard-us"](PASSPORT)])
    later.start()
    assert read(reader) == PASSPORT
    later.join()
    reader.close()
    os.close(far)
    os.close(near)


def test_half_a_document_noise_and_a_slow_reader(stage):
    reader = registry.open_document_reader("reader", f"simulated://{stage}?framing=keyboard-us")
    send_cue(stage, half=True, delay_s=ARMED_S)
    with pytest.raises(ProtocolError):
        read(reader)
    send_cue(stage, present="card", noise=20, delay_s=ARMED_S)
    assert read(reader) == CARD
    reader.close()


def test_cancel_and_silence(stage):
    reader = registry.open_document_reader("reader", f"simulated://{stage}?framing=keyboard-us")
    flag = threading.Event()
    threading.Timer(0.1, flag.set).start()
    start_s = time.monotonic()
    with pytest.raises(CancelledError):
        reader.read(Deadline.after("reader", 5, flag.is_set))
    assert time.monotonic() - start_s < 0.5
    with pytest.raises(DeviceTimeoutError):
        read(reader, 0.1)
    reader.close()


@pytest.mark.parametrize("moment", ["before", "waiting", "in mid-document"])
def test_unplugged_at_any_moment_and_back(stage, moment):
    url = f"simulated://{stage}?framing=keyboard-us"
    reader = registry.open_document_reader("reader", url)
    if moment == "before":
        send_cue(stage, unplug=True)
        threading.Event().wait(0.05)
    else:
        if moment == "in mid-document":
            send_cue(stage, half=True, delay_s=0.05)
        threading.Timer(0.15, send_cue, [stage], {"unplug": True}).start()
    with pytest.raises(DeviceGoneError):
        read(reader)
    reader.close()
    with pytest.raises(DeviceGoneError):
        registry.open_document_reader("reader", url)
    send_cue(stage, replug=True)
    threading.Event().wait(0.1)
    reader = registry.open_document_reader("reader", url)
    send_cue(stage, present="card", delay_s=ARMED_S)
    assert read(reader) == CARD
    reader.close()


def open_port(path: Path | str) -> KeyboardPort:
    return KeyboardPort.open(DeviceUrl.parse("reader", f"evdev://{path}"))


def test_what_is_not_there_is_gone_and_what_is_no_device_is_a_wrong_url(tmp_path):
    with pytest.raises(DeviceGoneError):
        open_port(tmp_path / "event7")
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path):
        with pytest.raises(DeviceUrlError, match="no input device"):
            open_port(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_rights_is_told_so():
    far, near = os.openpty()
    name = os.ttyname(near)
    Path(name).chmod(0o600)
    os.seteuid(65_534)
    try:
        with pytest.raises(KeyboardRightsError, match="no right") as caught:
            open_port(name)
        assert "udev" in caught.value.mend
    finally:
        os.seteuid(0)
        os.close(far)
        os.close(near)


def test_a_closed_port_is_gone_and_no_descriptor_is_left():
    far, near = os.openpty()
    tty.setraw(near)
    before = len(list(Path("/proc/self/fd").iterdir()))
    port = open_port(os.ttyname(near))
    port.close()
    port.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    for call in (port.waiting, lambda: port.read(Deadline.after("reader", 1))):
        with pytest.raises(DeviceGoneError):
            call()
    os.close(far)
    os.close(near)
