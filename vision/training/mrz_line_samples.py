"""One training sample of the line network: a strip of worn print, and what it says."""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from vision.training.mrz_ink import CAP_PX, Glyphs, Ink
from vision.training.mrz_paper import Grey, PaperPool, glare, light
from vision.training.mrz_text import window
from vision.training.mrz_wear import worn

STRIP_PX = (32, 288)
_CANVAS_PX = 128
_LEAST_CAP_PX, _MOST_CAP_PX = 5.0, 34.0


@dataclass(frozen=True, slots=True)
class Sample:
    """uint8 strip of STRIP_PX, and its text."""

    strip: npt.NDArray[np.uint8]
    text: str


@dataclass(slots=True)
class LineSamples:
    """Draws samples without end."""

    glyphs: Glyphs = field(default_factory=Glyphs)
    papers: PaperPool = field(default_factory=lambda: PaperPool(_CANVAS_PX * 2, 1200, CAP_PX))

    def draw(self, rng: np.random.Generator) -> Sample:
        """Draw a line with its neighbours, photograph it badly, cut it out not quite rightly."""
        pitch_px = CAP_PX * rng.uniform(0.72, 1.3)
        across = rng.uniform(10.0, 18.5) / pitch_px  # network pixels for one drawn pixel
        width = round(STRIP_PX[1] / across)
        left, right = _margin(rng) * pitch_px, _margin(rng) * pitch_px
        characters = max(1, int((width - left - right) / pitch_px))
        if rng.random() < 0.06:
            characters = int(rng.integers(1, characters + 1))
        text = window(rng, characters)
        ink = np.zeros((_CANVAS_PX, width), np.float32)
        _lay(ink, self.glyphs.line(text, pitch_px, rng), _CANVAS_PX / 2, left)
        if rng.random() < 0.75:
            _neighbours(ink, self.glyphs, pitch_px, left, rng)
        picture, contrast = self._print(ink, rng)
        if rng.random() < 0.25:
            self._beyond(picture, left, left + characters * pitch_px, rng)
        if rng.random() < 0.12:
            _cover(picture, rng)
        return Sample(_cut_out(_photograph(picture, contrast, rng), across, rng), text)

    def _print(self, ink: Ink, rng: np.random.Generator) -> tuple[Grey, float]:
        ground = self.papers.cut(ink.shape[0], ink.shape[1], rng)
        darkness = rng.uniform(0.35, 1.0) if rng.random() < 0.5 else rng.uniform(0.85, 1.0)
        tone = rng.uniform(0, 50)
        cover = ink * darkness
        printed = ground * (1 - cover) + tone * cover
        return np.asarray(printed, np.float32), float(ground.mean() - tone) * darkness

    def _beyond(
        self, picture: Grey, first_px: float, last_px: float, rng: np.random.Generator
    ) -> None:
        """The page ends beside the line: table, finger, dark frame."""
        gap = CAP_PX * rng.uniform(0.15, 1.5)
        other = self.papers.cut(picture.shape[0], picture.shape[1], rng) * rng.uniform(0, 1)
        if rng.random() < 0.6:
            x = max(0, round(first_px - gap))
            picture[:, :x] = other[:, :x]
        if rng.random() < 0.6:
            x = min(picture.shape[1], round(last_px + gap))
            picture[:, x:] = other[:, x:]


