"""The screen while a chip is read: in every language it says how far it is, and has a way out."""

from datetime import date

import pytest

from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Policy
from firmware_app.ui.screens import screen
from firmware_app.ui.texts import LANGUAGES, Texts
from firmware_app.workers.chip import PLACE_LIMIT_S, READ_LIMIT_S
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.patience import DEVICE_LIMIT_S, patience_s
from firmware_app.workflow.runner import STEPS
from firmware_app.workflow.vocabulary import AwaitChip, AwaitDocument

TERMS = Terms(date(2026, 11, 22), Policy(), tuple(LANGUAGES), QUESTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("percent", [0, 7, 100])
def test_it_says_the_percent_in_the_travellers_language(language, percent):
    shown = screen(AwaitChip(Visit("id", language), percent), TERMS)
    assert shown.language == language
    assert dict(shown.arguments) == {"percent": percent}
    texts = Texts.load()
    cue = texts.say(language, shown.cue, **dict(shown.arguments))
    assert str(percent) in cue
    assert texts.say(language, shown.title) != texts.say(language, "document-title")
    others = {texts.say(one, shown.cue, percent=percent) for one in LANGUAGES}
    assert len(others) == len(LANGUAGES)


def test_end_and_a_person_are_one_touch_away():
    shown = screen(AwaitChip(Visit("id", "en"), 40), TERMS)
    assert {button.id for button in shown.buttons} == {"end", "help"}
    assert (shown.name, shown.step) == ("reading", 1)
    assert shown.picture == "reading", "the document's own picture ends with a tick: it is not done"


def test_the_kiosk_is_patient_for_longer_than_a_chip_may_take():
    assert patience_s(AwaitChip(Visit("id", "en"))) == DEVICE_LIMIT_S
    assert DEVICE_LIMIT_S > PLACE_LIMIT_S + READ_LIMIT_S


def test_the_chips_time_counts_with_the_documents():
    assert STEPS[AwaitChip] == STEPS[AwaitDocument] == "document"
