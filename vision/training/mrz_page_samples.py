"""One training sample of the zone network: a document lying anywhere, and where its zone is."""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from vision.mrz_zone import CELL_PX, LOOK_PX, PAGE_PX
from vision.training.mrz_distractors import Prints
from vision.training.mrz_ink import CAP_PX, Glyphs, Ink
from vision.training.mrz_paper import Grey, PaperPool, glare, light
from vision.training.mrz_text import line
from vision.training.mrz_wear import worn

_PX_MM = 5.0
_CAP_MM = (2.2, 3.1)
_KINDS = {  # millimetres: width, height; lines, columns (Doc 9303-3, -4, -5, -6, -7)
    "TD3": ((125, 88), 2, 44),
    "TD2": ((105, 74), 2, 36),
    "TD1": ((86, 54), 3, 30),
    "card": ((60, 24), 3, 30),
    "none": ((120, 90), 0, 0),
}
_CORE = 0.55


@dataclass(frozen=True, slots=True)
class PageSample:
    """uint8 (h, w) picture; float32 (4, h/4, w/4): core 0-1, cosine, sine, log2(capital / 8 px)."""

    picture: npt.NDArray[np.uint8]
    target: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Document:
    picture: Grey
    core: Grey
    cap_px: float
    zone: tuple[float, float, float, float]  # left, top, right, bottom in pixels; all 0 without


@dataclass(slots=True)
class PageSamples:
    """Draws samples without end."""

    glyphs: Glyphs = field(default_factory=Glyphs)
    prints: Prints = field(default_factory=Prints)
    papers: PaperPool = field(default_factory=lambda: PaperPool(560, 760, 14.0, 40))

    def page(self, rng: np.random.Generator) -> PageSample:
        """A whole picture, the document turned by any angle."""
        document = self._document(rng)
        return self._lay(document, _somewhere(document, rng), (PAGE_PX, PAGE_PX), rng)

    def strip(self, rng: np.random.Generator) -> PageSample:
        """The second look: the zone nearly upright and as wide as the picture."""
        document = self._document(rng, str(rng.choice(("TD3", "TD3", "TD2", "TD1", "TD1"))))
        return self._lay(document, _upright(document, rng), LOOK_PX, rng)

    def _lay(
        self,
        document: _Document,
        matrix: npt.NDArray[np.float64],
        shape: tuple[int, int],
        rng: np.random.Generator,
    ) -> PageSample:
        height, width = shape
        shade = rng.uniform(0.05, 0.9) if rng.random() < 0.5 else rng.uniform(0.8, 1.1)
        ground = self.papers.cut(height, width, rng) * shade
        if rng.random() < 0.5:
            self.prints.scatter(ground, 9.0, int(rng.integers(1, 12)), rng)
        angle, scale = _direction(document, matrix)
        source = document.picture
        if scale < 0.8:
            source = np.asarray(cv2.GaussianBlur(source, (0, 0), 0.4 / scale), np.float32)
        whole = np.ones_like(source)
        laid = cv2.warpPerspective(source, matrix, (width, height), flags=cv2.INTER_LINEAR)
        cover = cv2.warpPerspective(whole, matrix, (width, height), flags=cv2.INTER_LINEAR)
        core = cv2.warpPerspective(document.core, matrix, (width, height), flags=cv2.INTER_AREA)
        seen = np.asarray(ground * (1 - cover) + laid * cover, np.float32)
        cap_px = document.cap_px * scale
        picture = _photograph(seen, cap_px, rng)
        return PageSample(picture, _target(np.asarray(core, np.float32), angle, cap_px))

    def _document(self, rng: np.random.Generator, kind: str = "") -> _Document:
        kinds = ("TD3", "TD3", "TD3", "TD2", "TD1", "TD1", "card", "none")
        (wide_mm, high_mm), lines, columns = _KINDS[kind or str(rng.choice(kinds))]
        width, height = round(wide_mm * _PX_MM), round(high_mm * _PX_MM)
        picture = self.papers.cut(height, width, rng)
        cap_px = rng.uniform(*_CAP_MM) * _PX_MM
        self.prints.fill(picture, cap_px, rng)
        core = np.zeros_like(picture)
        if not lines:
            return _Document(picture, core, cap_px, (0, 0, 0, 0))
        pitch_px = min(rng.uniform(0.85, 1.12) * cap_px, 0.97 * width / columns)
        left = rng.uniform(0.01, 0.99) * (width - pitch_px * columns)
        step = cap_px * rng.uniform(1.6, 2.7)
        if lines * step > height - 4:
            step = (height - 4) / lines
        last = height - cap_px * rng.uniform(0.7, 2.2) - rng.uniform(0, 0.1) * height
        rows = [max(last - step * (lines - 1 - i), cap_px * 0.7) for i in range(lines)]
        texts = [line(rng).ljust(44, "<")[:columns] for _ in range(lines)]
        if rng.random() < 0.5:
            _clear(picture, rows, cap_px, rng)
        shade = rng.uniform(0, 90) if rng.random() < 0.5 else rng.uniform(0, 30)
        for row, text in zip(rows, texts, strict=True):
            ink = self._ink(text, pitch_px, cap_px, rng)
            _print(picture, ink, (left, row), shade)
            top, bottom = row - cap_px * _CORE / 2, row + cap_px * _CORE / 2
            right = left + pitch_px * columns
            core[max(0, round(top)) : round(bottom), round(left) : round(right)] = 1
        zone = (left, rows[0] - cap_px, left + pitch_px * columns, rows[-1] + cap_px)
        return _Document(picture, core, cap_px, zone)

    def _ink(self, text: str, pitch_px: float, cap_px: float, rng: np.random.Generator) -> Ink:
        ratio = cap_px / CAP_PX
        ink = self.glyphs.line(text, pitch_px / ratio, rng)
        size = (max(1, round(ink.shape[1] * ratio)), max(1, round(ink.shape[0] * ratio)))
        return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)


