"""Doubtful characters: settled where one reading is left, always reported, else left as read."""

import time
from dataclasses import replace
from datetime import date

import pytest

from firmware_app.domain.mrz import MrzError, parse
from firmware_app.domain.mrz_repair import Doubt, parse_settled, settle
from firmware_app.domain.mrz_writer import write

TODAY = date(2026, 11, 22)
FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
VISA = (
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
)
FRENCH = ("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "9409923102854CORINNE<<<<<<<6512068F4")
ROMANIAN = ("IDROUSAVA<<SUPERMAN<<<<<<<<<<<<<<<<<", "HD198025<51328505095M130509012049941")


def with_sign(text: str, column: int, sign: str) -> str:
    return text[:column] + sign + text[column + 1 :]


def places(settled):
    return [(one.line, one.column, one.why) for one in settled.repairs]


@pytest.mark.parametrize(
    ("column", "read"),
    [(13, "7"), (15, "O"), (17, "I"), (21, "I"), (27, "9"), (43, "O"), (18, "Z")],
)
def test_a_letter_among_digits_is_the_digit_that_it_is_confused_with(column, read):
    settled = settle((FIRST, with_sign(SECOND, column, read)), today=TODAY)
    assert settled.lines == (FIRST, SECOND)
    assert places(settled) == ([] if SECOND[column] == read else [(1, column, "class")])


def test_digits_among_the_names_and_states_are_letters():
    settled = settle((FIRST.replace("O", "0").replace("I", "1"), SECOND), today=TODAY)
    assert settled.lines == (FIRST, SECOND)
    assert {why for _, _, why in places(settled)} == {"class"}


def test_a_confused_letter_of_the_number_is_settled_by_number_and_composite_digit():
    right = write(replace(parse((FIRST, SECOND), TODAY).fields, number="XK7493704"))
    settled = settle((FIRST, right[1].replace("XK7493704", "XK74937O4")), today=TODAY)
    assert settled.lines == right
    assert places(settled) == [(1, 7, "check_digit")]


def test_where_two_letters_of_the_number_may_be_confused_both_stay():
    right = write(replace(parse((FIRST, SECOND), TODAY).fields, number="D23145890"))
    hurt = (FIRST, right[1].replace("D23145890", "D23I45890"))
    assert settle(hurt, today=TODAY).lines == hurt


def test_six_and_g_have_the_same_value_and_so_are_never_settled():
    """G is 16: modulo 10 no check digit tells it from 6 (Doc 9303-3, 4.9)."""
    right = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D236458907UTO7408122F1204159<<<<<<<6")
    six = (right[0], right[1])
    g = (right[0], right[1].replace("D236", "D23G"))
    assert parse(six, TODAY).all_hold is parse(g, TODAY).all_hold
    assert settle(g, (Doubt(1, 3, "6"),), today=TODAY).repairs == ()


def test_a_wrongly_printed_digit_is_left_as_it_is_printed():
    card = (
        "IDCMW<512849702<<<<<<<<<<<<<<<",
        "6104128M1402209CMW<<<<<<<<<<<1",
        "PUBLIC<<JON<<<<<<<<<<<<<<<<<<<",
    )
    assert settle(card, today=TODAY).lines == card
    failed = [one.field for one in parse_settled(card, today=TODAY).check_digits if not one.holds]
    assert failed == ["composite"]


def test_a_field_that_was_printed_so_is_not_taken_for_a_misreading():
    """The Romanian specimen prints digits as nationality; a name with 7 was not misread as 1."""
    assert settle(ROMANIAN, today=TODAY).repairs == ()
    seven = (FIRST.replace("ANNA", "AN7A0"[:4]), SECOND)
    assert settle(seven, today=TODAY).repairs == ()


def test_a_confident_character_is_never_changed_while_others_are_doubted():
    hurt = (FIRST, SECOND.replace("7408122", "74O8122"))
    settled = settle(hurt, (Doubt(1, 20, "M"),), today=TODAY)
    assert settled.lines == hurt


def test_doubts_are_settled_by_the_digits_together():
    hurt = (FIRST, SECOND.replace("L898902C3", "L898S02C8").replace("740812", "740872"))
    doubts = (Doubt(1, 4, "9B"), Doubt(1, 8, "3"), Doubt(1, 17, "1"))
    settled = settle(hurt, doubts, today=TODAY)
    assert settled.lines == (FIRST, SECOND)
    assert places(settled) == [(1, column, "check_digit") for column in (4, 8, 17)]


def test_two_readings_are_none():
    hurt = (FIRST, with_sign(SECOND, 2, "?"))
    settled = settle(hurt, (Doubt(1, 2, "9JT"),), today=TODAY)
    assert settled.lines == hurt
    with pytest.raises(MrzError):
        parse_settled(hurt, (Doubt(1, 2, "9JT"),), today=TODAY)


def test_an_unreadable_place_is_found_from_its_check_digit():
    mrz = parse_settled(
        (FIRST, with_sign(SECOND, 14, "*")), (Doubt(1, 14, "0123456789"),), today=TODAY
    )
    assert mrz.birth == "1974-08-12"
    assert [(one.was, one.now) for one in mrz.repairs] == [("*", "4")]


def test_without_a_composite_digit_each_field_is_settled_alone():
    hurt = (VISA[0], VISA[1].replace("400907", "4OO9O7").replace("961210", "961310"))
    settled = settle(hurt, (Doubt(1, 14, "0"), Doubt(1, 15, "0"), Doubt(1, 17, "0")), today=TODAY)
    assert settled.lines[1][13:19] == "400907"
    assert settled.lines[1][21:27] == "961310"


def test_the_french_composite_digit_covers_the_names():
    hurt = (FRENCH[0].replace("BERTH", "BEPTH"), FRENCH[1])
    settled = settle(hurt, (Doubt(0, 7, "R"),), today=TODAY)
    assert settled.lines == FRENCH
    assert places(settled) == [(0, 7, "check_digit")]


def test_lines_of_no_layout_come_back():
    for lines in ((), ("",), ("ABC", "DEF"), ("?" * 44, "?" * 44)):
        assert settle(lines, (Doubt(0, 0, "P"),), today=TODAY).lines == lines


def test_doubts_outside_the_zone_mean_nothing():
    doubts = (Doubt(9, 0, "A"), Doubt(0, 99, "A"), Doubt(-1, -1, "A"), Doubt(1, 14, ""))
    assert settle((FIRST, SECOND), doubts, today=TODAY).lines == (FIRST, SECOND)


def test_too_many_doubts_are_given_up_in_bounded_time():
    doubts = tuple(Doubt(1, column, "0123456789ABCDEF<") for column in range(44))
    began = time.process_time()
    settled = settle((FIRST, SECOND), doubts, today=TODAY)
    assert time.process_time() - began < 1
    assert settled.lines == (FIRST, SECOND)


def test_reprs_say_where_and_never_what():
    hurt = (FIRST, SECOND.replace("7408122", "74O8122"))
    settled = settle(hurt, today=TODAY)
    mrz = replace(parse(settled.lines, TODAY), repairs=settled.repairs)
    assert repr(settled) == "Settled(2 lines, 1 repairs)"
    assert repr(mrz) == "Mrz(TD3, 1 repairs)"
    assert repr(settled.repairs) == "(Repair(line 1, column 15, class),)"
    assert repr(Doubt(1, 2, "QX")) == "Doubt(line 1, column 2)"
