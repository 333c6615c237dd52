"""What documents print beside the plain case: national cards, codes, unknown dates, odd digits."""

from datetime import date

import pytest

from firmware_app.domain.mrz import MrzError, check_digit, parse
from firmware_app.domain.mrz_repair import parse_settled

TODAY = date(2026, 11, 22)
FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
FRENCH = ("IDFRADOUEL<<<<<<<<<<<<<<<<<<<<932013", "0506932020438CHRISTIANE<<NI2906209F3")
ROMANIAN = ("IDROUSAVA<<SUPERMAN<<<<<<<<<<<<<<<<<", "HD198025<51328505095M130509012049941")
BELGIAN = (
    "IDBEL000590696<1015<<<<<<<<<<<",
    "9401013F2710017BEL000101123453",
    "SPECIMEN<<SPECIMEN<<<<<<<<<<<<",
)
AUSTRIAN = (
    "IDAUT000009993<<<<<<<<<<<<<<<<",
    "7109094F111231AUT<<<<<<<<<<<<0",
    "MUSTERFRAU<<ISOLDE<<<<<<<<<<<<",
)


def passport(at: int, text: str, first: str = FIRST) -> tuple[str, str]:
    return first, SECOND[:at] + text + SECOND[at + len(text) :]


def digit(mrz, field):
    return next(one for one in mrz.check_digits if one.field == field)


def test_the_french_card():
    mrz = parse(FRENCH, TODAY)
    assert (mrz.layout, mrz.surname, mrz.given_names) == ("FR-ID", "DOUEL", "CHRISTIANE NI")
    assert (mrz.number, mrz.issued, mrz.birth) == ("050693202043", "2005-06", "1929-06-20")
    assert (mrz.nationality, mrz.expiry, mrz.optional) == ("FRA", "", ("932013",))
    assert [one.field for one in mrz.check_digits] == ["number", "birth", "composite"]
    assert mrz.all_hold
    assert mrz.names_truncated


def test_a_french_birth_lies_before_the_issue():
    """A holder born in 08 has a card of 2005: so it was 1908."""
    second = "0506932020438CHRISTIANE<<NI080620" + str(check_digit("080620")) + "F3"
    assert parse((FRENCH[0], second), TODAY).birth == "1908-06-20"


def test_the_romanian_card_and_the_digits_that_its_specimen_prints_as_nationality():
    mrz = parse(ROMANIAN, TODAY)
    assert (mrz.layout, mrz.number, mrz.birth) == ("RO-ID", "HD198025", "1985-05-09")
    assert (mrz.nationality, mrz.malformed, mrz.all_hold) == ("", ("nationality",), True)


@pytest.mark.parametrize(("first_digit", "year"), [("1", "1915"), ("5", "2015"), ("9", "2015")])
def test_the_romanian_personal_number_tells_the_century(first_digit, year):
    second = f"XX000000<5ROU150509{check_digit('150509')}M300509{check_digit('300509')}"
    lines = (ROMANIAN[0], f"{second}{first_digit}2049940")
    assert parse(lines, TODAY).birth == f"{year}-05-09"


def test_the_belgian_number_of_twelve_digits():
    mrz = parse(BELGIAN, TODAY)
    assert mrz.number == "000590696101"
    assert (digit(mrz, "number").printed, digit(mrz, "number").holds) == ("5", True)
    assert mrz.optional == ("", "00010112345")


def test_the_austrian_specimen_whose_columns_are_shifted_is_a_value_with_failed_digits():
    """An inspector sees what is printed and which digits fail; nothing claims to be well read."""
    mrz = parse(AUSTRIAN, TODAY)
    failed = {one.field: one.printed for one in mrz.check_digits if not one.holds}
    assert failed == {"number": "<", "expiry": "A", "composite": "0"}
    assert mrz.nationality == "UT"


@pytest.mark.parametrize(
    "code",
    ["D", "XXA", "XXB", "XXC", "XOM", "XPO", "EUE", "UNO", "UNA", "UNK", "RKS", "GBD", "ZIM"],
)
def test_codes_of_one_to_three_letters(code):
    lines = passport(10, code.ljust(3, "<"), FIRST.replace("UTO", code.ljust(3, "<")))
    mrz = parse(lines, TODAY)
    assert (mrz.issuing_state, mrz.nationality) == (code, code)
    assert mrz.all_hold


