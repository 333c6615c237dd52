"""The visual zone against the machine readable zone: by field, in any script, never guessed."""

from dataclasses import replace
from datetime import date

import pytest

from firmware_app.domain.document_checks import Evidence, Result, check_document
from firmware_app.domain.document_checks_visual import VisualZone, against_visual
from firmware_app.domain.mrz import parse

TODAY = date(2026, 11, 22)
MRZ = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
PAGE = VisualZone(
    issuing_state="UTO",
    number="L 898902 C3",
    surname="Eriksson",
    given_names="Anna-Maria",
    nationality="UTO",
    birth="1974-08-12",
    sex="F",
    expiry="2012-04-15",
)


def answers(mrz, visual):
    return {
        check.code.removeprefix("vz.against_mrz").lstrip("."): (check.result.value, check.why)
        for check in against_visual(mrz, visual)
    }


def test_a_page_that_says_the_same_passes_in_every_field():
    assert set(answers(MRZ, PAGE).values()) == {("passed", "")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuing_state", "FRA"),
        ("number", "L898902C4"),
        ("surname", "Erikson"),
        ("given_names", "Anna"),
        ("nationality", "FRA"),
        ("birth", "1974-08-13"),
        ("sex", "M"),
        ("expiry", "2022-04-15"),
    ],
)
def test_one_altered_field_fails_alone_and_with_it_the_whole(field, value):
    found = answers(MRZ, replace(PAGE, **{field: value}))
    assert [name for name, answer in found.items() if answer[0] == "failed"] == ["", field]


@pytest.mark.parametrize(
    ("written", "machine"),
    [("Müller", "MUELLER"), ("Горбачёв", "GORBACHEV"), ("Ørsted", "OERSTED"), ("D'Arc", "DARC")],
)
def test_names_are_compared_as_doc_9303_transliterates_them(written, machine):
    found = answers(replace(MRZ, surname=machine), replace(PAGE, surname=written))
    assert found["surname"] == ("passed", "")


def test_what_was_not_read_is_not_done_and_the_rest_is():
    found = answers(MRZ, VisualZone(number="L898902C3"))
    assert found["number"] == ("passed", "")
    assert found["surname"] == ("not_done", "field_not_read")
    assert found[""] == ("passed", "")
    assert answers(MRZ, VisualZone())[""] == ("not_done", "field_not_read")
    assert set(answers(MRZ, None).values()) == {("not_done", "visual_zone_not_read")}


def test_letters_of_no_table_are_not_called_a_difference():
    found = answers(MRZ, replace(PAGE, surname="山田"))
    assert found["surname"] == ("not_done", "not_comparable")
    assert found[""] == ("passed", "")


def test_a_name_that_the_zone_cut_is_compared_by_its_beginning():
    cut = replace(MRZ, given_names="ANNA M", names_truncated=True)
    assert answers(cut, PAGE)["given_names"] == ("passed", "")
    assert answers(replace(cut, names_truncated=False), PAGE)["given_names"][0] == "failed"
    gone = replace(MRZ, given_names="", names_truncated=True)
    assert answers(gone, PAGE)["given_names"] == ("not_done", "not_comparable")


def test_a_field_that_the_layout_has_not_is_no_case():
    found = answers(replace(MRZ, layout="FR-ID"), PAGE)
    assert found["expiry"] == found["nationality"] == ("not_applicable", "not_in_layout")


def test_the_whole_names_only_what_was_compared():
    whole = against_visual(MRZ, VisualZone(number="L898902C3", surname="山田"))[0]
    assert whole.inputs == ("vz.number", "mrz.number")


def test_it_stands_among_the_checks_and_shows_nobody():
    checks = check_document(MRZ, TODAY, Evidence(visual_zone=PAGE))
    done = [one for one in checks if one.code.startswith("vz.")]
    assert [one.result for one in done] == [Result.PASSED] * 9
    assert "Eriksson" not in repr(PAGE) + repr(done)
