"""The post's questions from its TOML file, or the built-in ones; a bad file stops the start."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import msgspec

from firmware_app.config import Config
from firmware_app.domain.questions import BUILT_IN, Condition, Question, Questionnaire
from firmware_app.domain.questions_lint import HasText, own_texts, problems
from firmware_app.errors import ConfigError
from firmware_app.ui.server import STATIC
from firmware_app.ui.texts import Texts

MOST_BYTES = 200_000
ICON = re.compile(r'id="i-([a-z0-9-]+)"')
_TABLES: dict[str, type] = {"question": Question, "when": Condition}
MEND = "Read docs/questions.md, mend the file, then `kiosk questions lint FILE`."


def load(file: Path | None, languages: Sequence[str], has_text: HasText) -> Questionnaire:
    """The questions that this post asks; raises ConfigError with everything that is wrong."""
    sheet = BUILT_IN if file is None else read(file)
    wrong = problems(sheet, languages, has_text)
    if wrong:
        more = f" ({len(wrong) - 1} more)" if wrong[1:] else ""
        raise ConfigError(f"{file or 'the built-in questions'}: {wrong[0]}{more}", MEND)
    return sheet


def questions_and_texts(config: Config, texts: Texts) -> tuple[Questionnaire, Texts]:
    """The post's questions, and the page's texts with theirs; raises ConfigError."""

    def has_text(language: str, message_id: str) -> bool:
        return message_id in texts.variables(language)

    sheet = load(config.policy.questions, config.page.languages, has_text)
    return sheet, texts.plus(inline_texts(sheet))


def icons() -> frozenset[str]:
    """The names of the page's drawings."""
    return frozenset(ICON.findall((STATIC / "index.html").read_text(encoding="utf-8")))


def read(file: Path) -> Questionnaire:
    """The file as it is, not judged yet; raises ConfigError."""
    try:
        data = file.read_bytes()
        raw = tomllib.loads(data[: MOST_BYTES + 1].decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}.", MEND) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        what = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "no UTF-8 TOML"
        raise ConfigError(f"{file}: {what}.", MEND) from error
    if len(data) > MOST_BYTES:
        raise ConfigError(f"{file}: more than {MOST_BYTES} bytes.", MEND)
    try:
        _only_known(raw, Questionnaire, "")
        return msgspec.convert(raw, Questionnaire)
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"{file}: {error}.", MEND) from error


def inline_texts(sheet: Questionnaire) -> dict[str, dict[str, str]]:
    """The texts that the file brings, by language and message id."""
    texts: dict[str, dict[str, str]] = {}
    for question in sheet.question:
        for message_id, by_language in own_texts(question).items():
            for language, text in by_language.items():
                texts.setdefault(language, {})[message_id] = text
    return texts


def _only_known(raw: object, kind: type, where: str) -> None:
    """A key that nobody reads is an error, as in kiosk.toml. Raises ValueError."""
    if not isinstance(raw, dict):
        return
    for key, value in raw.items():
        if key not in {field.name for field in fields(kind)}:
            raise ValueError(f"nobody reads {where}{key}")
        if key in _TABLES and isinstance(value, list):
            for number, one in enumerate(value, start=1):
                _only_known(one, _TABLES[key], f"{where}{key} {number}: ")
