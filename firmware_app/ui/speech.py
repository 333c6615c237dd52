"""What is said of a screen, in which order, and by which clip; pure.

Nothing personal is a clip: a row's value is said only in headphones, by the address in `private`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from firmware_app.ui.local_forms import FSI, PDI
from firmware_app.ui.screen import Button, Row, Screen
from firmware_app.ui.texts import Texts

LANGUAGE_BUTTON = "language-"
OWN_NAME = "own-name"
CHARACTER = "character-"
SAID_FIRST = ("page-speech-on", "page-keys")
SAID_ALWAYS = ("page-button", "page-hidden", "page-headphones-on", *SAID_FIRST)
_SPELLED = re.compile(r"[^\W_]")
_SENTENCE = re.compile(r"(?<=[.!?؟።])\s+")
_HOLE = "\ue000"


def say(screen: Screen, serial: int, texts: Texts) -> list[dict[str, str]]:
    """Everything of the screen for the ear: title, cue, points, rows, code, then each button.

    kind, id, text, sound (a clip's address), language; of a row also private (address of its
    value), of a button its id as `button`. An address may lead to no clip: then nothing is said.
    """
    rows = [_row(screen, row, f"/speak/{serial}/{at}", texts) for at, row in enumerate(screen.rows)]
    return [
        *_titles(screen, texts),
        *_progress(screen, texts),
        *([_said("cue", screen.cue, screen, texts)] if screen.cue else []),
        *(_said("point", one, screen, texts) for one in points(screen, texts)),
        *rows,
        *_entry(screen, texts),
        *_private(screen, serial, texts),
        *(_button(screen, button, texts) for button in screen.buttons),
    ]


def phrases(screen: Screen, texts: Texts) -> dict[str, dict[str, str]]:
    """What the page says beside a screen: that a button follows, that something is not said."""
    return {one: _said("page", one, screen, texts) for one in SAID_ALWAYS}


def points(screen: Screen, texts: Texts) -> tuple[str, ...]:
    """Ids of the short statements that a screen lists: `<screen>-point-<icon>`, in order."""
    start = f"{screen.name}-point-"
    return tuple(one for one in texts.variables(screen.language) if one.startswith(start))


def address(language: str, message_id: str, values: Mapping[str, str | int]) -> str:
    """Where the clip of a message with these values is."""
    asked = urlencode(sorted(values.items()))
    return f"/sound/{language}/{quote(message_id)}{'?' if asked else ''}{asked}"


def key(message_id: str, values: Mapping[str, str | int]) -> str:
    """The clip's name in its folder and its manifest: `page-progress~step-2~steps-6`."""
    return "~".join([message_id, *(f"{name}-{value}" for name, value in sorted(values.items()))])


def words_of(texts: Texts, language: str, row: Row) -> str:
    """A row's value for the ear: a name whole and then letter by letter, a code by its signs."""
    if row.kind == "mark":
        return texts.say(language, f"answer-{row.value}")
    shown = texts.shown(language, row.kind, row.value)
    if row.kind == "name":
        return f"{shown}. {spelled(shown)}"
    return spelled(shown) if row.kind == "code" else shown


def spelled(text: str) -> str:
    """Letter by letter, with a breath between words."""
    return ". ".join(", ".join(_SPELLED.findall(word)) for word in text.split())


def without_values(texts: Texts, language: str, message_id: str) -> str:
    """The sentences of a message that say no value; nothing where each says one."""
    holes = dict.fromkeys(texts.variables(language)[message_id], _HOLE)
    whole = plain(texts.say(language, message_id, **holes))
    return " ".join(one for one in _SENTENCE.split(whole) if _HOLE not in one)


def plain(text: str) -> str:
    """Without the marks that isolate values."""
    return text.replace(FSI, "").replace(PDI, "").strip()


def _titles(screen: Screen, texts: Texts) -> list[dict[str, str]]:
    """The title; on the attract screen in every language of the post, as none is chosen yet."""
    tags = texts.languages() if screen.name == "attract" else (screen.language,)
    return [_said("title", screen.title, screen, texts, tag) for tag in tags]


def _progress(screen: Screen, texts: Texts) -> list[dict[str, str]]:
    """Which step of how many, and which person of how many, where the screen shows it."""
    shown = (
        ("page-progress", ("step", "steps"), (screen.step, screen.steps)),
        ("page-person", ("person", "persons"), (screen.person, screen.persons)),
    )
    return [
        _said(
            "progress",
            message,
            replace(screen, arguments=tuple(zip(names, at, strict=True))),
            texts,
        )
        for message, names, at in shown
        if at[1]
    ]


def _said(
    kind: str, message_id: str, screen: Screen, texts: Texts, language: str = ""
) -> dict[str, str]:
    tag = language or screen.language
    given = dict(screen.arguments)
    values = {
        name: given[name] for name in texts.variables(tag).get(message_id, ()) if name in given
    }
    return {
        "kind": kind,
        "id": message_id,
        "language": tag,
        "text": plain(texts.say(tag, message_id, **given)),
        "sound": address(tag, message_id, values),
    }


def _row(screen: Screen, row: Row, private: str, texts: Texts) -> dict[str, str]:
    return _said("row", row.message, screen, texts) | {"private": private}


def _private(screen: Screen, serial: int, texts: Texts) -> list[dict[str, str]]:
    """The slip's code and the event's reference, where the screen shows them."""
    shown = (("page-code", "code", screen.code), ("page-reference", "reference", screen.reference))
    return [
        _said("row", message, screen, texts) | {"private": f"/speak/{serial}/{name}"}
        for message, name, value in shown
        if value
    ]


def _entry(screen: Screen, texts: Texts) -> list[dict[str, str]]:
    """What is wrong with what was typed, where a hint says so."""
    hint = screen.entry.hint if screen.entry else ""
    return [_said("hint", hint, screen, texts)] if hint else []


def _button(screen: Screen, button: Button, texts: Texts) -> dict[str, str]:
    """A button by its label; one that chooses a language by that language's own name."""
    tag = button.id.removeprefix(LANGUAGE_BUTTON)
    if button.id.startswith(LANGUAGE_BUTTON) and tag in texts.languages():
        spoken = {"id": OWN_NAME, "language": tag, "sound": address(tag, OWN_NAME, {})}
        return {"kind": "button", "text": texts.own_name(tag), "button": button.id} | spoken
    if button.text or not button.message:
        spoken = {"id": "", "language": screen.language, "sound": ""}
        return {"kind": "button", "text": button.text, "button": button.id} | spoken
    return _said("button", button.message, screen, texts) | {"button": button.id}
