"""The `kiosk` command: parses words, calls compose or engineer, says errors in one clear line."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from firmware_app.engineer import (
    break_glass_commands,
    chip_commands,
    clock_commands,
    face_commands,
    keys_commands,
    liveness_commands,
    locales_commands,
    look_commands,
    officers_commands,
    outbox_commands,
    provision_commands,
    questions_commands,
    selftest_commands,
    sounds_commands,
    update_commands,
)
from firmware_app.engineer.typed_words import count, port, seconds
from firmware_app.errors import KioskError, NotShippedError, SetupError
from mqtt.no_core import write_no_core

Run = Callable[[argparse.Namespace], int]
CONFIG = Path("kiosk.toml")
INTERRUPTED = 130
OURS = frozenset({"drivers", "firmware_app", "mqtt", "vision"})


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or the error's own."""
    write_no_core()
    chosen = _parser().parse_args(words)
    run: Run = chosen.run
    try:
        return _run_shipped(run, chosen)
    except KioskError as error:
        print(f"kiosk {chosen.command}: {error}", file=sys.stderr)
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
        print(f"kiosk {chosen.command}: {where}{error.strerror or error}.", file=sys.stderr)
        print("  mend: Check that it exists, may be read by you and has room.", file=sys.stderr)
        return SetupError.exit_code


def _run_shipped(run: Run, chosen: argparse.Namespace) -> int:
    """Run a command; raises NotShippedError where it needs modules of ours that are not here."""
    try:
        return run(chosen)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in OURS:
            raise
        what = f"a part of this program is not on this machine: {error.msg.partition(' (')[0]}."
        raise NotShippedError(what) from error


def _parser() -> argparse.ArgumentParser:
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
    demo = _add(
        commands,
        "demo",
        "a whole site on this machine: broker, centre, kiosk, and a traveller who crosses once",
        "kiosk demo --once",
        _demo,
        ("json",),
    )
    demo.add_argument("--once", action="store_true", help="end after the receipt")
    _add_site(demo)
    story = _add(
        commands,
        "story",
        "let one traveller act out a story file and compare what the centre stored",
        "kiosk story demo",
        _story,
        ("json",),
    )
    story.add_argument("file", type=Path, help="a story, or the name of a shipped one: demo")
    _add_site(story)
    _add(
        commands,
        "check-config",
        "read kiosk.toml and say what is wrong with it",
        "kiosk check-config --config kiosk.example.toml",
        _check_config,
        ("config", "json"),
    )
    _add_doctor(commands)
    selftest_commands.add_selftest(commands, _add)
    _add_read_document(commands)
    chip_commands.add_chip(commands, _add, seconds)
    chip_commands.add_csca(commands, _add)
    for add_group in (
        *(outbox_commands.add_outbox, keys_commands.add_keys, provision_commands.add_provision),
        *(break_glass_commands.add_break_glass, officers_commands.add_officers),
        *(clock_commands.add_time_floor, questions_commands.add_questions),
        *(locales_commands.add_locales, sounds_commands.add_sounds, update_commands.add_update),
    ):
        add_group(commands, _add)
    _add_bench(commands)
    _add_evaluate(commands)
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


def _add_site(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port, default=8080, help="of the traveller's page")
    parser.add_argument(
        "--folder", type=Path, default=Path(".run"), help="for keys, database and logs"
    )


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    doctor = _add(
        commands,
        "doctor",
        "open each device, read one thing from it, look at keys, outbox, clock and models",
        "kiosk doctor --json | jq .checks",
        _doctor,
        ("config", "json"),
    )
    doctor.add_argument(
        "--limit",
        type=seconds,
        default=5.0,
        help="seconds to wait for a document, a frame, a finger (default: 5); what a slow device"
        " then takes comes on top",
    )


