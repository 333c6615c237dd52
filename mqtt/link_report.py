"""What the link did since the kiosk started: bytes, crossings, delay; counts and nothing else."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

READ_LIMIT_BYTES = 64 * 1024
WRITE_EVERY_S = 10.0


class LinkReport(msgspec.Struct, kw_only=True):
    """Counts since the start of the owner; `line_*` with TLS and MQTT, without TCP/IP headers."""

    up: bool = False
    why: str = ""
    line_out_bytes: int = 0
    line_in_bytes: int = 0
    rtt_ms: int = 0
    rate_bytes_per_s: int = 0
    thin: bool = False
    events: int = 0
    crossings: int = 0
    event_bytes: int = 0
    answers: dict[str, int] = {}

    @property
    def bytes_per_crossing(self) -> int | None:
        """All that the line took, both ways, for each crossing that the broker has; None yet."""
        if not self.crossings:
            return None
        return (self.line_out_bytes + self.line_in_bytes) // self.crossings

    def words(self) -> str:
        """One line for people."""
        state = "up" if self.up else f"down ({self.why or 'no publisher'})"
        parts = [state, f"{self.events} events, {self.crossings} crossings delivered"]
        parts.append(f"{self.line_out_bytes / 1e6:.2f} MB out, {self.line_in_bytes / 1e6:.2f} in")
        if self.bytes_per_crossing is not None:
            parts.append(f"{self.bytes_per_crossing / 1000:.1f} kB a crossing")
        if self.rtt_ms:
            parts.append(f"{self.rtt_ms} ms there and back")
        if self.rate_bytes_per_s:
            thin = ", thin: text first, little ahead" if self.thin else ""
            parts.append(f"{self.rate_bytes_per_s * 8 / 1000:.0f} kbit/s measured{thin}")
        return "; ".join(parts)


def report_path(relay_socket: Path) -> Path:
    """Beside the socket, which lies in memory on the appliance: no card is worn by it."""
    return relay_socket.with_suffix(".json")


def read(path: Path) -> LinkReport | None:
    """What the running kiosk wrote; None where there is none that reads."""
    with suppress(OSError, msgspec.DecodeError), path.open("rb") as file:
        return msgspec.json.decode(file.read(READ_LIMIT_BYTES), type=LinkReport)
    return None


@dataclass(slots=True)
class ReportFile:
    """Writes the report now and then, whole or not at all; a full disk does not matter to it."""

    path: Path
    _next_s: float = 0.0
    _last: bytes = b""

    def write(self, report: LinkReport, now_s: float, *, at_once: bool = False) -> None:
        """Where it is time and something changed."""
        if now_s < self._next_s and not at_once:
            return
        self._next_s = now_s + WRITE_EVERY_S
        data = msgspec.json.encode(report)
        if data == self._last:
            return
        self._last = data
        beside = self.path.with_suffix(".json.new")
        with suppress(OSError):
            beside.write_bytes(data)
            beside.replace(self.path)

    def remove(self) -> None:
        """The owner has gone, and so has what it counted."""
        with suppress(OSError):
            self.path.unlink()
