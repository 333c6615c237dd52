"""The traveller's words: every language complete, every message that the code names exists."""

import ast
import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

import firmware_app
from firmware_app.domain.biometrics import Finger
from firmware_app.domain.questions import QUESTIONS
from firmware_app.ui.texts import (
    LANGUAGES,
    LOCALES,
    LocaleFileError,
    MissingTextError,
    Texts,
)

FSI, PDI = "\u2068", "\u2069"
ID = re.compile(r"(page|tool|button|row|[a-z]+(-[a-z]+)*-(title|cue|point))(-[a-z0-9]+)*")
NOT_IDS = {"page", "tool", "button", "row"}
SCREENS = (
    *("attract", "language", "notice", "document", "reading", "confirm", "face", "finger"),
    "finger-why",
    *("review", "saving", "saved", "go", "officer", "warning", "out-of-service"),
)
CUES = {
    "document": "present unreadable-try-again wrong-check-digits expired closer farther "
    "hold-still glare upside-down wrong-page",
    "face": "no-face two-faces closer farther centre more-light less-light hold-still "
    "look-straight turn-left turn-right well-done look-here",
    "finger": "place press lighter move-left move-right move-up move-down dry wet lift again "
    "well-done no-finger latent one-finger turn",
}
SAME_IN_FRENCH = {"row-document-kind"}


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load()


def strings_in_code() -> set[str]:
    """Every string literal of firmware_app, docstrings and parts of f-strings apart."""
    found: set[str] = set()
    for path in Path(firmware_app.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parts = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
            for part in node.values
        }  # fmt: skip
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in parts
        }
    return found


def ids_from_data() -> set[str]:
    fingers = {f"finger-title-{each.name.lower().replace('_', '-')}" for each in Finger}
    titles = {f"{question.id}-title" for question in QUESTIONS}
    answers = {f"{each.id}-{answer}" for each in QUESTIONS for answer in each.answers}
    return fingers | titles | answers


def test_every_message_that_the_code_names_is_there(texts: Texts) -> None:
    named = {text for text in strings_in_code() if ID.fullmatch(text)} - NOT_IDS
    assert "attract-title" in named
    assert len(named) > 30
    assert named | ids_from_data() <= texts.variables("en").keys()


def test_every_screen_has_a_title_and_every_agreed_cue_a_text(texts: Texts) -> None:
    wanted = {f"{name}-title" for name in SCREENS}
    wanted |= {f"{step}-cue-{cue}" for step, cues in CUES.items() for cue in cues.split()}
    assert wanted <= texts.variables("en").keys()


def test_all_languages_have_the_same_messages_and_arguments(texts: Texts) -> None:
    assert texts.languages() == ("en", "fr", "ar", "am", "so", "ha", "bm", "sw", "tr")
    assert texts.problems() == ()


def test_a_post_loads_its_own_languages_only() -> None:
    assert Texts.load(languages=("fr", "bm")).languages() == ("fr", "bm")


def test_a_message_that_one_language_lacks_is_a_problem_that_names_it(tmp_path: Path) -> None:
    for tag in LANGUAGES:
        (tmp_path / f"{tag}.ftl").write_text("a = A { $n }\nb = B\n", encoding="utf-8")
    (tmp_path / "fr.ftl").write_text("a = A\n", encoding="utf-8")
    problems = Texts.load(tmp_path).problems()
    assert problems == ("fr: a differs from English", "fr: b differs from English")


def test_each_file_says_at_its_top_that_no_native_reader_has_reviewed_it(texts: Texts) -> None:
    for tag in LANGUAGES:
        top = (LOCALES / f"{tag}.ftl").read_text(encoding="utf-8").splitlines()[:3]
        assert "# review: none" in top
        assert texts.review(tag) == "none"


def test_no_file_defines_a_message_twice() -> None:
    for tag in LANGUAGES:
        source = (LOCALES / f"{tag}.ftl").read_text(encoding="utf-8")
        ids = sorted(re.findall(r"^([a-z][a-z0-9-]*) =", source, re.MULTILINE))
        assert [one for one, other in pairwise(ids) if one == other] == []


def test_arguments_are_isolated_so_that_numbers_do_not_turn_arabic_around(texts: Texts) -> None:
    said = texts.say("ar", "page-progress", step=2, steps=6)
    assert f"{FSI}2{PDI}" in said
    assert f"{FSI}6{PDI}" in said
    assert said.count(FSI) == said.count(PDI) == 2


def test_words_without_arguments_carry_no_invisible_marks(texts: Texts) -> None:
    for tag in texts.languages():
        for message_id, names in texts.variables(tag).items():
            if not names:
                said = texts.say(tag, message_id)
                assert said.strip() == said != ""
                assert not [char for char in said if unicodedata.category(char) == "Cf"]


def test_arabic_is_arabic_and_french_is_not_english(texts: Texts) -> None:
    for message_id, names in texts.variables("en").items():
        arguments = dict.fromkeys(names, 3)
        english, french, arabic = (
            texts.say(tag, message_id, **arguments) for tag in ("en", "fr", "ar")
        )
        if message_id not in SAME_IN_FRENCH:
            assert french != english, message_id
        letters = [char for char in arabic if char.isalpha()]
        assert all(unicodedata.name(char).startswith("ARABIC") for char in letters), message_id


def test_french_keeps_its_question_marks_on_the_line(texts: Texts) -> None:
    for message_id, names in texts.variables("fr").items():
        said = texts.say("fr", message_id, **dict.fromkeys(names, 3))
        assert not re.search(r" [?!:;»%]|« ", said), message_id


def test_each_language_knows_its_direction_and_its_own_name(texts: Texts) -> None:
    assert [texts.direction(tag) for tag in ("en", "fr", "ar")] == ["ltr", "ltr", "rtl"]
    for tag in texts.languages():
        script = LANGUAGES[tag].script
        assert unicodedata.name(texts.own_name(tag)[0]).startswith(script)


@pytest.mark.parametrize(
    ("language", "message_id"), [("en", "no-such-message"), ("xx", "attract-title")]
)
def test_what_is_missing_is_an_error_that_names_it(
    texts: Texts, language: str, message_id: str
) -> None:
    with pytest.raises(MissingTextError, match=language) as caught:
        texts.say(language, message_id)
    assert caught.value.mend


def test_an_argument_that_is_not_given_is_an_error(texts: Texts) -> None:
    with pytest.raises(MissingTextError, match="page-progress"):
        texts.say("en", "page-progress", step=1)


def test_a_file_that_is_not_fluent_names_its_line_and_not_its_text(tmp_path: Path) -> None:
    for tag in LANGUAGES:
        (tmp_path / f"{tag}.ftl").write_text("a = A\n\nnot fluent at all\n", encoding="utf-8")
    with pytest.raises(LocaleFileError, match=r"en\.ftl: line 3") as caught:
        Texts.load(tmp_path)
    assert "at all" not in str(caught.value)


def test_a_folder_without_locales_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LocaleFileError, match=r"en\.ftl"):
        Texts.load(tmp_path)
