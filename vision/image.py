"""What a picture is here: Bgr8 and Gray8, their checks, sharpness, exposure and bounds."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import ImageError

Bgr8: TypeAlias = npt.NDArray[np.uint8]
"""uint8 of shape (height, width, 3): blue, green, red."""
Gray8: TypeAlias = npt.NDArray[np.uint8]
"""uint8 of shape (height, width)."""
Float32: TypeAlias = npt.NDArray[np.float32]

SHORTEST_SIDE_PX = 16
LONGEST_SIDE_PX = 20_000
MOST_PIXELS = 120_000_000


@dataclass(frozen=True, slots=True)
class Exposure:
    """How light falls: mean grey 0-255, and the shares of crushed and burnt pixels in percent."""

    mean: float
    dark_pct: float
    bright_pct: float


def check_bgr8(pixels: object, shortest_px: int = SHORTEST_SIDE_PX) -> Bgr8:
    """Give the array back as Bgr8, contiguous. Raises ImageError."""
    array = _check_uint8(pixels)
    if array.ndim != 3 or array.shape[2] != 3:
        raise ImageError(f"not (height, width, 3) but {array.shape}.")
    return _check_sides(array, shortest_px)


def check_gray8(pixels: object, shortest_px: int = SHORTEST_SIDE_PX) -> Gray8:
    """Give the array back as Gray8, contiguous. Raises ImageError."""
    array = _check_uint8(pixels)
    if array.ndim != 2:
        raise ImageError(f"not (height, width) but {array.shape}.")
    return _check_sides(array, shortest_px)


def to_gray8(pixels: Bgr8) -> Gray8:
    """Bgr8 to Gray8 by the weights of ITU-R BT.601."""
    return _uint8(cv2.cvtColor(check_bgr8(pixels, 1), cv2.COLOR_BGR2GRAY))


def to_bgr8(pixels: Gray8) -> Bgr8:
    """Gray8 to Bgr8: three equal channels."""
    return _uint8(cv2.cvtColor(check_gray8(pixels, 1), cv2.COLOR_GRAY2BGR))


def within(pixels: npt.NDArray[np.uint8], longest_px: int) -> npt.NDArray[np.uint8]:
    """Shrink to a longer side of at most `longest_px`; a smaller picture is given as it is."""
    longest = max(pixels.shape[:2])
    if longest <= longest_px:
        return pixels
    ratio = longest_px / longest
    size = (max(1, round(pixels.shape[1] * ratio)), max(1, round(pixels.shape[0] * ratio)))
    return _uint8(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def sharpness(gray: Gray8, side_px: int = 128) -> float:
    """Variance of the Laplacian after bringing the picture to `side_px`, so that sizes compare.

    0 for a flat picture. A picture smaller than `side_px` is enlarged and so reads as less sharp.
    """
    checked = check_gray8(gray, 1)
    shrink = max(checked.shape) > side_px
    how = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
    level = cv2.resize(checked, (side_px, side_px), interpolation=how)
    return float(cv2.Laplacian(level, cv2.CV_32F, ksize=1).var())


def exposure(gray: Gray8) -> Exposure:
    """Mean, and the shares of pixels at or below 15 and at or above 240."""
    checked = check_gray8(gray, 1)
    return Exposure(
        mean=float(checked.mean()),
        dark_pct=float((checked <= 15).mean() * 100),
        bright_pct=float((checked >= 240).mean() * 100),
    )


def _check_uint8(pixels: object) -> npt.NDArray[np.uint8]:
    if not isinstance(pixels, np.ndarray):
        raise ImageError(f"not an array but {type(pixels).__name__}.")
    if pixels.dtype != np.uint8:
        raise ImageError(f"not uint8 but {pixels.dtype}.")
    return pixels


def _check_sides(array: npt.NDArray[np.uint8], shortest_px: int) -> npt.NDArray[np.uint8]:
    height, width = array.shape[:2]
    if min(height, width) < shortest_px:
        raise ImageError(f"{width}x{height} is too small, {shortest_px} px at least.")
    if max(height, width) > LONGEST_SIDE_PX or height * width > MOST_PIXELS:
        raise ImageError(f"{width}x{height} is too large.")
    return np.ascontiguousarray(array)


def _uint8(array: npt.NDArray[np.generic] | cv2.typing.MatLike) -> npt.NDArray[np.uint8]:
    return np.asarray(array, dtype=np.uint8)
