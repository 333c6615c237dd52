"""The far end of a simulated document reader: a pseudo terminal, a thread, and cues from a stage.

The peer is a device, so it has a thread of its own, and it outlives the driver's objects while it
is unplugged. Cues (drivers.stage), each with the keys that apply:

    {"present": "specimen"}        lay a document down: a name of specimens.py, or a list of lines
    {"delay_s": 0.5}               ... only after this time
    {"noise": 20, "where": "before"}   ... with random bytes before, within or after it, or alone
    {"half": true}                 ... of which only the first half arrives
    {"repeat": 3}                  ... sent so many times
    {"each_s": 0.01}               ... one byte at a time, so far apart
    {"parity": "even"}             ... with the parity bit of a 7-bit line: even, odd or mark
    {"unplug": true} {"replug": true}  the cable
    {"take_away": true}            whatever lies there, or is about to, is taken away unread
"""

import os
import random
import select
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from drivers.document_reader.mrz_framing import Lines
from drivers.document_reader.simulated_manners import ReaderManners
from drivers.document_reader.specimens import SPECIMENS
from drivers.stage import Cue, StageDoor, number_of, send_cue
from drivers.transport.pseudo_cable import PseudoCable

_CHUNK_BYTES = 16
_WAIT_S = 5.0
_ROOM_S = 0.2
_PARITY: dict[str, Callable[[int], bool]] = {  # which bytes get their high bit set
    "even": lambda byte: byte.bit_count() % 2 == 1,
    "odd": lambda byte: byte.bit_count() % 2 == 0,
    "mark": lambda byte: True,  # noqa: ARG005 (all of them)
}


@dataclass(slots=True)
class _Laid:
    """What was laid on the glass: when it is due, what it sends, and how far apart."""

    due_s: float
    data: bytes
    each_s: float = 0.0


@dataclass(slots=True, eq=False)
class Peer:
    """The reader on the far end; `tty` links to the pseudo terminal while it is plugged in.

    write: how it sends lines; make_manners: how it behaves, anew each time it gets power; unit:
    how many bytes always cross together.
    """

    stage: Path
    write: Callable[[Lines], bytes]
    make_manners: Callable[[], ReaderManners]
    unit: int = 1
    _door: StageDoor = field(init=False)
    _thread: Thread = field(init=False)
    _manners: ReaderManners = field(init=False)
    _cable: PseudoCable = field(init=False)
    _on_glass: _Laid | None = None
    _due: list[_Laid] = field(default_factory=list)
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

    @property
    def expecting(self) -> bool:
        """Whether a document is still to come."""
        return bool(self._due)

    def leave(self) -> None:
        """End the play and take the device away; safe to call twice."""
        self._leaving = True
        send_cue(self.stage, leave=True)
        self._thread.join(_WAIT_S)

    def _play(self) -> None:
        while not self._leaving:
            ends = [self._door.fileno(), *([self._cable.peer_end] if self.plugged else [])]
            select.select(ends, [], [], self._patience_s())
            for cue in self._door.cues():  # before the host: what was taken away is not read
                self._act(cue)
            if self.plugged and select.select([self._cable.peer_end], [], [], 0)[0]:
                self._hear()
            self._send_due()
        self._pull_out()
        self._door.close()

    def _patience_s(self) -> float:
        if not self._due:
            return _WAIT_S
        return max(0.0, min(laid.due_s for laid in self._due) - time.monotonic())

    def _hear(self) -> None:
        """Commands from the host, and the answer to them."""
        with suppress(OSError):
            self._send(self._manners.hear(os.read(self._cable.peer_end, 256), time.monotonic()))
        self._read_glass()

    def _act(self, cue: Cue) -> None:
        if cue.get("unplug"):
            self._pull_out()
        if cue.get("replug") and not self.plugged:
            self._plug_in()
        if cue.get("take_away"):
            self._on_glass = None
            self._due.clear()
        if cue.keys() & {"present", "noise", "half", "repeat"}:
            due_s = time.monotonic() + number_of(cue, "delay_s")
            self._due.append(_Laid(due_s, self._bytes_of(cue), number_of(cue, "each_s")))

    def _send_due(self) -> None:
        now_s = time.monotonic()
        for laid in [laid for laid in self._due if laid.due_s <= now_s]:
            self._due.remove(laid)
            self._on_glass = laid
            self._read_glass()

    def _read_glass(self) -> None:
        """Read what lies there, if the reader looks; then it is lifted again."""
        laid = self._on_glass
        if laid is not None and self.plugged and self._manners.looks(time.monotonic()):
            self._on_glass = None
            self._manners.has_read()
            self._send(laid.data, laid.each_s)

    def _bytes_of(self, cue: Cue) -> bytes:
        shown = cue.keys() & {"present", "half", "repeat"}
        data = self.write(_lines(cue)) if shown else b""
        if cue.get("half"):
            data = data[: len(data) // 2 // self.unit * self.unit]
        data *= max(1, int(number_of(cue, "repeat")))
        noise = self._chance.randbytes(int(number_of(cue, "noise")) * self.unit)
        where = cue.get("where", "before")
        at = {"before": 0, "within": len(data) // 3 // self.unit * self.unit, "after": len(data)}
        cut = at[where] if isinstance(where, str) and where in at else 0
        data = data[:cut] + noise + data[cut:]
        high = _PARITY.get(str(cue.get("parity")))
        return bytes(byte | 0x80 if high and high(byte) else byte for byte in data)

    def _send(self, data: bytes, each_s: float = 0.0) -> None:
        """Bytes to the host; what finds no room is lost, as on a real line.

        A device whose bytes belong together waits a moment for room, then loses all that is left.
        """
        size = self.unit if each_s else max(self.unit, _CHUNK_BYTES)
        for at in range(0, len(data), size):
            select.select([], [], [], each_s)
            if self.unit > 1 and not self._has_room():
                return
            with suppress(OSError):
                os.write(self._cable.peer_end, data[at : at + size])

    def _has_room(self) -> bool:
        return self.plugged and bool(select.select([], [self._cable.peer_end], [], _ROOM_S)[1])

    def _plug_in(self) -> None:
        self._manners = self.make_manners()
        self._cable.plug_in()

    def _pull_out(self) -> None:
        self._on_glass = None
        self._cable.pull_out()


def _lines(cue: Cue) -> Lines:
    shown = cue.get("present", "specimen")
    if isinstance(shown, str):
        return SPECIMENS.get(shown, SPECIMENS["specimen"])
    if isinstance(shown, list):
        return tuple(str(line).encode("ascii", "replace").decode() for line in shown)
    return SPECIMENS["specimen"]
