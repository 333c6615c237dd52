"""Log lines as events with allow-listed fields, so that nothing personal can be named in one.

One JSON object a line on standard error; journald keeps it. An unlisted field fails mypy.
"""

import json
import sys
import threading
from datetime import UTC
from typing import Literal, TypedDict, Unpack

from firmware_app.clock import utc_now

Level = Literal["info", "warning", "error"]


class Fields(TypedDict, total=False):
    """Every field that a log line may have; all impersonal."""

    device: str
    what: str
    mend: str
    step: str
    duration_ms: int
    crossing_id: str
    count: int
    used_pct: float
    level: str
    url: str
    version: str
    reason: str
    epochs: list[str]
    sequences: list[int]
    committed_at: str


_LOCK = threading.Lock()


def say(name: str, severity: Level = "info", **fields: Unpack[Fields]) -> None:
    """Write one event; never raises for a closed standard error."""
    at = utc_now().astimezone(UTC).isoformat(timespec="milliseconds")
    line = {"at": at, "event": name, "severity": severity, **fields}
    with _LOCK:
        try:
            print(json.dumps(line), file=sys.stderr, flush=True)  # noqa: T201 - the log's one exit
        except OSError:
            return
