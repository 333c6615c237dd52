"""Which key opens what: before a key is destroyed, and as the proof after it was."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mqtt import cose
from mqtt.central.store import CentralStore
from mqtt.envelope import WIRE_LIMIT_BYTES
from mqtt.keys import PrivateKey, thumbprint

SLICE = 200


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What is sealed for one key; `alone` counts what no other key that we hold opens."""

    kid: str
    held: bool
    events: int
    alone: int
    first_utc: str
    last_utc: str


def key_use(
    store: CentralStore,
    keys: Sequence[PrivateKey],
    told: Callable[[int], None] = lambda _count: None,
) -> tuple[list[KeyUse], int]:
    """Over all ciphertexts that are not purged: by key, and how many open with none that we hold.

    Reads key ids, opens nothing. `told` hears the count after each slice.
    """
    ours = {thumbprint(key.public_key()) for key in keys}
    count, alone = Counter[bytes](), Counter[bytes]()
    days: dict[bytes, list[str]] = {}
    unreadable = after = seen = 0
    while rows := store.ciphertexts(after, SLICE):
        for _, at, ciphertext in rows:
            kids = cose.recipients_of(ciphertext, limit_bytes=WIRE_LIMIT_BYTES)
            opening = [kid for kid in kids if kid in ours]
            count.update(kids)
            alone.update(opening if len(opening) == 1 else [])
            unreadable += not opening
            for kid in kids:
                span = days.setdefault(kid, [at, at])
                span[1] = at
        after, seen = rows[-1][0], seen + len(rows)
        told(seen)
    found = [
        KeyUse(kid.hex(), kid in ours, count[kid], alone[kid], *days.get(kid, ["", ""]))
        for kid in sorted({*count, *ours}, key=lambda kid: days.get(kid, [""])[0])
    ]
    return found, unreadable
