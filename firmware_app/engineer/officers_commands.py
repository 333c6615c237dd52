"""`kiosk officers`: who may sign as an officer at this kiosk."""

import argparse
from pathlib import Path

from firmware_app import config
from firmware_app.clock import utc_now
from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.report import emit, table
from firmware_app.errors import KioskError, SetupError
from firmware_app.workers.officer_registry import Officer, OfficerRegistry, OfficersError
from mqtt.bundles import kid_text
from mqtt.keys import public_pem

NO_TABLE_MEND = "Add the table [officer] to kiosk.toml (docs/officer.md), or name --officers."
RIGHTS_MEND = "Run it as the kiosk's own user: `sudo -u border-kiosk kiosk officers ...`."


class RegisterError(KioskError):
    """The register of officers refuses."""

    mend = OfficersError.mend


def add_officers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk officers add`, `list` and `revoke`."""
    example = "kiosk officers add B-117"
    officers = add(commands, "officers", "who may sign at the officer's page", example, _list)
    kinds = officers.add_subparsers(dest="what", required=True, metavar="WHAT")
    shared = ("config", "json")
    adding = add(
        kinds,
        "add",
        "give a one-time code, good for a day, with which an officer registers a key at the page",
        example,
        _add,
        shared,
    )
    listing = add(
        kinds,
        "list",
        "officers, their keys and what counts; --json has the public keys for the centre",
        "kiosk officers list --json > officers-kiosk-1.json",
        _list,
        shared,
    )
    revoking = add(
        kinds,
        "revoke",
        "an officer's key counts no more, at once and for ever",
        "kiosk officers revoke B-117",
        _revoke,
        shared,
    )
    for one in (adding, revoking):
        one.add_argument("officer", metavar="ID", help="letters, digits, hyphens; no name")
    for one in (adding, listing, revoking):
        one.add_argument("--officers", type=Path, metavar="DIR", help="default: officer.officers")


def _add(chosen: argparse.Namespace) -> int:
    registry = _registry(chosen)
    try:
        code = registry.add(chosen.officer, utc_now())
    except OfficersError as error:
        raise RegisterError(str(error), error.mend) from error
    except OSError as error:
        raise SetupError(f"{registry.folder}: {error.strerror}.", RIGHTS_MEND) from error
    words = f"{code}\nOfficer {chosen.officer}: open the page, Register a new key, type this code."
    emit(
        {"officer": chosen.officer, "code": code},
        f"{words} It is good once, for 24 hours.",
        as_json=chosen.json,
    )
    return 0


def _list(chosen: argparse.Namespace) -> int:
    registry = _registry(chosen)
    try:
        found = registry.officers()
    except OSError as error:
        raise SetupError(f"{registry.folder}: {error.strerror}.", RIGHTS_MEND) from error
    rows = [(one.id, _state(one), _key(one)) for one in found]
    words = table(rows) if rows else "No officers. `kiosk officers add ID` begins."
    document: dict[str, object] = {"officers": [_document(one) for one in found]}
    if chosen.officers is None:
        loaded = config.load(chosen.config)
        origin = loaded.officer.origin if loaded.officer is not None else ""
        document |= {"kiosk": loaded.kiosk_id, "origin": origin}
    emit(document, words, as_json=chosen.json)
    return 0


def _revoke(chosen: argparse.Namespace) -> int:
    registry = _registry(chosen)
    try:
        registry.revoke(chosen.officer, utc_now())
    except OfficersError as error:
        raise RegisterError(str(error), error.mend) from error
    except OSError as error:
        raise SetupError(f"{registry.folder}: {error.strerror}.", RIGHTS_MEND) from error
    emit(
        {"officer": chosen.officer, "state": "revoked"},
        f"Officer {chosen.officer} is revoked; sessions end within a second.",
        as_json=chosen.json,
    )
    return 0


def _registry(chosen: argparse.Namespace) -> OfficerRegistry:
    if chosen.officers is not None:
        return OfficerRegistry(chosen.officers)
    page = config.load(chosen.config).officer
    if page is None:
        raise SetupError(f"{chosen.config} has no officer's page.", NO_TABLE_MEND)
    return OfficerRegistry(page.officers)


def _state(one: Officer) -> str:
    if one.revoked:
        return "revoked"
    if one.credential is not None:
        return "active"
    late = one.invited_until is None or utc_now() >= one.invited_until
    return "code too old" if late else "code given"


def _key(one: Officer) -> str:
    return kid_text(one.credential.key) if one.credential is not None else "-"


def _document(one: Officer) -> dict[str, object]:
    known = one.credential
    return {
        "officer": one.id,
        "state": _state(one),
        "registered_at": one.registered_at.isoformat() if one.registered_at else None,
        "credential_id": known.id.hex() if known is not None else None,
        "key_id": kid_text(known.key) if known is not None else None,
        "public_key": public_pem(known.key).decode() if known is not None else None,
    }
