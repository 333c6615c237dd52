"""From a reading to a judged zone: doubts may be settled, a sure character is never touched."""

from datetime import date

import numpy as np
import pytest

from firmware_app.domain import mrz_shapes
from firmware_app.workers.mrz_eyes import judge, shapes
from vision.mrz_reading import MrzAdvice, MrzLine, MrzReading

TODAY = date(2026, 11, 22)
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
NOWHERE = np.zeros((4, 2), np.float32)


def reading(lines=TD3, unsure=(), advice=()):
    """Every character sure but those of `unsure`: (line, column, what it saw, what else)."""
    rows = []
    for row, text in enumerate(lines):
        seen, second = list(text), [" "] * len(text)
        first_sure, second_sure = [0.99] * len(text), [0.001] * len(text)
        for line, column, sign, other in unsure:
            if line == row:
                seen[column], second[column] = sign, other
                first_sure[column], second_sure[column] = 0.6, 0.35
        rows.append(
            MrzLine("".join(seen), tuple(first_sure), "".join(second), tuple(second_sure), NOWHERE)
        )
    return MrzReading("TD3", tuple(rows), advice)


def test_the_reader_is_told_every_layout_that_the_parser_knows():
    assert [shape.name for shape in shapes()] == [shape.name for shape in mrz_shapes.shapes()]
    assert {(len(shape.lines), shape.columns) for shape in shapes()} >= {(2, 44), (3, 30), (2, 36)}


def test_a_sure_reading_is_sure():
    judged = judge(reading(), TODAY)
    assert judged.sure
    assert judged.holds
    assert judged.lines == TD3
    assert judged.mrz.surname == "ERIKSSON"


def test_a_doubt_that_the_check_digits_settle_is_settled_and_stays_flagged():
    judged = judge(reading(unsure=[(1, 5, "O", "0")]), TODAY)
    assert judged.lines == TD3
    assert judged.holds
    assert not judged.sure
    assert len(judged.mrz.repairs) == 1
    assert "1 repaired" in judged.note


def test_a_doubt_in_a_name_stays_a_doubt():
    judged = judge(reading(unsure=[(0, 5, "E", "F")]), TODAY)
    assert judged.holds
    assert not judged.sure
    assert judged.confidence.doubtful == ((0, 5),)
    assert judged.note == "1 doubtful"


def test_a_wrong_digit_that_the_eye_was_sure_of_is_reported_and_not_mended():
    printed = (TD3[0], TD3[1].replace("L898902C3", "L8989O2C3"))
    judged = judge(reading(printed), TODAY)
    assert judged.lines == printed
    assert judged.legible
    assert not judged.holds
    assert not judged.sure
    assert "wrong digit: number" in judged.note


@pytest.mark.parametrize("lines", [(), ("A" * 44,), ("?" * 44, "?" * 44)])
def test_what_is_no_zone_says_so_and_keeps_the_advice(lines):
    judged = judge(reading(lines, advice=(MrzAdvice.GLARE,)), TODAY)
    assert judged.mrz is None
    assert not judged.sure
    assert not judged.holds
    assert judged.note.startswith("no zone")
    assert judged.advice == (MrzAdvice.GLARE,)


def test_no_word_of_the_document_is_in_repr_or_note():
    for judged in (
        judge(reading(), TODAY),
        judge(reading(unsure=[(0, 5, "E", "F")]), TODAY),
        judge(reading(("ERIKSSON" * 5,)), TODAY),
    ):
        assert "ERIKSSON" not in repr(judged) + judged.note
