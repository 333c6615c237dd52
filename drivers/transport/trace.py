"""What crossed a byte stream, as text that a person can read and a test can replay; pure.

A trace of a document reader holds the lines of the document: personal data. Record only documents
of specimens or of people who agreed, and treat the file as you would treat the passport.

    # border-kiosk trace 1
    ! 0                     the kiosk looked what had come before: nothing, or these bytes
    > 12 16540d             host to device, 12 ms after the first step
    < 840 503c55544f        device to host
"""

from dataclasses import dataclass
from enum import Enum

HEADER = "# border-kiosk trace 1"


class Way(Enum):
    """Which way bytes went."""

    TO_DEVICE = ">"
    FROM_DEVICE = "<"
    WAITING = "!"


class TraceError(ValueError):
    """A text that is no trace; the line's number, never its contents."""


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """Bytes that went one way at one time; `at_ms` counts from the start of the recording."""

    way: Way
    at_ms: int
    data: bytes = b""

    def __repr__(self) -> str:
        """Say the shape, never the bytes."""
        return f"Step({self.way.value} {self.at_ms} ms, {len(self.data)} bytes)"


def write_step(step: Step) -> str:
    """One line, without its end."""
    return f"{step.way.value} {step.at_ms} {step.data.hex()}".rstrip()


def write(steps: tuple[Step, ...]) -> str:
    """The whole text of a trace."""
    return "\n".join([HEADER, *map(write_step, steps)]) + "\n"


def read(text: str) -> tuple[Step, ...]:
    """The steps of a trace; raises TraceError."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != HEADER:
        raise TraceError("line 1 is not the header of a trace.")
    steps: list[Step] = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() and not line.startswith("#"):
            steps.append(_step(number, line, steps[-1].at_ms if steps else 0))
    return tuple(steps)


def _step(number: int, line: str, earliest_ms: int) -> Step:
    try:
        way, at_ms, *data = line.split()
        step = Step(Way(way), int(at_ms), bytes.fromhex("".join(data)))
    except ValueError:
        raise TraceError(f"line {number} is not `way milliseconds hex`.") from None
    if step.at_ms < earliest_ms:
        raise TraceError(f"line {number} goes back in time.")
    return step
