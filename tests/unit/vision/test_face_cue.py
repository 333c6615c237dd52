"""One cue at a time: it stays until it is obeyed, and gives way to what is clearly worse."""

from hypothesis import given
from hypothesis import strategies as st

from vision.face_cue import Cue, CuePatience, next_cue
from vision.face_quality import Advice, Need

PATIENCE = CuePatience()
STEP_S = 1 / 15


def shown(rows: list[tuple[Need, ...]], step_s: float = STEP_S) -> list[Advice | None]:
    """What the screen says after each of these looks."""
    cue, said = Cue(), []
    for number, needs in enumerate(rows):
        cue = next_cue(cue, needs, number * step_s, PATIENCE)
        said.append(cue.shown)
    return said


def changes(said: list[Advice | None]) -> list[Advice | None]:
    return [one for one, before in zip(said, [None, *said], strict=False) if one is not before]


CLOSER, STILL = Need(Advice.CLOSER, 5), Need(Advice.HOLD_STILL, 5)


def test_a_need_that_trembles_about_its_limit_is_one_steady_cue():
    assert changes(shown([(CLOSER,), ()] * 40)) == [Advice.CLOSER]


def test_two_needs_that_take_turns_do_not_flicker():
    assert changes(shown([(CLOSER, STILL), (STILL,)] * 40)) == [Advice.CLOSER]


def test_what_is_mended_goes_and_the_next_need_comes():
    said = shown([(CLOSER, STILL)] * 20 + [(STILL,)] * 20 + [()] * 40)
    assert changes(said) == [Advice.CLOSER, Advice.HOLD_STILL, None]


def test_a_cue_that_is_obeyed_goes_within_half_a_second():
    said = shown([(CLOSER,)] * 30 + [()] * 30)
    assert said[30 + round(0.5 / STEP_S)] is None


def test_something_clearly_worse_takes_over_after_a_second_and_not_before():
    worse = Need(Advice.MORE_LIGHT, 60)
    said = shown([(CLOSER,)] * 20 + [(CLOSER, worse)] * 30)
    taken = said.index(Advice.MORE_LIGHT)
    assert 0.9 <= (taken - 20) * STEP_S <= 1.3


def test_something_a_little_worse_waits_its_turn():
    assert changes(shown([(STILL, Need(Advice.LOOK_AT_CAMERA, 15))] * 60)) == [Advice.HOLD_STILL]


def test_a_second_person_is_said_at_once_and_one_frame_of_it_is_not():
    other = Need(Advice.TWO_FACES, 10)
    once = shown([(CLOSER,)] * 20 + [(other,)] + [(CLOSER,)] * 20)
    assert changes(once) == [Advice.CLOSER]
    stays = shown([(CLOSER,)] * 20 + [(other,)] * 10)
    assert stays[-1] is Advice.TWO_FACES


def test_at_five_frames_a_second_it_is_no_slower_than_its_patience():
    said = shown([(CLOSER,)] * 10 + [()] * 10, step_s=0.2)
    assert said[13] is None


NEEDS = st.lists(
    st.builds(Need, st.sampled_from(Advice), st.floats(0.1, 100)),
    max_size=4,
    unique_by=lambda need: need.advice,
).map(tuple)


@given(st.lists(NEEDS, max_size=60), st.floats(0.01, 0.5))
def test_no_cue_but_an_urgent_one_comes_before_the_last_has_had_its_time(rows, step_s):
    said = shown(rows, step_s)
    since, before = 0, None
    for number, one in enumerate(said):
        if one is not before:
            urgent = one in {Advice.NO_FACE, Advice.TWO_FACES}
            if before is not None and not urgent:
                assert (number - since) * step_s >= PATIENCE.least_s - 1e-9
            since, before = number, one


@given(st.lists(NEEDS, max_size=30), st.sampled_from(Advice))
def test_from_any_past_a_lasting_need_is_shown_and_a_lasting_peace_clears_it(rows, advice):
    assert shown([*rows, *[(Need(advice, 50),)] * 60])[-1] is advice
    assert shown([*rows, *[()] * 60])[-1] is None
