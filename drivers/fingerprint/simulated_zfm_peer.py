"""The far end of a simulated ZFM module: a pseudo terminal, a thread, and cues from a stage.

The two ends must run at the same speed, or each hears noise. Cues (drivers.stage):

    {"finger": "right_index"}      lay a finger down; null or false lifts it
    {"latent": true}               what the last finger left, or the one named with it
    {"delay_s": 0.5}               ... only after this time
    {"unplug": true} {"replug": true}  the cable; its speed and password outlive it
    {"unplug_at_transfer": 7}      the plug is pulled at the n-th packet from now, of either end
    {"spoil_at_packet": [7, 9]}    one bit of the n-th packets that the module sends is turned
    {"garble_at_packet": [7, 9]}   noise comes in the place of those
    {"cut_at_packet": 7}           only half of that one arrives, and nothing that waits behind it
    {"noise": 40}                  so many random bytes before the next packet
    {"babble": true}               noise without an end, until false
    {"silent": true}               it hears and says nothing, until false
    {"each_s": 0.002}              time between two packets that it sends; 0 at first
"""

import math
import os
import random
import select
import termios
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from drivers.fingerprint.simulated_fingers import Gray, empty_glass, faint, touch
from drivers.fingerprint.simulated_zfm import PPI, SHAPE, SimulatedZfm
from drivers.stage import Cue, StageDoor, number_of, send_cue
from drivers.transport.pseudo_cable import PseudoCable

_WAIT_S = 5.0
_ROOM_S = 0.2
_BABBLE_S = 0.01
_GROWING_S = 0.02
_BABBLE_BYTES = 50
_HEAR_BYTES = 4096
_FAULTS = frozenset({"unplug_at_transfer", "spoil_at_packet", "garble_at_packet", "cut_at_packet"})
_SPEED_AT = 5  # of what tcgetattr gives
_SPEEDS = {  # from the terminal's constants, such as B57600
    getattr(termios, name): int(name[1:])
    for name in dir(termios)
    if name.startswith("B") and name[1:].isdigit()
}


