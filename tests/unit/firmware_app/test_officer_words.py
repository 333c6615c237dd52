"""Every code that can reach the officer's page has words there, in each of its languages."""

import ast
import re
from pathlib import Path

import pytest

import firmware_app.ui
import firmware_app.workers
from firmware_app.domain.biometrics import Became, Finger, LivenessDecision, NotCaptured
from firmware_app.domain.document_checks_catalogue import CATALOGUE, Result
from firmware_app.domain.officer import LET_PASS_REASONS, REFUSAL_REASONS, Action
from firmware_app.domain.rules import Outcome, Reason
from firmware_app.officer.server import HERE
from firmware_app.officer.settings import LANGUAGES
from firmware_app.ui.texts import Texts
from vision.liveness import ChallengeKind

TEXTS = Texts.load(HERE / "locales", LANGUAGES)
CODES = {
    "reason": [one.value for one in Reason],
    "outcome": [one.value for one in Outcome],
    "decided": [one.value for one in Action],
    "act": [one.value for one in Action],
    "done": [*(one.value for one in Action), "registered"],
    "ground": LET_PASS_REASONS,
    "refusal": REFUSAL_REASONS,
    "check": [*CATALOGUE, *(one.name.lower() for one in Finger if one.name != "UNKNOWN")],
    "because": [
        *(why for entry in CATALOGUE.values() for why in entry.whys),
        *(one.value for one in NotCaptured),
    ],
    "result": [one.value for one in Result],
    "liveness": [*(one.value for one in LivenessDecision), "not_done", "no_face"],
    "compared": ["match", "no_match", "not_done"],
    "challenge": [one.value for one in ChallengeKind],
    "became": [one.value for one in Became],
    "call": ["help", "referral", "no_crossing", "crossing_not_stored"],
}


def message_id(kind, code):
    return f"{kind}-{re.sub(r'[._]', '-', code)}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CODES)
def test_each_code_has_words(language, kind):
    known = TEXTS.variables(language)
    assert [code for code in CODES[kind] if message_id(kind, code) not in known] == []


def refusals():
    """Each `why` that the desk may answer, as its code says it."""
    folder = Path(firmware_app.workers.__file__).parent
    found = set()
    for name in ("officer.py", "officer_decisions.py", "officer_keys.py"):
        if (folder / name).exists():
            for node in ast.walk(ast.parse((folder / name).read_text())):
                if isinstance(node, ast.keyword) and node.arg == "why":
                    found |= {one.value for one in [node.value] if isinstance(one, ast.Constant)}
                if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant):
                    found |= {node.value.value} if isinstance(node.value.value, str) else set()
    return found - {""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_refusal_has_words(language):
    assert len(refusals()) >= 10
    known = TEXTS.variables(language)
    assert {code for code in refusals() if message_id("why", code) not in known} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_of_the_page_is_there(language):
    html, script = ((HERE / "static" / name).read_text() for name in ("index.html", "officer.js"))
    words = {*re.findall(r'data-word="([^"]+)"', html), *re.findall(r"say\('([^']+)'\)", script)}
    assert words - TEXTS.variables(language).keys() == set()


def test_the_languages_say_the_same_things():
    assert TEXTS.problems() == ()
    assert all(not names for names in TEXTS.variables("en").values())


def test_the_page_is_small_and_of_its_own_origin():
    files = list((HERE / "static").iterdir())
    assert sum(path.stat().st_size for path in files if path.suffix == ".js") <= 40 * 1024
    for path in files:
        elsewhere = set(re.findall(r"(?:https?:)?//[a-z][\w.-]+", path.read_text()))
        assert elsewhere <= {"http://www.w3.org"}, path.name
        assert "innerHTML" not in path.read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_screen_of_the_kiosk_has_words(language):
    folder = Path(firmware_app.ui.__file__).parent
    text = "".join(path.read_text() for path in folder.glob("screens*.py"))
    names = {
        *re.findall(r'Screen\(\s*"([a-z-]+)"', text),
        *re.findall(r'name[, a-z]* = "([a-z-]+)"', text),
    }
    assert len(names) >= 20
    known = TEXTS.variables(language)
    assert {name for name in names if f"screen-{name}" not in known} == set()
