"""The table of codes for consumers equals the code, and the contract's examples use its words."""

import re
from pathlib import Path

import pytest

from firmware_app.domain.document_checks_catalogue import (
    CATALOGUE,
    CHECK_DIGITS,
    Result,
    because,
    passed,
)
from firmware_app.domain.document_checks_page import page
from firmware_app.domain.mrz_digits import covers
from firmware_app.domain.mrz_layouts import LAYOUTS
from firmware_app.domain.rules import Reason
from mqtt import groups
from mqtt.contract import specimen

PAGE = Path(__file__).parents[3] / "docs" / "document_checks.md"
WRITE = (
    "python -c 'from firmware_app.domain.document_checks_page import page; print(page(), end=\"\")'"
    " > docs/document_checks.md"
)


def test_the_committed_page_equals_the_catalogue():
    assert PAGE.read_text(encoding="utf-8") == page(), WRITE


def test_the_page_names_every_code_and_every_reason_of_referral():
    text = page()
    for code, entry in CATALOGUE.items():
        assert f"`{code}`" in text
        assert all(f"`{why}`" in text for why in entry.whys)
    named = set(re.findall(r"`(document_[a-z_]+)` \|", text))
    assert named == {one.value for one in Reason if one.value.startswith("document_")} - {
        Reason.DOCUMENT_DISPUTED.value
    }
    assert max(map(len, (entry.asks for entry in CATALOGUE.values()))) < 200


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_answer_is_a_check_of_the_wire(code):
    answers = [passed(code), *(because(code, why) for why in CATALOGUE[code].whys)]
    for check in answers:
        wire = groups.DocumentCheck(
            code=check.code,
            result=groups.Result(check.result.value),
            why=check.why or None,
            inputs=check.inputs,
        )
        assert all(re.fullmatch(r"[A-Za-z0-9_.:/+-]{1,64}", one) for one in wire.inputs)
        assert check.result is not Result.FAILED or check.inputs, "a failure names what it used"


def test_every_check_digit_of_every_layout_has_its_code():
    for layout in LAYOUTS:
        blank = tuple("<" * layout.columns for _ in range(layout.lines))
        assert {one.field for one in covers(layout, blank)} <= set(CHECK_DIGITS), layout.name


def test_the_examples_of_the_contract_use_codes_and_reasons_that_kiosks_send():
    for check in specimen.crossing().document_checks:
        said = CATALOGUE[check.code].whys
        assert check.why is None or said[check.why].result.value == check.result.value
    assert set(specimen.crossing().crossing.referral_reasons) <= {one.value for one in Reason}
    assert set(specimen.DOCUMENT.check_digits) <= set(CHECK_DIGITS)
