"""Chips through the real PC/SC service with its virtual reader, and through a line of their own."""

import importlib.util
import socket
import threading
from pathlib import Path

import pytest

from drivers import registry
from drivers.chip import pcsc, sod
from drivers.chip.api import MrzSecret, ProofResult
from drivers.chip.direct import DirectChannel
from drivers.chip.errors import (
    ChipProtocolError,
    ChipRemovedError,
    LongCommandError,
    NoChipError,
    PcscMissingError,
    ReaderGoneError,
    ReaderServiceError,
)
from drivers.chip.files import FileId
from drivers.chip.pcsc import PcscChannel, PcscReader
from drivers.chip.pcsc_child import CONNECT, DISCONNECT, TRANSMIT, WAIT
from drivers.chip.reader import ChipReader
from drivers.chip.simulated_peer import SimulatedChipPeer, document
from drivers.chip.simulated_server import Vpcd
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError, DeviceTimeoutError
from firmware_app.engineer import virtual_reader
from firmware_app.engineer.processes import Family
from firmware_app.engineer.virtual_reader import VirtualReader

SECRET = MrzSecret.of("L898902D1", "740812", "310415")
OWN_PYSCARD = importlib.util.find_spec("smartcard") is not None
HAS_PYSCARD = OWN_PYSCARD or Path("/usr/lib/python3/dist-packages/smartcard").exists()


def soon(limit_s=10.0):
    return Deadline.after("chip", limit_s)


def read(channel, limit_s=20.0):
    reader = ChipReader(sod.signed_groups)
    return reader.read(channel, SECRET, frozenset((1, 2)), soon(limit_s), lambda percent: None)


def again_and_again(ask):
    """Until it raises, or for half a minute at the most."""
    whole = soon(30)
    while whole.slice_s():
        ask()


@pytest.fixture
def peer():
    made = SimulatedChipPeer()
    yield made
    made.leave()


@pytest.fixture
def service(tmp_path):
    """A PC/SC service of the test's own: its socket, its virtual reader's port."""
    if not virtual_reader.is_installed():
        pytest.skip("no pcscd with a virtual reader (Debian: pcscd, vsmartcard-vpcd).")
    if not HAS_PYSCARD:
        pytest.skip("pyscard is not installed.")
    with Family(tmp_path / "log") as family:
        yield Service(family, VirtualReader.at(tmp_path))


class Service:
    """The demo's service, which a test may end and start again."""

    def __init__(self, family, reader):
        self.family = family
        self.reader = reader
        self.port = reader.port
        self.start()

    def start(self):
        self.reader.start(self.family)
        self.reader.await_service()

    def stop(self):
        self.family.kill(self.family.children[-1])

    def open(self, name):
        return PcscReader.open("chip", name, soon(), self.reader.service)


@pytest.mark.slow
def test_whole_reading_through_the_service(service):
    peer = SimulatedChipPeer(Vpcd(port=service.port))
    reader = service.open("Virtual PCD")
    try:
        assert not reader.is_chip_there(soon())
        contents = document()
        peer.place(contents)
        channel = reader.connect(soon())
        assert channel.atr.startswith(b"\x3b")
        reading = read(channel)
        assert reading.chip.result is ProofResult.PASSED
        assert reading.files[FileId.DG2] == contents.application[0x102].data
        peer.take_away()
        with pytest.raises((ChipRemovedError, NoChipError)):
            again_and_again(lambda: channel.transmit(bytes.fromhex("00A4000C023F00"), soon()))
        channel.close()
        channel.close()
        for _ in range(5):  # the service looks every 0.4 s, and must see the reader empty
            assert not reader.is_chip_there(soon())
        peer.place(contents)
        assert read(reader.connect(soon())).files[FileId.DG1] == reading.files[FileId.DG1]
    finally:
        reader.close()
        reader.close()
        peer.leave()


@pytest.mark.slow
def test_chips_that_are_swapped_at_once_are_read_all_the_same(service):
    """The service looks every 0.4 s and holds the chip before until then."""
    peer = SimulatedChipPeer(Vpcd(port=service.port))
    reader = service.open("Virtual PCD")
    try:
        for profile in ("pace", "bac", "pace"):
            contents = document(profile=profile)
            peer.place(contents)
            channel = reader.connect(soon())
            assert read(channel).files[FileId.DG2] == contents.application[0x102].data
            channel.close()
            peer.take_away()
    finally:
        reader.close()
        peer.leave()


@pytest.mark.slow
def test_service_that_ends_and_comes_back(service):
    reader = service.open("")
    try:
        assert reader.names(soon())
        service.stop()
        with pytest.raises((ReaderServiceError, ReaderGoneError)):
            again_and_again(lambda: reader.is_chip_there(soon()))
        service.start()
        again = service.open("")
        assert not again.is_chip_there(soon())
        again.close()
        with pytest.raises(ReaderGoneError):
            service.open("No Such Reader")
    finally:
        reader.close()


