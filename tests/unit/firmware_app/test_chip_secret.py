"""The secret that opens a chip is what the zone prints, sign by sign, in every layout."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.chip.api import check_digit
from drivers.chip.simulated_bac import mrz_information
from firmware_app.domain.mrz import MrzFields, parse
from firmware_app.domain.mrz_writer import write
from firmware_app.workers.chip import secret_of

TODAY = date(2026, 11, 22)
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = {"TD1": 22, "TD2": 14, "TD3": 9}


@st.composite
def documents(draw):
    layout = draw(st.sampled_from(sorted(LONGEST)))
    inner = draw(st.text(SIGNS + "<", max_size=LONGEST[layout] - 2))
    number = draw(st.sampled_from(SIGNS)) + inner + draw(st.sampled_from(SIGNS))
    if len(number) > 9:
        number = number.replace("<", "0")
    return MrzFields(
        layout=layout,
        document_code={"TD3": "P"}.get(layout, "I"),
        issuing_state="UTO",
        surname="ERIKSSON",
        given_names="ANNA",
        number=number,
        nationality="UTO",
        birth=draw(st.sampled_from(["1974-08-12", "1974-08-XX", "1974-XX-XX", "XXXX-XX-XX"])),
        sex="F",
        expiry=draw(st.sampled_from(["2031-04-15", "2031-04-XX", ""])),
        optional=("", "") if layout == "TD1" else ("",),
    )


@given(documents())
def test_it_is_what_the_chip_made_of_its_own_lines(fields):
    """The virtual chip takes it from the columns of Doc 9303-4, -5 and -6 by itself."""
    lines = write(fields)
    assert secret_of(parse(lines, TODAY)).information == mrz_information(lines).encode()


def passport(number="L898902C<", birth="740812", expiry="310415"):
    digits = [check_digit(part) for part in (number, birth, expiry)]
    second = f"{number}{digits[0]}UTO{birth}{digits[1]}F{expiry}{digits[2]}".ljust(44, "<")
    return ("P<UTOERIKSSON<<ANNA<MARIA".ljust(44, "<"), second)


@pytest.mark.parametrize("birth", ["740800", "740000", "000000", "7408<<", "74<<<<", "<<<<<<"])
@pytest.mark.parametrize("expiry", ["310415", "310400", "3104<<", "<<<<<<"])
def test_an_unknown_day_opens_it_as_it_is_printed_zeros_or_fillers(birth, expiry):
    lines = passport(birth=birth, expiry=expiry)
    second = lines[1]
    printed = second[0:10] + second[13:20] + second[21:28]
    assert secret_of(parse(lines, TODAY)).information == printed.encode()


def test_the_example_of_doc_9303_11_appendix_d():
    assert (
        secret_of(
            parse(
                (
                    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                    "L898902C<3UTO6908061F9406236ZE184226B<<<<<14",
                ),
                TODAY,
            )
        ).information
        == b"L898902C<369080619406236"
    )


def test_a_card_with_a_number_of_more_than_nine_characters():
    """Doc 9303-11, appendix D.2: the number goes on behind the filler in its digit's place."""
    lines = (
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "3407127M9507122UTO<<<<<<<<<<<2",
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
    )
    secret = secret_of(parse(lines, TODAY))
    assert secret.information == b"D23145890734934071279507122"


def test_the_french_card_prints_no_expiry_and_asking_raises_nothing():
    fields = MrzFields(
        layout="FR-ID", document_code="ID", issuing_state="FRA", surname="BERTHIER",
        given_names="CORINNE", number="880692310285", nationality="FRA", birth="1965-12-06",
        sex="F", expiry="", optional=("",),
    )  # fmt: skip
    secret = secret_of(parse(write(fields), TODAY))
    assert secret.information.endswith(b"<<<<<<0")
    assert repr(secret) == "MrzSecret()"
