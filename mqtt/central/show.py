"""What is stored, for people and for programs: hashes in hex, other bytes as length and hash."""

from hashlib import sha256

import cbor2

from mqtt.central.store import StoredEvent
from mqtt.reference import reference

_INDENT = "  "
_READING_ORDER = ("kind", "envelope", "time", "crossing", "traveller", "document", "not_captured")


def as_json(one: StoredEvent) -> dict[str, object]:
    """One stored event as JSON values; `event` and `reference` are null where it did not open."""
    event = None if one.event is None else cbor2.loads(one.event)
    return {
        **outer_facts(one),
        "sealed_bytes": one.sealed_bytes,
        "reference": _reference(event),
        "event": None if event is None else _plain(event),
    }


def outer_facts(one: StoredEvent) -> dict[str, object]:
    """What is known of an event without opening it."""
    return {
        "arrival": one.arrival,
        "kiosk": one.kiosk,
        "epoch": one.epoch,
        "sequence": one.sequence,
        "kind": one.kind,
        "profile": one.profile,
        "assurance": one.assurance,
        "received_utc": one.received_utc,
        "purged_utc": one.purged_utc,
    }


def as_text(one: StoredEvent) -> str:
    """One stored event as indented lines, the outer facts in the first."""
    head = (
        f"{one.kind} {one.kiosk} epoch {one.epoch} sequence {one.sequence}"
        f" ({one.profile}, {one.assurance}), received {one.received_utc}"
    )
    if one.purged_utc is not None:
        return f"{head}\n{_INDENT}content purged {one.purged_utc}: its retention had ended"
    if one.event is None:
        return f"{head}\n{_INDENT}could not be opened: see the quarantine"
    event = cbor2.loads(one.event)
    said = f"{_INDENT}reference: {_reference(event)}"
    return "\n".join([head, said, *_lines(_in_order(_plain(event)), 1)])


def _reference(event: object) -> str | None:
    """What the traveller has of it: `kiosk-central show REFERENCE` finds it."""
    match event:
        case {"envelope": {"event_id": str(event_id)}} | {"event_id": str(event_id)}:
            return reference(event_id)
        case _:
            return None


def _in_order(event: object) -> object:
    """What people look for first, first; the wire sorts by the length of the names."""
    if not isinstance(event, dict):
        return event
    first = {name: event[name] for name in _READING_ORDER if name in event}
    return {**first, **event}


def _plain(value: object) -> object:
    match value:
        case dict():
            return {str(key): _named(str(key), one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case bytes():
            return {"bytes": len(value), "sha256": sha256(value).hexdigest()}
        case _:
            return value


def _named(name: str, value: object) -> object:
    """A hash is shown as it is; the hash of a hash would match nothing that anyone has."""
    if name.endswith("sha256") and isinstance(value, bytes):
        return value.hex()
    if name == "models" and isinstance(value, dict):
        return {str(model): _named("sha256", one) for model, one in value.items()}
    return _plain(value)


def _lines(value: object, depth: int) -> list[str]:
    pad = _INDENT * depth
    if isinstance(value, dict):
        return [line for key, one in value.items() for line in _entry(f"{pad}{key}", one, depth)]
    if isinstance(value, list):
        return [line for one in value for line in _entry(f"{pad}-", one, depth)]
    return [f"{pad}{value}"]


def _entry(label: str, value: object, depth: int) -> list[str]:
    if not isinstance(value, dict | list):
        return [f"{label}: {value}"]
    if not value:
        return [f"{label}: none"]
    if isinstance(value, dict) and value.keys() >= {"code", "result"}:
        return [f"{label} {_check(value)}"]
    if isinstance(value, dict) and value.keys() == {"bytes", "sha256"}:
        return [f"{label}: {value['bytes']} bytes, SHA-256 {value['sha256'][:16]}..."]
    return [label, *_lines(value, depth + 1)]


def _check(value: dict[str, object]) -> str:
    """A check in one line: its code, how it ended, why, and all else that it says."""
    why = f" ({value['why']})" if "why" in value else ""
    rest = {key: one for key, one in value.items() if key not in {"code", "result", "why"}}
    said = [f"{key} {_flat(one)}" for key, one in rest.items()]
    return "; ".join([f"{value['code']}: {value['result']}{why}", *said])


def _flat(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
