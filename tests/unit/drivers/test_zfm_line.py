"""One command at a time on a module's line: what hides an answer, what is none, what never ends."""

import threading
import time

import pytest

from drivers.deadline import Deadline
from drivers.errors import CancelledError, DeviceTimeoutError
from drivers.fingerprint.zfm_errors import (
    DamagedPacketError,
    IllegibleLineError,
    ModuleSilentError,
)
from drivers.fingerprint.zfm_line import ZfmLine
from drivers.fingerprint.zfm_protocol import Answer, Confirmation, Kind, Packet, encode

COMMAND = b"\x01"
OK = encode(Packet(Kind.ANSWER, b"\0"))
NO_FINGER = encode(Packet(Kind.ANSWER, b"\x02"))
DID_NOT_READ = encode(Packet(Kind.ANSWER, bytes([Confirmation.BAD_PACKET])))
HALF_HEAD = b"\xef\x01\xff\xff\xff\xff\x02\x01\x02"  # promises 256 bytes that never come


class ScriptedPort:
    """Gives the n-th list of pieces after the n-th command; nothing where the script ends."""

    def __init__(self, *script: list[bytes], babbles: bool = False) -> None:
        self.script = list(script)
        self.pieces: list[bytes] = []
        self.babbles = babbles
        self.commands = 0

    def read(self, deadline: Deadline) -> bytes:
        while not self.pieces and not self.babbles:
            threading.Event().wait(deadline.slice_s(0.01))
        threading.Event().wait(deadline.slice_s(0.005))
        return self.pieces.pop(0) if self.pieces else b"noise"

    def write(self, data: bytes, deadline: Deadline) -> None:
        deadline.slice_s()
        self.commands += 1
        if self.script:
            self.pieces += self.script.pop(0)

    def waiting(self) -> bytes:
        found, self.pieces = b"".join(self.pieces), []
        return found

    def close(self) -> None:
        """Nothing is held."""


def asked(port: ScriptedPort, limit_s: float = 5.0, cancelled: bool = False) -> Answer:
    line = ZfmLine("finger", "/dev/nothing", 0xFFFFFFFF, 921_600, lambda url: port)
    return line.ask(COMMAND, Deadline.after("finger", limit_s, lambda: cancelled), 0.3)


@pytest.mark.parametrize(
    "pieces",
    [
        [OK],
        [OK[at : at + 1] for at in range(len(OK))],
        [b"\x55", b"\xef", OK],
        [HALF_HEAD + OK],
        [encode(Packet(Kind.DATA, b"left over")), OK],
    ],
    ids=["whole", "byte by byte", "power-up byte", "behind half a head", "behind a picture's rest"],
)
def test_an_answer_is_found(pieces: list[bytes]) -> None:
    port = ScriptedPort(pieces)
    assert asked(port) == Answer(0)
    assert port.commands == 1


@pytest.mark.parametrize("first", [OK[:-1] + b"\0", DID_NOT_READ, OK[:-3]])
def test_what_was_damaged_is_said_once_more(first: bytes) -> None:
    port = ScriptedPort([first], [NO_FINGER])
    assert asked(port).meaning is Confirmation.NO_FINGER
    assert port.commands == 2


def test_what_is_damaged_twice_is_an_error() -> None:
    port = ScriptedPort([DID_NOT_READ], [OK[:-1] + b"\0"])
    with pytest.raises(DamagedPacketError, match="CHECKSUM"):
        asked(port)
    assert port.commands == 2


def test_silence_is_not_answered_by_saying_it_again() -> None:
    """The module may only be slow: its answer would then be taken for that of the next command."""
    port = ScriptedPort()
    with pytest.raises(ModuleSilentError):
        asked(port)
    assert port.commands == 1


def test_an_answer_that_comes_late_is_not_taken_for_that_of_the_next_command() -> None:
    port = ScriptedPort([], [NO_FINGER])
    line = ZfmLine("finger", "/dev/nothing", 0xFFFFFFFF, 921_600, lambda url: port)
    with pytest.raises(ModuleSilentError):
        line.ask(COMMAND, Deadline.after("finger", 5.0), 0.2)
    threading.Timer(0.05, port.pieces.append, [OK]).start()
    answer = line.ask(COMMAND, Deadline.after("finger", 5.0), 0.3)
    assert answer.meaning is Confirmation.NO_FINGER


def test_a_line_that_never_falls_silent_is_no_module() -> None:
    port = ScriptedPort([DID_NOT_READ], babbles=True)
    begin_s = time.monotonic()
    with pytest.raises(IllegibleLineError, match="bytes come without an end at 921600 baud"):
        asked(port)
    assert time.monotonic() - begin_s < 4


def test_time_and_cancel_are_heard_above_the_noise() -> None:
    with pytest.raises(DeviceTimeoutError):
        asked(ScriptedPort([DID_NOT_READ], babbles=True), limit_s=0.3)
    with pytest.raises(CancelledError):
        asked(ScriptedPort([OK], babbles=True), cancelled=True)
