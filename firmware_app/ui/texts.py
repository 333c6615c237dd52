"""Every word the traveller reads, by language and message id, from the Fluent files in locales/."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from fluent.runtime import FluentBundle
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

LOCALES = Path(__file__).parent / "locales"
REVIEW = re.compile(r"^# review: (.+)$", re.MULTILINE)

Direction = Literal["ltr", "rtl"]


class TextsError(Exception):
    """The words of the page are not what they should be."""

    mend: ClassVar[str] = "Install the release once more; its locales folder is damaged."


class MissingTextError(TextsError):
    """A message id, or one of its arguments, that a language does not have."""

    mend = "Add the message to every file in firmware_app/ui/locales, then run the tests."


class LocaleFileError(TextsError):
    """A locale file that is not there or does not parse; says the line, never the text."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its BCP 47 tag, with its own name in its own script."""

    tag: str
    own_name: str
    direction: Direction = "ltr"


LANGUAGES: dict[str, Language] = {
    "en": Language("en", "English"),
    "fr": Language("fr", "Français"),
    "ar": Language("ar", "العربية", "rtl"),
}


@dataclass(frozen=True, slots=True)
class Locale:
    """One language's messages: compiled, and as a map from message id to its variables."""

    bundle: FluentBundle
    variables: Mapping[str, frozenset[str]]
    review: str


@dataclass(frozen=True, slots=True)
class Texts:
    """All languages of the page; safe to read from any thread."""

    _locales: Mapping[str, Locale]

    @classmethod
    def load(cls, folder: Path = LOCALES) -> "Texts":
        """Read every language of LANGUAGES from `folder`; raises LocaleFileError."""
        return cls({tag: _locale(tag, folder / f"{tag}.ftl") for tag in LANGUAGES})

    def say(self, language: str, message_id: str, **arguments: str | int) -> str:
        """The message with its arguments, each isolated (FSI, PDI) from the text's direction.

        Raises MissingTextError: no such language or message, or an argument is not given.
        """
        bundle = self._locale(language).bundle
        if not bundle.has_message(message_id):
            raise MissingTextError(f"{language}: no message {message_id}.")
        pattern = bundle.get_message(message_id).value
        if pattern is None:
            raise MissingTextError(f"{language}: {message_id} has no value.")
        text, errors = bundle.format_pattern(pattern, dict(arguments))
        if errors:
            raise MissingTextError(f"{language}: {message_id} lacks an argument.")
        return str(text)

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

    def review(self, language: str) -> str:
        """Who among its native readers has reviewed the language; `none` until one has."""
        return self._locale(language).review

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


def _locale(tag: str, path: Path) -> Locale:
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise LocaleFileError(f"{path.name}: cannot be read as UTF-8.") from problem
    resource = FluentParser().parse(source)
    for entry in resource.body:
        if isinstance(entry, ast.Junk):
            start = entry.span.start if entry.span else 0
            line = source.count("\n", 0, start) + 1
            raise LocaleFileError(f"{path.name}: line {line} is not Fluent.")
    bundle = FluentBundle([tag], use_isolating=True)
    bundle.add_resource(resource)
    reviewed = REVIEW.search(source)
    return Locale(bundle, _variables(resource), reviewed.group(1) if reviewed else "none")


def _variables(resource: ast.Resource) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for entry in resource.body:
        if isinstance(entry, ast.Message):
            visitor = _Variables()
            visitor.visit(entry)
            found[entry.id.name] = frozenset(visitor.names)
    return found
