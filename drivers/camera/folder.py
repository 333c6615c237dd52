"""A folder of pictures as a camera, for trying out what looks at faces and pages."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from drivers.camera.api import Frame
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError
from drivers.url import Params

LARGEST_PX: Final = 40_000_000

_LARGEST_FILE_BYTES: Final = 64 << 20

_Pixels = npt.NDArray[np.uint8]


class FolderCameraError(DeviceGoneError):
    """The folder has no picture to show (any more)."""

    mend = "Put pictures (PNG, JPEG and the like) into the folder of the URL, or set `loop=yes`."


def open_folder(name: str, folder: Path, params: Params) -> "FolderCamera":
    """A camera that shows the pictures in `folder` in the order of their names.

    Parameters: `each` (5: frames for each picture), `loop` (no), `fps` (20). What OpenCV cannot
    read is passed over. Raises FolderCameraError where there is no picture, DeviceUrlError.
    """
    each, fps, loop = check_params(params)
    frames = _frames(name, folder, each=each, loop=loop)
    first = next(frames, None)
    if first is None:
        raise FolderCameraError(name, "no picture in the folder.")
    return FolderCamera(name, 1.0 / fps, first, frames)


def check_params(params: Params) -> tuple[int, int, bool]:
    """Frames for each picture, frames a second, whether it begins anew; raises DeviceUrlError."""
    params.only("each", "loop", "fps")
    each = params.whole("each", 5, 1, 100_000)
    return each, params.whole("fps", 20, 1, 240), params.flag("loop")


@dataclass(slots=True, eq=False)
class FolderCamera:
    """A Camera that shows one picture after another, each frame to whoever asks for it."""

    name: str
    period_s: float
    _next: _Pixels | None
    _frames: Iterator[_Pixels]
    _due_s: float = 0.0
    _closed: threading.Event = field(default_factory=threading.Event)

    @property
    def info(self) -> DeviceInfo:
        """It is no device, and says so."""
        return DeviceInfo("border-kiosk", "folder of pictures")

    def grab(self, deadline: Deadline) -> Frame:
        """The next frame, not before its time.

        Raises DeviceTimeoutError, CancelledError, and FolderCameraError after the last.
        """
        deadline.slice_s()
        if self._next is None or self._closed.is_set():
            raise FolderCameraError(self.name, "no picture is left in the folder.")
        while (left_s := self._due_s - time.monotonic()) > 0:
            self._closed.wait(deadline.slice_s(min(left_s, 0.2)))
        pixels, self._next = self._next, next(self._frames, None)
        now_s = time.monotonic()
        self._due_s = now_s + self.period_s
        return Frame(pixels.copy(), now_s)

    def close(self) -> None:
        """Nothing is held."""
        self._closed.set()


def _frames(name: str, folder: Path, *, each: int, loop: bool) -> Iterator[_Pixels]:
    """Each picture `each` times; ends where a whole round has none that can be read."""
    shown = True
    while shown:
        shown = False
        for file in _files(name, folder):
            pixels = _read(file)
            if pixels is None:
                continue
            shown = loop
            for _ in range(each):
                yield pixels


def _files(name: str, folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.is_file())
    except OSError as error:
        raise FolderCameraError(name, f"the folder cannot be read ({error.strerror}).") from error


def _read(file: Path) -> _Pixels | None:
    """Blue-green-red, at most 40 megapixels; None for what is no picture."""
    try:
        if not 0 < file.stat().st_size <= _LARGEST_FILE_BYTES:
            return None
        decoded = _decode(np.fromfile(file, np.uint8))
    except (OSError, cv2.error):
        return None
    return None if decoded is None else _reduced(np.asarray(decoded, np.uint8))


def _decode(data: _Pixels) -> cv2.typing.MatLike | None:
    return cv2.imdecode(data, cv2.IMREAD_COLOR)  # its types do not say that it may be None


def _reduced(pixels: _Pixels) -> _Pixels:
    height_px, width_px = pixels.shape[:2]
    if height_px * width_px <= LARGEST_PX:
        return pixels
    scale = (LARGEST_PX / (height_px * width_px)) ** 0.5
    size = (max(1, int(width_px * scale)), max(1, int(height_px * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
