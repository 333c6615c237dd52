"""The liveness test on sights made by arithmetic: who is live, who is not, what is an attack."""

import itertools
import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.face_template import FaceTemplate
from vision.liveness import (
    Ask,
    Became,
    ChallengeKind,
    Decision,
    Limits,
    LivenessTest,
    Phase,
    draw_colours,
    draw_plan,
)
from vision.liveness_seen import Artefacts, Sight, linear_light

K = ChallengeKind
SHAPE = np.random.default_rng(7).uniform(-1, 1, (468, 3)).astype(np.float32) * (70, 90, 40)
NOISE = np.random.default_rng(8)
STEP_S = 1 / 15
SKIN, ROOM = np.array([0.2, 0.25, 0.4]), np.array([0.3, 0.32, 0.35])
ACTS = {
    K.TURN_LEFT: {"yaw_deg": 28.0},
    K.TURN_RIGHT: {"yaw_deg": -28.0},
    K.LOOK_UP: {"pitch_deg": 22.0},
    K.BLINK: {"eyes": 0.08},
    K.OPEN_MOUTH: {"mouth": 0.5},
    K.COLOURS: {},
}
REST = {"yaw_deg": 0.0, "pitch_deg": 0.0, "eyes": 0.3, "mouth": 0.02}


def mesh(yaw_deg, pitch_deg, *, flat=False):
    """A rigid body, or a sheet, turned, as seen from afar."""
    points = SHAPE * (1, 1, 0) if flat else SHAPE
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    across = points[:, 0] * math.cos(yaw) + points[:, 2] * math.sin(yaw)
    down = points[:, 1] * math.cos(pitch) - points[:, 2] * math.sin(pitch)
    return np.column_stack([across + 320, down + 240, SHAPE[:, 2]]).astype(np.float32)


def sight(at_s, *, light=None, flat=False, room=1.0, gain=0.08, **now):
    """One sight; light: the display's colour as it falls on the skin."""
    now = REST | now
    shown = np.zeros(3) if light is None else linear_light(light)[::-1]
    skin = SKIN * room * (1 + gain * shown / SKIN)
    grain = NOISE.integers(0, 200, (72, 96)).astype(np.uint8)
    return Sight(
        at_s=at_s,
        yaw_deg=now["yaw_deg"],
        pitch_deg=now["pitch_deg"],
        roll_deg=0.0,
        centre_px=320 + 240j,
        width_px=200.0,
        points=mesh(now["yaw_deg"], now["pitch_deg"], flat=flat),
        eyes_open=(now["eyes"], now["eyes"]),
        mouth_open=now["mouth"],
        skin_bgr=np.tile(skin, (3, 1)).astype(np.float32),
        around_bgr=(ROOM * room).astype(np.float32),
        fingerprint=grain,
        artefacts=Artefacts(),
    )


class Somebody:
    """Does what is asked, 0.4 s late, at the speed of a head; the display's light lags by 0.1 s."""

    def __init__(self, acts=ACTS, *, lit=True, change=lambda one: one, flat=False, step_s=STEP_S):
        self.acts, self.lit, self.change, self.flat = acts, lit, change, flat
        self.step_s = step_s
        self.now, self.asked_at_s, self.seen = dict(REST), 0.0, []

    def goes_through(self, test, longest_s=40.0):
        ask, at_s = Ask(None, Phase.STRAIGHT), 0.0
        while not test.done and at_s < longest_s:
            before = ask
            ask = test.feed(self.next(at_s, ask), self.is_frontal())
            if ask.phase is not before.phase or ask.kind is not before.kind:
                self.asked_at_s = at_s
            self.seen.append((at_s, ask))
            at_s += self.step_s
        return test.verdict()

    def next(self, at_s, ask):
        acting = ask.phase is Phase.ACT and ask.kind is not None and at_s - self.asked_at_s > 0.4
        goal = REST | (self.acts.get(ask.kind, {}) if acting else {})
        for key, value in goal.items():
            most = 10.0 if key.endswith("_deg") else 0.15
            self.now[key] += float(np.clip(value - self.now[key], -most, most))
        light = next((a.colour for t, a in reversed(self.seen) if t <= at_s - 0.1), None)
        made = sight(at_s, light=light if self.lit else None, flat=self.flat, **self.now)
        return self.change(made)

    def is_frontal(self):
        return abs(self.now["yaw_deg"]) < 10 and abs(self.now["pitch_deg"]) < 10


