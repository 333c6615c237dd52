"""What is recorded on a real port comes out of the player, and a host that strays is told where."""

import os
import threading
import time
import tty

import pytest

from drivers import registry
from drivers.deadline import Deadline
from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.mrz_serial import MrzSerial
from drivers.document_reader.specimens import CARD, PASSPORT
from drivers.errors import CancelledError, DeviceTimeoutError, DeviceUrlError, ProtocolError
from drivers.transport import trace
from drivers.transport.replay import Player, Recorder
from drivers.transport.serial_port import SerialPort
from drivers.transport.trace import Step, TraceError, Way
from drivers.url import DeviceUrl

STEPS = (
    Step(Way.FROM_DEVICE, 0, b"stale"),
    Step(Way.WAITING, 10),
    Step(Way.TO_DEVICE, 12, b"\x16T\r"),
    Step(Way.FROM_DEVICE, 50, b"A"),
    Step(Way.FROM_DEVICE, 60, b"B"),
)


def soon(limit_s: float = 0.5) -> Deadline:
    return Deadline.after("reader", limit_s)


def test_a_trace_is_text_that_reads_back():
    text = trace.write(STEPS)
    assert text.splitlines()[:3] == [trace.HEADER, "< 0 7374616c65", "! 10"]
    assert trace.read(text + "\n# a remark\n") == STEPS
    assert "stale" not in repr(STEPS)
    assert "7374" not in repr(STEPS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1"),
        ("> 1 00", "line 1"),
        (f"{trace.HEADER}\n? 1 00", "line 2"),
        (f"{trace.HEADER}\n> soon 00", "line 2"),
        (f"{trace.HEADER}\n> 1 0", "line 2"),
        (f"{trace.HEADER}\n>", "line 2"),
        (f"{trace.HEADER}\n> 5 00\n< 4 00", "line 3 goes back"),
    ],
)
def test_a_broken_trace_names_its_line(text, says):
    with pytest.raises(TraceError, match=says):
        trace.read(text)


def test_the_player_answers_what_the_device_answered_when_it_did():
    player = Player("reader", STEPS)
    assert player.waiting() == b""
    player.write(b"\x16", soon())
    player.write(b"T\r", soon())
    start_s = time.monotonic()
    assert player.read(soon()) == b"A"
    assert player.read(soon()) == b"B"
    assert 0.048 <= time.monotonic() - start_s < 0.3
    with pytest.raises(DeviceTimeoutError):
        player.read(soon(0.05))


def test_the_device_waits_for_the_host_and_hears_cancel():
    player = Player("reader", STEPS[2:])
    with pytest.raises(DeviceTimeoutError):
        player.read(soon(0.05))
    with pytest.raises(CancelledError):
        player.read(Deadline.after("reader", 5, lambda: True))


def test_a_host_that_strays_is_told_the_place():
    player = Player("reader", STEPS[2:])
    with pytest.raises(ProtocolError, match=r"another byte .*step 1, byte 2"):
        player.write(b"\x16U\r", soon())
    with pytest.raises(ProtocolError, match=r"no such write .*step 2, byte 1"):
        Player("reader", STEPS[2:]).write(b"\x16T\r\x16", soon())


@pytest.mark.parametrize(("protocol", "framing"), [("plain", "3m"), ("honeywell", "honeywell")])
def test_a_recorded_reading_plays_again_through_the_registry(tmp_path, protocol, framing):
    """A device on a pseudo terminal is recorded, then its recording takes its place."""
    far, near = os.openpty()
    tty.setraw(near)
    port = SerialPort.open(DeviceUrl.parse("reader", f"serial://{os.ttyname(near)}"))
    recording = tmp_path / "reader.trace"
    url = DeviceUrl.parse("reader", f"serial:///dev/null?protocol={protocol}")
    live = MrzSerial.open(url, lambda _: Recorder(port, recording))
    for lines in (PASSPORT, CARD):
        show = threading.Timer(0.08, os.write, [far, FRAMINGS[framing](lines)])
        show.start()
        assert live.read(soon(1)).lines == lines
        show.join()
    live.close()
    os.close(far)
    os.close(near)

    assert recording.stat().st_mode & 0o077 == 0, "a recording is personal data"
    played = registry.open_document_reader("reader", f"replay://{recording}?protocol={protocol}")
    assert [played.read(soon(1)).lines for _ in range(2)] == [PASSPORT, CARD]
    played.close()


def test_a_recording_never_overwrites_a_file(tmp_path):
    taken = tmp_path / "reader.trace"
    taken.write_text("keep")
    with pytest.raises(FileExistsError):
        Recorder(Player("reader", ()), taken)
    assert taken.read_text() == "keep"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"# border-kiosk trace 1\nx"])
def test_what_is_no_recording_is_a_wrong_url(tmp_path, content):
    path = tmp_path / "it.trace"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DeviceUrlError, match=r"it\.trace"):
        registry.open_document_reader("reader", f"replay://{path}")
