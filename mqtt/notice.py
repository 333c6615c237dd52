"""What relay, publisher and sink tell an engineer: once at each change, nothing personal."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One change: a name for machines, what happened, and the mend where there is one."""

    name: str
    severity: Severity
    what: str
    mend: str = ""


Tell = Callable[[Notice], None]


def tell_stderr(notice: Notice) -> None:
    """One JSON object a line on standard error, for programs of their own; never raises."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")  # noqa: TID251 - the log's own stamp
    line = {"at": at, "event": notice.name, "severity": notice.severity, "what": notice.what}
    if notice.mend:
        line["mend"] = notice.mend
    try:
        sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stderr.flush()
    except OSError:
        return


@dataclass(slots=True)
class OnChange:
    """Says a thing when it becomes so, and not again until something else was said of it."""

    tell: Tell
    _last: dict[str, str] = field(default_factory=dict)

    def say(self, topic: str, notice: Notice) -> None:
        """Tell, unless the last notice of this `topic` had the same name and words."""
        text = f"{notice.name} {notice.what}"
        if self._last.get(topic) != text:
            self._last[topic] = text
            self.tell(notice)