def dice(seed):
    return random.Random(seed).randrange


def of(*kinds):
    colours = draw_colours(dice(3), 24) if K.COLOURS in kinds else ()
    return LivenessTest(kinds, colours)


@pytest.mark.parametrize("kind", list(K), ids=lambda kind: kind.value)
def test_who_does_what_is_asked_is_live(kind):
    test = of(kind)
    verdict = Somebody().goes_through(test)
    assert [(one.kind, one.became) for one in verdict.asked] == [(kind, Became.OBEYED)]
    assert verdict.decision is Decision.LIVE, verdict.scores


@pytest.mark.parametrize("kind", list(K), ids=lambda kind: kind.value)
def test_five_frames_a_second_are_enough(kind):
    verdict = Somebody(step_s=0.2).goes_through(of(kind))
    assert verdict.decision is Decision.LIVE, verdict.scores


@pytest.mark.parametrize("kind", [kind for kind in K if kind is not K.COLOURS], ids=str)
def test_who_does_nothing_or_another_thing_is_not(kind):
    nothing = Somebody(acts={}).goes_through(of(kind))
    assert nothing.decision is Decision.NOT_SURE
    assert nothing.asked[0].became is Became.NOT_OBEYED
    other = K.TURN_RIGHT if kind is not K.TURN_RIGHT else K.TURN_LEFT
    wrong = Somebody(acts={kind: ACTS[other]}).goes_through(of(kind))
    assert wrong.decision is Decision.NOT_SURE
    assert dict(wrong.scores)["wrong_moves"] > 1


def test_a_sheet_that_reads_as_a_turned_head_is_not_live():
    verdict = Somebody(flat=True).goes_through(of(K.TURN_LEFT))
    assert verdict.decision is Decision.NOT_SURE
    assert dict(verdict.scores)["relief"] < 0.1


def test_a_sheet_that_is_tilted_and_hardly_reads_as_turned_is_an_attack():
    test = of(K.TURN_LEFT)
    for number in range(10):
        tilted = mesh(min(max(number - 2, 0) * 15.0, 45.0), 0.0, flat=True)
        test.feed(replace(sight(number * STEP_S), points=tilted), number < 3)
    assert test.verdict().decision is Decision.ATTACK


def test_a_lamp_that_changes_with_the_colours_does_not_count_for_the_display():
    swing = itertools.cycle([1.0, 1.3, 0.8, 1.1])
    lamp = lambda one: replace(  # noqa: E731 - a lamp in one line
        one, **dict(zip(("skin_bgr", "around_bgr"), _times(one, next(swing)), strict=True))
    )
    assert Somebody(change=lamp).goes_through(of(K.COLOURS)).decision is Decision.LIVE
    unlit = Somebody(change=lamp, lit=False).goes_through(of(K.COLOURS))
    assert unlit.decision is Decision.NOT_SURE


def lasted_s(somebody):
    """How long the display showed colours."""
    return sum(ask.colour is not None for _, ask in somebody.seen) * somebody.step_s


def test_a_clear_answer_of_the_skin_ends_the_colours_early():
    somebody = Somebody()
    assert somebody.goes_through(of(K.COLOURS)).decision is Decision.LIVE
    limits = Limits()
    assert limits.least_colours * limits.hold_s < lasted_s(somebody) < 3.0


