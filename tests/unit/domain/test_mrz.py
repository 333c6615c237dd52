"""The MRZ parser on Doc 9303's own specimens, on wrong digits, and on noise."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.domain.mrz import Mrz, MrzError, check_digit, parse

TODAY = date(2026, 11, 22)
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
MRV_A = (
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
)
MRV_B = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")
LONG_NUMBER = (
    "I<UTOD23145890<7349<<<<<<<<<<<",
    "3407127M9507122UTO<<<<<<<<<<<2",
    "STEVENSON<<PETER<JOHN<<<<<<<<<",
)


@pytest.mark.parametrize(
    ("lines", "layout"),
    [(TD3, "TD3"), (TD1, "TD1"), (TD2, "TD2"), (MRV_A, "MRV-A"), (MRV_B, "MRV-B")],
)
def test_the_specimens_of_doc_9303_parse_with_every_digit_right(lines, layout):
    mrz = parse(lines, TODAY)
    assert mrz.layout == layout
    assert (mrz.surname, mrz.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert mrz.all_hold


def test_the_fields_of_the_specimen_passport():
    mrz = parse(TD3, TODAY)
    assert (mrz.document_code, mrz.issuing_state, mrz.nationality) == ("P", "UTO", "UTO")
    assert (mrz.number, mrz.birth, mrz.sex, mrz.expiry) == (
        "L898902C3",
        "1974-08-12",
        "F",
        "2012-04-15",
    )
    assert mrz.optional == ("ZE184226B",)


def test_a_long_document_number_goes_on_in_the_optional_field():
    """Doc 9303-5, 4.2.2: D23145890734 with check digit 9."""
    mrz = parse(LONG_NUMBER, TODAY)
    assert mrz.number == "D23145890734"
    assert mrz.all_hold


@pytest.mark.parametrize(("column", "field"), [(9, "number"), (19, "birth"), (27, "expiry")])
def test_a_wrong_digit_is_reported_by_its_field(column, field):
    second = TD3[1][:column] + str((int(TD3[1][column]) + 1) % 10) + TD3[1][column + 1 :]
    mrz = parse((TD3[0], second), TODAY)
    failed = {digit.field: digit.printed for digit in mrz.check_digits if not digit.holds}
    assert failed == {field: second[column], "composite": "0"}


def test_the_repr_shows_nobody():
    shown = repr(parse(TD3, TODAY))
    assert "ERIKSSON" not in shown
    assert "L898902" not in shown


def test_partly_known_birth_dates_stay_partly_known():
    second = TD3[1][:13] + "74<<<<" + str(check_digit("74<<<<")) + TD3[1][20:]
    assert parse((TD3[0], second), TODAY).birth == "1974-XX-XX"


@pytest.mark.parametrize(
    ("birth", "year"), [("261121", "2026"), ("261123", "1926"), ("741231", "1974")]
)
def test_a_birth_lies_in_the_past(birth, year):
    second = TD3[1][:13] + birth + TD3[1][19:21] + "300101" + TD3[1][27:]
    assert parse((TD3[0], second), TODAY).birth.startswith(year)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("",),
        (TD3[0],),
        (TD3[0], TD3[1][:-1]),
        (TD3[0], TD3[1].replace("7408122", "7413122")),
        (TD3[0].replace("<", " ", 1), TD3[1]),
        ("X" * 200, "Y" * 200),
        (TD3[0], "<" * 44),
    ],
)
def test_what_is_no_mrz_is_an_mrz_error_that_quotes_nothing(lines):
    with pytest.raises(MrzError) as caught:
        parse(lines, TODAY)
    assert "ERIKSSON" not in str(caught.value)


@given(
    st.lists(st.text("<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ a", max_size=46), max_size=4)
    | st.tuples(
        st.text("<0OP9", min_size=44, max_size=44), st.text("<0OF19", min_size=44, max_size=44)
    )
)
def test_noise_gives_a_value_or_an_mrz_error(lines):
    try:
        found = parse(tuple(lines), TODAY)
    except MrzError:
        return
    assert isinstance(found, Mrz)


@given(st.data())
def test_the_specimen_with_any_signs_changed_never_breaks_the_parser(data):
    text = list("".join(TD3))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, 87))
        text[place] = data.draw(st.sampled_from("<0123456789ABCXYZ"))
    whole = "".join(text)
    try:
        parse((whole[:44], whole[44:]), TODAY)
    except MrzError:
        return