@pytest.mark.parametrize(("sign", "sex"), [("X", "X"), ("<", "unspecified"), ("F", "F")])
def test_the_sex_as_printed(sign, sex):
    assert parse(passport(20, sign), TODAY).sex == sex


@pytest.mark.parametrize(
    ("printed", "birth"),
    [
        ("<<<<<<", "XXXX-XX-XX"),
        ("000000", "XXXX-XX-XX"),
        ("74<<<<", "1974-XX-XX"),
        ("740000", "1974-XX-XX"),
        ("7408<<", "1974-08-XX"),
        ("740800", "1974-08-XX"),
        ("<<0812", "XXXX-08-12"),
    ],
)
def test_births_that_are_known_in_part(printed, birth):
    mrz = parse(passport(13, printed + str(check_digit(printed))), TODAY)
    assert mrz.birth == birth
    assert digit(mrz, "birth").holds


@pytest.mark.parametrize(
    "printed", ["7<0812", "74<812", "741312", "740832", "74O812", "A40812", "74081<"]
)
def test_what_can_be_no_date_is_an_error(printed):
    with pytest.raises(MrzError, match="birth"):
        parse(passport(13, printed), TODAY)


@pytest.mark.parametrize(
    ("layout", "printed", "expiry"),
    [
        ("TD3", "460101", "2046-01-01"),
        ("TD3", "470101", "1947-01-01"),
        ("TD3", "991231", "1999-12-31"),
        ("TD1", "750101", "2075-01-01"),
        ("TD1", "770101", "1977-01-01"),
        ("TD1", "2001<<", "2020-01-XX"),
    ],
)
def test_an_expiry_is_not_too_far_ahead_for_its_kind_of_document(layout, printed, expiry):
    checked = printed + str(check_digit(printed))
    card = (BELGIAN[0], BELGIAN[1][:8] + checked + BELGIAN[1][15:], BELGIAN[2])
    assert parse(card if layout == "TD1" else passport(21, checked), TODAY).expiry == expiry


def test_no_expiry_may_have_no_digit_and_then_the_digit_is_absent():
    absent = digit(parse(passport(21, "<<<<<<<"), TODAY), "expiry")
    assert (absent.holds, absent.absent, absent.printed) == (True, True, "<")
    zero = digit(parse(passport(21, "<<<<<<0"), TODAY), "expiry")
    assert (zero.holds, zero.absent, zero.printed) == (True, False, "0")


def test_a_filler_for_the_digit_of_something_fails():
    for column, field in ((9, "number"), (19, "birth"), (27, "expiry"), (42, "optional")):
        failed = digit(parse(passport(column, "<"), TODAY), field)
        assert (failed.holds, failed.absent) == (False, False)


@pytest.mark.parametrize(
    ("names", "surname", "given_names", "malformed"),
    [
        ("ARKFREITH<<<<<", "ARKFREITH", "", ()),
        ("VAN<DER<MUELLEN<<WALTRAUD", "VAN DER MUELLEN", "WALTRAUD", ()),
        ("DARTAGNAN<<ANNA<<MARIA", "DARTAGNAN", "ANNA MARIA", ()),
        ("<<ANNA", "", "ANNA", ("names",)),
        ("", "", "", ("names",)),
        ("ER1KSSON<<ANNA", "ER1KSSON", "ANNA", ("names",)),
    ],
)
def test_names(names, surname, given_names, malformed):
    mrz = parse((FIRST[:5] + names.ljust(39, "<"), SECOND), TODAY)
    assert (mrz.surname, mrz.given_names, mrz.malformed) == (surname, given_names, malformed)


def test_lines_come_with_blanks_and_in_small_letters_and_nothing_else():
    assert parse((f" {FIRST.lower()}\r\n", SECOND), TODAY).all_hold
    for sign in ("ß", "\u0131", "\u017f", "\uff21", "\u0663"):
        with pytest.raises(MrzError):
            parse((FIRST[:-1] + sign, SECOND), TODAY)
        with pytest.raises(MrzError):
            parse_settled((FIRST[:-1] + sign, SECOND), today=TODAY)


def test_a_french_number_too_short_for_a_month_names_no_month_of_issue():
    first, second = FRENCH
    short = "1" + "<" * 11 + str(check_digit("1" + "<" * 11)) + second[13:]
    assert parse((first, short), TODAY).issued == ""