@pytest.mark.parametrize("step_s", [0.33, 0.45])
def test_a_camera_that_gives_two_or_three_frames_a_second_sees_each_colour(step_s):
    somebody = Somebody(step_s=step_s)
    verdict = somebody.goes_through(of(K.COLOURS))
    assert verdict.decision is Decision.LIVE, verdict.scores
    assert Somebody(step_s=step_s, lit=False).goes_through(of(K.COLOURS)).decision is not (
        Decision.LIVE
    )


@pytest.mark.parametrize("lit", [True, False], ids=["faint", "none"])
def test_an_answer_that_leaves_doubt_is_asked_for_all_colours(lit):
    grain = np.random.default_rng(3)

    def noisy(one):
        return replace(one, skin_bgr=one.skin_bgr * grain.normal(1, 0.05, (1, 3)).astype("float32"))

    limits, somebody = Limits(), Somebody(lit=lit, change=noisy)
    verdict = somebody.goes_through(of(K.COLOURS))
    whole_s = limits.colour_count * limits.hold_s + limits.tail_s
    assert lasted_s(somebody) == pytest.approx(whole_s, abs=0.25)
    assert (verdict.decision is Decision.LIVE) is lit, verdict.scores


def _times(one, factor):
    return one.skin_bgr * np.float32(factor), one.around_bgr * np.float32(factor)


def test_the_light_of_another_sequence_is_an_attack():
    other = iter(draw_colours(dice(99), 60))
    held = [next(other)] * 9

    def relit(one):
        if len(held) == 1:
            held[:] = [next(other)] * 9
        return replace(sight(one.at_s, light=held.pop()), fingerprint=one.fingerprint)

    verdict = Somebody(change=relit).goes_through(of(K.COLOURS))
    assert verdict.decision is not Decision.LIVE


def test_frames_that_come_again_are_an_attack():
    frozen = sight(0.0).fingerprint
    verdict = Somebody(change=lambda one: replace(one, fingerprint=frozen)).goes_through(
        of(K.TURN_LEFT)
    )
    assert verdict.decision is Decision.ATTACK


def test_frames_that_are_shown_again_later_are_an_attack_one_that_comes_twice_is_not():
    stock = [sight(0.0).fingerprint for _ in range(5)]
    again = itertools.cycle(stock)
    verdict = Somebody(change=lambda one: replace(one, fingerprint=next(again))).goes_through(
        of(K.TURN_LEFT)
    )
    assert verdict.decision is Decision.ATTACK
    held = []

    def twice(one):
        held[:] = [one.fingerprint] if len(held) == 2 or not held else [*held, held[0]]
        return replace(one, fingerprint=held[0])

    assert Somebody(change=twice).goes_through(of(K.TURN_LEFT)).decision is Decision.LIVE


def test_a_film_in_a_loop_is_an_attack():
    film = [NOISE.integers(0, 200, (72, 96)).astype(np.int16) for _ in range(30)]
    frames = itertools.cycle(film)

    def filmed(one):
        grain = NOISE.normal(0, 2, (72, 96))
        return replace(one, fingerprint=np.clip(next(frames) + grain, 0, 255).astype(np.uint8))

    verdict = Somebody(acts={}, change=filmed).goes_through(of(K.BLINK))
    assert verdict.decision is Decision.ATTACK


def test_a_second_person_in_the_midst_of_it_is_told():
    def template(number):
        return FaceTemplate(np.eye(192, dtype=np.float32)[number])

    test = of(K.TURN_LEFT)
    Somebody(
        change=lambda one: replace(one, template=template(0 if one.at_s < 0.5 else 1))
    ).goes_through(test)
    assert not test.same_person
    assert test.verdict().decision is Decision.NOT_SURE


