"""Every word the traveller reads, by language and message id, from the Fluent files in locales/."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from fluent.runtime import FluentBundle
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from firmware_app.domain.languages import LANGUAGES, Direction
from firmware_app.ui import fluent_lines
from firmware_app.ui.local_forms import FSI, PDI, LocalForms

LOCALES = Path(__file__).parent / "locales"
REVIEW = re.compile(r"^review: (.+)$", re.MULTILINE)
ISOLATED = re.compile(f"({FSI}[^{PDI}]*{PDI})")
NO_STATES = frozenset({"XXA", "XXB", "XXC", "XXX"})
SEXES = frozenset("FMX")
MARKS = {"yes": "\u2713", "no": "\u2013"}

__all__ = [
    "LANGUAGES",
    "LOCALES",
    "LocaleFileError",
    "MissingTextError",
    "Texts",
    "TextsError",
    "parse",
]


class TextsError(Exception):
    """The words of the page are not what they should be."""

    mend: ClassVar[str] = "Install the release once more; its locales folder is damaged."


class MissingTextError(TextsError):
    """A message id, or one of its arguments, that a language does not have."""

    mend = "Add the message to every file in firmware_app/ui/locales, then run the tests."


class LocaleFileError(TextsError):
    """A locale file that is not there or does not parse; says the line, never the text."""


def _message_of(kind: str, value: str) -> str:
    """The message that stands for a row's value; empty where none does."""
    if kind == "message":
        return value
    if (kind == "state" and value in NO_STATES) or (kind == "sex" and value in SEXES):
        return f"{kind}-{value.lower()}"
    return ""


@dataclass(frozen=True, slots=True)
class Locale:
    """One language's messages: compiled, and what is known of each by its id."""

    bundle: FluentBundle
    variables: Mapping[str, frozenset[str]]
    reviews: Mapping[str, str]
    review: str
    forms: LocalForms


@dataclass(frozen=True, slots=True)
class Texts:
    """The page's languages; safe to read from any thread."""

    _locales: Mapping[str, Locale]

    @classmethod
    def load(
        cls, folder: Path = LOCALES, languages: Sequence[str] = (), region: str = ""
    ) -> "Texts":
        """Read `languages` (none: all of LANGUAGES) from `folder`; raises LocaleFileError.

        region: ISO 3166-1 alpha-2 of the post's state; it decides which digits Arabic uses.
        """
        return cls(
            {
                tag: _locale(folder / f"{tag}.ftl", LocalForms(tag, region))
                for tag in languages or LANGUAGES
            }
        )

    def plus(self, extra: Mapping[str, Mapping[str, str]]) -> "Texts":
        """With a post's own plain texts, by language and message id; other languages are left out.

        A text that the release has, too, is the post's from now on.
        """
        return Texts(
            {tag: _with_plain(one, extra.get(tag, {})) for tag, one in self._locales.items()}
        )

    def only(self, languages: Sequence[str]) -> "Texts":
        """With these languages alone; raises MissingTextError."""
        return Texts({tag: self._locale(tag) for tag in languages})

    def say(self, language: str, message_id: str, **arguments: str | int) -> str:
        """The message with its arguments, each isolated (FSI, PDI) from the text's direction.

        Raises MissingTextError: no such language or message, or an argument is not given.
        """
        locale = self._locale(language)
        bundle = locale.bundle
        if not bundle.has_message(message_id):
            raise MissingTextError(f"{language}: no message {message_id}.")
        pattern = bundle.get_message(message_id).value
        if pattern is None:
            raise MissingTextError(f"{language}: {message_id} has no value.")
        text, errors = bundle.format_pattern(pattern, dict(arguments))
        if errors:
            raise MissingTextError(f"{language}: {message_id} lacks an argument.")
        kept = {f"{FSI}{one}{PDI}" for one in arguments.values() if isinstance(one, str)}
        parts = ISOLATED.split(str(text))
        return "".join(part if part in kept else locale.forms.digits(part) for part in parts)

    def shown(self, language: str, kind: str, value: str) -> str:
        """A document's value as the traveller reads it, by its row's kind.

        day: `1974-08-12`, unknown parts XX; state: a code of Doc 9303-3; sex: F, M or X; message:
        an id; mark: yes or no; every other kind stands as it is, with the digits of the document.
        Raises MissingTextError.
        """
        if message := _message_of(kind, value):
            return self.say(language, message)
        forms = self._locale(language).forms
        if kind == "day":
            return forms.day(value)
        if kind == "state":
            return forms.state(value)
        return MARKS[value] if kind == "mark" else value

    def direction(self, language: str) -> Direction:
        """Which way the language is written; raises MissingTextError."""
        self._locale(language)
        return LANGUAGES[language].direction

    def own_name(self, language: str) -> str:
        """The language's name in its own script; raises MissingTextError."""
        self._locale(language)
        return LANGUAGES[language].own_name

    def languages(self) -> tuple[str, ...]:
        """Every language tag, in the order of the language screen."""
        return tuple(self._locales)

    def variables(self, language: str) -> Mapping[str, frozenset[str]]:
        """Message ids of a language, each with the names of the arguments that it wants."""
        return self._locale(language).variables

    def review(self, language: str, message_id: str = "") -> str:
        """Who among its native readers has reviewed the language, or one message of it.

        `none` until one has. What stands above a message counts before what stands on the file.
        """
        locale = self._locale(language)
        return locale.reviews.get(message_id, locale.review)

    def unreviewed(self, language: str) -> tuple[str, ...]:
        """Message ids that no native reader has reviewed."""
        ids = self.variables(language)
        return tuple(one for one in ids if self.review(language, one) == "none")

    def problems(self) -> tuple[str, ...]:
        """What a language lacks or has too much, compared with English; empty when complete."""
        reference = self.variables("en")
        return tuple(
            f"{tag}: {message_id} differs from English"
            for tag in self._locales
            for message_id in sorted(reference.keys() | self.variables(tag).keys())
            if reference.get(message_id) != self.variables(tag).get(message_id)
        )

    def _locale(self, language: str) -> Locale:
        try:
            return self._locales[language]
        except KeyError:
            raise MissingTextError(f"{language}: no such language.") from None


