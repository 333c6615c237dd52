"""Runs a program of the system for an update: its exit code, its words, its reason in few lines."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

REASON_LINES = 6
LAST_ERROR = "LastError:"
NOT_RUN = 127


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended."""

    code: int
    said: str
    complained: str

    @property
    def reason(self) -> str:
        """Why it refused: RAUC's last error, or the last lines."""
        lines = [line.strip() for line in f"{self.said}\n{self.complained}".splitlines()]
        found = [line for line in lines if line.startswith(LAST_ERROR)] or list(filter(None, lines))
        return " | ".join(found[-REASON_LINES:]).removeprefix(LAST_ERROR).strip() or "no reason"


def ran(words: Sequence[str], limit_s: float) -> Ran:
    """Run it to its end; a program that is not there or too slow has a code, too."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            words, capture_output=True, text=True, errors="replace", check=False, timeout=limit_s
        )
    except subprocess.TimeoutExpired:
        return Ran(NOT_RUN, "", f"{words[0]}: not done in {limit_s:.0f} s.")
    except OSError as error:
        return Ran(NOT_RUN, "", f"{words[0]}: {error.strerror}.")
    return Ran(done.returncode, done.stdout, done.stderr)
