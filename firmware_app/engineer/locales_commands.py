"""The words of `kiosk locales`: which languages there are, who reviewed them, what is wrong."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from firmware_app.domain.languages import LANGUAGES
from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.report import emit, table
from firmware_app.errors import ConfigError
from firmware_app.ui.locale_lint import Remark, lint
from firmware_app.ui.texts import LOCALES, Texts, TextsError

FAULTY_EXIT_CODE = 5


def add_locales(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk locales show`, `lint` and `text`."""
    locales = add(
        commands,
        "locales",
        "the languages of the page: their messages, who reviewed them, what is wrong with them",
        "kiosk locales show",
        _show,
    )
    kinds = locales.add_subparsers(dest="what", required=True, metavar="WHAT")
    shows = add(
        kinds,
        "show",
        "each language: messages, reviewed ones, notes; with --language what nobody reviewed",
        "kiosk locales show --language bm",
        _show,
        ("json",),
    )
    shows.add_argument("--language", choices=tuple(LANGUAGES), help="its unreviewed messages, too")
    lints = add(
        kinds,
        "lint",
        "missing and unknown keys, variables, plurals, letters, marks; long texts are notes;"
        f" exit code {FAULTY_EXIT_CODE} where there is a fault",
        "kiosk locales lint --folder firmware_app/ui/locales",
        _lint,
        ("json",),
    )
    for one in (shows, lints):
        one.add_argument("--folder", type=Path, default=LOCALES, help="default: the shipped ones")


def _show(chosen: argparse.Namespace) -> int:
    texts = _loaded(chosen.folder)
    document = [_language(texts, tag) for tag in texts.languages()]
    rows = [("tag", "language", "messages", "reviewed", "review of the file")]
    rows += [
        (tag, texts.own_name(tag), str(count), str(reviewed), texts.review(tag))
        for tag, count, reviewed in (_counts(texts, tag) for tag in texts.languages())
    ]
    words = [table(rows)]
    if chosen.language:
        words += ["", f"Nobody has reviewed in {chosen.language}:"]
        words += [f"  {one}" for one in texts.unreviewed(chosen.language)]
    emit(document, "\n".join(words), as_json=chosen.json)
    return 0


def _language(texts: Texts, tag: str) -> dict[str, object]:
    tag, count, reviewed = _counts(texts, tag)
    return {
        "language": tag,
        "own_name": texts.own_name(tag),
        "messages": count,
        "reviewed": reviewed,
        "review": texts.review(tag),
        "unreviewed": texts.unreviewed(tag),
    }


def _counts(texts: Texts, tag: str) -> tuple[str, int, int]:
    count = len(texts.variables(tag))
    return tag, count, count - len(texts.unreviewed(tag))


def _lint(chosen: argparse.Namespace) -> int:
    try:
        remarks = lint(chosen.folder)
    except TextsError as error:
        raise ConfigError(str(error), error.mend) from error
    faults = [one for one in remarks if one.weight == "fault"]
    emit([asdict(one) for one in remarks], _words(remarks), as_json=chosen.json)
    return FAULTY_EXIT_CODE if faults else 0


def _words(remarks: Sequence[Remark]) -> str:
    counts = Counter(one.weight for one in remarks)
    rows = [(one.weight, one.language, one.message, one.what) for one in remarks]
    counted = f"{len(LANGUAGES)} languages: {counts['fault']} faults, {counts['note']} notes."
    return "\n".join([*([table(rows)] if rows else []), counted])


def _loaded(folder: Path) -> Texts:
    try:
        return Texts.load(folder)
    except TextsError as error:
        raise ConfigError(str(error), error.mend) from error


def doctors_words(texts: Texts, languages: Sequence[str]) -> str:
    """What `kiosk doctor` says of messages that no native reader has reviewed; nothing if all."""
    waiting = {tag: len(texts.unreviewed(tag)) for tag in languages}
    parts = [
        f"{tag} {count} of {len(texts.variables(tag))}" for tag, count in waiting.items() if count
    ]
    return f"messages not yet reviewed by a native reader: {', '.join(parts)}" if parts else ""