def _cover(picture: Grey, rng: np.random.Generator) -> None:
    """A straight strip hides the top or the foot of some characters: a sleeve, tape, a finger.

    What is left may fit two characters; nothing else teaches the network to doubt then.
    """
    height, width = picture.shape
    first = int(rng.integers(0, width))
    last = min(width, first + round(CAP_PX * rng.uniform(0.6, 14)))
    depth = round(CAP_PX * rng.uniform(0.1, 0.5))
    shade = np.float32(np.median(picture) if rng.random() < 0.6 else rng.uniform(0, 255))
    if rng.random() < 0.5:
        top = round(height / 2 - CAP_PX / 2)
        picture[max(0, top - CAP_PX // 2) : top + depth, first:last] = shade
    else:
        foot = round(height / 2 + CAP_PX / 2)
        picture[foot - depth : foot + CAP_PX // 2, first:last] = shade


def _margin(rng: np.random.Generator) -> float:
    return rng.uniform(0.0, 0.4) if rng.random() < 0.35 else rng.uniform(0.4, 3.5)


def _lay(ink: Ink, line: Ink, centre_px: float, left_px: float) -> None:
    top, x = round(centre_px - line.shape[0] / 2), round(left_px)
    first, last = max(0, top), min(ink.shape[0], top + line.shape[0])
    part = line[first - top : last - top, : ink.shape[1] - x]
    if first < last and part.size:
        target = ink[first:last, x : x + part.shape[1]]
        np.maximum(target, part, out=target)


def _neighbours(
    ink: Ink, glyphs: Glyphs, pitch_px: float, left_px: float, rng: np.random.Generator
) -> None:
    spacing = CAP_PX * rng.uniform(1.5, 2.8)
    count = int((ink.shape[1] - left_px) / pitch_px)
    for side in (-1, 1):
        if rng.random() < 0.7 and count > 0:
            line = glyphs.line(window(rng, count), pitch_px, rng)
            _lay(ink, line, _CANVAS_PX / 2 + side * spacing, left_px)


def _photograph(picture: Grey, contrast: float, rng: np.random.Generator) -> Grey:
    """Tilt, light and resolution; gives a picture whose capitals are 5-34 px high."""
    if rng.random() < 0.8:
        picture = _tilt(picture, rng)
    if rng.random() < 0.7:
        picture = picture * light(picture.shape[0], picture.shape[1], rng)
    if rng.random() < 0.1:
        picture = glare(picture, rng)
    cap_px = float(np.exp(rng.uniform(np.log(_LEAST_CAP_PX), np.log(_MOST_CAP_PX))))
    ratio = cap_px / CAP_PX
    size = (max(8, round(picture.shape[1] * ratio)), max(4, round(picture.shape[0] * ratio)))
    how = cv2.INTER_AREA if rng.random() < 0.8 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(picture, size, interpolation=how), np.float32)
    hard = float(np.clip(cap_px / 10, 0.45, 1.6))
    small = worn(small, cap_px, contrast, rng, hard)
    return 255 - small if rng.random() < 0.1 else small


def _tilt(picture: Grey, rng: np.random.Generator) -> Grey:
    """A little rotation, slant, trapezium and bend about the middle line."""
    height, width = picture.shape
    turn, slant = rng.normal(0, 0.012), rng.normal(0, 0.08)
    bend = rng.normal(0, 2.0) if rng.random() < 0.3 else 0.0
    swell = rng.normal(0, 0.05)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    u, v = (x - width / 2) / (width / 2), y - height / 2
    source_y = height / 2 + v * (1 + swell * u) + turn * (x - width / 2) + bend * (u * u - 0.4)
    source_x = x + slant * v
    tilted = cv2.remap(
        picture,
        source_x.astype(np.float32),
        source_y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(tilted, np.float32)


def _cut_out(small: Grey, across: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """To STRIP_PX: the capital 12-33 px high there, its middle a little off."""
    cap_px = rng.uniform(14, 26) if rng.random() < 0.8 else rng.uniform(11, 33)
    down = cap_px / CAP_PX * _CANVAS_PX / small.shape[0]
    wide = across * round(STRIP_PX[1] / across) / small.shape[1]
    shift = STRIP_PX[0] / 2 + rng.normal(0, 1.3)
    middle = small.shape[0] / 2
    matrix = np.array(((wide, 0, 0), (0, down, shift - middle * down)), np.float32)
    how = int(rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LINEAR)))
    if down < 0.6:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.35 / down), np.float32)
    size = (STRIP_PX[1], STRIP_PX[0])
    cut = cv2.warpAffine(small, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(cut, 0, 255).astype(np.uint8)
