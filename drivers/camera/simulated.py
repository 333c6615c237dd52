"""A simulated camera for `simulated:`: plays the traveller's head, a page, or a picture, by cues.

Cues: {"scene": NAME} one of face, page, print, two, nobody, black, dark, blurred; {"turn": "left"}
turn the head and come back; {"look": "up"}, {"blink": true}, {"mouth": true} do that and come back;
{"light": [255, 0, 0]} the display's colour (red, green, blue) falls on the face; {"pose":
{"yaw_deg": 20}} move there and stay; {"picture": "/a.jpg"} play a file; {"unplug": true},
{"replug": true}, {"freeze": true}; with "delay_s" it comes later.
"""

import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from pathlib import Path
from threading import Event

import cv2
import numpy as np

from drivers.camera.api import Frame
from drivers.camera.puppet import (
    HEIGHT_PX,
    PICTURES,
    WIDTH_PX,
    Colour,
    Manner,
    Pixels,
    Pose,
    Puppet,
)
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError, DeviceUrlError
from drivers.stage import Cue, StageDoor, number_of
from drivers.url import Params

FRAMES_PER_S = 20.0
TURN_DEG = 36.0
UP_DEG = 24.0
HEAD_DEG_PER_S = 150.0
LID_PER_S, JAW_PER_S = 10.0, 4.0
TURN_HOLD_S, ACT_HOLD_S = 0.25, 0.6
LIGHT_DELAY_S = 0.1  # of the display and the camera together
LONGEST_DELAY_S = 60.0

# A camera outlives the program's handle on it: closing and opening finds the same scene.
_PEERS: dict[Path, "Peer"] = {}


@dataclass(frozen=True, slots=True)
class Stance:
    """Where the head points, in degrees, and how far eyes are closed and the mouth open, 0 to 1."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    eyes_closed: float = 0.0
    mouth_open: float = 0.0

    def towards(self, goal: "Stance", passed_s: float) -> "Stance":
        """How it stands after that time on the way to the goal."""
        speeds = (HEAD_DEG_PER_S, HEAD_DEG_PER_S, LID_PER_S, JAW_PER_S)
        pairs = zip(astuple(self), astuple(goal), speeds, strict=True)
        return Stance(
            *(
                now + float(np.clip(then - now, -speed * passed_s, speed * passed_s))
                for now, then, speed in pairs
            )
        )


REST = Stance()


@dataclass(slots=True)
class Peer:
    """What stands before the lens, and whether the plug is in."""

    door: StageDoor
    scene: str
    plugged: bool = True
    frozen: bool = False
    puppet: Puppet = field(default_factory=Puppet)
    _picture: Pixels | None = None
    stance: Stance = REST
    _goals: list[tuple[Stance, float]] = field(default_factory=list)
    _light: Colour | None = None
    _lights: list[tuple[float, Colour]] = field(default_factory=list)
    _moved_at_s: float = field(default_factory=time.monotonic)
    _hold_until_s: float = 0.0
    _due: list[tuple[float, Cue]] = field(default_factory=list)

    def look(self) -> Pixels:
        """The picture of now."""
        self._move()
        return SCENES[self.scene](self)

    def pose(self) -> Pose:
        """Where the head is now."""
        return Pose(self.stance.yaw_deg, self.stance.pitch_deg)

    def head(self) -> Pixels:
        """The traveller as they are now."""
        manner = Manner(self.stance.eyes_closed, self.stance.mouth_open, self._light)
        return self.puppet.head(self.pose(), manner)

    def picture(self) -> Pixels:
        """The file that a cue named; black without one."""
        return BLACK if self._picture is None else self._picture

    def listen(self) -> None:
        """Take the cues that came, and those whose time has come."""
        now_s = time.monotonic()
        self._due += [
            (now_s + min(number_of(cue, "delay_s"), LONGEST_DELAY_S), cue)
            for cue in self.door.cues()
        ]
        for due in [one for one in self._due if one[0] <= now_s]:
            self._due.remove(due)
            self._act(due[1])

    def _act(self, cue: Cue) -> None:
        if cue.get("scene") in SCENES:
            self.scene, self._goals = str(cue["scene"]), []
        if "picture" in cue:
            self._picture, self.scene = _read(Path(str(cue["picture"]))), "picture"
        for (key, value), (stance, hold_s) in ACTS.items():
            if cue.get(key) == value:
                self._goals = [(stance, hold_s), (REST, 0.0)]
        pose = cue.get("pose")
        if isinstance(pose, dict):
            yaw_deg, pitch_deg = (float(pose.get(key, 0)) for key in ("yaw_deg", "pitch_deg"))
            self._goals = [(Stance(yaw_deg, pitch_deg), 0.0)]
        if (light := _colour(cue.get("light"))) is not None:
            self._lights.append((time.monotonic() + LIGHT_DELAY_S, light))
        self.plugged = bool(cue.get("replug", self.plugged)) and not cue.get("unplug", False)
        self.frozen = bool(cue.get("freeze", self.frozen))

    def _move(self) -> None:
        """Towards the first goal, at the speed of a head; the light that has come."""
        now_s = time.monotonic()
        passed_s, self._moved_at_s = now_s - self._moved_at_s, now_s
        while self._lights and self._lights[0][0] <= now_s:
            self._light = self._lights.pop(0)[1]
        if not self._goals or now_s < self._hold_until_s:
            return
        goal, hold_s = self._goals[0]
        self.stance = self.stance.towards(goal, passed_s)
        if self.stance == goal:
            self._goals.pop(0)
            self._hold_until_s = now_s + hold_s


@dataclass(slots=True)
class SimulatedCamera:
    """Plays what stands before a Peer's lens, as fast as a camera would."""

    device: str
    peer: Peer
    _next_s: float = 0.0
    _pause: Event = field(default_factory=Event)

    @property
    def info(self) -> DeviceInfo:
        """Says plainly that nobody should take it for a real one."""
        return DeviceInfo("Border Kiosk", "Simulated camera")

    def grab(self, deadline: Deadline) -> Frame:
        """The next frame; raises DeviceGoneError while a cue keeps it unplugged."""
        while True:
            wait_s = deadline.slice_s(0.05)
            self.peer.listen()
            if not self.peer.plugged:
                raise DeviceGoneError(self.device, "the camera left the bus.")
            now_s = time.monotonic()
            if now_s >= self._next_s and not self.peer.frozen:
                self._next_s = now_s + 1 / FRAMES_PER_S
                return Frame(_grained(self.peer.look()), now_s)
            self._pause.wait(min(wait_s, max(0.001, self._next_s - now_s)))

    def close(self) -> None:
        """Let it go; the peer stays on its stage."""


