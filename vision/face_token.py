"""The frontal portrait of a traveller for the event: token geometry of ISO/IEC 19794-5, small."""

from dataclasses import dataclass

import cv2
import numpy as np

from vision.errors import ImageError
from vision.face_geometry import Points, Similarity, fit
from vision.face_mesh import eyes
from vision.face_pipeline import FaceLook
from vision.face_quality import Components
from vision.image import Bgr8, check_bgr8, within

MOST_BYTES = 20_000
WIDTHS_PX = (480, 420, 360, 300, 240)
"""Tried from the largest; 240 is the least width of a token image."""
GOOD_JPEG, LEAST_JPEG, MOST_JPEG = 70, 10, 92
_HEIGHT, _EYE_LEVEL, _FIRST_EYE, _SECOND_EYE = 4 / 3, 0.6, 0.375, 0.625
"""In widths (ISO/IEC 19794-5:2005, 9.2): the eyes a quarter of the width apart, at 0.6 of it."""


@dataclass(frozen=True, slots=True, repr=False)
class TokenPortrait:
    """A JPEG of at most MOST_BYTES, colour, and where the eyes lie on it (x, y).

    Personal data. quality: the face's unified quality (QUALITY_METHOD), 0-100; components: what it
    is the least of, and more; jpeg_quality: as OpenCV counts it; enlarged: the face had fewer
    pixels than the smallest token image has; beyond_pct: of the picture that lay outside the
    camera's frame and was filled from its edge.
    """

    jpeg: bytes
    width_px: int
    height_px: int
    right_eye_px: tuple[float, float]
    left_eye_px: tuple[float, float]
    quality: int
    components: Components
    jpeg_quality: int
    enlarged: bool
    beyond_pct: float

    def __repr__(self) -> str:
        """Say how large and how good, never what it shows."""
        return (
            f"TokenPortrait({self.width_px}x{self.height_px}, {len(self.jpeg)} bytes, "
            f"quality={self.quality})"
        )


def token_portrait(pixels: Bgr8, look: FaceLook, most_bytes: int = MOST_BYTES) -> TokenPortrait:
    """Lay the face of this look at this same picture into a token image.

    A worker calls it once, with the frame whose template is kept:
    `token_portrait(taken.pixels, taken.look).jpeg` is what travels, beside its `quality`,
    QUALITY_METHOD and QUALITY_VERSION. It takes a few milliseconds. Raises ImageError where the
    look saw no face, or where no JPEG of `most_bytes` can be made.
    """
    if look.face is None:
        raise ImageError("no face was seen in it.")
    checked = check_bgr8(pixels)
    right, left = eyes(look.face.mesh.points)
    most_px = float(np.linalg.norm(left - right)) / (_SECOND_EYE - _FIRST_EYE)
    widths = [width for width in WIDTHS_PX if width <= most_px] or [WIDTHS_PX[-1]]
    jpeg, jpeg_quality, width = _small(checked, np.stack([right, left]), widths, most_bytes)
    height, level = round(width * _HEIGHT), width * _EYE_LEVEL - 1
    return TokenPortrait(
        jpeg=jpeg,
        width_px=width,
        height_px=height,
        right_eye_px=(width * _FIRST_EYE - 1, level),
        left_eye_px=(width * _SECOND_EYE - 1, level),
        quality=look.face.quality,
        components=look.face.components,
        jpeg_quality=jpeg_quality,
        enlarged=most_px < WIDTHS_PX[-1],
        beyond_pct=_beyond_pct(checked, _to_token(np.stack([right, left]), width), width),
    )


def _small(
    pixels: Bgr8, pupils: Points, widths: list[int], most_bytes: int
) -> tuple[bytes, int, int]:
    """The largest picture that is good at this size, else the smallest as good as it can be."""
    for width in widths:
        laid = _laid(pixels, _to_token(pupils, width), width)
        least = GOOD_JPEG if width != widths[-1] else LEAST_JPEG
        data, quality = _best_jpeg(laid, least, most_bytes)
        if data:
            return data, quality, width
    raise ImageError(f"no JPEG of {most_bytes} bytes can be made of it.")


def _best_jpeg(laid: Bgr8, least: int, most_bytes: int) -> tuple[bytes, int]:
    """The best quality from `least` on that fits, by halving; b"" where none does."""
    best, low, high = (b"", 0), least, MOST_JPEG
    while low <= high:
        quality = (low + high + 1) // 2 if best[0] else low
        _, encoded = cv2.imencode(".jpg", laid, _options(quality))
        data = encoded.tobytes()
        if len(data) > most_bytes:
            high = quality - 1
        else:
            best, low = (data, quality), quality + 1
    return best


def _options(quality: int) -> list[int]:
    return [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]


def _to_token(pupils: Points, width: int) -> Similarity:
    """From the picture to the token image: both eyes at their places."""
    level = width * _EYE_LEVEL - 1
    places = np.array([[width * _FIRST_EYE - 1, level], [width * _SECOND_EYE - 1, level]])
    return fit(pupils, places.astype(np.float32))


def _laid(pixels: Bgr8, to_token: Similarity, width: int) -> Bgr8:
    if to_token.scale < 0.5:
        small = within(pixels, max(1, round(max(pixels.shape[:2]) * to_token.scale * 1.5)))
        ratio = max(small.shape[:2]) / max(pixels.shape[:2])
        pixels, to_token = small, to_token.after(Similarity(complex(1 / ratio), 0j))
    made = cv2.warpAffine(
        pixels,
        to_token.matrix(),
        (width, round(width * _HEIGHT)),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(made, np.uint8)


def _beyond_pct(pixels: Bgr8, to_token: Similarity, width: int) -> float:
    """How much of the token image the camera did not see, in percent."""
    ones = np.full(pixels.shape[:2], 255, np.uint8)
    seen = cv2.warpAffine(ones, to_token.matrix(), (width, round(width * _HEIGHT)))
    return round(float((np.asarray(seen) < 128).mean()) * 100, 1)
