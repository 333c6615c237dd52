"""Bodies of the laboratory: they obey late, come back, do nothing that they were not asked for."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vision.evaluate.attack_actor import Actor, Habits
from vision.evaluate.attack_head import Stance
from vision.evaluate.attack_recording import IDLE, movement, session
from vision.liveness import Ask, ChallengeKind, Phase

STILL = Habits(
    late_s=0.5,
    deg_per_s=100,
    turn_deg=26,
    up_deg=20,
    shut_s=0.4,
    mouth=0.9,
    sway_deg=0,
    sway_px=0,
    blinks_each_s=0,
)


def _stances(habits: Habits, asks: list[Ask]) -> list[Stance]:
    actor = Actor(habits, np.random.default_rng(3))
    return [actor.step(number / 10, ask) for number, ask in enumerate(asks)]


def _asked(kind: ChallengeKind) -> list[Ask]:
    return [IDLE] * 5 + [Ask(kind, Phase.ACT)] * 15 + [Ask(kind, Phase.RETURN)] * 15


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        (ChallengeKind.TURN_LEFT, lambda stance: stance.yaw_deg / 26),
        (ChallengeKind.TURN_RIGHT, lambda stance: -stance.yaw_deg / 26),
        (ChallengeKind.LOOK_UP, lambda stance: stance.pitch_deg / 20),
        (ChallengeKind.BLINK, lambda stance: stance.expression.eyes_closed),
        (ChallengeKind.OPEN_MOUTH, lambda stance: stance.expression.mouth_open / 0.9),
    ],
)
def test_each_challenge_is_obeyed_late_and_taken_back(
    kind: ChallengeKind, reached: Callable[[Stance], float]
) -> None:
    stances = _stances(STILL, _asked(kind))
    done = [reached(stance) for stance in stances]
    assert max(done[:10]) == 0  # half a second passes first
    assert max(done) == pytest.approx(1.0)
    assert done[-1] == 0
    unasked = _stances(replace(STILL, obeys=frozenset()), _asked(kind))
    assert max(abs(reached(stance)) for stance in unasked) == 0


def test_who_is_not_understood_goes_further() -> None:
    asks = [Ask(ChallengeKind.TURN_LEFT, Phase.ACT)] * 60
    assert _stances(STILL, asks)[-1].yaw_deg > 26 * 1.2


def test_a_sheet_nods_where_eyes_should_shut() -> None:
    stances = _stances(replace(STILL, nod_deg=45), _asked(ChallengeKind.BLINK))
    assert max(stance.pitch_deg for stance in stances) > 35
    assert abs(stances[-1].pitch_deg) < 1


def test_the_script_of_a_session_asks_in_the_plans_order() -> None:
    plan = (ChallengeKind.BLINK, ChallengeKind.TURN_LEFT, ChallengeKind.COLOURS)
    colours = ((255, 0, 0), (0, 255, 0))
    script, length_s = session(plan, colours)
    asks = [script(at / 10) for at in range(int(length_s * 10))]
    assert list(dict.fromkeys(ask.kind for ask in asks)) == list(plan)
    assert list(dict.fromkeys(ask.colour for ask in asks if ask.colour)) == list(colours)
    assert script(length_s + 1) == IDLE
    assert movement(ChallengeKind.BLINK)[0](0.0) == Ask(ChallengeKind.BLINK, Phase.ACT)
