"""The head turn: who passes, who does not, and what starts it anew."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.head_turn import Decision, HeadTurn, Phase, Side, Sight, flat_residual

FACE = np.random.default_rng(7).uniform(-1, 1, (468, 3)).astype(np.float32) * (70, 90, 40)
STEP_S = 0.1

Sights = list[Sight | None]


def _mesh(yaw_deg: float) -> np.ndarray:
    turn = math.radians(yaw_deg)
    across = FACE[:, 0] * math.cos(turn) + FACE[:, 2] * math.sin(turn)
    return np.column_stack([across + 320, FACE[:, 1] + 240]).astype(np.float32)


def _sight(yaw_deg: float, at_s: float, centre_px: complex = 320 + 240j, width_px: float = 200.0):
    return Sight(yaw_deg, centre_px, width_px, _mesh(yaw_deg), at_s)


def _sights(*yaws_deg: float) -> Sights:
    return [_sight(yaw_deg, number * STEP_S) for number, yaw_deg in enumerate(yaws_deg)]


def _fed(side: Side, sights: Sights) -> HeadTurn:
    challenge = HeadTurn(side)
    for sight in sights:
        straight = sight is not None and abs(sight.yaw_deg) < 15
        challenge.feed(sight, frontal=straight)
    return challenge


LEFT_AND_BACK = (0, 10, 20, 30, 20, 10, 0)


def test_turning_to_the_asked_side_and_back_is_live():
    verdict = _fed("left", _sights(*LEFT_AND_BACK)).verdict()
    assert verdict.decision is Decision.LIVE
    assert dict(verdict.scores)["turn_deg"] == 30.0
    assert dict(verdict.scores)["parallax"] > 0.03


def test_the_right_is_the_left_in_a_mirror():
    mirrored = [-yaw for yaw in LEFT_AND_BACK]
    assert _fed("right", _sights(*mirrored)).verdict().decision is Decision.LIVE
    assert _fed("left", _sights(*mirrored)).verdict().decision is Decision.NOT_SURE


@pytest.mark.parametrize("yaws", [(0, 0, 0, 0), (0, 10, 20, 21.9, 20, 10, 0), (30, 20, 10, 0)])
def test_a_still_picture_a_small_turn_and_half_a_challenge_are_not_live(yaws):
    assert _fed("left", _sights(*yaws)).verdict().decision is Decision.NOT_SURE


def test_one_turn_to_the_wrong_side_is_forgiven_and_counted_two_are_not():
    wrong = (0, -10, -20, -10)
    once = _fed("left", _sights(*wrong, *LEFT_AND_BACK))
    twice = _fed("left", _sights(*wrong, *wrong, *LEFT_AND_BACK))
    assert (once.wrong_turns, once.verdict().decision) == (1, Decision.LIVE)
    assert (twice.wrong_turns, twice.verdict().decision) == (2, Decision.NOT_SURE)


def test_without_advice_to_give_only_a_frontal_face_begins_and_ends_it():
    challenge = HeadTurn("left")
    for sight in _sights(*LEFT_AND_BACK):
        challenge.feed(sight, frontal=False)
    assert challenge.phase is Phase.FRONTAL


CUTS = {
    "another place": _sight(20, 0.2, centre_px=450 + 240j),
    "another size": _sight(20, 0.2, width_px=280.0),
    "too late": _sight(20, 1.0),
    "back in time": _sight(20, 0.0),
    "nobody": None,
    "no number": _sight(math.nan, 0.2),
    "no width": _sight(20, 0.2, width_px=0.0),
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_cut_on_the_way_starts_it_anew(cut):
    challenge = _fed("left", [*_sights(0, 10), cut])
    assert (challenge.phase, challenge.restarts) == (Phase.FRONTAL, 1)


def test_a_turned_picture_laid_over_a_frontal_one_between_two_frames_is_a_cut():
    swapped = [_sight(0, 0.0), _sight(30, 0.03), _sight(0, 0.06)]
    assert _fed("left", swapped).verdict().decision is Decision.NOT_SURE


def test_a_cut_while_the_head_comes_back_starts_it_anew():
    challenge = _fed("left", [*_sights(0, 10, 20, 30), None, _sight(0, 0.5)])
    assert challenge.phase is Phase.TURN
    assert challenge.verdict().decision is Decision.NOT_SURE


def test_once_done_it_stays_done():
    challenge = _fed("left", [*_sights(*LEFT_AND_BACK), None, _sight(-40, 9.0)])
    assert challenge.verdict().decision is Decision.LIVE


def test_no_flat_map_explains_a_turned_head_but_one_explains_a_flat_picture():
    flat = _mesh(0) @ np.array([[0.7, 0.1], [0.0, 1.0]], np.float32) + 5
    assert flat_residual(_mesh(0), flat) < 1e-3
    assert flat_residual(_mesh(0), _mesh(30)) > 5


def test_points_that_do_not_compare_have_no_parallax():
    assert flat_residual(_mesh(0), _mesh(0)[:9]) == 0.0
    assert flat_residual(_mesh(0), np.full_like(_mesh(0), np.nan)) == 0.0


NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf])
NOISE = st.none() | st.builds(
    Sight,
    NUMBERS,
    st.builds(complex, NUMBERS, NUMBERS),
    NUMBERS,
    st.sampled_from([_mesh(0), _mesh(30), _mesh(5)[:3], np.full((468, 2), np.inf, np.float32)]),
    NUMBERS,
)


@given(st.sampled_from(["left", "right"]), st.lists(st.tuples(NOISE, st.booleans())))
def test_noise_raises_nothing(side, noise):
    challenge = HeadTurn(side)
    for sight, frontal in noise:
        challenge.feed(sight, frontal=frontal)
    assert challenge.verdict().decision in {Decision.LIVE, Decision.NOT_SURE}


@given(st.sampled_from(["left", "right"]), st.lists(st.floats(-60, 21.9)), st.data())
def test_no_walk_without_a_turn_to_the_asked_side_is_live(side, towards_deg, data):
    sign = 1 if side == "left" else -1
    challenge = HeadTurn(side)
    for number, yaw in enumerate(towards_deg):
        sight = _sight(sign * yaw, number * data.draw(st.floats(0, 0.3)))
        challenge.feed(sight, frontal=data.draw(st.booleans()))
    assert challenge.verdict().decision is Decision.NOT_SURE


@given(st.integers(1, len(LEFT_AND_BACK) - 1))
def test_a_walk_with_a_gap_anywhere_is_not_live(lost):
    sights = _sights(*LEFT_AND_BACK)
    assert _fed("left", [*sights[:lost], None, *sights[lost:]]).verdict().decision is (
        Decision.NOT_SURE
    )