def _add_read_document(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    reading = _add(
        commands,
        "read-document",
        "arm a document reader, read once, say layout and check digits",
        'kiosk read-document --url "serial:///dev/kiosk-reader?baud=9600" --seconds 30',
        _read_document,
        ("config", "json"),
    )
    reading.add_argument("--url", help="default: document_reader of kiosk.toml")
    reading.add_argument("--seconds", type=seconds, default=30.0, help="default: 30")
    reading.add_argument("--show", action="store_true", help="print the lines too: personal data")


def _add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = _add(
        commands,
        "bench",
        "measure: a whole crossing, or the delivery of events, with what is asked of each",
        "kiosk bench delivery --quick",
        _bench,
        ("json",),
    )
    bench.add_argument(
        "what", choices=("crossing", "delivery"), help="touch to receipt | commit to erased"
    )
    bench.add_argument("--runs", type=count, default=3, help="crossings to measure, default: 3")
    bench.add_argument("--quick", action="store_true", help="delivery: a tenth of the events")


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = _add(
        commands,
        "evaluate",
        "measure accuracy, speed and memory on real inputs",
        "kiosk evaluate mrz documents/ --vs tesseract",
        _evaluate_zones,
    )
    kinds = evaluate.add_subparsers(dest="what", required=True, metavar="WHAT")
    face_commands.add_faces(kinds, _add, count)
    look_commands.add_looks(kinds, _add)
    liveness_commands.add_liveness(kinds, _add, count)
    zones = _add(
        kinds,
        "mrz",
        "the machine readable zones of whole pictures, found, read and parsed",
        "kiosk evaluate mrz documents/ --vs tesseract --show-failures sheets/",
        _evaluate_zones,
        ("json",),
    )
    zones.add_argument("folder", type=Path, help="pictures, or images/, and ground_truth.csv")
    zones.add_argument("--vs", choices=("tesseract",), help="a peer on the same pictures")
    zones.add_argument("--tessdata", type=Path, help="folder of mrz.traineddata; default .oracles")
    lines = _add(
        kinds,
        "mrz-lines",
        "cut-out lines of zones, read one by one",
        "kiosk evaluate mrz-lines lines/ --json",
        _evaluate_lines,
        ("json",),
    )
    lines.add_argument("folder", type=Path, help="pictures, each with NAME.gt.txt beside it")
    _add_fingers(kinds)
    chip_commands.add_passive(kinds, _add)
    questions_commands.add_typing(kinds, _add)
    for parser in (zones, lines):
        parser.add_argument("--threads", type=count, default=1, help="of the networks, default: 1")
        parser.add_argument(
            "--show-failures", type=Path, metavar="DIR", help="write contact sheets of them there"
        )


def _add_fingers(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    fingers = _add(
        kinds,
        "fingers",
        "every pair of finger pictures: error rates, times, memory, what quality is worth",
        "kiosk evaluate fingers prints/ --vs nbis --plot det.png",
        _evaluate_fingers,
        ("json",),
    )
    fingers.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="of FINGER_IMPRESSION.png or tif"
    )
    fingers.add_argument("--ppi", type=count, default=500, help="of the pictures, default: 500")
    fingers.add_argument("--threads", type=count, default=1, help="of the networks, default: 1")
    fingers.add_argument("--vs", choices=("nbis",), help="a peer on the same pictures")
    fingers.add_argument(
        "--nbis-tools",
        type=Path,
        metavar="FOLDER",
        help="of mindtct and bozorth3; default: PATH, then .oracles/nbis",
    )
    fingers.add_argument(
        "--plot", type=Path, metavar="FILE.png", help="draw the error trade-off (DET) there"
    )
    fingers.add_argument(
        "--show-failures",
        type=Path,
        metavar="FILE.png",
        help="draw the pairs that went worst there; it holds fingerprints",
    )


def _run(chosen: argparse.Namespace) -> int:
    from firmware_app import config  # noqa: PLC0415 - `kiosk version` need not load OpenCV
    from firmware_app.compose import Kiosk  # noqa: PLC0415

    kiosk = Kiosk(config.load(chosen.config), chosen.config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: kiosk.stop())
    kiosk.run()
    return 0


def _demo(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import demo  # noqa: PLC0415

    return demo.demo(chosen.folder, chosen.port, once=chosen.once, as_json=chosen.json)


def _story(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import demo, story  # noqa: PLC0415

    told = story.load(chosen.file)
    return demo.act(told, chosen.folder, chosen.port, as_json=chosen.json)


def _check_config(chosen: argparse.Namespace) -> int:
    from firmware_app import config  # noqa: PLC0415
    from firmware_app.engineer.report import emit  # noqa: PLC0415
    from firmware_app.services.questions import questions_and_texts  # noqa: PLC0415
    from firmware_app.ui.texts import Texts  # noqa: PLC0415

    loaded = config.load(chosen.config)
    questions_and_texts(loaded, Texts.load(languages=loaded.page.languages))
    emit(
        {"config": str(chosen.config), "kiosk_id": loaded.kiosk_id, "profile": loaded.profile},
        f"{chosen.config} is good: kiosk {loaded.kiosk_id}, profile {loaded.profile}.",
        as_json=chosen.json,
    )
    return 0


def _doctor(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import doctor  # noqa: PLC0415

    return doctor.doctor(chosen.config, limit_s=chosen.limit, as_json=chosen.json)


def _read_document(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import read_document  # noqa: PLC0415

    return read_document.read_document(
        chosen.url, chosen.config, seconds=chosen.seconds, show=chosen.show, as_json=chosen.json
    )


def _bench(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import bench, bench_delivery  # noqa: PLC0415

    if chosen.what == "delivery":
        return bench_delivery.delivery(quick=chosen.quick, as_json=chosen.json)
    return bench.crossing(chosen.runs, as_json=chosen.json)


def _evaluate_zones(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import evaluate_mrz, tesseract  # noqa: PLC0415

    tessdata = (chosen.tessdata or tesseract.TESSDATA) if chosen.vs == "tesseract" else None
    options = evaluate_mrz.Options(chosen.json, chosen.threads, chosen.show_failures, tessdata)
    return evaluate_mrz.zones(chosen.folder, options)


def _evaluate_lines(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import evaluate_mrz  # noqa: PLC0415

    options = evaluate_mrz.Options(chosen.json, chosen.threads, chosen.show_failures)
    return evaluate_mrz.lines(chosen.folder, options)


def _evaluate_fingers(chosen: argparse.Namespace) -> int:
    # read when numpy is first imported, which is in the next line: --threads is for it too
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(chosen.threads))
    from firmware_app.engineer import evaluate_fingers  # noqa: PLC0415

    options = evaluate_fingers.Options(
        as_json=chosen.json,
        ppi=chosen.ppi,
        threads=chosen.threads,
        beside_nbis=chosen.vs == "nbis",
        nbis_tools=chosen.nbis_tools,
        plot=chosen.plot,
        sheet=chosen.show_failures,
    )
    return evaluate_fingers.fingers(chosen.folders, options)


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