def _print(picture: Grey, ink: Ink, at: tuple[float, float], shade: float) -> None:
    x, y = round(at[0]), round(at[1] - ink.shape[0] / 2)
    first = max(0, -y)
    part = picture[y + first : y + ink.shape[0], x : x + ink.shape[1]]
    cover = ink[first : first + part.shape[0], : part.shape[1]]
    part[:] = part * (1 - cover) + shade * cover


def _clear(picture: Grey, rows: list[float], cap_px: float, rng: np.random.Generator) -> None:
    """Most documents keep the ground of the zone free of other print."""
    top = max(0, round(rows[0] - cap_px * rng.uniform(0.7, 1.4)))
    level = float(np.median(picture[top:])) if rng.random() < 0.5 else rng.uniform(130, 255)
    share = rng.uniform(0.5, 1.0)
    picture[top:] = picture[top:] * (1 - share) + level * share


def _somewhere(document: _Document, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Any angle (more often upright), size and perspective; the zone mostly within."""
    height, width = document.picture.shape
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.85 else rng.normal(0, 0.08)
    longest = max(height, width)
    scale = (
        PAGE_PX
        / longest
        * (rng.uniform(0.75, 1.1) if rng.random() < 0.65 else rng.uniform(0.4, 0.9))
    )
    left, top, right, bottom = document.zone
    middle = np.array(((left + right) / 2, (top + bottom) / 2))
    if right == 0 or rng.random() < 0.5:
        middle = np.array((width / 2, height / 2))
    spread = PAGE_PX * 0.12
    aim = np.array((PAGE_PX / 2, PAGE_PX / 2)) + rng.normal(0, spread, 2)
    corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), float)
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    laid = (corners - middle) @ turn.T * scale + aim
    laid += rng.normal(0, 0.035 if rng.random() < 0.6 else 0.004, (4, 2)) * longest * scale
    return _between(corners, laid)


def _upright(document: _Document, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    left, top, right, bottom = document.zone
    height, width = LOOK_PX
    corners = np.array(((left, top), (right, top), (right, bottom), (left, bottom)), float)
    margins = rng.uniform(0.0, 0.06, 2) * width
    high = (bottom - top) * (width - margins.sum()) / (right - left) * rng.uniform(0.8, 1.25)
    y = (height - high) / 2 + rng.normal(0, 0.05) * height
    aim = np.array(
        (
            (margins[0], y),
            (width - margins[1], y),
            (width - margins[1], y + high),
            (margins[0], y + high),
        )
    )
    aim[:, 1] += rng.normal(0, 5.0, 4)
    aim[:, 0] += rng.normal(0, 4.0, 4)
    return _between(corners, aim)


def _between(
    corners: npt.NDArray[np.float64], places: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The perspective that brings the corners to the places."""
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), places.astype(np.float32))
    return np.asarray(matrix, np.float64)


def _direction(document: _Document, matrix: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Reading direction in radians and scale, both at the middle of the zone."""
    left, top, right, bottom = document.zone
    x, y = (left + right) / 2, (top + bottom) / 2
    points = np.array((((x - 5, y),), ((x + 5, y),), ((x, y - 5),), ((x, y + 5),)), np.float32)
    before, after, above, below = cv2.perspectiveTransform(points, matrix)[:, 0]
    along, down = after - before, below - above
    return float(np.arctan2(along[1], along[0])), float(np.hypot(down[0], down[1]) / 10)


def _photograph(picture: Grey, cap_px: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    if rng.random() < 0.6:
        picture = picture * light(picture.shape[0], picture.shape[1], rng)
    if rng.random() < 0.12:
        picture = glare(picture, rng)
    picture = worn(picture, cap_px, 90.0, rng, float(np.clip(cap_px / 10, 0.4, 1.3)))
    if rng.random() < 0.07:
        picture = 255 - picture
    return np.clip(picture, 0, 255).astype(np.uint8)


def _target(core: Grey, angle: float, cap_px: float) -> npt.NDArray[np.float32]:
    size = (core.shape[1] // CELL_PX, core.shape[0] // CELL_PX)
    cells = cv2.resize(core, size, interpolation=cv2.INTER_AREA)
    target = np.empty((4, size[1], size[0]), np.float32)
    target[0] = np.clip(cells, 0, 1)
    target[1], target[2] = np.cos(angle), np.sin(angle)
    target[3] = np.log2(max(cap_px, 0.5) / 8)
    return target
