"""Several frames together: evidence adds up, and another document starts anew."""

import numpy as np

from vision.mrz_frames import MrzFrames
from vision.mrz_reading import SURE, MrzAdvice, MrzLine, MrzReading, MrzShape, same_document

PICTURE = np.zeros((4, 4), np.uint8)
QUAD = np.zeros((4, 2), np.float32)


class Told:
    """A reader that gives what it was told to, one reading a frame."""

    def __init__(self, *readings: MrzReading) -> None:
        self.readings = list(readings)

    def read(self, picture: np.ndarray, shapes: tuple[MrzShape, ...]) -> MrzReading:
        """The next reading."""
        return self.readings.pop(0)


def reading(text: str, sure: float, second: str = "", shape: str = "TD3") -> MrzReading:
    count = len(text)
    rest = (min(1 - sure, sure),) * count
    line = MrzLine(text, (sure,) * count, second or "<" * count, rest, QUAD)
    return MrzReading(shape, (line,), (MrzAdvice.HOLD_STILL,))


def test_frames_that_agree_are_no_surer_than_the_best_of_them():
    told = [reading("AB12", 0.8)] * 5
    frames = MrzFrames(Told(*told), ())
    assert [frames.add(PICTURE).lines[0].least for _ in told][-1] == 0.8


def test_each_character_comes_from_the_frames_that_saw_it_best():
    line = MrzLine("AB", (0.97, 0.6), "<<", (0.0, 0.0), QUAD)
    other = MrzLine("AB", (0.6, 0.98), "<<", (0.0, 0.0), QUAD)
    told = [MrzReading("TD3", (one,), (MrzAdvice.HOLD_STILL,)) for one in (line, other)]
    frames = MrzFrames(Told(*told), ())
    assert not frames.add(PICTURE).sure
    both = frames.add(PICTURE)
    assert (both.sure, both.advice) == (True, ())


def test_frames_that_waver_alike_never_become_sure():
    told = [reading("AB12", 0.6, "8813")] * 12
    frames = MrzFrames(Told(*told), ())
    assert not [frames.add(PICTURE) for _ in told][-1].sure


def test_the_better_frame_wins_and_the_other_is_the_second_choice():
    frames = MrzFrames(Told(reading("8AAA", 0.6), reading("BAAA", 0.95)), ())
    frames.add(PICTURE)
    both = frames.add(PICTURE)
    assert both.texts == ("BAAA",)
    assert both.lines[0].second[0] == "8"


def test_frames_that_differ_stay_doubtful():
    told = [reading("8AAA", 0.8), reading("BAAA", 0.8)] * 3
    frames = MrzFrames(Told(*told), ())
    last = [frames.add(PICTURE) for _ in told][-1]
    assert last.lines[0].confidence[0] < SURE
    assert not last.sure


def test_another_document_starts_anew():
    frames = MrzFrames(Told(*[reading("AAAAAA", 0.8)] * 4, reading("BBBBBB", 0.8)), ())
    for _ in range(4):
        frames.add(PICTURE)
    other = frames.add(PICTURE)
    assert other.texts == ("BBBBBB",)
    assert not other.sure


def test_a_frame_without_a_zone_keeps_what_was_read_and_passes_its_advice_on():
    nothing = MrzReading("", (), (MrzAdvice.NO_ZONE,))
    frames = MrzFrames(Told(reading("AB", 0.7), nothing), ())
    frames.add(PICTURE)
    kept = frames.add(PICTURE)
    assert (kept.texts, kept.advice) == (("AB",), (MrzAdvice.NO_ZONE,))


def test_clear_forgets():
    nothing = MrzReading("", ())
    frames = MrzFrames(Told(reading("AB", 0.7), nothing), ())
    frames.add(PICTURE)
    frames.clear()
    assert frames.add(PICTURE).lines == ()


def test_readings_are_of_one_document_by_the_share_of_like_characters():
    assert same_document(("ABCDE", "FGHIJ"), ("ABCDE", "F<<<<"))
    assert not same_document(("ABCDE", "FGHIJ"), ("ABCDE", "<<<<<"))
    assert not same_document(("ABCDE", "FGHIJ"), ("ABCDE",)), "a line more is another document"
    assert same_document(("AB", "CD"), ("ABCD",)), "where lines are cut does not matter"