class _Variables(Visitor):
    """Collects the variable names below one node."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 (Visitor's)
        """Keep the name."""
        self.names.add(node.id.name)


def parse(path: Path) -> ast.Resource:
    """The Fluent file as a tree; raises LocaleFileError."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise LocaleFileError(f"{path.name}: cannot be read as UTF-8.") from problem
    resource = fluent_lines.parse(source)
    for entry in resource.body:
        if isinstance(entry, ast.Junk):
            start = entry.span.start if entry.span else 0
            line = source.count("\n", 0, start) + 1
            raise LocaleFileError(f"{path.name}: line {line} is not Fluent.")
    return resource


def _locale(path: Path, forms: LocalForms) -> Locale:
    resource = parse(path)
    bundle = FluentBundle([forms.language], use_isolating=True)
    bundle.add_resource(resource)
    messages = [entry for entry in resource.body if isinstance(entry, ast.Message)]
    alone = [entry for entry in resource.body if isinstance(entry, ast.Comment)]
    return Locale(
        bundle,
        {one.id.name: _variables(one) for one in messages},
        {one.id.name: told for one in messages if (told := _review(one.comment))},
        _review(alone[0] if alone else None) or "none",
        forms,
    )


def _review(comment: ast.Comment | None) -> str:
    """Who reviewed, as the comment says; nothing where it does not say."""
    told = REVIEW.search(comment.content or "") if comment else None
    return told.group(1).strip() if told else ""


def _variables(message: ast.Message) -> frozenset[str]:
    visitor = _Variables()
    visitor.visit(message)
    return frozenset(visitor.names)


def _with_plain(locale: Locale, texts: Mapping[str, str]) -> Locale:
    """The locale with texts in which nothing is Fluent's: each is one quoted literal."""
    quoted = {one: text.replace("\\", r"\\").replace('"', r"\"") for one, text in texts.items()}
    source = "".join(f'{one} = {{ "{text}" }}\n' for one, text in quoted.items())
    locale.bundle.add_resource(FluentParser().parse(source), allow_overrides=True)
    none: frozenset[str] = frozenset()
    return replace(locale, variables={**locale.variables, **dict.fromkeys(texts, none)})
