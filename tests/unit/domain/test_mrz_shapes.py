"""The shapes that guide an eye: every layout, every column, and the specimens fit them."""

import pytest

from firmware_app.domain.mrz_layouts import named
from firmware_app.domain.mrz_shapes import ANY, DIGITS, LETTERS, shapes

SPECIMENS = {
    "TD3": (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    "TD1": (
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "3407127M9507122UTO<<<<<<<<<<<2",
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
    ),
    "TD2": ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
    "MRV-A": (
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    ),
    "MRV-B": ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"),
    "FR-ID": ("IDFRADOUEL<<<<<<<<<<<<<<<<<<<<932013", "0506932020438CHRISTIANE<<NI2906209F3"),
    "RO-ID": ("IDROUPOPESCU<<ION<<<<<<<<<<<<<<<<<<<", "XX000000<5ROU8505095M130509012049941"),
}


def test_every_layout_has_one_shape_of_its_size():
    found = {shape.name: shape for shape in shapes()}
    assert set(found) == set(SPECIMENS)
    for name, shape in found.items():
        assert len(shape.lines) == named(name).lines
        assert {len(row) for row in shape.lines} == {named(name).columns}


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.name)
def test_a_specimen_fits_its_shape(shape):
    lines = SPECIMENS[shape.name]
    misfits = [
        (line, column)
        for line, text in enumerate(lines)
        for column, sign in enumerate(text)
        if sign not in shape.lines[line][column]
    ]
    assert misfits == []


def test_the_columns_of_a_passport_say_what_may_stand_there():
    first, second = next(shape for shape in shapes() if shape.name == "TD3").lines
    assert first[0] == "P"
    assert first[5:] == (LETTERS + "<",) * 39
    assert second[:9] == (ANY,) * 9
    assert second[9] == DIGITS
    assert second[13:19] == (DIGITS + "<",) * 6
    assert set(second[20]) == set("FMX<")
    assert second[42] == DIGITS + "<"
    assert second[43] == DIGITS
