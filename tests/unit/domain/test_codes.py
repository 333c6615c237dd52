"""The lists of states and kinds: what they hold, and that each says where it is from."""

import re
from datetime import date

import pytest

from firmware_app.domain import codes
from firmware_app.domain.mrz_layouts import LAYOUTS


@pytest.mark.parametrize(
    "code", ["USA", "FRA", "D", "XXA", "XOM", "EUE", "UNO", "RKS", "GBD", "ZIM"]
)
def test_codes_of_iso_and_of_doc_9303_are_known(code):
    assert codes.is_known_state(code)
    assert not codes.is_specimen_state(code)


@pytest.mark.parametrize("code", ["", "UT", "DEUX", "132", "usa", "AAA", "DD"])
def test_what_no_list_has_is_unknown(code):
    assert not codes.is_known_state(code)


def test_iso_3166_1_is_whole():
    iso = next(one for one in codes.state_lists() if one.name == "iso")
    assert len(iso.codes) == 249


def test_utopia_is_a_specimen_and_a_withdrawn_state_is_former():
    assert codes.is_specimen_state("UTO")
    assert codes.is_former_state("ANT")
    assert codes.is_known_state("ANT")
    assert not codes.is_former_state("NLD")


def test_stateless_and_british_variants_issue_nothing():
    assert codes.is_nationality_only("XXB")
    assert codes.is_nationality_only("GBN")
    assert not codes.is_nationality_only("GBR")


def test_every_list_says_source_and_date_and_no_code_stands_twice():
    seen = [code for one in codes.state_lists() for code in one.codes]
    assert len(seen) == len(set(seen))
    for one in codes.state_lists():
        assert len(one.source) > 20
        assert date(2020, 1, 1) < one.date
        assert all(re.fullmatch("D|[A-Z]{3}", code) for code in one.codes)


@pytest.mark.parametrize(
    ("layout", "code", "kind"),
    [
        ("TD3", "P", "passport"),
        ("TD3", "PD", "diplomatic_passport"),
        ("TD3", "PX", "passport"),
        ("TD3", "I", ""),
        ("TD1", "I", "card"),
        ("TD1", "AC", "crew_certificate"),
        ("TD1", "IP", "passport_card"),
        ("TD2", "IV", ""),
        ("MRV-A", "VC", "visa"),
        ("FR-ID", "ID", "card"),
        ("TD9", "P", ""),
        ("TD3", "", ""),
    ],
)
def test_kinds(layout, code, kind):
    assert codes.kind_of(layout, code) == kind
    assert codes.is_known_kind(layout, code) == bool(kind)


def test_every_layout_has_its_kinds():
    for layout in LAYOUTS:
        assert codes.is_known_kind(layout.name, layout.begins[0])
