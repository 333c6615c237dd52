"""What the lint of the locales finds, and that ours are clean; fonts have every letter."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_app.domain.languages import LANGUAGES, MOST_ON_THE_SCREEN
from firmware_app.ui import locale_lint
from firmware_app.ui.locale_lint import lint
from firmware_app.ui.texts import LOCALES, Texts

CSS = LOCALES.parent / "static" / "kiosk.css"
FONTS = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Ethiopic")


def faults(folder: Path = LOCALES) -> set[tuple[str, str, str]]:
    return {(one.language, one.message, one.what) for one in lint(folder) if one.weight == "fault"}


def changed(folder: Path, language: str, old: str, new: str) -> Path:
    """Our locales with one thing changed in one language."""
    shutil.copytree(LOCALES, folder, dirs_exist_ok=True)
    path = folder / f"{language}.ftl"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_our_nine_languages_are_without_fault() -> None:
    assert len(LANGUAGES) == MOST_ON_THE_SCREEN
    assert faults() == set()


@pytest.mark.parametrize(
    ("language", "old", "new", "message", "what"),
    [
        ("tr", "button-end = Bitir\n", "", "button-end", "is missing"),
        ("sw", "button-end =", "button-fin = A\nbutton-end =", "button-fin", "not in English"),
        ("so", "button-end =", "button-end = A\nbutton-end =", "button-end", "twice"),
        ("ha", "{ $percent } %", "40 %", "reading-cue-chip", "other variables"),
        ("fr", "button-no = Non", "button-no = Nọn", "button-no", "another alphabet"),
        ("ar", "button-no = لا", "button-no = ﻻ", "button-no", "presentation forms"),
        ("ar", "هل هذا أنت؟", "هل هذا أنت?", "confirm-title", "marks of another script"),
        ("am", "button-no = አይ", "button-no = Aይ", "button-no", "another alphabet"),
        ("bm", "button-no = Ayi", "button-no = Ayi\u200b", "button-no", "invisible"),
        ("fr", "Est-ce bien vous\u202f?", "Est-ce bien vous ?", "confirm-title", "ordinary space"),
        ("en", "button-no = No", 'button-no = { "" }', "button-no", "empty"),
        ("fr", "button-no = Non", "button-no = Ne\u0301", "button-no", "NFC"),
    ],
)
def test_each_kind_of_fault_is_found_and_named(
    tmp_path: Path, language: str, old: str, new: str, message: str, what: str
) -> None:
    found = faults(changed(tmp_path, language, old, new))
    assert [one for one in found if one[:2] == (language, message) and what in one[2]]


def test_a_choice_by_number_has_every_form_of_the_language(tmp_path: Path) -> None:
    folder = changed(tmp_path, "ar", "    [two] يُحتفظ بها يومين ثم تُمحى.\n", "")
    assert [one[2] for one in faults(folder)] == [
        "chooses by number but not between few, many, one, other, two, zero"
    ]


def test_what_is_much_longer_than_in_english_is_noted(tmp_path: Path) -> None:
    long = "button-end = " + "bitir " * 12
    notes = lint(changed(tmp_path, "tr", "button-end = Bitir", long.strip()))
    assert ("tr", "button-end", "note") in {
        (one.language, one.message, one.weight) for one in notes
    }
    assert all(one.weight == "note" for one in lint())


def test_arabic_says_every_number_of_days_in_its_own_form() -> None:
    texts = Texts.load(languages=("ar",))
    said = {
        texts.say("ar", "notice-more-point-how-long", days=days).replace(str(days), "N")
        for days in (0, 1, 2, 3, 11, 100)
    }
    assert len(said) == 6


def test_the_fonts_that_the_page_names_have_every_letter_of_every_language() -> None:
    if not shutil.which("fc-list"):
        pytest.skip("no fc-list: apt install fontconfig fonts-noto-core")
    for family in FONTS:
        wanted = {
            letter
            for tag, language in LANGUAGES.items()
            if language.font == family
            for letter in (LOCALES / f"{tag}.ftl").read_text(encoding="utf-8") + language.own_name
            if letter.isalpha() and not (language.letters == "" and letter.isascii())
        }
        assert wanted
        charset = " ".join(f"{ord(letter):x}" for letter in sorted(wanted))
        pattern = f":family={family}:style=Regular:charset={charset}"
        found = subprocess.run(
            ["fc-list", pattern, "family"], capture_output=True, text=True, check=True
        ).stdout
        assert family in found, f"{family} lacks a letter of {charset}"


def test_the_page_names_these_fonts() -> None:
    named = set(re.findall(r'"(Noto Sans[A-Za-z ]*)"', CSS.read_text(encoding="utf-8")))
    assert {language.font for language in LANGUAGES.values()} == set(FONTS) <= named


def test_a_kind_is_what_the_page_draws_alike() -> None:
    kinds = {locale_lint._kind(one) for one in Texts.load().variables("en")}
    assert {"button", "row", "tool", "-title", "-cue", "-point", "answer"} <= kinds
