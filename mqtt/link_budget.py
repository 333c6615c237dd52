"""How many bytes may be under way, from how fast the broker answers: a thin link stays short."""

from dataclasses import dataclass, field
from typing import Final, Literal

LinkWord = Literal["auto", "thin", "fast"]
AHEAD_S: Final = 4.0
THIN_AHEAD_S: Final = 2.0
FIRST_BYTES: Final = 64 * 1024
THIN_FIRST_BYTES: Final = 8 * 1024
THIN_BYTES_PER_S: Final = 64 * 1024  # 512 kbit/s: below it, a large event holds others up for long
SAMPLE_S: Final = 1.0
MISSED: Final = 3.0


@dataclass(slots=True)
class LinkBudget:
    """Bytes offered and not answered, held to a few seconds of the measured line.

    Text waits behind what is under way already; on a thin link that must be little. `now_s` is the
    caller's; a rate is bytes a second while something was under way. One event may always go.
    """

    word: LinkWord = "auto"
    rate_bytes_per_s: float | None = None
    _under_way: dict[int, int] = field(default_factory=dict)
    _mark_s: float = 0.0
    _since_mark: int = 0
    _usual_bytes: float = 20_000.0

    @property
    def under_way_bytes(self) -> int:
        """What was offered and not answered."""
        return sum(self._under_way.values())

    @property
    def is_thin(self) -> bool:
        """Whether the link was told, or measured, to be thin."""
        if self.word != "auto":
            return self.word == "thin"
        return self.rate_bytes_per_s is not None and self.rate_bytes_per_s < THIN_BYTES_PER_S

    def limit_bytes(self) -> int:
        """How much may be under way."""
        thin = self.word == "thin"
        first = THIN_FIRST_BYTES if thin else FIRST_BYTES
        ahead_s = THIN_AHEAD_S if thin else AHEAD_S
        if self.rate_bytes_per_s is None:
            return first
        return max(THIN_FIRST_BYTES, int(self.rate_bytes_per_s * ahead_s))

    def rows(self, most: int) -> int:
        """How many rows of the usual size may be offered now, `most` at most."""
        if self.word == "fast":
            return most
        left = self.limit_bytes() - self.under_way_bytes
        if left <= 0:
            return 0
        return min(most, max(1, int(left / self._usual_bytes)))

    def answer_limit_s(self, least_s: float) -> float:
        """How long an answer may take: longer where what is under way needs longer."""
        if not self.rate_bytes_per_s:
            return least_s * (MISSED if self.word == "thin" else 1.0)
        return max(least_s, MISSED * self.under_way_bytes / self.rate_bytes_per_s)

    def offered(self, row: int, size_bytes: int, now_s: float) -> None:
        """One row goes out."""
        if not self._under_way:
            self._mark_s, self._since_mark = now_s, 0
        self._under_way[row] = size_bytes
        usual = self._usual_bytes + (size_bytes - self._usual_bytes) / 8
        self._usual_bytes = max(float(size_bytes), usual)

    def answered(self, row: int, now_s: float) -> None:
        """The broker answered; measures."""
        size_bytes = self._under_way.pop(row, None)
        if size_bytes is None:
            return
        self._since_mark += size_bytes
        took_s = now_s - self._mark_s
        if took_s >= SAMPLE_S or (took_s > 0 and self._since_mark >= FIRST_BYTES):
            self._sample(self._since_mark / took_s)
            self._mark_s, self._since_mark = now_s, 0

    def gone(self, rows: list[int]) -> None:
        """Rows that came back without an answer: no longer under way."""
        for row in rows:
            self._under_way.pop(row, None)

    def line_lost(self) -> None:
        """Another line may be another kind of line: measure anew."""
        self._under_way.clear()
        self.rate_bytes_per_s = None

    def _sample(self, rate: float) -> None:
        old = self.rate_bytes_per_s
        self.rate_bytes_per_s = rate if old is None else old + (rate - old) / 2
