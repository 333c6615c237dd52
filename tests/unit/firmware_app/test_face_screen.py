"""The face screen: what is asked, in which light, and the way out of each challenge."""

from datetime import date

import pytest

from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Policy
from firmware_app.ui.current import Current
from firmware_app.ui.page_event import page
from firmware_app.ui.screens import screen
from firmware_app.ui.texts import Texts
from firmware_app.workflow.face_ask import NOTHING_ASKED, FaceAsk
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.vocabulary import AwaitFace
from vision.face_quality import Advice
from vision.liveness import ChallengeKind
from vision.liveness_colours import PALETTE

TERMS = Terms(date(2026, 1, 1), Policy(), ("en", "fr", "ar"), QUESTIONS)
TEXTS = Texts.load()


def shown(cue="face-cue-look-here", ask=NOTHING_ASKED, language="en", *, left_one=False):
    return screen(AwaitFace(Visit("id", language), 3, cue, ask, left_one=left_one), TERMS)


@pytest.mark.parametrize("language", TEXTS.languages())
def test_every_challenge_and_every_advice_has_its_words(language):
    for name in (*ChallengeKind, *Advice):
        cue = f"face-cue-{name.value.replace('_', '-')}"
        assert page(shown(cue, language=language), 1, TEXTS)["cue"]


def test_a_challenge_can_always_be_declined_and_then_all_can_be_left():
    first = [button.id for button in shown().buttons]
    then = [button.id for button in shown(left_one=True).buttons]
    assert first == ["cannot-do", "end", "help"]
    assert then == ["cannot-do", "skip-challenges", "end", "help"]


def test_the_page_gets_the_challenge_and_the_colour_of_the_whole_display():
    got = page(shown(ask=FaceAsk("colours", PALETTE[2], 66)), 1, TEXTS)
    assert (got["challenge"], got["colour"], got["done_pct"]) == ("colours", "#5078ff", 66)
    assert page(shown(), 1, TEXTS)["colour"] == ""


def test_a_touch_on_its_way_survives_a_change_of_colour():
    current = Current(TEXTS)
    current.show(shown(ask=FaceAsk("colours", PALETTE[0])))
    serial = current.now().serial
    current.show(shown(ask=FaceAsk("colours", PALETTE[1])))
    assert current.accept(serial, "cannot-do")
