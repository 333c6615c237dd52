"""What may go out now: the in-flight window, what a broker's answer means, how long to wait."""

from dataclasses import dataclass, field

from mqtt.reason_codes import Outcome, answer

__all__ = ["READ_AHEAD", "WINDOW", "Backoff", "Outcome", "Window", "meaning"]

WINDOW = 20  # PUBLISH packets that await their PUBACK, and never more than the broker takes
READ_AHEAD = 2 * WINDOW  # rows that the owner hands over, so that the line never waits for the disk
REFUSED_IN_A_ROW = 3


def meaning(reason: int) -> Outcome:
    """Only reason 0 is a delivery: 0x10 is "nobody received it", any other "the broker refused"."""
    return answer(reason).outcome


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first_s` to `longest_s`."""

    first_s: float = 1.0
    longest_s: float = 60.0

    def after_s(self, failures: int, spread: float = 1.0) -> float:
        """How long to wait after so many failures in a row.

        `spread` 0..1, drawn by the caller, gives between half and all of it, so that a thousand
        kiosks do not come back in the same second.
        """
        whole_s = self.first_s * 2.0 ** min(max(failures - 1, 0), 32)
        return min(whole_s, self.longest_s) * (0.5 + 0.5 * spread)


@dataclass(frozen=True, slots=True)
class _Hold:
    failures: int
    until_s: float


_NO_HOLD = _Hold(0, 0.0)


@dataclass(slots=True)
class Window:
    """Which rows are on their way; holds no bytes, reads no clock (`now_s` is the caller's).

    A row that the broker refuses is held for a backoff of its own, so that one bad row does not
    stop the others. Where the whole line is at fault (reason_codes.Answer.holds), or where three
    rows were refused and none was taken between, the line pauses, so that nothing spins. What was
    offered is in flight, held, delivered, or given back to the owner, who has it still: nothing is
    ever dropped here.
    """

    size: int = READ_AHEAD
    backoff: Backoff = field(default_factory=Backoff)
    _in_flight: dict[int, float] = field(default_factory=dict)
    _held: dict[int, float] = field(default_factory=dict)
    _failures: dict[int, int] = field(default_factory=dict)
    _line: _Hold = _NO_HOLD
    _refused: set[int] = field(default_factory=set)

    @property
    def in_flight(self) -> frozenset[int]:
        """The rows that were offered and not yet answered."""
        return frozenset(self._in_flight)

    def has(self, row: int) -> bool:
        """Whether a row is on its way or held, so that it must not be offered now."""
        return row in self._in_flight or row in self._held

    def room(self, now_s: float) -> int:
        """How many rows may be offered now; 0 while the line pauses."""
        if now_s < self._line.until_s:
            return 0
        return self.size - len(self._in_flight)

    def offer(self, row: int, now_s: float) -> None:
        """One row goes out; ValueError where there is no room or the row is on its way already."""
        if row in self._in_flight or self.room(now_s) <= 0:
            raise ValueError("ask room() first, and offer a row once.")
        self._held.pop(row, None)
        self._in_flight[row] = now_s

    def answered(self, row: int, reason: int, now_s: float) -> Outcome:
        """Take the broker's answer for one row; what is not DELIVERED comes from `give_back`."""
        if self._in_flight.pop(row, None) is None:
            return Outcome.STALE
        meant = answer(reason)
        if meant.outcome is Outcome.DELIVERED:
            self._failures.pop(row, None)
            self._line = _NO_HOLD
            self._refused.clear()
            return meant.outcome
        self._refused.add(row)
        if meant.holds == "line" or len(self._refused) >= REFUSED_IN_A_ROW:
            self._pause(now_s, meant.least_wait_s)
        if meant.holds == "line":
            self._held[row] = now_s
        else:
            failures = self._failures.get(row, 0) + 1
            self._failures[row] = failures
            self._held[row] = now_s + max(meant.least_wait_s, self.backoff.after_s(failures))
        return meant.outcome

    def _pause(self, now_s: float, least_wait_s: float) -> None:
        """The refusals of one window count as one failure."""
        if now_s >= self._line.until_s:
            failures = self._line.failures + 1
            wait_s = max(least_wait_s, self.backoff.after_s(failures))
            self._line = _Hold(failures, now_s + wait_s)

    def give_back(self, now_s: float, answer_limit_s: float) -> list[int]:
        """Rows whose hold is over, or that had no answer for `answer_limit_s`: due again."""
        back = [row for row, until_s in self._held.items() if now_s >= until_s]
        back += [row for row, at_s in self._in_flight.items() if now_s - at_s >= answer_limit_s]
        for row in back:
            self._held.pop(row, None)
            self._in_flight.pop(row, None)
        return back

    def line_lost(self) -> list[int]:
        """The link broke: no pause and no hold stands; all that was offered is due again."""
        back = [*self._in_flight, *self._held]
        self._in_flight.clear()
        self._held.clear()
        self._failures.clear()
        self._line = _NO_HOLD
        self._refused.clear()
        return back
