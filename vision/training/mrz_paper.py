"""What lies behind the characters: paper, guilloche, print, pictures, light; grey levels 0-255."""

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.float32]
"""float32 of shape (height, width), 0-255."""


def paper(height: int, width: int, scale_px: float, rng: np.random.Generator) -> Grey:
    """A background; `scale_px` is the height of a capital on it, so that patterns fit the print."""
    level = rng.uniform(110, 250)
    ground = np.full((height, width), level, np.float32)
    if rng.random() < 0.7:
        ground += clouds(height, width, scale_px * rng.uniform(0.5, 8), rng) * rng.uniform(4, 40)
    if rng.random() < 0.6:
        for _ in range(int(rng.integers(1, 4))):
            _guilloche(ground, scale_px, rng)
    if rng.random() < 0.25:
        _shapes(ground, scale_px, rng)
    if rng.random() < 0.12:
        _letters(ground, scale_px, rng)
    return ground


class PaperPool:
    """Papers that are used a few times, each time cut and turned differently: drawing is slow."""

    def __init__(self, height: int, width: int, scale_px: float, papers: int = 64) -> None:
        self._shape, self._scale_px, self._most = (height, width), scale_px, papers
        self._papers: list[Grey] = []

    def cut(self, height: int, width: int, rng: np.random.Generator) -> Grey:
        """A fresh array of that size, out of one of the papers."""
        if len(self._papers) < self._most or rng.random() < 0.12:
            shape = (max(self._shape[0], height), max(self._shape[1], width))
            self._papers.append(paper(*shape, scale_px=self._scale_px, rng=rng))
            del self._papers[: -self._most]
        whole = self._papers[int(rng.integers(len(self._papers)))]
        if whole.shape[0] < height or whole.shape[1] < width:
            whole = np.asarray(cv2.resize(whole, (width, height)), np.float32)
        y = int(rng.integers(whole.shape[0] - height + 1))
        x = int(rng.integers(whole.shape[1] - width + 1))
        turn_y, turn_x = int(rng.choice((-1, 1))), int(rng.choice((-1, 1)))
        return whole[y : y + height, x : x + width][::turn_y, ::turn_x].copy()


def clouds(height: int, width: int, cell_px: float, rng: np.random.Generator) -> Grey:
    """Smooth noise around 0, mostly within -1 and 1, with features about `cell_px` wide."""
    cell_px = max(cell_px, 1.0)
    shape = (max(2, round(height / cell_px) + 2), max(2, round(width / cell_px) + 2))
    coarse = rng.standard_normal(shape, dtype=np.float32)
    grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(grown, np.float32)


def light(height: int, width: int, rng: np.random.Generator) -> Grey:
    """Factor around 1: a slope of light, sometimes a shadow's edge."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)) * rng.uniform(0, 0.6)
    factor = 1 + slope
    if rng.random() < 0.15:
        edge = np.cos(angle) * (x - rng.random()) + np.sin(angle) * (y - 0.5)
        factor = factor * (
            1 - rng.uniform(0.1, 0.5) * (0.5 + 0.5 * np.tanh(edge * rng.uniform(5, 60)))
        )
    return np.asarray(factor, np.float32)


def glare(picture: Grey, rng: np.random.Generator) -> Grey:
    """A bright spot or streak that washes the print out without drowning it wholly."""
    height, width = picture.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    at = (rng.uniform(0, width), rng.uniform(0, height))
    reach = (rng.uniform(0.5, 5) * height, rng.uniform(0.3, 2) * height)
    spot = np.exp(-(((x - at[0]) / reach[0]) ** 2) - ((y - at[1]) / reach[1]) ** 2)
    mixed = picture + (255 - picture) * spot * rng.uniform(0.2, 0.8)
    return np.asarray(mixed, np.float32)


def _guilloche(ground: Grey, scale_px: float, rng: np.random.Generator) -> None:
    """Families of fine waves, drawn as lines."""
    height, width = ground.shape
    x = np.arange(0, width + 8, max(3.0, scale_px / 5))
    gap = rng.uniform(0.12, 1.2) * scale_px
    wave, swing = rng.uniform(0.5, 8) * scale_px, rng.uniform(0, 1.5) * scale_px
    tilt, depth = rng.uniform(-0.8, 0.8), (float(rng.uniform(5, 55)),)
    layer = np.zeros_like(ground)
    reach = abs(tilt) * width + swing
    rows = np.arange(-reach, height + reach, gap)[:150]
    phase = np.arange(len(rows))[:, None] * 0.3
    y = rows[:, None] + tilt * x[None] + swing * np.sin(x[None] / wave * 2 * np.pi + phase)
    points = np.stack((np.broadcast_to(x, y.shape), y), axis=2).round().astype(np.int32)
    thickness = int(rng.integers(1, 3))
    cv2.polylines(layer, list(points), isClosed=False, color=depth, thickness=thickness)
    ground -= np.asarray(cv2.GaussianBlur(layer, (3, 3), 0.7), np.float32)


def _shapes(ground: Grey, scale_px: float, rng: np.random.Generator) -> None:
    height, width = ground.shape
    for _ in range(int(rng.integers(1, 6))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        size = max(2, int(scale_px * rng.uniform(0.3, 5)))
        shade = (float(rng.uniform(60, 255)),)
        layer = ground.copy()
        if rng.random() < 0.5:
            cv2.circle(layer, centre, size, shade, int(rng.choice((-1, 1, 2, 3))))
        else:
            corner = (centre[0] + size * int(rng.integers(1, 4)), centre[1] + size)
            cv2.rectangle(layer, centre, corner, shade, int(rng.choice((-1, 1, 2))))
        share = float(rng.uniform(0.1, 0.6))
        ground[:] = ground * (1 - share) + layer * share


def _letters(ground: Grey, scale_px: float, rng: np.random.Generator) -> None:
    """Faint large print behind the zone: SPECIMEN, a country's name, microtext."""
    height, width = ground.shape
    layer = np.zeros_like(ground)
    text = "".join(chr(c) for c in rng.integers(65, 91, int(rng.integers(3, 9))))
    size = float(scale_px / 22 * rng.uniform(0.4, 4))
    at = (int(rng.uniform(-0.2, 0.7) * width), int(rng.uniform(0.2, 1.2) * height))
    cv2.putText(layer, text, at, int(rng.integers(8)), size, (1.0,), int(rng.integers(1, 5)))
    ground -= layer * float(rng.uniform(8, 50))
