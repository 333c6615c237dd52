"""What else stands on a document and is no zone: words, pictures, bars, frames."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from vision.training.mrz_paper import Grey, clouds

_FONTS = Path("/usr/share/fonts")
_TEXTS = 240
_WORDS_PX = 24
_LATIN = (
    "NotoSans-",
    "NotoSerif-",
    "NotoSansMono",
    "DejaVuSans",
    "DejaVuSerif",
    "Liberation",
    "Free",
    "OCRA",
)
_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789  .,-/:()"
Ink = npt.NDArray[np.float32]


@dataclass(slots=True)
class Prints:
    """Pieces of text in many fonts, drawn once and used again in other sizes and greys."""

    _texts: list[Ink] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(5)
        files = [f for f in sorted(_FONTS.rglob("*.?tf")) if f.stem.startswith(_LATIN)]
        for i in range(_TEXTS):
            self._texts.append(_text(files[i % len(files)], rng))

    def fill(self, page: Grey, cap_px: float, rng: np.random.Generator) -> None:
        """Portrait, fields, bars, in place on `page`; `cap_px` is the height of usual print."""
        if rng.random() < 0.7:
            _portrait(page, rng)
        if rng.random() < 0.2:
            _bars(page, rng)
        self.scatter(page, cap_px * rng.uniform(0.5, 1.1), int(rng.integers(0, 26)), rng)
        if rng.random() < 0.3:
            shade = (float(rng.uniform(0, 200)),)
            corner = (page.shape[1] - 3, page.shape[0] - 3)
            cv2.rectangle(page, (2, 2), corner, shade, int(rng.integers(1, 4)))

    def scatter(self, page: Grey, cap_px: float, count: int, rng: np.random.Generator) -> None:
        """`count` pieces of text anywhere; sometimes a paragraph of lines below one another."""
        x, y = 0, 0
        for i in range(count):
            ink = self._texts[int(rng.integers(len(self._texts)))]
            ratio = cap_px / (_WORDS_PX * 0.7) * rng.uniform(0.6, 1.6)
            size = (max(2, round(ink.shape[1] * ratio)), max(2, round(ink.shape[0] * ratio)))
            small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
            if i % 5 == 0 or rng.random() < 0.4:
                x, y = int(rng.integers(page.shape[1])), int(rng.integers(page.shape[0]))
            else:
                y += round(size[1] * rng.uniform(0.9, 1.4))
            part = page[y : y + size[1], x : x + size[0]]
            if part.size:
                cover = small[: part.shape[0], : part.shape[1]] * rng.uniform(0.4, 1)
                part[:] = part * (1 - cover) + rng.uniform(0, 120) * cover


def _text(file: Path, rng: np.random.Generator) -> Ink:
    count = int(rng.integers(3, 40))
    text = "".join(_SIGNS[i] for i in rng.integers(len(_SIGNS), size=count))
    text = text.upper() if rng.random() < 0.4 else text
    font = ImageFont.truetype(str(file), _WORDS_PX)
    width = max(4, min(900, round(font.getlength(text)) + 4))
    drawn = Image.new("L", (width, _WORDS_PX + 8), 0)
    ImageDraw.Draw(drawn).text((2, 2), text, font=font, fill=255)
    return np.asarray(drawn, np.float32) / 255


def _portrait(page: Grey, rng: np.random.Generator) -> None:
    height, width = page.shape
    high = round(height * rng.uniform(0.3, 0.6))
    wide = round(high * 0.78)
    if wide + 4 >= width or high + 4 >= height:
        return
    x, y = int(rng.integers(0, width - wide)), int(rng.integers(0, height - high))
    part = page[y : y + high, x : x + wide]
    part[:] = rng.uniform(120, 240) + clouds(high, wide, high / 6, rng) * 10
    _disc(part, (wide // 2, high), (wide // 2, high // 3), rng.uniform(20, 120))
    _disc(part, (wide // 2, round(high * 0.45)), (wide // 4, high // 4), rng.uniform(60, 220))
    part += clouds(high, wide, high / 14, rng) * 14


def _disc(part: Grey, centre: tuple[int, int], axes: tuple[int, int], shade: float) -> None:
    cv2.ellipse(part, (centre, (2 * axes[0], 2 * axes[1]), 0.0), (shade,), -1)


def _bars(page: Grey, rng: np.random.Generator) -> None:
    """A bar code or the teeth of a ruler."""
    height, width = page.shape
    x, y = int(rng.integers(width // 2)), int(rng.integers(height - 10))
    high = int(rng.integers(8, max(9, height // 4)))
    while x < width - 4:
        step = int(rng.integers(1, 6))
        page[y : y + high, x : x + step] = rng.uniform(0, 40)
        x += step + int(rng.integers(1, 6))
        if rng.random() < 0.02:
            break
