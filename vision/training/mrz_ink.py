"""Glyphs of OCR-B and of the fonts that stand in for it, as ink on nothing: 0 bare, 1 full ink."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from vision.mrz_decode import SIGNS

Ink = npt.NDArray[np.float32]
"""float32 of shape (height, width), 0-1."""

CAP_PX = 32
"""Height of a capital letter in drawn ink."""
CELL_PX = (56, 40)
_FONTS = Path("/usr/share/fonts")
_OCR_B = ("opentype/ocr-b/OCRB.otf", "opentype/ocr-b/OCRBS.otf", "opentype/ocr-b/OCRBL.otf")
_OTHERS = (
    "truetype/dejavu/DejaVuSansMono.ttf",
    "truetype/dejavu/DejaVuSansMono-Bold.ttf",
    "truetype/liberation/LiberationMono-Regular.ttf",
    "truetype/liberation/LiberationMono-Bold.ttf",
    "truetype/freefont/FreeMonoBold.ttf",
)
_SHARES = (0.62, 0.26, 0.02)  # of the three OCR-B files; the rest goes to the others


@dataclass(slots=True)
class Glyphs:
    """Draws text with one of the fonts that are installed; needs Debian's fonts-ocr-b."""

    _fonts: list[dict[str, Ink]] = field(default_factory=list)
    _shares: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        others = [name for name in _OTHERS if (_FONTS / name).exists()]
        self._fonts = [_glyphs(_FONTS / name) for name in (*_OCR_B, *others)]
        self._shares = [*_SHARES, *([(1 - sum(_SHARES)) / len(others)] * len(others))]

    def line(self, text: str, pitch_px: float, rng: np.random.Generator) -> Ink:
        """One line at CAP_PX: (CELL_PX[0], about pitch_px * characters), jittered and worn."""
        glyphs = self._fonts[int(rng.choice(len(self._fonts), p=self._shares))]
        height, width = CELL_PX
        paper = np.zeros((height, round(pitch_px * len(text)) + width), np.float32)
        jitter = rng.normal(0, 0.35 if rng.random() < 0.8 else 0.9, (len(text), 2))
        for i, sign in enumerate(text):
            x = round(pitch_px * (i + 0.5) + jitter[i, 0])
            drop = round(float(np.clip(jitter[i, 1], -2, 2)))
            glyph = np.roll(glyphs[sign], drop, axis=0)
            part = paper[:, x : x + width]
            np.maximum(part, glyph[:, : part.shape[1]], out=part)
        return _weight(paper[:, width // 2 : -(width - width // 2)], rng)


def _glyphs(file: Path) -> dict[str, Ink]:
    size = 40
    for _ in range(3):
        top, bottom = ImageFont.truetype(str(file), size).getbbox("H")[1::2]
        size = round(size * CAP_PX / (bottom - top))
    font = ImageFont.truetype(str(file), size)
    top, bottom = font.getbbox("H")[1::2]
    height, width = CELL_PX
    drawn = {}
    for sign in SIGNS:
        cell = Image.new("L", (width, height), 0)
        x = (width - font.getlength(sign)) / 2
        y = (height - CAP_PX) / 2 - top
        ImageDraw.Draw(cell).text((x, y), sign, font=font, fill=255)
        drawn[sign] = np.asarray(cell, np.float32) / 255
    return drawn


def _weight(ink: Ink, rng: np.random.Generator) -> Ink:
    """Thinner, fatter or broken strokes, and ink that did not take everywhere."""
    choice = rng.random()
    if choice < 0.3:
        size = int(rng.integers(2, 4))
        ink = np.asarray(cv2.dilate(ink, np.ones((size, size), np.uint8)), np.float32)
    elif choice < 0.5:
        ink = np.asarray(cv2.erode(ink, np.ones((2, 2), np.uint8)), np.float32)
    if rng.random() < 0.25:
        ink = ink * patches(
            ink.shape, rng, cell_px=int(rng.integers(2, 12)), low=rng.uniform(0, 0.7)
        )
    return ink


def patches(
    shape: tuple[int, ...], rng: np.random.Generator, cell_px: float, low: float
) -> npt.NDArray[np.float32]:
    """Smooth random field in low-1 whose features are about `cell_px` wide."""
    height, width = shape[:2]
    grid = (max(2, int(width / cell_px) + 1), max(2, int(height / cell_px) + 1))
    coarse = rng.random((grid[1], grid[0]), dtype=np.float32) * 1.4
    field_ = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(field_, low, 1), np.float32)
