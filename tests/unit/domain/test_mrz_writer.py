"""The writer of zones: Doc 9303's own specimens come out again, truncation follows 4.2.3."""

from dataclasses import replace
from datetime import date

import pytest

from firmware_app.domain.mrz import MrzError, MrzFields, parse
from firmware_app.domain.mrz_names import names_field
from firmware_app.domain.mrz_writer import MrzFieldError, write

TODAY = date(2026, 11, 22)
PASSPORT = MrzFields(
    layout="TD3",
    document_code="P",
    issuing_state="UTO",
    surname="ERIKSSON",
    given_names="ANNA MARIA",
    number="L898902C3",
    nationality="UTO",
    birth="1974-08-12",
    sex="F",
    expiry="2012-04-15",
    optional=("ZE184226B",),
)
SPECIMENS = [
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    (
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ),
    (
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "3407127M9507122UTO<<<<<<<<<<<2",
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
    ),
    ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
    (
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    ),
    ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"),
    ("IDFRADOUEL<<<<<<<<<<<<<<<<<<<<932013", "0506932020438CHRISTIANE<<NI2906209F3"),
]


@pytest.mark.parametrize("lines", SPECIMENS, ids=lambda lines: f"{len(lines)}x{len(lines[0])}")
def test_a_specimen_that_is_read_is_written_again(lines):
    assert write(parse(lines, TODAY).fields) == lines


@pytest.mark.parametrize(
    ("surname", "given_names", "field"),
    [
        ("ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
        ("ARKFREITH", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        (
            "NILAVADHANANANDA",
            "CHAYAPA DEJTHAMRONG KRASUANG",
            "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K",
        ),
        (
            "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL",
            "DINGO POTOROO",
            "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D",
        ),
        ("A" * 38, "B", "A" * 36 + "<<B"),
        ("A" * 40, "", "A" * 39),
        ("A" * 30, "BBBBBB CC", "A" * 30 + "<<BBBBB<C"),
        ("A" * 30, "BBBB C DD", "A" * 30 + "<<BBB<C<D"),
        ("A" * 31, "B C D EE", "A" * 30 + "<<B<C<D<E"),
    ],
)
def test_names_are_truncated_as_doc_9303_4_says(surname, given_names, field):
    written = names_field(surname, given_names, 39)
    assert written == field
    assert len(written) == 39


def test_a_truncated_name_is_flagged_when_it_is_read():
    long = replace(PASSPORT, given_names="ANNA MARIA MAGDALENA ELISABETH THERESE")
    mrz = parse(write(long), TODAY)
    assert mrz.names_truncated
    assert mrz.all_hold
    assert not parse(write(PASSPORT), TODAY).names_truncated


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"surname": ""}, "surname"),
        ({"surname": "O'NEIL"}, "names"),
        ({"number": "A" * 10}, "too long"),
        ({"number": ""}, "number"),
        ({"birth": "74-08-12"}, "birth"),
        ({"sex": "female"}, "sex"),
        ({"nationality": "UTOP"}, "nationality"),
        ({"document_code": "I"}, "document code"),
        ({"optional": ("1" * 15,)}, "optional"),
        ({"optional": ("1", "2")}, "optional"),
        ({"layout": "FR-ID", "document_code": "ID"}, "layout"),
    ],
)
def test_what_no_zone_can_carry_is_an_error_that_names_the_field_only(changes, where):
    with pytest.raises(MrzFieldError, match=where) as caught:
        write(replace(PASSPORT, **changes))
    assert "ERIKSSON" not in str(caught.value)


def test_a_layout_that_does_not_exist():
    with pytest.raises(MrzError):
        write(replace(PASSPORT, layout="TD4"))


def test_the_repr_of_the_fields_shows_nobody():
    assert "ERIKSSON" not in repr(PASSPORT)
