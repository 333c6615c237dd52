"""What is said of a screen, and how a value is said: order, addresses, nothing personal in them."""

import pytest

from firmware_app.ui import speech
from firmware_app.ui.screen import Button, Entry, Row, Screen
from firmware_app.ui.texts import Texts

CANARY = "ERIKSSON"
CONFIRM = Screen(
    "confirm",
    "confirm-title",
    "fr",
    cue="confirm-cue",
    rows=(Row("row-name", CANARY, "name"), Row("row-date-of-birth", "1974-08-12", "day")),
    buttons=(Button("yes", "button-yes", "primary"), Button("language-ar", "", text="العربية")),
    code="K7-4M2",
)


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load()


def test_all_is_said_in_the_order_in_which_it_stands(texts: Texts) -> None:
    said = speech.say(CONFIRM, 7, texts)
    assert [(one["kind"], one["id"]) for one in said] == [
        ("title", "confirm-title"),
        ("cue", "confirm-cue"),
        ("row", "row-name"),
        ("row", "row-date-of-birth"),
        ("row", "page-code"),
        ("button", "button-yes"),
        ("button", "own-name"),
    ]
    assert said[0]["sound"] == "/sound/fr/confirm-title"
    assert [one["private"] for one in said if "private" in one] == [
        "/speak/7/0",
        "/speak/7/1",
        "/speak/7/code",
    ]
    assert said[-1]["sound"] == "/sound/ar/own-name"
    assert said[-1]["button"] == "language-ar"


def test_nothing_personal_is_in_what_is_said(texts: Texts) -> None:
    everything = str(speech.say(CONFIRM, 7, texts))
    assert CANARY not in everything
    assert "1974" not in everything
    assert "K7" not in everything


def test_the_attract_screen_greets_in_every_language_of_the_post() -> None:
    texts = Texts.load(languages=("so", "en"))
    said = speech.say(Screen("attract", "attract-title", "so"), 1, texts)
    assert [one["sound"] for one in said] == ["/sound/so/attract-title", "/sound/en/attract-title"]


def test_values_that_a_message_says_are_in_its_address(texts: Texts) -> None:
    reading = Screen(
        "reading", "reading-title", cue="reading-cue-chip", arguments=(("percent", 40),)
    )
    title, cue = speech.say(reading, 1, texts)
    assert title["sound"] == "/sound/en/reading-title"
    assert cue["sound"] == "/sound/en/reading-cue-chip?percent=40"
    assert cue["text"] == "Leave it there. 40\N{NO-BREAK SPACE}% is read."
    assert speech.key("reading-cue-chip", {"percent": 40}) == "reading-cue-chip~percent-40"


def test_progress_is_said_after_the_title(texts: Texts) -> None:
    face = Screen("face", "face-title", step=3, steps=6, person=2, persons=4)
    said = speech.say(face, 1, texts)
    assert said[1]["sound"] == "/sound/en/page-progress?step=3&steps=6"
    assert [one["text"] for one in said[1:3]] == ["Step 3 of 6", "Person 2"]


def test_a_hint_about_what_was_typed_is_said_and_never_what_was_typed(texts: Texts) -> None:
    entry = Entry("number", "mrz", 9, CANARY, (2,), "typing-hint-check")
    said = speech.say(Screen("typing", "typing-title-number", entry=entry), 1, texts)
    assert [one["id"] for one in said] == ["typing-title-number", "typing-hint-check"]
    assert CANARY not in str(said)


def test_a_reference_is_personal(texts: Texts) -> None:
    said = speech.say(Screen("saved", "saved-title", reference="7KQ2-M4"), 3, texts)
    assert said[-1]["private"] == "/speak/3/reference"
    assert "7KQ2" not in str(said)


def test_the_points_of_a_notice_are_said(texts: Texts) -> None:
    said = speech.say(Screen("notice", "notice-title"), 1, texts)
    points = [one["id"] for one in said if one["kind"] == "point"]
    assert points == [f"notice-point-{one}" for one in ("what", "who", "how-long", "rights")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row("row-name", "ANNA O'HARA", "name"), "ANNA O'HARA. A, N, N, A. O, H, A, R, A"),
        (Row("row-document-number", "L89<2", "code"), "L, 8, 9, 2"),
        (Row("row-date-of-birth", "1974-08-12", "day"), "12 August 1974"),
        (Row("row-nationality", "MLI", "state"), "Mali"),
    ],
)
def test_a_name_is_spelled_and_a_day_is_a_day(texts: Texts, row: Row, said: str) -> None:
    assert speech.words_of(texts, "en", row) == said


def test_a_sentence_with_an_unknown_value_stays_unsaid(texts: Texts) -> None:
    assert speech.without_values(texts, "en", "reading-cue-chip") == "Leave it there."
    assert speech.without_values(texts, "ar", "reading-cue-chip") == "اتركها في مكانها."
    assert speech.without_values(texts, "am", "reading-cue-chip") == "ባለበት ይተዉት።"
    assert speech.without_values(texts, "en", "page-progress") == ""


def test_a_mark_is_said_as_a_word(texts: Texts) -> None:
    assert speech.words_of(texts, "fr", Row("row-face", "yes", "mark")) == "Oui"
