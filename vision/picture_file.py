"""A picture file to pixels: bounded in bytes and pixels, turned as its camera meant it."""

import stat
import struct
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision import jpeg2000_head
from vision.errors import ImageError, VisionError
from vision.image import Bgr8

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
_JPEG_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xDA)})
"""No segment follows them, so that what seems its length is a marker of its own."""
_PNG_WITH_ALPHA = frozenset({4, 6})

MOST_PORTRAIT_PIXELS = 4_000_000
"""A chip's portrait of 35 x 45 mm at 600 dots per inch has 0.9 million."""
MOST_PORTRAIT_BYTES = 1 << 20
MOST_JPEG_SCANS = 24
"""Each scan of a progressive JPEG visits every pixel, whatever few bytes it has."""
MOST_COMPONENTS = 4
MOST_JPEG2000_PARTS = 200_000
_PORTRAIT_FLAGS = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


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


def decode_portrait(data: bytes, most_pixels: int = MOST_PORTRAIT_PIXELS) -> Bgr8:
    """A JPEG or JPEG 2000 picture out of a chip as Bgr8, as it was stored: EXIF turns nothing.

    Its heads are judged before anything is decoded, so that hostile bytes cost bounded time and
    memory. Raises ImageError.
    """
    if len(data) > MOST_PORTRAIT_BYTES:
        raise ImageError(f"{len(data)} bytes are too many for a portrait.")
    width, height = portrait_size_px(data)
    if width * height > most_pixels:
        raise ImageError(f"{width}x{height} is too large for a portrait.")
    try:
        # OpenCV's types leave out that damaged bytes give None
        decoded: object = cv2.imdecode(np.frombuffer(data, np.uint8), _PORTRAIT_FLAGS)
    except cv2.error as error:
        raise ImageError("damaged.") from error
    if not isinstance(decoded, np.ndarray) or decoded.dtype != np.uint8:
        raise ImageError("damaged.")
    if decoded.shape != (height, width, 3):
        raise ImageError(f"not {width}x{height} as its head says.")
    return decoded


def portrait_size_px(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG or JPEG 2000 picture whose heads ask for nothing unreasonable.

    Raises ImageError.
    """
    if data.startswith(b"\xff\xd8"):
        width, height = size_px(data)
        if min(width, height) < 1:
            raise ImageError("a JPEG without a size.")
        if data.count(b"\xff\xda") > MOST_JPEG_SCANS:
            raise ImageError("a JPEG with too many scans.")
        return width, height
    try:
        claim = jpeg2000_head.claim(data)
    except jpeg2000_head.Jpeg2000Error as error:
        raise ImageError(f"neither JPEG nor JPEG 2000: {error}") from error
    parts = max(claim.tiles, claim.blocks, claim.packets)
    if claim.components > MOST_COMPONENTS or parts > MOST_JPEG2000_PARTS:
        raise ImageError(f"a JPEG 2000 of {claim.components} components and {parts} parts.")
    return claim.width_px, claim.height_px


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
        if marker >> 8 != 0xFF or length < 2 or kind in _JPEG_ALONE:
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
