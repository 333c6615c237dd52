"""Runs a program, says what is being done and how long it took; errors carry their mend."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TAIL_LINES: Final = 12


class BuildError(Exception):
    """The image cannot be made; `mend` says what to do."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.mend = mend


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print `what` now and the seconds it took when it is done."""
    print(f"  {what} ...", end="", file=sys.stderr, flush=True)
    began_s = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", file=sys.stderr, flush=True)
        raise
    print(f" {time.monotonic() - began_s:.1f} s", file=sys.stderr, flush=True)


def run(
    words: Sequence[str | Path], *, cwd: Path | None = None, extra: Mapping[str, str] | None = None
) -> str:
    """Run a program to its end and give what it printed; raises BuildError with its last lines."""
    told = [str(word) for word in words]
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", **(extra or {})}
    try:
        done = subprocess.run(
            told, cwd=cwd, env=env, capture_output=True, text=True, check=False, errors="replace"
        )
    except FileNotFoundError as error:
        what = f"`{told[0]}` is not on this machine."
        raise BuildError(what, "Install the Debian packages that docs/image.md names.") from error
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-TAIL_LINES:]
        what = f"`{told[0]}` ended with {done.returncode}:\n    " + "\n    ".join(last)
        raise BuildError(what, "Look at the lines above; `make image` may be run again at once.")
    return done.stdout
