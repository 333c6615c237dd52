"""A document reader that is not there: a pseudo terminal whose far end speaks a reader's framing.

The peer is a device, so it has a thread of its own, and it outlives the driver's objects while it
is unplugged. The shipped SerialPort and MrzSerial open its near end. Cues (drivers.stage), each
with the keys that apply:

    {"present": "specimen"}        lay a document down: a name of specimens.py, or a list of lines
    {"delay_s": 0.5}               ... only after this time
    {"noise": 20, "where": "before"}   ... with random bytes before, within or after it, or alone
    {"half": true}                 ... of which only the first half arrives
    {"repeat": 3}                  ... sent so many times
    {"unplug": true} {"replug": true}  the cable
"""

import atexit
import os
import random
import select
import time
import tty
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_framing import FRAMINGS, Lines
from drivers.document_reader.mrz_lines import MrzLines
from drivers.document_reader.mrz_protocol import ARM
from drivers.document_reader.mrz_serial import MrzSerial
from drivers.document_reader.specimens import SPECIMENS
from drivers.stage import Cue, StageDoor, send_cue
from drivers.transport.serial_port import SerialPort
from drivers.url import DeviceUrl, Params

_COMMANDED = ("honeywell",)  # framings whose readers stay dark until they are told to look
_CHUNK_BYTES = 16
_WAIT_S = 5.0


