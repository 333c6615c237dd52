"""What all words of `kiosk-central` share: how one is added, how it speaks, how it ends."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

EXIT_OK, EXIT_FOUND, EXIT_TROUBLE, EXIT_STOPPED = 0, 1, 2, 130
EXAMPLE = "--config site/centre/central.toml"

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives this type no public name
Run = Callable[[argparse.Namespace], int]


def command(
    commands: "Commands[argparse.ArgumentParser]",
    name: str,
    run: Run,
    what: str,
    example: str = EXAMPLE,
) -> argparse.ArgumentParser:
    """One word with its help and example; add options to what it gives.

    `run` gives the exit code and raises CentralError, whose mend `main` prints.
    """
    words = f"example: kiosk-central {name} {example}"
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        description=what,
        epilog=words,  # as it stands, so that it can be copied
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=run)
    return parser


def alias(
    commands: "Commands[argparse.ArgumentParser]", name: str, parser: argparse.ArgumentParser
) -> None:
    """Another name that goes on working and is not shown in the help."""
    commands.choices[name] = parser


def with_config(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The word reads central.toml: `args.config`."""
    parser.add_argument("--config", type=Path, required=True, help="central.toml")
    return parser


def with_json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The word can answer a program: `args.json`."""
    parser.add_argument("--json", action="store_true", help="one JSON document")
    return parser


def whole_number(word: str, most: int) -> int:
    """An option's value: a whole number from 1 to `most`; raises ArgumentTypeError."""
    if not word.isdecimal() or not 1 <= int(word[:9]) <= most:
        raise argparse.ArgumentTypeError(f"{word!r} is no whole number from 1 to {most}.")
    return int(word)


def say(text: str) -> None:
    """One answer to standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    """How far a long piece of work is, to standard error, over the line before; "" clears it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
