"""The words of `kiosk questions` (lint, show, example) and of `kiosk evaluate typing`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from firmware_app.engineer.chip_commands import Add
from firmware_app.errors import ConfigError

CONFIG = Path("kiosk.toml")
WRONG = 1


def add_questions(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add
) -> None:
    """`kiosk questions lint`, `show` and `example`."""
    lint_example = "kiosk questions lint questions.toml --languages en,fr,ar --earlier old.toml"
    questions = add(
        commands, "questions", "what a post asks its travellers, as data", lint_example, _lint
    )
    kinds = questions.add_subparsers(dest="what", required=True, metavar="WHAT")
    lint = add(
        kinds,
        "lint",
        "every language complete, every branch reachable, no way too long, versions raised",
        lint_example,
        _lint,
        ("json",),
    )
    lint.add_argument("file", type=Path, metavar="FILE")
    languages = lint.add_mutually_exclusive_group()
    languages.add_argument("--languages", metavar="en,fr", help="of the post; default: all")
    languages.add_argument("--config", type=Path, metavar="FILE", help="take them from kiosk.toml")
    lint.add_argument("--earlier", type=Path, metavar="FILE", help="the edition in use until now")
    shows = add(
        kinds,
        "show",
        "the ways through the questions as a tree, or as a graph",
        "kiosk questions show questions.toml --dot | dot -Tsvg > questions.svg",
        _show,
        ("json",),
    )
    shows.add_argument("file", type=Path, nargs="?", help="default: the built-in questions")
    shows.add_argument("--dot", action="store_true", help="in the DOT language of Graphviz")
    add(
        kinds,
        "example",
        "print a file that shows every key, to start from",
        "kiosk questions example > questions.toml",
        _example,
    )


def add_typing(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk evaluate typing`."""
    parser = add(
        kinds,
        "typing",
        "slips in typed document numbers of nine signs: told by the check digit, and marked where",
        "kiosk evaluate typing --count 20000 --json",
        _typing,
        ("json",),
    )
    parser.add_argument("--count", type=int, default=20_000, help="of each sort, default: 20000")


def _typing(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import evaluate_typing  # noqa: PLC0415

    return evaluate_typing.typing(chosen.count, as_json=chosen.json)


def _lint(chosen: argparse.Namespace) -> int:
    from firmware_app.domain import questions_lint, questions_walk  # noqa: PLC0415 - on demand
    from firmware_app.engineer.report import emit  # noqa: PLC0415
    from firmware_app.services import questions  # noqa: PLC0415
    from firmware_app.ui.texts import Texts  # noqa: PLC0415

    texts = Texts.load()
    languages = _languages(chosen, texts.languages())
    sheet = questions.read(chosen.file)
    found = list(
        questions_lint.problems(
            sheet,
            languages,
            lambda tag, one: one in texts.variables(tag),
            questions.icons().__contains__,
        )
    )
    if chosen.earlier is not None:
        found += questions_lint.changes(sheet, questions.read(chosen.earlier))
    longest = 0 if found else len(questions_walk.walk(sheet).longest)
    told = f"{len(sheet.question)} questions, at most {longest} asked, in {', '.join(languages)}"
    words = "\n".join(found) if found else f"{chosen.file} is good: {told}."
    document = {
        "file": str(chosen.file),
        "languages": languages,
        "questions": len(sheet.question),
        "most_asked_on_a_way": longest,
        "problems": found,
    }
    emit(document, words, as_json=chosen.json)
    return WRONG if found else 0


def _languages(chosen: argparse.Namespace, every: Sequence[str]) -> list[str]:
    if chosen.config is not None:
        from firmware_app import config  # noqa: PLC0415

        return list(config.load(chosen.config).page.languages)
    if not chosen.languages:
        return list(every)
    named = [tag.strip() for tag in chosen.languages.split(",") if tag.strip()]
    unknown = [tag for tag in named if tag not in every]
    if unknown:
        raise ConfigError(f"no language {unknown[0]}.", f"The kiosk has {', '.join(every)}.")
    return named


def _show(chosen: argparse.Namespace) -> int:
    from firmware_app.domain import questions_drawing  # noqa: PLC0415
    from firmware_app.domain.questions import BUILT_IN  # noqa: PLC0415
    from firmware_app.engineer.report import emit  # noqa: PLC0415
    from firmware_app.services import questions  # noqa: PLC0415

    sheet = BUILT_IN if chosen.file is None else questions.read(chosen.file)
    drawn = questions_drawing.dot(sheet) if chosen.dot else questions_drawing.tree(sheet)
    document = {
        "most_asked": sheet.most_asked,
        "questions": [
            {
                "id": one.id,
                "version": one.version,
                "kind": one.kind.value,
                "answers": list(one.codes),
                "after": [each.question for each in one.when],
            }
            for one in sheet.question
        ],
    }
    emit(document, drawn, as_json=chosen.json)
    return 0


def _example(_chosen: argparse.Namespace) -> int:
    from importlib import resources  # noqa: PLC0415

    text = resources.files("firmware_app.domain").joinpath("questions_example.toml")
    sys.stdout.write(text.read_text(encoding="utf-8"))
    return 0
