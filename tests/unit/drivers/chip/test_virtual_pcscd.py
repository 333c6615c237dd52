"""The virtual chip through the real pcscd and its vpcd driver, by PC/SC's own library."""

import ctypes
import select
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.chip import sod
from drivers.chip.api import MrzSecret, ProofResult
from drivers.chip.errors import ChipProtocolError, ChipRemovedError
from drivers.chip.reader import ChipReader
from drivers.chip.simulated_bac import mrz_information
from drivers.chip.simulated_manners import ChipManners
from drivers.chip.simulated_peer import SPECIMEN, SimulatedChipPeer, document
from drivers.chip.simulated_server import Vpcd
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError

SERVICE = Path("/run/pcscd/pcscd.comm")
DRIVER = Path("/etc/reader.conf.d/vpcd")
SECRET = MrzSecret(mrz_information(SPECIMEN).encode())
BOTH_PROTOCOLS, SHARED, LEAVE = 3, 2, 0
PATIENCE_S = 20.0

pytestmark = pytest.mark.slow


class SendPci(ctypes.Structure):
    """SCARD_IO_REQUEST."""

    _fields_ = (("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong))


def pause():
    select.select([], [], [], 0.1)


class PcscLite:
    """A card in the first reader, as a Channel, by libpcsclite alone."""

    info = DeviceInfo("PC/SC", "vpcd")

    def __init__(self):
        self.library = ctypes.CDLL("libpcsclite.so.1")
        for name in ("SCardEstablishContext", "SCardListReaders", "SCardConnect", "SCardTransmit"):
            getattr(self.library, name).restype = ctypes.c_long
        self.context, self.card = ctypes.c_long(), ctypes.c_long()
        self.protocol = ctypes.c_ulong()
        self.atr = b""
        self.within(lambda: self.library.SCardEstablishContext(2, None, None, self.context_at()))

    def context_at(self):
        return ctypes.byref(self.context)

    def within(self, step):
        """Ask until it goes well: the service needs a moment to see a reader or a card."""
        end_s = time.monotonic() + PATIENCE_S
        while (code := step()) != 0:
            assert time.monotonic() < end_s, f"PC/SC says {code & 0xFFFFFFFF:08X}"
            pause()

    def first_reader(self):
        size = ctypes.c_ulong()
        names = ctypes.create_string_buffer(1024)

        def listed():
            size.value = 1024
            return self.library.SCardListReaders(self.context, None, names, ctypes.byref(size))

        self.within(listed)
        return names.value

    def connect(self):
        name = self.first_reader()
        self.within(
            lambda: self.library.SCardConnect(
                self.context,
                name,
                ctypes.c_ulong(SHARED),
                ctypes.c_ulong(BOTH_PROTOCOLS),
                ctypes.byref(self.card),
                ctypes.byref(self.protocol),
            )
        )
        return self

    def transmit(self, command, deadline):
        room = ctypes.create_string_buffer(65_544)
        size = ctypes.c_ulong(len(room))
        pci = SendPci(self.protocol.value, ctypes.sizeof(SendPci))
        code = self.library.SCardTransmit(
            self.card,
            ctypes.byref(pci),
            command,
            ctypes.c_ulong(len(command)),
            None,
            room,
            ctypes.byref(size),
        )
        if code != 0:
            raise ChipRemovedError(deadline.device, f"PC/SC says {code & 0xFFFFFFFF:08X}.")
        return room.raw[: size.value]

    def close(self):
        self.library.SCardDisconnect(self.card, ctypes.c_ulong(LEAVE))
        self.library.SCardReleaseContext(self.context)


@pytest.fixture(scope="module")
def service():
    """The running pcscd, or one for the time of these tests."""
    program = shutil.which("pcscd") or "/usr/sbin/pcscd"
    if not (Path(program).exists() and DRIVER.exists()):
        pytest.skip("pcscd and vsmartcard-vpcd are not installed.")
    if SERVICE.exists():
        yield
        return
    log = subprocess.Popen([program, "--foreground"], stdout=subprocess.DEVNULL)
    end_s = time.monotonic() + PATIENCE_S
    while not SERVICE.exists() and log.poll() is None and time.monotonic() < end_s:
        pause()
    if log.poll() is not None:
        pytest.skip("pcscd does not start here.")
    yield
    log.terminate()
    log.wait(PATIENCE_S)


@pytest.fixture
def peer(service):
    peer = SimulatedChipPeer(Vpcd())
    yield peer
    peer.take_away()
    peer.leave()


def read(channel):
    groups = lambda data: frozenset(sod.parse(data).hashes)  # noqa: E731 - as short as this
    deadline = Deadline.after("chip", PATIENCE_S)
    try:
        return ChipReader(groups).read(
            channel, SECRET, frozenset((1, 2)), deadline, lambda percent: None
        )
    finally:
        channel.close()


def read_soon():
    """The service looks at its readers twice a second, and takes the last card for this one."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return read(PcscLite().connect())
        except ChipRemovedError:
            assert time.monotonic() < end_s
            pause()


@pytest.mark.parametrize("profile", ["pace", "bac-active"])
def test_a_chip_is_read_through_pcscd(peer, profile):
    contents = document(profile=profile)
    peer.place(contents)
    reading = read_soon()
    assert reading.files[2] == contents.application[0x0102].data
    assert reading.chip.result is ProofResult.PASSED


def test_a_card_that_leaves_in_the_middle_is_an_error_of_its_kind(peer):
    """Vpcd's driver answers nothing where a real reader would say that the card is gone."""
    peer.place(replace(document(), manners=ChipManners(gone_at=8)))
    with pytest.raises((DeviceGoneError, ChipProtocolError)) as caught:
        read_soon()
    assert caught.value.mend
