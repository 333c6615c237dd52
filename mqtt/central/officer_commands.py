"""The word that checks officers' signatures again: `kiosk-central officers`."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from mqtt import events
from mqtt.central.command import (
    EXAMPLE,
    EXIT_OK,
    Commands,
    command,
    say,
    with_config,
    with_json,
)
from mqtt.central.errors import CentralError
from mqtt.central.settings import CentralSettings
from mqtt.central.store import CentralStore
from mqtt.groups import OfficerAction
from mqtt.keys import PublicKey
from mqtt.officer_proof import check
from mqtt.webauthn import Credential, Party, WebauthnError

EXIT_NOT_WHOLE = 1
SLICE = 200


class OfficersFileError(CentralError):
    """A file of officers that does not read."""

    mend = "Make it on the kiosk with `kiosk officers list --json`."


class _Listed(msgspec.Struct, frozen=True):
    """One officer, as the kiosk lists him; readers pass over the rest."""

    officer: str
    credential_id: str | None = None
    public_key: str | None = None


class _Officers(msgspec.Struct, frozen=True):
    """What `kiosk officers list --json` prints."""

    officers: tuple[_Listed, ...]
    kiosk: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A kiosk's page and its officers' keys by credential id."""

    party: Party
    keys: dict[bytes, tuple[str, PublicKey]]


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`officers`."""
    what = "check the officers' signatures of all stored decisions; 1 where one does not hold"
    example = f"{EXAMPLE} --keys officers-kiosk-1.json"
    words = with_json(with_config(command(commands, "officers", _officers, what, example)))
    words.add_argument(
        "--keys",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="what `kiosk officers list --json` printed; once for each kiosk",
    )


def _officers(args: argparse.Namespace) -> int:
    known = dict(read_officers(path) for path in args.keys)
    with CentralSettings.load(args.config).store(read_only=True) as store:
        rows = [
            (kiosk, crossing, action, verdict(known, kiosk, crossing, action))
            for kiosk, crossing, action in _decisions(store)
        ]
    for kiosk, crossing, action, why in rows:
        if not args.json:
            who = f"{kiosk} {crossing} {action.officer_id} {action.action}"
            say(f"{who}: {why or 'signature holds'}")
    if args.json:
        say(json.dumps([_document(*row) for row in rows], indent=2))
    return EXIT_NOT_WHOLE if any(row[3] for row in rows) else EXIT_OK


def read_officers(path: Path) -> tuple[str, Known]:
    """Kiosk, and who signs there; raises OfficersFileError."""
    try:
        said = msgspec.json.decode(path.read_bytes(), type=_Officers)
        keys = dict(_key(one) for one in said.officers if one.public_key and one.credential_id)
    except (OSError, msgspec.DecodeError, ValueError, TypeError) as error:
        raise OfficersFileError(f"{path}: {type(error).__name__}.") from None
    host = said.origin.removeprefix("https://").partition(":")[0]
    return said.kiosk, Known(Party(said.origin, host), keys)


def _key(one: _Listed) -> tuple[bytes, tuple[str, PublicKey]]:
    key = load_pem_public_key((one.public_key or "").encode())
    if not isinstance(key, PublicKey):
        raise TypeError("not an elliptic curve key.")
    return bytes.fromhex(one.credential_id or ""), (one.officer, key)


def verdict(known: dict[str, Known], kiosk: str, crossing: str, action: OfficerAction) -> str:
    """Empty where the officer's own signature holds; else why not."""
    page = known.get(kiosk)
    if page is None:
        return "no keys of this kiosk are given."
    if action.proof is None:
        return "no signature in it."
    officer, key = page.keys.get(action.proof.credential_id, ("", None))
    if key is None or officer != action.officer_id:
        return "no such key of this officer."
    try:
        check(kiosk, crossing, action, Credential(action.proof.credential_id, key), page.party)
    except WebauthnError as error:
        return str(error)
    return ""


def _decisions(store: CentralStore) -> Iterator[tuple[str, str, OfficerAction]]:
    """Kiosk, crossing and action of each stored decision, oldest first."""
    after = 0
    while found := store.events(after, SLICE):
        after = found[-1].arrival
        for one in found:
            if one.kind in {"crossing", "officer_decision"} and one.event is not None:
                yield from _actions(one.kiosk, events.decode(one.event))


def _actions(kiosk: str, event: events.Event) -> Iterator[tuple[str, str, OfficerAction]]:
    if isinstance(event, events.CrossingEvent):
        for action in event.officer:
            yield kiosk, event.envelope.event_id, action
    if isinstance(event, events.OfficerDecision):
        yield kiosk, event.relates_to, event.officer


def _document(kiosk: str, crossing: str, action: OfficerAction, why: str) -> dict[str, object]:
    return {
        "kiosk": kiosk,
        "crossing": crossing,
        "officer": action.officer_id,
        "action": action.action,
        "reason": action.reason,
        "holds": not why,
        "why": why,
    }
