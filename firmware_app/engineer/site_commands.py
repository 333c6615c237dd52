"""The words of `kiosk demo`, `story` and `bench`: what runs a whole site on this machine."""

# ruff: noqa: PLC0415 (no image holds the demo site; `kiosk demo --help` answers all the same)

import argparse
from pathlib import Path

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.typed_words import count, port


def add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk demo`."""
    demo = add(
        commands,
        "demo",
        "a whole site on this machine: broker, centre, kiosk, and a traveller who crosses once",
        "kiosk demo --once",
        _demo,
        ("json",),
    )
    demo.add_argument("--once", action="store_true", help="end after the receipt")
    _add_site(demo)


def add_story(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk story`."""
    story = add(
        commands,
        "story",
        "let one traveller act out a story file and compare what the centre stored",
        "kiosk story demo",
        _story,
        ("json",),
    )
    story.add_argument("file", type=Path, help="a story, or the name of a shipped one: demo")
    _add_site(story)


def add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk bench`."""
    bench = add(
        commands,
        "bench",
        "measure: a whole crossing, the delivery of events, or a start, with what is asked of each",
        "kiosk bench delivery --quick",
        _bench,
        ("json",),
    )
    bench.add_argument(
        "what",
        choices=("crossing", "delivery", "start"),
        help="touch to receipt | commit to erased | exec to the page, and what each program loads",
    )
    bench.add_argument(
        "--runs", type=count, default=3, help="crossings or starts to measure, default: 3"
    )
    bench.add_argument("--quick", action="store_true", help="delivery: a tenth of the events")


def _add_site(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port, default=8080, help="of the traveller's page")
    parser.add_argument(
        "--folder", type=Path, default=Path(".run"), help="for keys, database and logs"
    )


def _demo(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import demo

    return demo.demo(chosen.folder, chosen.port, once=chosen.once, as_json=chosen.json)


def _story(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import demo, story

    told = story.load(chosen.file)
    return demo.act(told, chosen.folder, chosen.port, as_json=chosen.json)


def _bench(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import bench, bench_delivery, bench_start

    if chosen.what == "start":
        return bench_start.start(chosen.runs, as_json=chosen.json)
    if chosen.what == "delivery":
        return bench_delivery.delivery(quick=chosen.quick, as_json=chosen.json)
    return bench.crossing(chosen.runs, as_json=chosen.json)