CUTS = {
    "another place": {"centre_px": 450 + 240j},
    "another size": {"width_px": 280.0},
    "no number": {"yaw_deg": math.nan},
    "no width": {"width_px": 0.0},
    "turned in no time": {"yaw_deg": 60.0},
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_cut_starts_the_challenge_anew(cut):
    test = of(K.BLINK)
    for number in range(3):
        ask = test.feed(sight(number * STEP_S), True)
    assert ask.phase is Phase.ACT
    assert test.feed(replace(sight(3 * STEP_S), **cut), True).phase is not Phase.RETURN
    assert test.evidence.restarts == 1


def test_a_gap_a_step_back_in_time_and_a_lost_face_start_it_anew():
    for at_s in (1.5, 0.01):
        test = of(K.BLINK)
        for number in range(3):
            test.feed(sight(number * STEP_S), True)
        test.feed(sight(at_s), True)
        assert test.evidence.restarts == 1
    lost = of(K.BLINK)
    for seen in [sight(0.0), sight(0.1), sight(0.2), None, None, None]:
        lost.feed(seen, True)
    assert lost.evidence.restarts == 1


def test_what_is_obeyed_before_anybody_could_is_not_counted():
    test = of(K.TURN_LEFT)
    for number in range(3):
        test.feed(sight(number * STEP_S), True)
    ask = test.feed(sight(3 * STEP_S, yaw_deg=24.0), False)
    assert (ask.phase, test.evidence.too_soon) == (Phase.STRAIGHT, 1)


def test_a_challenge_that_cannot_be_done_is_replaced_or_left():
    test = of(K.TURN_LEFT, K.BLINK)
    test.replace(K.OPEN_MOUTH)
    verdict = Somebody().goes_through(test)
    assert verdict.decision is Decision.LIVE
    assert [one.became for one in verdict.asked] == [
        Became.REPLACED,
        Became.OBEYED,
        Became.OBEYED,
    ]
    left = of(K.TURN_LEFT, K.BLINK)
    left.skip_all()
    assert left.verdict().decision is Decision.NOT_SURE
    assert {one.became for one in left.verdict().asked} == {Became.SKIPPED}


def test_a_test_of_nothing_is_never_live():
    test = LivenessTest(())
    assert test.done
    assert test.feed(sight(0.0), True) == Ask(None, Phase.DONE, None, 1.0)
    assert test.verdict().decision is Decision.NOT_SURE


@given(st.integers(0, 2**32), st.sets(st.sampled_from(list(K)), min_size=1), st.integers(0, 6))
def test_a_plan_has_each_once_colours_last_never_both_turns_head_and_face(seed, kinds, count):
    plan = draw_plan(dice(seed), sorted(kinds), count)
    assert len(plan) == len(set(plan)) <= count
    assert set(plan) <= kinds
    assert not {K.TURN_LEFT, K.TURN_RIGHT} <= set(plan)
    if K.COLOURS in kinds and count:
        assert plan[-1] is K.COLOURS
    if kinds == set(K) and count == 3:
        assert len({K.BLINK, K.OPEN_MOUTH} & set(plan)) == 1


def test_every_order_comes_about_as_often():
    rolled = random.Random(5)
    plans = [draw_plan(rolled.randrange, list(K), 3) for _ in range(3000)]
    counts = [plans.count(plan) for plan in set(plans)]
    assert len(counts) == 12
    assert min(counts) > 180


NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_noise_raises_nothing_and_is_never_live(data):
    test = LivenessTest(draw_plan(dice(1), list(K), 3), draw_colours(dice(2), 24))
    for _ in range(data.draw(st.integers(0, 12))):
        noise = data.draw(
            st.none()
            | st.fixed_dictionaries(
                {
                    "at_s": NUMBERS,
                    "yaw_deg": NUMBERS,
                    "pitch_deg": NUMBERS,
                    "width_px": NUMBERS,
                    "mouth_open": NUMBERS,
                    "points": st.sampled_from([SHAPE, np.full_like(SHAPE, np.nan)]),
                }
            )
        )
        seen = None if noise is None else replace(sight(0.0), **noise)
        test.feed(seen, data.draw(st.booleans()))
    assert test.verdict().decision is not Decision.LIVE
