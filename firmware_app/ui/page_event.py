"""One screen as the page receives it: texts resolved, encoded as one Server-Sent Event; pure."""

import msgspec

from firmware_app.ui import speech
from firmware_app.ui.screen import Button, Row, Screen
from firmware_app.ui.texts import Texts

LANGUAGE_BUTTON = "language-"
WORDS = {
    "moment": "page-moment",
    "moment_cue": "page-moment-cue",
    "tools": "page-tools",
    "live": "page-live",
    "code": "page-code",
    "reference": "page-reference",
    "contrast": "tool-contrast",
    "bigger": "tool-bigger",
    "louder": "tool-louder",
    "seat": "tool-seat",
    "still": "tool-still",
    "called": "page-called",
    "erase": "key-erase",
    "space": "key-space",
    "accents": "key-accents",
    "speech": "tool-speech",
    "repeat": "tool-repeat",
    "pause": "tool-pause",
    "headphones": "tool-headphones",
}


def screen_event(screen: Screen, serial: int, texts: Texts) -> bytes:
    """The event `screen` with its JSON; raises MissingTextError where the language lacks a text."""
    return b"event: screen\ndata: " + msgspec.json.encode(page(screen, serial, texts)) + b"\n\n"


def page(screen: Screen, serial: int, texts: Texts) -> dict[str, object]:
    """What the page needs, as plain JSON values; rows are personal."""
    return {
        "serial": serial,
        "name": screen.name,
        "language": screen.language,
        "direction": texts.direction(screen.language),
        "title": _say(screen, texts, screen.title),
        "cue": _say(screen, texts, screen.cue) if screen.cue else "",
        "cue_id": screen.cue,
        "points": _points(screen, texts),
        "greetings": _greetings(screen, texts),
        "buttons": [_button(screen, button, texts) for button in screen.buttons],
        "rows": [_row(screen, row, texts) for row in screen.rows],
        "picture": screen.picture or screen.name,
        "live": screen.live,
        "step": screen.step,
        "steps": screen.steps,
        "countdown_s": screen.countdown_s,
        "code": screen.code,
        "reference": screen.reference,
        "qr": screen.qr,
        "entry": _entry(screen, texts),
        "person": screen.person,
        "persons": screen.persons,
        "called": screen.called,
        "calm": screen.calm,
        "pictures_only": screen.pictures_only,
        "challenge": screen.challenge,
        "colour": screen.colour,
        "done_pct": screen.done_pct,
        "words": _words(screen, texts),
        "say": speech.say(screen, serial, texts),
        "phrases": speech.phrases(screen, texts),
    }


def _say(screen: Screen, texts: Texts, message_id: str) -> str:
    return texts.say(screen.language, message_id, **dict(screen.arguments))


def _row(screen: Screen, row: Row, texts: Texts) -> dict[str, str]:
    value = texts.shown(screen.language, row.kind, row.value)
    icon = row.message.removeprefix("row-").removesuffix("-title")
    label = _say(screen, texts, row.message)
    code = row.value if row.kind in {"mark", "message"} else ""
    return {"label": label, "value": value, "icon": icon, "kind": row.kind, "code": code}


def _entry(screen: Screen, texts: Texts) -> dict[str, object] | None:
    """The field that is typed into; its value is personal."""
    entry = screen.entry
    if entry is None:
        return None
    return {
        "field": entry.field,
        "alphabet": entry.alphabet,
        "length_max": entry.length_max,
        "value": entry.value,
        "wrong": entry.wrong,
        "hint": _say(screen, texts, entry.hint) if entry.hint else "",
    }


def _button(screen: Screen, button: Button, texts: Texts) -> dict[str, str]:
    """A button; one that chooses a language says so, because its label is in that language."""
    language = screen.language
    chosen = button.id.removeprefix(LANGUAGE_BUTTON)
    if button.id.startswith(LANGUAGE_BUTTON) and chosen in texts.languages():
        language = chosen
    return {
        "id": button.id,
        "label": button.text or _say(screen, texts, button.message),
        "kind": button.kind,
        "icon": button.icon or button.id,
        "language": language,
        "direction": texts.direction(language),
    }


def _points(screen: Screen, texts: Texts) -> list[dict[str, str]]:
    """The short statements that a screen lists, each with its icon."""
    start = f"{screen.name}-point-"
    return [
        {"icon": one.removeprefix(start), "text": _say(screen, texts, one)}
        for one in speech.points(screen, texts)
    ]


def _greetings(screen: Screen, texts: Texts) -> list[dict[str, str]]:
    """On the attract screen, its title in every language: nobody has chosen one yet."""
    if screen.name != "attract":
        return []
    return [
        {
            "language": tag,
            "direction": texts.direction(tag),
            "text": texts.say(tag, screen.title),
            "start": texts.say(tag, "button-start"),
        }
        for tag in texts.languages()
    ]


def _words(screen: Screen, texts: Texts) -> dict[str, str]:
    """The page's own words in the screen's language, for when no screen comes."""
    words = {word: texts.say(screen.language, message) for word, message in WORDS.items()}
    if screen.steps:
        words["progress"] = texts.say(
            screen.language, "page-progress", step=screen.step, steps=screen.steps
        )
    if screen.persons:
        words["persons"] = texts.say(
            screen.language, "page-person", person=screen.person, persons=screen.persons
        )
    return words
