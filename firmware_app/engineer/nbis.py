"""NIST's mindtct and bozorth3 as `kiosk evaluate fingers --vs nbis` runs them: a peer to beat.

They are no part of the kiosk: docs/evaluate_fingers.md says how an engineer gets them. One process
of mindtct a picture, one of bozorth3 a picture with all that it is compared with, as they are used.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from firmware_app.errors import SetupError
from vision.errors import VisionError
from vision.evaluate.finger import Compared, Taken
from vision.evaluate.usage import timed
from vision.finger_segment import PPI, to_500_ppi
from vision.image import Gray8

TOOLS = Path(".oracles/nbis")
LIMIT_S = 60.0
HEADER_BYTES = 288


class NbisError(VisionError):
    """One of the two programs failed; says which and how."""

    mend = "Build them anew: docs/evaluate_fingers.md; or name their folder with --nbis-tools."


@dataclass(frozen=True, slots=True)
class Nbis:
    """Both programs; `folder` holds what they write, one set of pictures at a time."""

    name: ClassVar[str] = "nbis"
    mindtct: str
    bozorth3: str
    folder: Path

    @classmethod
    def find(cls, tools: Path | None, folder: Path) -> Self:
        """Look in `tools`, else on PATH, else in .oracles/nbis. Raises SetupError."""
        mindtct, bozorth3 = (_found(program, tools) for program in ("mindtct", "bozorth3"))
        return cls(mindtct, bozorth3, folder)

    def take(self, number: int, gray: Gray8, ppi: int) -> Taken:
        """Let mindtct write NUMBER.xyt. Raises NbisError, ImageError.

        It is told the picture at 500 ppi, for which both programs are made, like the kiosk's own.
        """
        picture = self.folder / f"{number}.ihd"
        picture.write_bytes(ihead(to_500_ppi(gray, ppi)))
        with timed() as extracting:
            self._run([self.mindtct, picture.name, str(number)])
        picture.unlink()
        try:
            minutiae = len((self.folder / f"{number}.xyt").read_text("ascii").splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise NbisError("mindtct wrote no minutiae.") from error
        return Taken(minutiae, extract=extracting)

    def compare(self, number: int, others: Sequence[int]) -> Compared:
        """One run of bozorth3; its time is shared out evenly. Raises NbisError."""
        files = [f"{other}.xyt" for other in others]
        with timed() as matching:
            said = self._run([self.bozorth3, "-p", f"{number}.xyt", *files])
        try:
            scores = tuple(float(word) for word in said.split())
        except ValueError as error:
            raise NbisError("bozorth3 said what is no score.") from error
        if len(scores) != len(others):
            raise NbisError(f"bozorth3 gave {len(scores)} scores of {len(others)}.")
        each = len(others)
        wall, cpu = matching.wall_ms / each, matching.cpu_ms / each
        return Compared(scores, (wall,) * each, (cpu,) * each)

    def _run(self, command: list[str]) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the engineer's own programs
                command, cwd=self.folder, capture_output=True, timeout=LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NbisError(f"{Path(command[0]).name} took more than {LIMIT_S:.0f} s.") from error
        except OSError as error:
            raise NbisError(f"{command[0]} cannot be run ({error.strerror}).") from error
        if done.returncode != 0:
            raise NbisError(f"{Path(command[0]).name} ended with {done.returncode}.")
        return done.stdout.decode("ascii", "replace")


def ihead(gray: Gray8) -> bytes:
    """The picture with NIST's own header (ihead.h of NBIS), which every build of mindtct reads."""
    height, width = gray.shape
    numbers = b"".join(_text(n) for n in (width, height, 8, PPI, 0, 0, 8, 8))
    rest = b"00" + _text(0) + _text(255) + b"0000" + bytes(80) + _text(0) + _text(0)
    header = bytes(80) + bytes(26) + numbers + rest
    return _text(HEADER_BYTES) + header + gray.tobytes()


def _text(number: int) -> bytes:
    return str(number).encode().ljust(8, b"\0")


def _found(program: str, tools: Path | None) -> str:
    places = [str(tools)] if tools is not None else [None, str(TOOLS)]
    for place in places:
        path = shutil.which(program, path=place)
        if path is not None:
            return str(Path(path).resolve())
    where = tools or f"PATH or {TOOLS}"
    mend = "Build them with tests/oracles/build_nbis.sh (docs/evaluate_fingers.md)."
    raise SetupError(f"{program} is not in {where}.", mend)
