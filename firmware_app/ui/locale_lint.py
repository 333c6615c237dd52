"""Judges the locale files: keys, variables, plurals, letters, marks, and what may be too long."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babel import Locale
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from firmware_app.domain.languages import LANGUAGES, Language
from firmware_app.ui.local_forms import GREGORIAN
from firmware_app.ui.texts import LOCALES, parse

Weight = Literal["fault", "note"]
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
COUNTED = 1000
SIGNS = frozenset("BFIMOSX")  # of a document, as they stand in it, in every script
LONGER = 1.6
EM = {"LATIN": 0.56, "ARABIC": 0.5, "ETHIOPIC": 0.75}  # mean advance of a letter in Noto Sans
FOREIGN = {
    "fr": ('"', "'", " ?", " !", " :", " ;", " %", "« ", " »"),
    "ar": ("?", ",", ";", "%", "ـ"),
    "am": (".", ",", ";", "፡"),
}
WORDS_OF = {"fr": "an ordinary space or quote where French wants its own"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about one message; a fault makes the lint fail, a note does not."""

    language: str
    message: str
    what: str
    weight: Weight = "fault"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its file has it: its pieces of text, variables, and the keys of its choices."""

    texts: tuple[str, ...]
    variables: frozenset[str]
    choices: tuple[frozenset[str], ...]

    @property
    def text(self) -> str:
        """All its text; of a choice between forms, every form."""
        return "".join(self.texts)

    @property
    def length(self) -> float:
        """Of one form, about."""
        return len(self.text) / max([len(keys) for keys in self.choices], default=1)


def lint(folder: Path = LOCALES) -> tuple[Remark, ...]:
    """Everything about every language; raises LocaleFileError for a file that does not parse."""
    read = {tag: _messages(folder / f"{tag}.ftl") for tag in LANGUAGES}
    english = read["en"][0]
    return tuple(
        remark
        for tag, (messages, twice) in read.items()
        for remark in (
            *(Remark(tag, one, "stands there twice") for one in twice),
            *_compared(tag, messages, english),
            *_written(LANGUAGES[tag], messages),
            *_long(LANGUAGES[tag], messages, english),
        )
    )


def _messages(path: Path) -> tuple[dict[str, Message], tuple[str, ...]]:
    """Messages by id, and the ids that stand there more than once."""
    found: dict[str, Message] = {}
    twice = []
    for entry in parse(path).body:
        if isinstance(entry, ast.Message):
            if entry.id.name in found:
                twice.append(entry.id.name)
            seen = _Seen()
            seen.visit(entry)
            found[entry.id.name] = Message(
                tuple(seen.texts), frozenset(seen.variables), tuple(seen.choices)
            )
    return found, tuple(twice)


class _Seen(Visitor):
    """Collects what a message is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.variables: set[str] = set()
        self.choices: list[frozenset[str]] = []

    def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802 (Visitor's)
        """Keep the text."""
        self.texts.append(node.value)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        """Keep the name."""
        self.variables.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
        """Keep the keys of the choice, and look at what it chooses between."""
        keys = {one.key.name for one in node.variants if isinstance(one.key, ast.Identifier)}
        self.choices.append(frozenset(keys))
        self.generic_visit(node)


def _compared(
    tag: str, messages: Mapping[str, Message], english: Mapping[str, Message]
) -> Iterator[Remark]:
    """Missing and unknown keys, other variables than English has, plural forms."""
    for one in english.keys() - messages.keys():
        yield Remark(tag, one, "is missing")
    for one in messages.keys() - english.keys():
        yield Remark(tag, one, "is not in English")
    plurals = {Locale(tag).plural_form(number) for number in range(COUNTED)} | {"other"}
    for one in sorted(messages.keys() & english.keys()):
        if messages[one].variables != english[one].variables:
            yield Remark(tag, one, "has other variables than English")
        for keys in messages[one].choices:
            if keys <= PLURALS and keys != plurals:
                wanted = ", ".join(sorted(plurals))
                yield Remark(tag, one, f"chooses by number but not between {wanted}")


def _written(language: Language, messages: Mapping[str, Message]) -> Iterator[Remark]:
    """Letters of another script, forms that a font makes by itself, spaces, punctuation."""
    for one, message in messages.items():
        text = message.text
        if strange := sorted({letter for letter in text if not _belongs(language, letter)}):
            yield Remark(language.tag, one, f"has letters of another alphabet: {' '.join(strange)}")
        if not text.strip() or any("  " in part for part in message.texts):
            yield Remark(language.tag, one, "is empty, or has spaces too many")
        if unicodedata.normalize("NFC", text) != text:
            yield Remark(language.tag, one, "is not in Unicode's composed form (NFC)")
        if any(_is_made_by_font(letter) for letter in text):
            yield Remark(language.tag, one, "has presentation forms or invisible marks")
        native = text.replace(GREGORIAN.get(language.tag, "").strip() or "\0", "")
        if wrong := [mark for mark in FOREIGN.get(language.tag, ()) if mark in native]:
            words = WORDS_OF.get(language.tag, "has marks of another script")
            yield Remark(language.tag, one, f"{words}: {' '.join(wrong)}")


def _belongs(language: Language, letter: str) -> bool:
    if not letter.isalpha() or letter in SIGNS:
        return True
    if language.letters:
        return letter.lower() in language.letters or letter == "İ"
    return unicodedata.name(letter, "").startswith(language.script)


def _is_made_by_font(letter: str) -> bool:
    """Arabic and Latin presentation forms, and marks without a picture: a font's work, not ours."""
    return (
        0xFB00 <= ord(letter) <= 0xFDFF
        or 0xFE70 <= ord(letter) <= 0xFEFC
        or (unicodedata.category(letter) == "Cf")
    )


def _long(
    language: Language, messages: Mapping[str, Message], english: Mapping[str, Message]
) -> Iterator[Remark]:
    """What is much wider than in English, and wider than any English text of its kind."""
    widest: dict[str, float] = {}
    for one, message in english.items():
        widest[_kind(one)] = max(widest.get(_kind(one), 0.0), _width_em(LANGUAGES["en"], message))
    for one, message in messages.items():
        if one not in english or language.tag == "en":
            continue
        width_em = _width_em(language, message)
        ratio = width_em / max(_width_em(LANGUAGES["en"], english[one]), 1.0)
        if ratio > LONGER and width_em > widest[_kind(one)]:
            yield Remark(language.tag, one, f"is {ratio:.1f} times as wide as in English", "note")


def _kind(message_id: str) -> str:
    """What the page draws alike: buttons, rows, tools, titles, cues, points, answers."""
    first = message_id.split("-", maxsplit=1)[0]
    if first in {"button", "row", "tool", "page", "state", "sex"}:
        return first
    return next((kind for kind in ("-title", "-cue", "-point") if kind in message_id), "answer")


def _width_em(language: Language, message: Message) -> float:
    return EM[language.script] * message.length
