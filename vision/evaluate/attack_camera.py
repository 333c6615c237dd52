"""The laboratory's camera: lens, blur, exposure that follows, white balance, shutter, noise, JPEG.

It works on pictures in the eye-like curve of a file (gamma), where the noise of light is about as
strong in the dark as in the bright.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.evaluate.attack_head import GAMMA, HEIGHT_PX, WIDTH_PX
from vision.image import Bgr8, Float32

FRAMES_PER_S = 10.0
EXPOSURE_SHARE = 0.35  # of a frame's time


@dataclass(frozen=True, slots=True)
class Optics:
    """What one camera is like.

    blur_px, noise: standard deviations (noise in steps of 255); barrel: share by which the corners
    are drawn in; readout: share of a frame's time between the first row and the last; stops:
    brightness; red, blue: white balance; drift: how far both wander; follow: share of a wrong
    exposure that is mended with each frame; mains: depth of 100 Hz bands; jpeg: quality.
    """

    blur_px: float
    noise: float
    barrel: float
    readout: float
    stops: float
    red: float
    blue: float
    drift: float
    follow: float
    mains: float
    jpeg: int

    @classmethod
    def drawn(cls, dice: np.random.Generator) -> "Optics":
        """One of the cameras that a kiosk may have."""
        return cls(
            blur_px=dice.uniform(0.3, 0.9),
            noise=dice.uniform(1.2, 3.2),
            barrel=dice.uniform(-0.02, 0.07),
            readout=dice.uniform(0.3, 0.8),
            stops=dice.uniform(-0.35, 0.25),
            red=dice.uniform(0.95, 1.05),
            blue=dice.uniform(0.95, 1.05),
            drift=dice.uniform(0.0, 0.015),
            follow=dice.uniform(0.02, 0.12),
            mains=dice.uniform(0.0, 0.012),
            jpeg=int(dice.integers(82, 96)),
        )


@dataclass(slots=True)
class Camera:
    """Takes pictures one after another; everything it draws comes from `dice`."""

    optics: Optics
    dice: np.random.Generator
    _gain: float = 1.0
    _wanted: float | None = None
    _lens: tuple[npt.NDArray[np.int16], npt.NDArray[np.uint16]] | None = None
    _grain: tuple[npt.NDArray[np.uint8], ...] = ()
    _beats: tuple[float, ...] = ()

    def take(self, scene: Bgr8, at_s: float, moved_px: complex = 0j, bands: float = 0.0) -> Bgr8:
        """One frame of a scene (480, 640, 3); moved_px: since the last frame, right + i down.

        bands: depth of the rows' flicker that a screen in the scene adds.
        """
        optics = self.optics
        seen = self._through_lens(scene)
        seen = _smeared(seen, moved_px * EXPOSURE_SHARE)
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), optics.blur_px), np.uint8)
        exposed = cv2.LUT(seen, self._curves(at_s))
        self._follow(float(exposed[::8, ::8].mean()))
        brighter, darker = self._noise()
        noisy = cv2.subtract(cv2.add(exposed, brighter), darker)
        rows = self._rows(at_s, bands)
        if rows is not None:
            noisy = cv2.multiply(noisy, rows, dtype=cv2.CV_8U)
        _, data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, optics.jpeg])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    def _through_lens(self, scene: Bgr8) -> Bgr8:
        if self._lens is None:
            self._lens = _lens(self.optics.barrel)
        seen = cv2.remap(scene, *self._lens, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.uint8)

    def _curves(self, at_s: float) -> npt.NDArray[np.uint8]:
        """What becomes of each step of each channel, (1, 256, 3)."""
        if not self._beats:
            self._beats = tuple(self.dice.uniform(0, 2 * np.pi, 3))
        optics = self.optics
        red, blue, all_of_it = (
            1 + optics.drift * np.sin(at_s * speed + beat)
            for speed, beat in zip((0.7, 0.5, 0.9), self._beats, strict=True)
        )
        light = self._gain * 2**optics.stops * all_of_it
        gains = np.array([optics.blue * blue, 1.0, optics.red * red]) * light
        steps = np.arange(256)[:, None] * gains ** (1 / GAMMA)
        return np.asarray(np.clip(steps, 0, 255).round()[None], np.uint8)

    def _follow(self, mean: float) -> None:
        """Bring the exposure a part of the way back to where it began."""
        if self._wanted is None:
            self._wanted = max(mean, 1.0)
        wrong = (self._wanted / max(mean, 1.0)) ** GAMMA
        self._gain = float(np.clip(self._gain * wrong**self.optics.follow, 0.4, 2.5))

    def _noise(self) -> list[npt.NDArray[np.uint8]]:
        """Another piece of a larger sheet of grain each time: what is added, what taken away."""
        if not self._grain:
            shape = (HEIGHT_PX + 64, WIDTH_PX + 64, 3)
            grain = np.random.Generator(np.random.SFC64(self.dice.integers(2**32)))
            drawn = grain.standard_normal(shape, np.float32) * self.optics.noise
            self._grain = tuple(
                np.clip(part.round(), 0, 255).astype(np.uint8) for part in (drawn, -drawn)
            )
        down, right = self.dice.integers(0, 64, 2)
        piece = (slice(down, down + HEIGHT_PX), slice(right, right + WIDTH_PX))
        return [part[piece] for part in self._grain]

    def _rows(self, at_s: float, bands: float) -> Float32 | None:
        """Mains in the room's light and a screen's refresh, as the rolling shutter sees them."""
        if max(self.optics.mains, bands) < 0.002:
            return None
        when_s = at_s + np.arange(HEIGHT_PX) / HEIGHT_PX * self.optics.readout / FRAMES_PER_S
        light = 1 + self.optics.mains * np.sin(2 * np.pi * 100 * when_s)
        light = light * (1 + bands * np.sin(2 * np.pi * 60 * when_s))
        column = np.dstack([light[:, None].astype(np.float32)] * 3)
        return np.asarray(cv2.resize(column, (WIDTH_PX, HEIGHT_PX)), np.float32)


def _smeared(seen: Bgr8, path_px: complex) -> Bgr8:
    """What moves while the shutter is open is drawn out, along the rows and the columns."""
    width, height = (int(abs(part)) // 2 * 2 + 1 for part in (path_px.real, path_px.imag))
    if width == height == 1:
        return seen
    return np.asarray(cv2.blur(seen, (min(width, 9), min(height, 9))), np.uint8)


def _lens(barrel: float) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint16]]:
    columns, rows = np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX))
    right, down = columns - (WIDTH_PX - 1) / 2, rows - (HEIGHT_PX - 1) / 2
    out = 1 + barrel * (right**2 + down**2) / (WIDTH_PX**2 + HEIGHT_PX**2) * 4
    first, second = cv2.convertMaps(
        (right * out + (WIDTH_PX - 1) / 2).astype(np.float32),
        (down * out + (HEIGHT_PX - 1) / 2).astype(np.float32),
        cv2.CV_16SC2,
    )
    return np.asarray(first, np.int16), np.asarray(second, np.uint16)
