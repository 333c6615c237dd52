"""A folder of pictures as a finger scanner, for trying out what follows a capture."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError, DeviceTimeoutError, ProtocolError
from drivers.fingerprint.api import FingerPicture
from drivers.url import Params

SUFFIXES = frozenset({".png", ".bmp", ".jpg", ".jpeg", ".tif", ".tiff"})

_LOWEST_PPI = 250
_HIGHEST_PPI = 1000


def open_folder(name: str, folder: Path, params: Params) -> "FolderScanner":
    """A scanner that gives the pictures in `folder` in the order of their names.

    Parameters: `ppi` (500), `again` (yes: begins anew after the last). The pictures must show dark
    ridges on a light ground. Raises DeviceGoneError where there is no picture, DeviceUrlError.
    """
    ppi, again = check_params(params)
    files = _pictures(name, folder)
    return FolderScanner(name, ppi, cycle(files) if again else iter(files))


def check_params(params: Params) -> tuple[int, bool]:
    """Resolution, and whether it begins anew after the last; raises DeviceUrlError."""
    params.only("ppi", "again")
    return params.whole("ppi", 500, _LOWEST_PPI, _HIGHEST_PPI), params.flag("again")


@dataclass(slots=True, eq=False)
class FolderScanner:
    """A FingerScanner on whose glass the next picture always lies already."""

    name: str
    ppi: int
    _files: Iterator[Path]

    @property
    def info(self) -> DeviceInfo:
        """It is no device, and says so."""
        return DeviceInfo("border-kiosk", "folder of finger pictures")

    @property
    def transfer_limit_s(self) -> float:
        """A file is there at once."""
        return 0.0

    def capture(self, deadline: Deadline) -> FingerPicture:
        """The next picture.

        Raises DeviceTimeoutError after the last, CancelledError, ProtocolError for a file that is
        no picture.
        """
        deadline.slice_s()
        file = next(self._files, None)
        if file is None:
            raise DeviceTimeoutError(self.name, "no picture is left in the folder.")
        pixels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        if pixels is None:
            raise ProtocolError(self.name, "a file in the folder is no picture.")
        return FingerPicture(np.asarray(pixels, np.uint8), self.ppi, time.monotonic())

    def wait_for_lift(self, deadline: Deadline) -> None:
        """The glass is free at once."""
        deadline.slice_s()

    def close(self) -> None:
        """Nothing is held."""


def _pictures(name: str, folder: Path) -> list[Path]:
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise DeviceGoneError(name, f"the folder cannot be read ({error.strerror}).") from error
    if not files:
        raise DeviceGoneError(name, "no picture in the folder.")
    return files
