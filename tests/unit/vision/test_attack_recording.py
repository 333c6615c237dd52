"""Injected frames: a frozen one, a loop, clips at another speed, a session that came earlier."""

from dataclasses import dataclass, field

import numpy as np

from vision.evaluate.attack_camera import FRAMES_PER_S
from vision.evaluate.attack_recording import IDLE, Clips, Looped, Recording, movement, nothing
from vision.image import Bgr8
from vision.liveness import Ask, ChallengeKind, Phase


@dataclass
class Numbered:
    """Gives frames as bright as their number, and keeps what it was asked."""

    asks: list[Ask] = field(default_factory=list)

    def frame(self, at_s: float, ask: Ask) -> Bgr8:
        self.asks.append(ask)
        return np.full((48, 64, 3), 10 * round(at_s * FRAMES_PER_S), np.uint8)


def _level(frame: Bgr8) -> int:
    return round(float(frame.mean()) / 10)


def test_a_loop_repeats_bit_by_bit_whatever_is_asked() -> None:
    looped = Looped(Recording(Numbered(), nothing, 0.5))
    frames = [
        looped.frame(number / FRAMES_PER_S, Ask(ChallengeKind.BLINK, Phase.ACT))
        for number in range(10)
    ]
    assert [_level(frame) for frame in frames] == [0, 1, 2, 3, 4] * 2
    assert all(np.array_equal(frames[at], frames[at + 5]) for at in range(5))


def test_a_clip_is_played_late_at_its_speed_and_then_idle() -> None:
    made: list[ChallengeKind] = []

    def clip(kind: ChallengeKind) -> Recording:
        made.append(kind)
        return Recording(Numbered(), movement(kind)[0], 1.0)

    clips = Clips(Recording(Numbered(), nothing, 0.3), clip, late_s=0.5, speed=2.0)
    asked = Ask(ChallengeKind.BLINK, Phase.ACT)
    levels = [_level(clips.frame(number / FRAMES_PER_S, asked)) for number in range(14)]
    assert made == [ChallengeKind.BLINK]
    assert max(levels[:5]) <= 2  # idle
    assert levels[5:10] == [0, 2, 4, 6, 8]
    assert max(levels[10:]) <= 2  # idle again: the ask has not changed
    assert _level(clips.frame(1.5, IDLE)) <= 2


def test_a_recording_is_made_with_its_script_and_no_more_than_is_looked_at() -> None:
    presenter = Numbered()
    script, length_s = movement(ChallengeKind.TURN_LEFT)
    recording = Recording(presenter, script, length_s)
    recording.at(0.35)
    assert [ask.phase for ask in presenter.asks] == [Phase.ACT] * 4
    assert _level(recording.at(-1.0)) == 0
