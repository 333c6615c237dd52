"""Events for other systems: NDJSON or Parquet, one row an event, with the version of its shape.

Everything in a row's `event` is personal data; the other fields are not. Arrival numbers are a
cursor: who remembers the last one gets each event once.
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import cbor2

from mqtt.central.errors import CentralError, ExtraMissingError
from mqtt.central.show import outer_facts
from mqtt.central.store import CentralStore, StoredEvent

SCHEMA = "urn:border-kiosk:export:1"
PERSONAL = ("event",)
SLICE = 500
KINDS_WITHOUT_PERSON = ("epoch_start", "time_anchor", "counters", "selftest")


class ExportError(CentralError):
    """The file cannot be written."""

    mend = "Name a file in a folder that you may write and that has room."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: past `after`, received in [since, until) (ISO 8601), of these kinds."""

    after: int = 0
    since: str = ""
    until: str = "9999"
    kinds: frozenset[str] = frozenset()
    impersonal: bool = False

    def has(self, one: StoredEvent) -> bool:
        """Whether it is asked for."""
        in_time = self.since <= one.received_utc < self.until
        return in_time and (not self.kinds or one.kind in self.kinds)


def rows(store: CentralStore, wanted: Wanted) -> Iterator[dict[str, object]]:
    """In order of arrival; raises StoreError."""
    after = wanted.after
    while found := store.events(after, SLICE):
        after = found[-1].arrival
        yield from (as_row(one, impersonal=wanted.impersonal) for one in found if wanted.has(one))


def as_row(one: StoredEvent, *, impersonal: bool) -> dict[str, object]:
    """JSON values; bytes in base64. Without the event where `impersonal` and it is of a person."""
    hidden = impersonal and one.kind not in KINDS_WITHOUT_PERSON
    event = None if one.event is None or hidden else _plain(cbor2.loads(one.event))
    return {"schema": SCHEMA, **outer_facts(one), "event": event}


def write_ndjson(found: Iterable[dict[str, object]], path: Path | None) -> tuple[int, int]:
    """One JSON object a line to `path`, whole or not at all, or to standard output.

    Gives how many, and the last arrival (0 for none). Raises ExportError.
    """
    count = last = 0
    with _target(path) as file:
        for row in found:
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            file.write(text.encode() + b"\n")
            count, last = count + 1, int(str(row["arrival"]))
    return count, last


def write_parquet(found: Iterable[dict[str, object]], path: Path) -> tuple[int, int]:
    """The same fields as columns, `event` as JSON text; raises ExportError, ExtraMissingError."""
    if find_spec("pyarrow") is None:
        raise ExtraMissingError("pyarrow, the library for Parquet, is not installed.")
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    texts = ("schema", "kiosk", "epoch", "kind", "profile", "assurance", "received_utc")
    columns = [("arrival", pa.int64()), ("sequence", pa.int64())]
    columns += [(name, pa.string()) for name in (*texts, "purged_utc", "event")]
    about = {"schema": SCHEMA, "personal_columns": ",".join(PERSONAL)}
    schema = pa.schema(columns, metadata=about)
    count = last = 0
    with _target(path) as file, parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for some in _slices(found):
            texts_of = [{**row, "event": json.dumps(row["event"])} for row in some]
            writer.write_table(pa.Table.from_pylist(texts_of, schema=schema))
            count, last = count + len(some), int(str(some[-1]["arrival"]))
    return count, last


def _slices(found: Iterable[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    some: list[dict[str, object]] = []
    for row in found:
        some.append(row)
        if len(some) == SLICE:
            yield some
            some = []
    if some:
        yield some


@contextmanager
def _target(path: Path | None) -> Iterator[IO[bytes]]:
    """A part file beside `path` that takes its name when all is on the disk; mode 0600."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _plain(value: object) -> object:
    match value:
        case dict():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case bytes():
            return {"base64": b64encode(value).decode()}
        case _:
            return value
