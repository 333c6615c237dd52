"""A serial port opens exclusively, moves bytes both ways, and names what is wrong with it."""

import errno
import os
import termios
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.deadline import Deadline
from drivers.errors import (
    CancelledError,
    DeviceError,
    DeviceGoneError,
    DeviceTimeoutError,
    DeviceUrlError,
)
from drivers.transport.serial_port import (
    SerialBusyError,
    SerialPort,
    SerialRightsError,
    _not_opened,
)
from drivers.url import DeviceUrl


class Pty:
    """Both ends of a pseudo terminal."""

    def __init__(self) -> None:
        self.far, self.near = os.openpty()
        tty.setraw(self.near)
        self.name = os.ttyname(self.near)

    def hang_up(self) -> None:
        ends = (self.far, self.near)
        self.far = self.near = -1  # first: a thread of the test hangs up while the test ends
        for end in ends:
            if end >= 0:
                os.close(end)


@pytest.fixture
def pty() -> Iterator[Pty]:
    pair = Pty()
    yield pair
    pair.hang_up()


def open_port(path: str | Path, query: str = "") -> SerialPort:
    return SerialPort.open(DeviceUrl.parse("reader", f"serial://{path}{query}"))


def soon(limit_s: float = 1.0) -> Deadline:
    return Deadline.after("reader", limit_s)


@pytest.fixture
def port(pty: Pty) -> Iterator[SerialPort]:
    opened = open_port(pty.name, "?baud=115200")
    yield opened
    opened.close()


def test_every_byte_crosses_both_ways_unchanged(pty, port):
    every = bytes(range(256))
    os.write(pty.far, every)
    got = b""
    while len(got) < 256:
        got += port.read(soon())
    assert got == every
    port.write(every, soon())
    assert os.read(pty.far, 256) == every


def test_silence_is_a_timeout_at_the_limit(port):
    start_s = time.monotonic()
    with pytest.raises(DeviceTimeoutError):
        port.read(soon(0.25))
    assert 0.25 <= time.monotonic() - start_s < 0.5


def test_cancel_is_heard_within_one_slice(port):
    flag = threading.Event()
    threading.Timer(0.05, flag.set).start()
    start_s = time.monotonic()
    with pytest.raises(CancelledError):
        port.read(Deadline.after("reader", 10, flag.is_set))
    assert time.monotonic() - start_s < 0.35


def test_a_device_that_takes_no_bytes_is_a_timeout(port):
    with pytest.raises(DeviceTimeoutError):
        port.write(b"x" * 100_000, soon(0.3))


def test_what_waits_is_given_at_once_and_once(pty, port):
    assert port.waiting() == b""
    os.write(pty.far, b"old" * 2000)
    got = b""
    while len(got) < 6000:
        got += port.waiting()
    assert got == b"old" * 2000
    os.write(pty.far, b"new")
    assert port.read(soon()) == b"new"


def test_what_waits_is_bounded_although_the_line_never_falls_silent(pty, port):
    stop = threading.Event()

    def chatter() -> None:
        while not stop.is_set():
            os.write(pty.far, b"x" * 512)

    talker = threading.Thread(target=chatter, daemon=True)
    talker.start()
    start_s = time.monotonic()
    size = len(port.waiting())
    assert time.monotonic() - start_s < 2.0
    assert size < 100_000
    stop.set()
    port.waiting()  # room for the write under way
    talker.join(2)
    assert not talker.is_alive()


@pytest.mark.parametrize("call", ["read", "write", "waiting"])
def test_a_hang_up_is_a_gone_device(pty, port, call):
    pty.hang_up()
    calls = {
        "read": lambda: port.read(soon()),
        "write": lambda: port.write(b"x", soon()),
        "waiting": port.waiting,
    }
    with pytest.raises(DeviceGoneError):
        calls[call]()
    port.close()
    port.close()


def test_a_hang_up_wakes_a_waiting_read(pty, port):
    threading.Timer(0.1, pty.hang_up).start()
    start_s = time.monotonic()
    with pytest.raises(DeviceGoneError):
        port.read(soon(5))
    assert time.monotonic() - start_s < 0.5


def test_a_closed_port_is_gone(port):
    port.close()
    with pytest.raises(DeviceGoneError):
        port.read(soon())


def test_the_port_is_held_exclusively(pty, port):
    with pytest.raises(SerialBusyError, match="another program holds"):
        open_port(pty.name)


def test_what_is_not_there_is_gone_and_what_is_no_port_is_a_wrong_url(tmp_path):
    with pytest.raises(DeviceGoneError):
        open_port(tmp_path / "ttyUSB0")
    plain = tmp_path / "file"
    plain.write_text("")
    with pytest.raises(DeviceUrlError, match="no serial port"):
        open_port(plain)


@pytest.mark.parametrize(
    ("number", "kind", "mend"),
    [
        (errno.EACCES, SerialRightsError, "dialout"),
        (errno.EPERM, SerialRightsError, "udev"),
        (errno.EBUSY, SerialBusyError, "other program"),
        (errno.EIO, DeviceGoneError, "cable"),
        (errno.ENXIO, DeviceGoneError, "cable"),
        (errno.ENOENT, DeviceGoneError, "cable"),
        (None, DeviceUrlError, "kiosk.toml|URL"),
    ],
)
def test_each_refusal_says_its_mend(number: int | None, kind: type[DeviceError], mend: str):
    error = _not_opened("reader", "/dev/ttyUSB0", number)
    assert type(error) is kind
    assert any(word in error.mend for word in mend.split("|"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_rights_is_told_so(pty):
    Path(pty.name).chmod(0o600)
    os.seteuid(65_534)
    try:
        with pytest.raises(SerialRightsError, match="no right to open"):
            open_port(pty.name)
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("query", ["?baud=fast", "?parity=X", "?bits=9", "?stop=3", "?baud=10"])
def test_a_wrong_setting_is_named_before_the_port_is_touched(query):
    with pytest.raises(DeviceUrlError, match=query[1:].partition("=")[0]):
        open_port("/nowhere", query)


def test_seven_bits_even_parity_is_possible(pty):
    opened = open_port(pty.name, "?bits=7&parity=E&baud=19200")
    os.write(pty.far, b"AB")
    assert opened.read(soon()) == b"AB"
    opened.close()


def test_the_speed_changes_while_the_port_stays_held(pty, port):
    for baud in (9600, 57_600, 921_600):
        port.set_baud(baud)
        assert termios.tcgetattr(pty.near)[4:6] == [getattr(termios, f"B{baud}")] * 2
        with pytest.raises(SerialBusyError):
            open_port(pty.name)
    os.write(pty.far, b"still here")
    assert port.read(soon()) == b"still here"


def test_a_speed_that_no_port_has_is_the_urls_fault(port):
    with pytest.raises(DeviceUrlError, match="does not take -1 baud"):
        port.set_baud(-1)


def test_the_speed_of_a_port_that_went_away(pty, port):
    pty.hang_up()
    with pytest.raises(DeviceGoneError):
        port.set_baud(57_600)
