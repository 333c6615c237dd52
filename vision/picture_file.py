"""A picture file to pixels: bounded in bytes and pixels, turned as its camera meant it."""

import stat
import struct
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import VisionError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
MOST_BYTES = 64 << 20
MOST_PIXELS = 48_000_000
MOST_JPEG_PIXELS = 24_000_000
"""A larger JPEG is decoded at a half, a quarter or an eighth of its sides, which is quick."""

Pixels = npt.NDArray[np.uint8]
"""uint8 (height, width, 3) in blue-green-red, or (height, width, 4) with alpha."""

_JPEG_SCALES = (
    (1, cv2.IMREAD_COLOR),
    (2, cv2.IMREAD_REDUCED_COLOR_2),
    (4, cv2.IMREAD_REDUCED_COLOR_4),
    (8, cv2.IMREAD_REDUCED_COLOR_8),
)
_JPEG_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})
_PNG_WITH_ALPHA = frozenset({4, 6})


class PictureFileError(VisionError):
    """A file that is no picture, is damaged, or is too large; says which of them."""

    mend = (
        "Give a whole JPEG, PNG, TIFF or BMP of at most 64 MiB; save it anew in a picture viewer."
    )


def read_picture(path: Path) -> Pixels:
    """Decode one file: blue-green-red, or with alpha where a PNG has it; EXIF turns are applied.

    Raises PictureFileError.
    """
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise PictureFileError("no plain file.")
        size = state.st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except ValueError as error:  # a zero byte in a name out of a table
        raise PictureFileError("no name of a file.") from error
    except OSError as error:
        raise PictureFileError(f"cannot be read ({error.strerror}).") from error
    if size > MOST_BYTES:
        raise PictureFileError(f"{size >> 20} MiB are too many.")
    return decode(data)


def decode(data: bytes) -> Pixels:
    """The same for bytes; the head is looked at before any pixel is. Raises PictureFileError."""
    width, height = size_px(data)
    if min(width, height) < 1:
        raise PictureFileError("no picture, or one of a kind that is not known.")
    flags = _flags(data, width * height)
    try:
        # OpenCV's types leave out that damaged bytes give None
        decoded: object = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise PictureFileError("damaged.") from error
    if not isinstance(decoded, np.ndarray) or decoded.dtype != np.uint8 or decoded.ndim != 3:
        raise PictureFileError("damaged.")
    return decoded


def size_px(data: bytes) -> tuple[int, int]:
    """Width and height as the head of a JPEG, PNG, TIFF or BMP tells; (0, 0) where none does."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _two(data, ">II", 16)
        if data.startswith(b"BM"):
            width, height = _two(data, "<ii", 18)
            return width, abs(height)
        if data[:2] in {b"II", b"MM"}:
            return _tiff(data, "<" if data[:2] == b"II" else ">")
        return _jpeg(data) if data.startswith(b"\xff\xd8") else (0, 0)
    except struct.error:  # the head is cut off
        return 0, 0


def _flags(data: bytes, pixels: int) -> int:
    """How OpenCV should decode so that the result stays small. Raises PictureFileError."""
    if data.startswith(b"\xff\xd8"):
        for scale, flags in _JPEG_SCALES:
            if pixels <= MOST_JPEG_PIXELS * scale * scale:
                return flags
    if pixels > MOST_PIXELS:
        raise PictureFileError(f"{pixels // 1_000_000} megapixels are too many.")
    alpha = data.startswith(b"\x89PNG") and data[24] == 8 and data[25] in _PNG_WITH_ALPHA
    return cv2.IMREAD_UNCHANGED if alpha else cv2.IMREAD_COLOR


def _two(data: bytes, layout: str, at: int) -> tuple[int, int]:
    first, second = struct.unpack_from(layout, data, at)
    return first, second


def _jpeg(data: bytes) -> tuple[int, int]:
    """The first frame header (ITU-T T.81, B.2.2), past whatever segments stand before it."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes (B.1.1.2)
            at += 1
        marker, length = struct.unpack_from(">HH", data, at)
        kind = marker & 0xFF
        if marker >> 8 != 0xFF or length < 2:
            return 0, 0
        if 0xC0 <= kind <= 0xCF and kind not in _JPEG_NO_FRAME:
            height, width = _two(data, ">HH", at + 5)
            return width, height
        at += 2 + length


def _tiff(data: bytes, order: str) -> tuple[int, int]:
    """ImageWidth (256) and ImageLength (257) of the first directory (TIFF 6.0, section 2)."""
    magic, start = struct.unpack_from(f"{order}HI", data, 2)
    if magic != 42:
        return 0, 0
    (count,) = struct.unpack_from(f"{order}H", data, start)
    found = {256: 0, 257: 0}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(f"{order}HH", data, at)
        if tag in found:
            (found[tag],) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", data, at + 8)
    return found[256], found[257]