def open_simulated(name: str, stage_path: Path, params: Params) -> SimulatedCamera:
    """A camera whose peer takes its cues at `stage_path`; `scene` is what it sees at first.

    Raises DeviceUrlError, and DeviceGoneError while a cue keeps it unplugged.
    """
    scene = check_params(params)
    if stage_path not in _PEERS or not stage_path.exists():
        leave_stage(stage_path)
        try:
            _PEERS[stage_path] = Peer(StageDoor(stage_path), scene)
        except OSError as error:
            raise DeviceUrlError(name, f"no stage at {stage_path}: {error.strerror}.") from error
    peer = _PEERS[stage_path]
    peer.listen()
    if not peer.plugged:
        raise DeviceGoneError(name, "the camera is not on the bus.")
    return SimulatedCamera(name, peer)


def check_params(params: Params) -> str:
    """What the URL lets the camera see at first; raises DeviceUrlError."""
    params.only("scene")
    return params.choice("scene", "face", tuple(SCENES))


def leave_stage(stage_path: Path) -> None:
    """Take the peer off its stage; nothing happens where there is none."""
    if stage_path in _PEERS:
        _PEERS.pop(stage_path).door.close()


ACTS: dict[tuple[str, str | bool], tuple[Stance, float]] = {
    ("turn", "left"): (Stance(yaw_deg=TURN_DEG), TURN_HOLD_S),
    ("turn", "right"): (Stance(yaw_deg=-TURN_DEG), TURN_HOLD_S),
    ("look", "up"): (Stance(pitch_deg=UP_DEG), ACT_HOLD_S),
    ("blink", True): (Stance(eyes_closed=1.0), ACT_HOLD_S),
    ("mouth", True): (Stance(mouth_open=1.0), ACT_HOLD_S),
}
DICE = np.random.default_rng()
GRAIN = DICE.normal(0, 1.2, (HEIGHT_PX, WIDTH_PX, 3)).round().astype(np.int16)
BLACK: Pixels = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)


def _grained(pixels: Pixels) -> Pixels:
    """As a camera takes it: with a noise that is never the same."""
    rows, columns = (int(DICE.integers(side)) for side in GRAIN.shape[:2])
    rolled = np.roll(GRAIN, (rows, columns), axis=(0, 1))
    tiles = (-(-pixels.shape[0] // HEIGHT_PX), -(-pixels.shape[1] // WIDTH_PX), 1)
    laid = np.tile(rolled, tiles)[: pixels.shape[0], : pixels.shape[1]]
    return np.asarray(cv2.add(pixels, laid, dtype=cv2.CV_8U), np.uint8)


def _dark(peer: Peer) -> Pixels:
    return (peer.head() // 12).astype(np.uint8)


def _blurred(peer: Peer) -> Pixels:
    return np.asarray(cv2.GaussianBlur(peer.head(), (0, 0), 9), np.uint8)


def _page(_peer: Peer) -> Pixels:
    return _read(PICTURES / "specimen_page.jpg")


SCENES: dict[str, Callable[[Peer], Pixels]] = {
    "face": lambda peer: peer.head(),
    "page": _page,
    "print": lambda peer: peer.puppet.flat_print(peer.pose()),
    "two": lambda peer: peer.puppet.two_people(peer.pose()),
    "nobody": lambda peer: peer.puppet.nobody(),
    "black": lambda _peer: BLACK.copy(),
    "dark": _dark,
    "blurred": _blurred,
    "picture": lambda peer: peer.picture(),
}


def _colour(said: object) -> Colour | None:
    """Three whole numbers from 0 to 255; None for anything else."""
    if not isinstance(said, list) or len(said) != 3:
        return None
    if not all(type(level) is int and 0 <= level <= 255 for level in said):
        return None
    red, green, blue = said
    return red, green, blue


def _read(path: Path) -> Pixels:
    pixels: object = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return np.asarray(pixels, np.uint8) if isinstance(pixels, np.ndarray) else BLACK.copy()
