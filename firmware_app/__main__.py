"""The `kiosk` command: parses words, calls compose or engineer, says errors in one clear line.

A word's module is loaded when the word is said: on a small board the start of the appliance is the
start of a dozen of these programs.
"""

import argparse
import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from firmware_app.errors import KioskError, NotShippedError, SetupError
from mqtt.no_core import write_no_core

Run = Callable[[argparse.Namespace], int]
CONFIG = Path("kiosk.toml")
INTERRUPTED = 130
OURS = frozenset({"drivers", "firmware_app", "mqtt", "vision"})


@dataclass(frozen=True, slots=True)
class Group:
    """A word of `kiosk`: its help, and the function `adder` of engineer.MODULE that adds it."""

    word: str
    module: str
    adder: str
    what: str

    def add_to(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """With all its options. Raises ImportError."""
        module = import_module(f"firmware_app.engineer.{self.module}")
        getattr(module, self.adder)(commands, _add)


GROUPS = (
    Group(
        "demo",
        "site_commands",
        "add_demo",
        "a whole site on this machine: broker, centre, kiosk, and a traveller who crosses once",
    ),
    Group(
        "story",
        "site_commands",
        "add_story",
        "let one traveller act out a story file and compare what the centre stored",
    ),
    Group(
        "check-config",
        "check_commands",
        "add_check_config",
        "read kiosk.toml and say what is wrong with it",
    ),
    Group(
        "doctor",
        "check_commands",
        "add_doctor",
        "open each device, read one thing from it, look at keys, outbox, clock and models",
    ),
    Group(
        "selftest",
        "selftest_commands",
        "add_selftest",
        "could a traveller be served now: devices, page, sealing, outbox, clock; exit code 5: no",
    ),
    Group(
        "read-document",
        "check_commands",
        "add_read_document",
        "arm a document reader, read once, say layout and check digits",
    ),
    Group("chip", "chip_commands", "add_chip", "the chip of a travel document"),
    Group("csca", "chip_commands", "add_csca", "the states' authorities that this kiosk trusts"),
    Group(
        "outbox",
        "outbox_commands",
        "add_outbox",
        "the sealed crossings that wait on this kiosk",
    ),
    Group("keys", "keys_commands", "add_keys", "this kiosk's keys and certificates"),
    Group("provision", "provision_commands", "add_provision", "a kiosk's first settings and keys"),
    Group(
        "break-glass",
        "break_glass_commands",
        "add_break_glass",
        "an engineer's way into a production kiosk: by a signed token, for some hours",
    ),
    Group("officers", "officers_commands", "add_officers", "who may sign at the officer's page"),
    Group(
        "time-floor",
        "clock_commands",
        "add_time_floor",
        "set a clock that is earlier than this release or the last receipt",
    ),
    Group(
        "questions",
        "questions_commands",
        "add_questions",
        "what a post asks its travellers, as data",
    ),
    Group(
        "locales",
        "locales_commands",
        "add_locales",
        "the languages of the page: their messages, who reviewed them, what is wrong with them",
    ),
    Group("sounds", "sounds_commands", "add_sounds", "the spoken clips of the page; docs/sound.md"),
    Group(
        "update",
        "update_commands",
        "add_update",
        "a new system: how far it is, fetch, put in",
    ),
    Group(
        "bench",
        "site_commands",
        "add_bench",
        "measure: a whole crossing, the delivery of events, or a start, with what is asked of each",
    ),
    Group(
        "evaluate",
        "evaluate_commands",
        "add_evaluate",
        "measure accuracy, speed and memory on real inputs",
    ),
)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or the error's own."""
    write_no_core()
    said = sys.argv[1:] if words is None else list(words)
    named = _named(said)
    try:
        return _run_shipped(said, named)
    except KioskError as error:
        print(f"kiosk {named}: {error}", file=sys.stderr)
        print(f"  mend: {error.mend}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        with suppress(OSError):
            sys.stdout.close()
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"kiosk {named}: {where}{error.strerror or error}.", file=sys.stderr)
        print("  mend: Check that it exists, may be read by you and has room.", file=sys.stderr)
        return SetupError.exit_code


def _named(words: Sequence[str]) -> str:
    """The command among the words; "" where there is none."""
    return next((word for word in words if not word.startswith("-")), "")


def _run_shipped(words: Sequence[str], named: str) -> int:
    """Run a command; raises NotShippedError where it needs modules of ours that are not here."""
    try:
        chosen = _parser(named).parse_args(words)
        run: Run = chosen.run
        return run(chosen)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in OURS:
            raise
        what = f"a part of this program is not on this machine: {error.msg.partition(' (')[0]}."
        raise NotShippedError(what) from error


def _parser(named: str) -> argparse.ArgumentParser:
    """Knows every command, and the options of `named`."""
    parser = argparse.ArgumentParser(
        prog="kiosk",
        description="The border kiosk: serve travellers, see a demo, find what is wrong.",
        epilog="example: kiosk doctor --config /etc/border-kiosk/kiosk.toml",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add(
        commands,
        "run",
        "serve travellers with the devices of kiosk.toml until told to stop",
        "kiosk run --config /etc/border-kiosk/kiosk.toml",
        _run,
        ("config",),
    )
    for group in GROUPS:
        if group.word == named:
            group.add_to(commands)
        else:
            commands.add_parser(group.word, help=group.what)
    _add(commands, "version", "release, commit and models", "kiosk version", _version, ("json",))
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    what: str,
    example: str,
    run: Run,
    options: Sequence[str] = (),
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=what,
        description=what,
        epilog=f"example: {example}",  # as it stands, so that it can be copied
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    if "config" in options:
        parser.add_argument("--config", type=Path, default=CONFIG, help="default: kiosk.toml here")
    if "json" in options:
        parser.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )
    return parser


def _run(chosen: argparse.Namespace) -> int:
    with _nothing_is_garbage_yet():
        from firmware_app import config  # noqa: PLC0415 - `kiosk version` need not load OpenCV
        from firmware_app.compose import Kiosk  # noqa: PLC0415

        kiosk = Kiosk(config.load(chosen.config), chosen.config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: kiosk.stop())
    kiosk.run()
    return 0


@contextmanager
def _nothing_is_garbage_yet() -> Iterator[None]:
    """What is made in here stays to the end: it is never searched for garbage, now or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _version(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer.report import emit  # noqa: PLC0415
    from firmware_app.release import git_commit, release  # noqa: PLC0415

    emit(
        {"release": release(), "git_commit": git_commit()},
        f"border-kiosk {release()} ({git_commit()[:12]})",
        as_json=chosen.json,
    )
    return 0


if __name__ == "__main__":
    threading.current_thread().name = "kiosk"
    sys.exit(main())
