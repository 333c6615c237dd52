"""A program that writes JPEG pictures to its output, such as rpicam-vid, as a source of frames.

Runs in the camera's process (v4l2_child.py), which takes every picture off the pipe, asked or not,
so that the newest is always of now.
"""

import os
import subprocess
import sys
import time
from typing import Final

from drivers.camera.mjpeg import Jpeg, Splitter
from drivers.camera.v4l2_device import decoded
from drivers.camera.v4l2_order import Pixels, Reason, SourceError, Taken
from drivers.camera.v4l2_slots import LONGEST_PX

_READ_BYTES: Final = 1 << 18
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_LAUNCH: Final = (  # a program that hangs must not outlive the kiosk, so the kernel ends it
    "import ctypes, os, signal, sys;"
    f"ctypes.CDLL(None).prctl({_PR_SET_PDEATHSIG}, signal.SIGKILL, 0, 0, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Program:
    """A Source of v4l2_order that runs a program. Raises SourceError where it is not there."""

    def __init__(self, program: str, arguments: tuple[str, ...]) -> None:
        if not os.access(program, os.X_OK):
            raise SourceError(Reason.NO_PROGRAM)
        self._process = subprocess.Popen(  # noqa: S603 - the program of kiosk.toml, without a shell
            [sys.executable, "-I", "-S", "-c", _LAUNCH, program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        if self._process.stdout is None:  # never: it is a pipe
            raise SourceError(Reason.NO_PROGRAM)
        self._output = self._process.stdout.fileno()
        self._splitter = Splitter()
        self._newest: Jpeg | None = None
        self.notes: tuple[str, ...] = ()

    def take(self) -> Taken | None:
        """Wait for the next whole picture; of several that came at once the newest."""
        while True:
            data = os.read(self._output, _READ_BYTES)
            if not data:
                return None
            found = self._splitter.feed(data, time.monotonic())
            if found:
                self._newest = found[-1]
                return Taken(self._newest.at_s, stamped=False)

    def pixels(self) -> Pixels | None:
        """Decode it, unless its head tells of a size that no camera here has."""
        newest = self._newest
        if newest is None:
            return None
        sides = (newest.width_px, newest.height_px)
        return decoded(newest.data) if min(sides) >= 16 and max(sides) <= LONGEST_PX else None
