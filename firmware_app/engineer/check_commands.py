"""The words of `kiosk check-config`, `doctor` and `read-document`: what is wrong here."""

# ruff: noqa: PLC0415 (a word's help needs no driver)

import argparse

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.typed_words import seconds


def add_check_config(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add
) -> None:
    """`kiosk check-config`."""
    add(
        commands,
        "check-config",
        "read kiosk.toml and say what is wrong with it",
        "kiosk check-config --config kiosk.example.toml",
        _check_config,
        ("config", "json"),
    )


def add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk doctor`."""
    doctor = add(
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


def add_read_document(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add
) -> None:
    """`kiosk read-document`."""
    reading = add(
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


def _check_config(chosen: argparse.Namespace) -> int:
    from firmware_app import config
    from firmware_app.engineer.report import emit
    from firmware_app.services.questions import questions_and_texts
    from firmware_app.ui.texts import Texts

    loaded = config.load(chosen.config)
    questions_and_texts(loaded, Texts.load(languages=loaded.page.languages))
    emit(
        {"config": str(chosen.config), "kiosk_id": loaded.kiosk_id, "profile": loaded.profile},
        f"{chosen.config} is good: kiosk {loaded.kiosk_id}, profile {loaded.profile}.",
        as_json=chosen.json,
    )
    return 0


def _doctor(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import doctor

    return doctor.doctor(chosen.config, limit_s=chosen.limit, as_json=chosen.json)


def _read_document(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import read_document

    return read_document.read_document(
        chosen.url, chosen.config, seconds=chosen.seconds, show=chosen.show, as_json=chosen.json
    )