@dataclass(slots=True, eq=False)
class ZfmPeer:
    """The module on the far end; `tty` links to the pseudo terminal while it is plugged in.

    person: whose fingers; hold_s: how long a finger stays after it was noticed.
    """

    stage: Path
    person: int = 1
    hold_s: float = math.inf
    module: SimulatedZfm = field(default_factory=SimulatedZfm)
    plugs: int = 0  # how often it was plugged in
    _door: StageDoor = field(init=False)
    _thread: Thread = field(init=False)
    _cable: PseudoCable = field(init=False)
    _out: "deque[bytes]" = field(default_factory=deque)
    _next_out_s: float = 0.0
    _each_s: float = 0.0
    _due: list[tuple[float, Cue]] = field(default_factory=list)
    _faults: dict[str, list[int]] = field(default_factory=dict)
    _noise_bytes: int = 0
    _silent: bool = False
    _babbles: bool = False
    _grower: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "grower"))
    _grows: "Future[Gray] | None" = None
    _faintly: bool = False
    _touches: int = 0
    _last: Gray = field(default_factory=lambda: empty_glass(SHAPE))
    _lift_at_s: float = math.inf
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 (noise)
    _leaving: bool = False

    def __post_init__(self) -> None:
        self._door = StageDoor(self.stage)
        self._cable = PseudoCable.at(self.stage)
        self._plug_in()
        self._thread = Thread(target=self._play, name=f"peer-{self.stage.name}", daemon=True)
        self._thread.start()

    @property
    def tty(self) -> Path:
        """Where the host finds the port, as udev's link would stand in /dev."""
        return self._cable.link

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._cable.plugged

    def leave(self) -> None:
        """End the play and take the device away; safe to call twice."""
        self._leaving = True
        send_cue(self.stage, leave=True)
        self._thread.join(_WAIT_S)
        self._grower.shutdown()

    def _play(self) -> None:
        """A cue that came before a command is acted before the command is heard."""
        while not self._leaving:
            heard, room = self._wait()
            self._due += [
                (time.monotonic() + number_of(c, "delay_s"), c) for c in self._door.cues()
            ]
            self._act_what_is_due()
            self._watch_finger()
            if heard and self.plugged:
                self._hear()
            if self._babbles and self.plugged:
                self._put(self._chance.randbytes(_BABBLE_BYTES))
            if room and self._out and self.plugged:
                self._send()
        self._pull_out()
        self._door.close()

    def _wait(self) -> tuple[bool, bool]:
        """Whether the host said something, and whether there is room for what is due to it."""
        ends = [self._cable.peer_end] if self.plugged else []
        due_out = ends if self._out and time.monotonic() >= self._next_out_s else []
        ready, room, _ = select.select(
            [self._door.fileno(), *ends], due_out, [], self._patience_s()
        )
        return self._cable.peer_end in ready, bool(room)

    def _act_what_is_due(self) -> None:
        """One cue after another; while a finger grows, the module goes on answering."""
        if self._grows is not None and self._grows.done():
            self._last, self._grows = self._grows.result(), None
            self._place(faint(self._last) if self._faintly else self._last)
        for due in [one for one in self._due if one[0] <= time.monotonic()]:
            if self._grows is None:
                self._due.remove(due)
                self._act(due[1])

    def _patience_s(self) -> float:
        if self._grows is not None:
            return _GROWING_S
        moments = [due_s for due_s, _ in self._due]
        if math.isfinite(self._lift_at_s):
            moments.append(self._lift_at_s)
        if self._out and self.plugged and self._next_out_s > time.monotonic():
            moments.append(self._next_out_s)
        if self._babbles and self.plugged:
            moments.append(time.monotonic() + _BABBLE_S)
        return min(max(0.0, min(moments, default=math.inf) - time.monotonic()), _WAIT_S)

    def _watch_finger(self) -> None:
        if self.module.noticed and math.isinf(self._lift_at_s):
            self._lift_at_s = time.monotonic() + self.hold_s
        if time.monotonic() >= self._lift_at_s:
            self._place(None)

    def _place(self, picture: Gray | None) -> None:
        self._lift_at_s = math.inf
        self.module.place(picture)

    def _act(self, cue: Cue) -> None:
        match cue:
            case {"finger": str(finger)}:
                self._touches += 1
                self._faintly = bool(cue.get("latent"))
                shown = (self.person, finger, self._touches, SHAPE, PPI)
                self._grows = self._grower.submit(touch, *shown)
            case {"finger": None | False}:
                self._place(None)
            case {"latent": True}:
                self._place(faint(self._last))
            case {"unplug": True}:
                self._pull_out()
            case {"replug": True}:
                self._pull_out()
                self._place(None)
                self._plug_in()
            case _:
                self._disturb(cue)

    def _disturb(self, cue: Cue) -> None:
        match cue:
            case {"silent": bool(silent)}:
                self._silent = silent
            case {"babble": bool(babbles)}:
                self._babbles = babbles
            case {"each_s": int() | float()}:
                self._each_s = number_of(cue, "each_s")
            case _:
                self._noise_bytes += int(number_of(cue, "noise"))
                for name in _FAULTS & cue.keys():
                    self._faults[name] = _numbers(cue[name])

    def _hear(self) -> None:
        data = b""
        with suppress(OSError):
            data = os.read(self._cable.peer_end, _HEAR_BYTES)
        if not data or self._falls_out():
            return
        if self._host_baud() != self.module.baud:
            data = self._chance.randbytes(len(data))
        if self._silent:
            return
        self._out += self.module.hear(data)

    def _host_baud(self) -> int:
        return _SPEEDS.get(termios.tcgetattr(self._cable.host_end)[_SPEED_AT], 0)

    def _send(self) -> None:
        """The packet that is due, as the line makes it arrive."""
        if self._falls_out():
            return
        data = self._out.popleft()
        self._next_out_s = time.monotonic() + self._each_s
        data = self._damaged(data)
        data, self._noise_bytes = self._chance.randbytes(self._noise_bytes) + data, 0
        if self._host_baud() != self.module.baud:
            data = self._chance.randbytes(len(data))
        if not self._out:
            self.module.sent()  # before the host can have read it
        self._put(data)

    def _damaged(self, data: bytes) -> bytes:
        """One packet as the line's faults leave it."""
        if self._counts("spoil_at_packet"):
            data = data[:-1] + bytes([data[-1] ^ 1])
        if self._counts("garble_at_packet"):
            data = self._chance.randbytes(len(data))
        if self._counts("cut_at_packet"):
            data = data[: len(data) // 2]
            self._out.clear()
        return data

    def _falls_out(self) -> bool:
        if self._counts("unplug_at_transfer"):
            self._pull_out()
        return not self.plugged

    def _counts(self, fault: str) -> bool:
        """One packet more; True for one that the fault was meant for."""
        counts = [count - 1 for count in self._faults.get(fault, [])]
        self._faults[fault] = [count for count in counts if count > 0]
        return len(counts) > len(self._faults[fault])

    def _put(self, data: bytes) -> None:
        """Bytes to the host; what finds no room for a while is lost, as on a real line."""
        left = data
        with suppress(OSError):
            while left and select.select([], [self._cable.peer_end], [], _ROOM_S)[1]:
                left = left[os.write(self._cable.peer_end, left) :]

    def _plug_in(self) -> None:
        self._faults.clear()
        self._noise_bytes = 0
        self.module.power_up()
        self._cable.plug_in()
        self.plugs += 1

    def _pull_out(self) -> None:
        self._out.clear()
        self._cable.pull_out()


def _numbers(value: object) -> list[int]:
    """One whole number or a list of them."""
    many = value if isinstance(value, list) else [value]
    return [one for one in many if isinstance(one, int)]
