"""Days, states, digits and reviews as the traveller and the engineer read them."""

from pathlib import Path

import pytest

from firmware_app.domain.languages import LANGUAGES
from firmware_app.ui.local_forms import FSI, PDI, LocalForms
from firmware_app.ui.texts import LOCALES, Texts

BIRTH = "1974-08-12"


@pytest.mark.parametrize(
    ("language", "region", "said"),
    [
        ("en", "", "12 August 1974"),
        ("fr", "ML", "12 août 1974"),
        ("ar", "MA", "12 غشت 1974"),
        ("ar", "SD", "١٢ أغسطس ١٩٧٤"),
        ("ar", "IQ", "١٢ آب ١٩٧٤"),
        ("am", "ET", "12 ኦገስት 1974 እ.ኤ.አ."),
        ("so", "SO", "12 Agosto 1974"),
        ("ha", "NE", "12 Agusta 1974"),
        ("bm", "ML", "12 uti 1974"),
        ("sw", "TZ", "12 Agosti 1974"),
        ("tr", "TR", "12 Ağustos 1974"),
        ("tr", "QQ", "12 Ağustos 1974"),
    ],
)
def test_a_day_is_written_with_the_months_name(language: str, region: str, said: str) -> None:
    assert LocalForms(language, region).day(BIRTH) == said


@pytest.mark.parametrize(
    ("iso", "said"),
    [
        ("1974-XX-XX", "1974"),
        ("1974-08-XX", "August 1974"),
        ("1974-08", "August 1974"),
        ("1974-XX-12", "1974"),
        ("XXXX-08-12", "12 August"),
        ("XXXX-XX-XX", "–"),  # noqa: RUF001 (a dash)
        ("", ""),
        ("1974-13-01", "1974-13-01"),
        ("no day", "no day"),
    ],
)
def test_what_a_document_does_not_tell_of_a_day_is_left_out(iso: str, said: str) -> None:
    assert LocalForms("en").day(iso) == said


def test_every_month_has_a_name_in_every_language() -> None:
    for tag in LANGUAGES:
        days = [LocalForms(tag).day(f"2001-{month:02d}-03") for month in range(1, 13)]
        assert len(set(days)) == 12
        assert not any(char.isdigit() for day in days for char in day.replace("2001", "")[1:])


def test_a_state_has_its_name_and_what_has_none_keeps_its_code() -> None:
    texts = Texts.load()
    assert texts.shown("fr", "state", "TCD") == "Tchad"
    assert texts.shown("ar", "state", "KEN") == "كينيا"
    assert texts.shown("en", "state", "D") == "Germany"
    assert texts.shown("en", "state", "GBN") == "United Kingdom"
    assert texts.shown("en", "state", "XXB") == "Refugee (1951 Convention)"
    for code in ("UTO", "UNO", "XPO", "", "QQQ", "MLIX"):
        assert texts.shown("am", "state", code) == code


def test_other_values_stand_as_the_document_has_them() -> None:
    texts = Texts.load(languages=("ar",), region="EG")
    assert texts.shown("ar", "code", "L898902C3") == "L898902C3"
    assert texts.shown("ar", "name", "ANNA 2") == "ANNA 2"
    assert texts.shown("ar", "sex", "F") == "أنثى"
    assert texts.shown("ar", "sex", "<") == "<"


def test_arabic_numbers_have_the_digits_of_the_region_but_data_keep_theirs() -> None:
    egypt = Texts.load(languages=("ar", "en"), region="EG")
    assert f"{FSI}٢{PDI}" in egypt.say("ar", "page-progress", step=2, steps=6)
    assert "٣" in egypt.say("ar", "intended-stay-up-to-3-days")
    assert "K7" in egypt.say("ar", "notice-more-point-who", authority="K7")
    assert LocalForms("ar", "EG").digits("B و8") == "B و8"
    assert f"{FSI}2{PDI}" in egypt.say("en", "page-progress", step=2, steps=6)
    assert "3" in Texts.load(languages=("ar",), region="MA").say("ar", "intended-stay-up-to-3-days")


def test_a_review_above_a_message_counts_before_the_one_of_the_file(tmp_path: Path) -> None:
    words = "# Words.\n# review: none\n\na = A\n# review: a reader, 2026-12-01\nb = B\n"
    (tmp_path / "bm.ftl").write_text(words, encoding="utf-8")
    texts = Texts.load(tmp_path, languages=("bm",))
    assert texts.review("bm") == "none"
    assert texts.review("bm", "b") == "a reader, 2026-12-01"
    assert texts.unreviewed("bm") == ("a",)
    reviewed = words.replace("review: none", "review: another reader")
    (tmp_path / "bm.ftl").write_text(reviewed, encoding="utf-8")
    assert Texts.load(tmp_path, languages=("bm",)).unreviewed("bm") == ()


def test_every_file_of_ours_says_that_nobody_reviewed_it() -> None:
    texts = Texts.load()
    assert {path.stem for path in LOCALES.glob("*.ftl")} == set(LANGUAGES)
    assert all(texts.unreviewed(tag) == tuple(texts.variables(tag)) for tag in LANGUAGES)
