"""Where things go on the broker, and what stands in the clear beside a sealed event (pure)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from mqtt.events import Kind

ROOT = "border/v1"
CONTENT_TYPE = "application/vnd.border-kiosk.envelope+cbor"
RECEIPT_CONTENT_TYPE = "application/vnd.border-kiosk.receipt+cbor"
DATA_SCHEMA = "urn:border-kiosk:envelope:1"

KioskLeaf = Literal["events", "state", "alerts", "cmd/res"]
"""Written by the kiosk."""
CentreLeaf = Literal["receipts", "cmd", "shadow/desired"]
"""Read by the kiosk."""

_KIOSK = re.compile(r"[A-Za-z0-9-]{1,40}")
_LIST = re.compile(r"[a-z0-9-]{1,40}")
_LEAVES = frozenset({"events", "state", "alerts", "cmd/res", "receipts", "cmd", "shadow/desired"})


def is_kiosk_id(text: str) -> bool:
    """Whether `text` may be a kiosk id: letters, digits and hyphens, 1 to 40 of them."""
    return _KIOSK.fullmatch(text) is not None


def topic(kiosk: str, leaf: KioskLeaf | CentreLeaf) -> str:
    """`border/v1/<kiosk>/<leaf>`; raises ValueError for what the contract lacks."""
    if not is_kiosk_id(kiosk) or leaf not in _LEAVES:
        raise ValueError("no such topic: check the kiosk id (letters, digits, hyphens; 1 to 40).")
    return f"{ROOT}/{kiosk}/{leaf}"


def list_topic(kiosk: str, name: str) -> str:
    """`border/v1/<kiosk>/lists/<name>`; raises ValueError as `topic` does."""
    if not is_kiosk_id(kiosk) or _LIST.fullmatch(name) is None:
        raise ValueError("no such topic: check the kiosk id and the list's name.")
    return f"{ROOT}/{kiosk}/lists/{name}"


def kiosk_of(full_topic: str) -> str | None:
    """The kiosk id in a topic of ours; None for any other topic."""
    version, _, rest = full_topic.removeprefix("border/").partition("/")
    kiosk, slash, _ = rest.partition("/")
    if not full_topic.startswith("border/") or version != "v1" or not slash:
        return None
    return kiosk if is_kiosk_id(kiosk) else None


def hour_text(at_utc: datetime) -> str:
    """`at_utc` (aware) rounded DOWN to its hour in UTC, RFC 3339: all that leaks of the time."""
    hour = at_utc.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour.strftime("%Y-%m-%dT%H:00:00Z")


def cloudevents_properties(
    *, kiosk: str, kind: Kind, event_id: str, sequence: int, hour: str
) -> list[tuple[str, str]]:
    """MQTT 5 user properties of one event: CloudEvents 1.0, MQTT binding, binary content mode.

    `event_id` is a UUIDv7, `hour` is what `hour_text` gave. The content type goes to the MQTT
    property Content Type (`CONTENT_TYPE`). Raises ValueError.
    """
    if not is_kiosk_id(kiosk) or str(UUID(event_id)) != event_id:
        raise ValueError("a kiosk id or event id that the contract lacks.")
    return [
        ("specversion", "1.0"),
        ("id", event_id),
        ("source", f"/kiosk/{kiosk}"),
        ("type", f"org.border-kiosk.{kind.value}.v1"),
        ("time", hour),
        ("dataschema", DATA_SCHEMA),
        ("sequence", f"{sequence:020d}"),
        ("partitionkey", kiosk),
    ]


def packet_bytes(full_topic: str, payload: bytes, properties: Sequence[tuple[str, str]]) -> int:
    """The size of the PUBLISH packet of an event (MQTT 5, 3.3), a few bytes too many at most."""
    words = sum(5 + len(name.encode()) + len(word.encode()) for name, word in properties)
    return 20 + len(full_topic.encode()) + len(CONTENT_TYPE) + words + len(payload)
