"""Frames that come from no camera: a session of another plan, a frozen frame, a loop, clips."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from vision.evaluate.attack_camera import FRAMES_PER_S
from vision.evaluate.attack_presenters import Presenter
from vision.image import Bgr8
from vision.liveness import Ask, ChallengeKind, Phase
from vision.liveness_colours import Colour

STRAIGHT_S, ACT_S, RETURN_S, COLOUR_S = 0.7, 1.9, 0.9, 0.6
IDLE = Ask(None, Phase.STRAIGHT)
_LONGEST_FRAMES = 400
_FILM_QUALITY = 92


@dataclass(slots=True)
class Recording:
    """What a presenter gave to a script of asks; a frame is made when it is first looked at."""

    presenter: Presenter
    script: Callable[[float], Ask]
    length_s: float
    _frames: list[npt.NDArray[np.uint8]] = field(default_factory=list)

    def at(self, position_s: float) -> Bgr8:
        """The frame there; the first before the beginning, the last after the end."""
        last = min(round(self.length_s * FRAMES_PER_S), _LONGEST_FRAMES) - 1
        wanted = min(max(0, int(position_s * FRAMES_PER_S + 1e-6)), last)
        while len(self._frames) <= wanted:
            at_s = len(self._frames) / FRAMES_PER_S
            frame = self.presenter.frame(at_s, self.script(at_s))
            _, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, _FILM_QUALITY])
            self._frames.append(np.asarray(data, np.uint8))
        return np.asarray(cv2.imdecode(self._frames[wanted], cv2.IMREAD_COLOR), np.uint8)


@dataclass(slots=True)
class Looped:
    """A recording from its beginning to its end, again and again, whatever is asked."""

    recording: Recording

    def frame(self, at_s: float, ask: Ask) -> Bgr8:
        """Where the loop is now."""
        _ = ask
        return self.recording.at(at_s % self.recording.length_s)


@dataclass(slots=True)
class Clips:
    """A clip of each movement, played late and at another speed when it is asked for; else idle.

    clip: makes the recording of one movement; speed: of the film, 1 as it was taken.
    """

    idle: Recording
    clip: Callable[[ChallengeKind], Recording]
    late_s: float
    speed: float
    _made: dict[ChallengeKind, Recording] = field(default_factory=dict)
    _playing: ChallengeKind | None = None
    _asked: ChallengeKind | None = None
    _from_s: float = 0.0

    def frame(self, at_s: float, ask: Ask) -> Bgr8:
        """The clip's frame of now."""
        asked = ask.kind if ask.phase is Phase.ACT else None
        if asked is not self._asked:
            self._asked = asked
            if asked is not None and asked is not ChallengeKind.COLOURS:
                self._playing, self._from_s = asked, at_s + self.late_s
        if self._playing is None or at_s < self._from_s:
            return self._resting(at_s)
        clip = self._clip(self._playing)
        position_s = (at_s - self._from_s) * self.speed
        if position_s >= clip.length_s:
            self._playing = None
            return self._resting(at_s)
        return clip.at(position_s)

    def _resting(self, at_s: float) -> Bgr8:
        """Forwards and backwards through the idle clip, so that it has no seam."""
        length_s = self.idle.length_s
        place = (at_s * self.speed) % (2 * length_s)
        return self.idle.at(place if place < length_s else 2 * length_s - place)

    def _clip(self, kind: ChallengeKind) -> Recording:
        if kind not in self._made:
            self._made[kind] = self.clip(kind)
        return self._made[kind]


def session(
    plan: tuple[ChallengeKind, ...], colours: tuple[Colour, ...]
) -> tuple[Callable[[float], Ask], float]:
    """The asks of a whole test with that plan, at the pace of people, and how long it takes."""
    parts: list[tuple[float, Ask]] = []
    for kind in plan:
        parts.append((STRAIGHT_S, Ask(kind, Phase.STRAIGHT)))
        if kind is ChallengeKind.COLOURS:
            parts += [(COLOUR_S, Ask(kind, Phase.ACT, colour)) for colour in colours]
        else:
            parts += [(ACT_S, Ask(kind, Phase.ACT)), (RETURN_S, Ask(kind, Phase.RETURN))]
    ends = np.cumsum([length_s for length_s, _ in parts])

    def script(at_s: float) -> Ask:
        index = int(np.searchsorted(ends, at_s, side="right"))
        return parts[index][1] if index < len(parts) else IDLE

    return script, float(ends[-1])


def movement(kind: ChallengeKind) -> tuple[Callable[[float], Ask], float]:
    """The asks of one movement alone."""
    script, length_s = session((kind,), ())
    return (lambda at_s: script(at_s + STRAIGHT_S)), length_s - STRAIGHT_S


def nothing(_at_s: float) -> Ask:
    """Nothing is asked for."""
    return IDLE
