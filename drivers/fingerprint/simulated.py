"""Simulated scanners for `simulated:`: cues lay fingers down, lift them, pull the plug."""

import atexit
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from drivers.fingerprint.api import FingerScanner
from drivers.fingerprint.simulated_bus import SERIAL, SimulatedBus
from drivers.fingerprint.simulated_fingers import empty_glass, faint, touch
from drivers.fingerprint.simulated_uru4000 import SimulatedUru4000
from drivers.fingerprint.simulated_zfm_peer import ZfmPeer
from drivers.fingerprint.uru4000 import open_uru4000
from drivers.fingerprint.uru4000_image import HEIGHT_PX, WIDTH_PX, Gray
from drivers.fingerprint.uru4000_protocol import MODELS, PPI
from drivers.fingerprint.zfm import open_zfm
from drivers.stage import Cue, StageDoor, number_of
from drivers.transport.serial_port import SerialPort
from drivers.url import DeviceUrl, Params

USB_MODELS = {
    "4500": (0x05BA, 0x000A),
    "4000": (0x05BA, 0x0007),
    "4000-keyboard": (0x05BA, 0x0008),
    "ms-keyboard": (0x045E, 0x00BB),
    "ms-mouse": (0x045E, 0x00BC),
    "ms": (0x045E, 0x00BD),
    "msv2": (0x045E, 0x00CA),
}
SERIAL_MODEL = "zfm"

_GLASS = (HEIGHT_PX, WIDTH_PX)
_HOLD_S = 5.0
_LONGEST_HOLD_S = 3600.0

# A device outlives the program's handle on it: closing and opening the scanner finds the same peer.
_BUSES: dict[Path, tuple[SimulatedBus, StageDoor]] = {}
_PEERS: dict[Path, ZfmPeer] = {}


def open_simulated(name: str, stage_path: Path, params: Params) -> FingerScanner:
    """The shipped driver on a simulated scanner that takes its cues at `stage_path`.

    Parameters: `hold_s`, how long a finger stays after it was noticed (0: until a cue lifts it);
    `seed`, whose fingers; `model`, one of USB_MODELS or zfm. Cues: {"finger": "right_index"},
    {"finger": null} or false, {"latent": true} (what the last finger left, or the one named with
    it), {"unplug": true}, {"replug": true}, {"unplug_at_transfer": 7}, {"silent": true}; over USB
    also {"garbage": 1} (so many pictures are noise) and {"death": true}; on a serial line those
    of simulated_zfm_peer; with "delay_s" it comes later.
    Raises what `open_uru4000` and `open_zfm` raise.
    """
    hold_s, person, model = check_params(params)
    if model == SERIAL_MODEL:
        return _open_module(name, stage_path, hold_s, person)
    if stage_path not in _BUSES or not stage_path.exists():
        leave_stage(stage_path)
        _BUSES[stage_path] = _build(stage_path, hold_s, person, model)
    bus, _ = _BUSES[stage_path]
    return open_uru4000(name, Params(name, {"serial": SERIAL}), backend=bus)


def _open_module(name: str, stage_path: Path, hold_s: float, person: int) -> FingerScanner:
    if stage_path not in _PEERS or not stage_path.exists():
        leave_stage(stage_path)
        _PEERS[stage_path] = ZfmPeer(stage_path, person, hold_s)
    tty = str(_PEERS[stage_path].tty)
    return open_zfm(DeviceUrl(name, "serial", "", tty, Params(name)), SerialPort.open)


def check_params(params: Params) -> tuple[float, int, str]:
    """How long a finger stays, whose it is, on which model; raises DeviceUrlError."""
    params.only("hold_s", "seed", "model")
    hold_s = params.seconds("hold_s", _HOLD_S, _LONGEST_HOLD_S) or math.inf
    person = params.whole("seed", 1, 0, 2**31 - 1)
    return hold_s, person, params.choice("model", "4500", (*USB_MODELS, SERIAL_MODEL))


def leave_stage(stage_path: Path) -> None:
    """Take the peer off its stage; nothing happens where there is none."""
    if stage_path in _BUSES:
        _BUSES.pop(stage_path)[1].close()
    if stage_path in _PEERS:
        _PEERS.pop(stage_path).leave()


@atexit.register
def _all_leave() -> None:
    for stage_path in list(_PEERS):
        leave_stage(stage_path)


def _build(
    stage_path: Path, hold_s: float, person: int, model: str
) -> tuple[SimulatedBus, StageDoor]:
    usb_id = USB_MODELS[model]
    door = StageDoor(stage_path)
    visitor = Visitor(door, partial(finger_picture, person), hold_s)
    return SimulatedBus(partial(SimulatedUru4000, MODELS[usb_id]), usb_id, visitor), door


@dataclass(slots=True, eq=False)
class Visitor:
    """The person in front of the scanner, who does what the cues say."""

    door: StageDoor
    picture_of: Callable[[str, int], Gray]
    hold_s: float = math.inf
    _touches: int = 0
    _last: Gray = field(default_factory=lambda: empty_glass(_GLASS))
    _lift_at_s: float = math.inf
    _due: list[tuple[float, Cue]] = field(default_factory=list)

    def __call__(self, bus: SimulatedBus) -> None:
        """Act the cues whose time came, and lift the finger when its time is over."""
        now_s = time.monotonic()
        self._due += [(now_s + number_of(cue, "delay_s"), cue) for cue in self.door.cues()]
        for due in [one for one in self._due if one[0] <= now_s]:
            self._due.remove(due)
            self._act(due[1], bus)
        if bus.device.noticed and math.isinf(self._lift_at_s):
            self._lift_at_s = time.monotonic() + self.hold_s
        if time.monotonic() >= self._lift_at_s:
            self._lift(bus)

    def _act(self, cue: Cue, bus: SimulatedBus) -> None:
        match cue:
            case {"finger": str(finger)}:
                self._touches += 1
                self._last = self.picture_of(finger, self._touches)
                self._place(bus, faint(self._last) if cue.get("latent") else self._last)
            case {"finger": None | False}:
                self._lift(bus)
            case {"latent": True}:
                self._place(bus, faint(self._last))
            case {"unplug": True}:
                bus.unplug()
            case {"replug": True}:
                bus.replug()
                self._lift(bus)
            case {"unplug_at_transfer": int(count)}:
                bus.transfers_left = count
            case _:
                _break(cue, bus)

    def _place(self, bus: SimulatedBus, picture: Gray) -> None:
        self._lift_at_s = math.inf
        bus.device.place(picture)

    def _lift(self, bus: SimulatedBus) -> None:
        self._lift_at_s = math.inf
        bus.device.lift()


def _break(cue: Cue, bus: SimulatedBus) -> None:
    match cue:
        case {"silent": bool(silent)}:
            bus.silent = silent
        case {"garbage": int(images)}:
            bus.device.spoil(images)
        case {"death": True}:
            bus.device.die()
        case _:  # what the device does not understand does not happen
            pass


def finger_picture(person: int, finger: str, count: int) -> Gray:
    """One touch of one finger as it lies on a U.are.U's glass: uint8 (290, 384)."""
    return touch(person, finger, count, _GLASS, PPI)