@dataclass(slots=True, eq=False)
class Peer:
    """The reader on the far end; `tty` links to the pseudo terminal while it is plugged in."""

    stage: Path
    framing: str
    _door: StageDoor = field(init=False)
    _thread: Thread = field(init=False)
    _host_end: int = -1
    _peer_end: int = -1
    _armed: bool = False
    _heard: bytearray = field(default_factory=bytearray)
    _on_glass: bytes = b""
    _due: list[tuple[float, bytes]] = field(default_factory=list)
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 (noise)
    _leaving: bool = False

    def __post_init__(self) -> None:
        self._door = StageDoor(self.stage)
        self._plug_in()
        self._thread = Thread(target=self._play, name=f"peer-{self.stage.name}", daemon=True)
        self._thread.start()

    @property
    def tty(self) -> Path:
        """Where the host finds the port, as udev's link would stand in /dev."""
        return self.stage.with_name(self.stage.name + ".tty")

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._peer_end >= 0

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
            ends = [self._door.fileno(), *([self._peer_end] if self.plugged else [])]
            ready, _, _ = select.select(ends, [], [], self._patience_s())
            if self._peer_end in ready:
                self._hear()
            for cue in self._door.cues():
                self._act(cue)
            self._send_due()
        self._pull_out()
        self._door.close()

    def _patience_s(self) -> float:
        if not self._due:
            return _WAIT_S
        return max(0.0, min(at_s for at_s, _ in self._due) - time.monotonic())

    def _hear(self) -> None:
        """Commands from the host; only the last few bytes matter."""
        with suppress(OSError):
            self._heard += os.read(self._peer_end, 256)
        commands = ARM[self.framing] if self.framing in _COMMANDED else ARM["plain"]
        if commands.arm and commands.arm in self._heard:
            self._armed = True
            self._heard.clear()
            if self._on_glass:
                self._say(self._on_glass)
        if commands.rest and commands.rest in self._heard:
            self._armed = False
        del self._heard[:-8]

    def _act(self, cue: Cue) -> None:
        if cue.get("unplug"):
            self._pull_out()
        if cue.get("replug") and not self.plugged:
            self._plug_in()
        if cue.keys() & {"present", "noise", "half", "repeat"}:
            self._due.append((time.monotonic() + _number(cue, "delay_s"), self._bytes_of(cue)))

    def _send_due(self) -> None:
        now_s = time.monotonic()
        for item in [item for item in self._due if item[0] <= now_s]:
            self._due.remove(item)
            self._on_glass = item[1]
            if self._armed or self.framing not in _COMMANDED:
                self._say(item[1])

    def _bytes_of(self, cue: Cue) -> bytes:
        shown = cue.keys() & {"present", "half", "repeat"}
        data = FRAMINGS[self.framing](_lines(cue)) if shown else b""
        if cue.get("half"):
            data = data[: len(data) // 2]
        data *= max(1, int(_number(cue, "repeat")))
        noise = self._chance.randbytes(int(_number(cue, "noise")))
        where = cue.get("where", "before")
        at = {"before": 0, "within": len(data) // 3, "after": len(data)}
        cut = at[where] if isinstance(where, str) and where in at else 0
        return data[:cut] + noise + data[cut:]

    def _say(self, data: bytes) -> None:
        """Bytes to the host; what finds no room is lost, as on a real line."""
        self._on_glass = b""
        self._armed = False
        for at in range(0, len(data), _CHUNK_BYTES):
            with suppress(OSError):
                os.write(self._peer_end, data[at : at + _CHUNK_BYTES])

    def _plug_in(self) -> None:
        self._peer_end, self._host_end = os.openpty()
        tty.setraw(self._host_end)
        os.set_blocking(self._peer_end, False)
        self.tty.unlink(missing_ok=True)
        self.tty.symlink_to(os.ttyname(self._host_end))

    def _pull_out(self) -> None:
        self._armed = False
        self._on_glass = b""
        self._heard.clear()
        self.tty.unlink(missing_ok=True)
        for end in (self._peer_end, self._host_end):
            if end >= 0:
                os.close(end)
        self._peer_end = self._host_end = -1


@dataclass(slots=True)
class SimulatedReader:
    """The shipped reader on a simulated port.

    Its peer leaves with it, unless it is unplugged or somebody is about to lay a document down.
    """

    reader: MrzSerial
    peer: Peer

    @property
    def info(self) -> DeviceInfo:
        """Make and model."""
        return self.reader.info

    def read(self, deadline: Deadline) -> MrzLines:
        """As MrzSerial.read."""
        return self.reader.read(deadline)

    def close(self) -> None:
        """Give the port back; safe to call twice."""
        self.reader.close()
        if self.peer.plugged and not self.peer.expecting:
            leave_stage(self.peer.stage)


_ON_STAGE: dict[Path, Peer] = {}


def open_simulated(name: str, stage_path: Path, params: Params) -> DocumentReader:
    """Put a reader on the stage at `stage_path` (`?framing=desko`) and open its port.

    Raises DeviceUrlError, and DeviceGoneError while a cue keeps it unplugged.
    """
    params.only("framing")
    framing = params.choice("framing", "desko", tuple(FRAMINGS))
    peer = _ON_STAGE.get(stage_path)
    if peer is None:
        peer = _ON_STAGE[stage_path] = Peer(stage_path, framing)
    port = SerialPort.open(DeviceUrl(name, "serial", "", str(peer.tty), Params(name)))
    protocol = framing if framing in _COMMANDED else "plain"
    info = DeviceInfo("simulated", f"MRZ reader, {framing}")
    return SimulatedReader(MrzSerial(name, port, info, protocol), peer)


def leave_stage(stage_path: Path) -> None:
    """Take the peer at `stage_path` away, plugged or not; nothing where there is none."""
    peer = _ON_STAGE.pop(stage_path, None)
    if peer is not None:
        peer.leave()


@atexit.register
def _all_leave() -> None:
    for stage_path in list(_ON_STAGE):
        leave_stage(stage_path)


def _lines(cue: Cue) -> Lines:
    shown = cue.get("present", "specimen")
    if isinstance(shown, str):
        return SPECIMENS.get(shown, SPECIMENS["specimen"])
    if isinstance(shown, list):
        return tuple(str(line).encode("ascii", "replace").decode() for line in shown)
    return SPECIMENS["specimen"]


def _number(cue: Cue, key: str) -> float:
    value = cue.get(key, 0)
    return float(value) if isinstance(value, int | float) else 0.0