@pytest.mark.slow
def test_the_url_names_another_service(service):
    opened = registry.open_chip_reader("chip_reader", service.reader.url)
    assert opened.info.model.startswith("Virtual PCD")
    opened.close()


def test_a_service_that_does_not_start_leaves_the_direct_line(tmp_path, monkeypatch):
    ends_at_once = tmp_path / "pcscd"
    ends_at_once.write_text("#!/bin/sh\nexit 1\n")
    ends_at_once.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with Family(tmp_path / "log") as family:
        assert virtual_reader.start(tmp_path, family) is None
        assert not family.children


@pytest.mark.skipif(OWN_PYSCARD, reason="pyscard is installed.")
def test_absent_pyscard_is_said_with_its_mend(monkeypatch):
    monkeypatch.setattr(pcsc, "_SYSTEM_PYTHON", Path("/nowhere/python3"))
    with pytest.raises(PcscMissingError) as caught:
        PcscReader.open("chip", "", soon(30))
    assert "pyscard" in caught.value.mend


def test_whole_reading_over_a_line_of_its_own(peer):
    with pytest.raises(DeviceError):
        DirectChannel.open("127.0.0.1", peer.port, soon(1))
    peer.place(document())
    channel = DirectChannel.open("127.0.0.1", peer.port, soon())
    reading = read(channel)
    assert reading.chip.result is ProofResult.PASSED
    assert reading.access == "PACE ECDH-GM AES-128 brainpoolP256r1"
    with pytest.raises(LongCommandError):
        channel.transmit(bytes(70_000), soon())
    channel.close()
    channel.close()
    with pytest.raises(ChipRemovedError):
        channel.transmit(b"\0\x84\0\0\x08", soon())


@pytest.mark.parametrize(
    ("story", "error"),
    [("gone", ChipRemovedError), ("silent", DeviceError), ("endless", ChipProtocolError)],
)
def test_stories_over_the_line_end_typed(peer, story, error):
    peer.place(document(story=story))
    channel = DirectChannel.open("127.0.0.1", peer.port, soon())
    with pytest.raises(error):
        read(channel, limit_s=2.0)
    channel.close()


@pytest.mark.parametrize("piece", [b"", b"\x00", b"\x00\x08\x3b"])
def test_line_that_says_nothing_more_ends_with_the_deadline(piece):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        held = []

        def answer():
            connection, _ = server.accept()
            held.append(connection)
            connection.sendall(piece)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(DeviceTimeoutError):
            DirectChannel.open("127.0.0.1", port, soon(0.5))
        thread.join()
        held[0].close()


def test_nobody_at_the_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(NoChipError):
        DirectChannel.open("127.0.0.1", port, soon())


class Line:
    """The reader's process as a script: what is asked, and the answer or the error to it."""

    device = "chip"

    def __init__(self, *script):
        self.left = list(script)

    def ask(self, kind, payload, deadline):
        deadline.slice_s()
        expected, answer = self.left.pop(0)
        assert expected == kind
        if isinstance(answer, Exception):
            raise answer
        return answer


GONE = ChipRemovedError("chip", "PC/SC code 80100016.")


def on_line(*script):
    line = Line(*script)
    return line, PcscChannel(line, b"\x3b\x01", DeviceInfo("PC/SC", "Virtual PCD"))


def test_answer_of_no_bytes_is_a_chip_that_has_left():
    _, channel = on_line((TRANSMIT, b"\x90\x00"), (TRANSMIT, b""))
    assert channel.transmit(b"\0\xb0\0\0\0", soon()) == b"\x90\x00"
    with pytest.raises(ChipRemovedError):
        channel.transmit(b"\0\xb0\0\0\0", soon())


@pytest.mark.parametrize("left", [GONE, b""])
def test_first_command_goes_to_the_chip_that_lies_there_now(left):
    swapped = ((DISCONNECT, b""), (WAIT, b"\1"), (CONNECT, GONE))
    there = ((DISCONNECT, b""), (WAIT, b"\1"), (CONNECT, b"\x3b\x02"), (TRANSMIT, b"\x90\x00"))
    line, channel = on_line((TRANSMIT, left), *swapped, *there)
    assert channel.transmit(b"\0\xb0\0\0\0", soon()) == b"\x90\x00"
    assert (channel.atr, line.left) == (b"\x3b\x02", [])


def test_first_command_of_a_chip_that_was_taken_away_ends_at_once():
    _, channel = on_line((TRANSMIT, GONE), (DISCONNECT, b""), (WAIT, b"\0"))
    with pytest.raises(ChipRemovedError):
        channel.transmit(b"\0\xb0\0\0\0", soon())


def test_chip_that_the_service_still_holds_is_connected_to_again():
    line = Line((WAIT, b"\1"), (CONNECT, GONE), (WAIT, b"\1"), (CONNECT, b"\x3b"))
    reader = PcscReader("chip", "", line)
    assert reader.connect(soon()).atr == b"\x3b"
    line.left = [(WAIT, b"\1"), (CONNECT, GONE)] * 50
    with pytest.raises((NoChipError, DeviceTimeoutError)):
        reader.connect(soon(0.3))
