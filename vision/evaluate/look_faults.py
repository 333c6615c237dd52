"""Makes from a good picture of a face the picture that something is wrong with, by arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.evaluate.attack_expression import Expression, MovableFace
from vision.face_iris import Eye, Eyes
from vision.face_pipeline import SeenFace
from vision.face_quality import Advice
from vision.image import Bgr8, Float32

Plane = npt.NDArray[np.float32]
Fault = Callable[[Bgr8, SeenFace], Bgr8]

_JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
_MASK = (*_JAW, 323, 454, 280, 195, 50)
_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152),
    *(148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
_LIPS_INSIDE = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81)


def reflectance(share: float) -> Fault:
    """Skin that reflects `share` of what this skin does, in the same light: below 1 darker."""

    def made(pixels: Bgr8, face: SeenFace) -> Bgr8:
        skin = _soft(_area(pixels, _head(face)), face.eye_distance_px * 0.15)
        for eye in _both(face.eyes):
            skin *= 1 - _soft(_area(pixels, eye.lids[[0, *range(9, 16), 8, *range(7, 0, -1)]]), 1)
        skin *= 1 - _soft(_area(pixels, face.mesh.points[list(_LIPS_INSIDE), :2]), 1)
        light = _linear(pixels)
        gloss = np.clip(light - 0.5, 0, None)  # what glances off the surface has no skin's colour
        return _grey(_mixed(light, np.clip((light - gloss) * share + gloss, 0, 1), skin))

    return made


def dimmed(share: float) -> Fault:
    """The whole picture in `share` of its light, with a camera's noise."""

    def made(pixels: Bgr8, _: SeenFace) -> Bgr8:
        return _noisy(_grey(_linear(pixels) * share), 2.0)

    return made


def burnt(times: float) -> Fault:
    """The whole picture in `times` its light."""

    def made(pixels: Bgr8, _: SeenFace) -> Bgr8:
        return _grey(np.clip(_linear(pixels) * times, 0, 1))

    return made


def back_lit(share: float) -> Fault:
    """The head in `share` of its light before a burnt background."""

    def made(pixels: Bgr8, face: SeenFace) -> Bgr8:
        head = _soft(_area(pixels, _head(face)), face.eye_distance_px * 0.1)
        light = _linear(pixels)
        bright = np.clip(light * 4 + 0.7, 0, 1)
        return _noisy(_grey(_mixed(bright, light * share, head)), 1.5)

    return made


def side_lit(share: float) -> Fault:
    """Light that falls to `share` from one side of the face to the other."""

    def made(pixels: Bgr8, face: SeenFace) -> Bgr8:
        across = np.arange(pixels.shape[1], dtype=np.float32) - face.box.centre.real
        ramp = 1 / (1 + np.exp(-across / (face.eye_distance_px * 0.25)))
        falls = (share + (1 - share) * ramp)[None, :, None]
        return _grey(_linear(pixels) * falls)

    return made


def blurred(eye_distances: float) -> Fault:
    """Out of focus by so many distances between the eyes (standard deviation)."""

    def made(pixels: Bgr8, face: SeenFace) -> Bgr8:
        sigma = face.eye_distance_px * eye_distances
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)

    return made


def masked(blue: int, green: int, red: int) -> Fault:
    """A cloth mask of one colour over nose, mouth and chin, lit as the face is."""

    def made(pixels: Bgr8, face: SeenFace) -> Bgr8:
        area = _soft(_area(pixels, face.mesh.points[list(_MASK), :2]), 1)
        light = _linear(pixels).mean(axis=2)
        soft = cv2.GaussianBlur(light, (0, 0), face.eye_distance_px * 0.5)
        shade = np.clip(soft / max(float(soft[area > 0.5].mean()), 1e-3), 0.4, 1.6)
        rows = np.arange(pixels.shape[0], dtype=np.float32)[:, None]
        pleats = 1 + 0.06 * np.sin(rows / face.eye_distance_px * 18)
        colour = _linear(np.array([[[blue, green, red]]], np.uint8))
        cloth = np.clip(colour * (shade * pleats)[:, :, None], 0, 1)
        return _noisy(_grey(_mixed(_linear(pixels), cloth, area)), 1.5)

    return made


def glasses(opacity: float) -> Fault:
    """Round glasses with a dark rim; opacity: of the lenses, 0 clear, 1 black."""

    def made(pixels: Bgr8, face: SeenFace) -> Bgr8:
        lenses, rims = np.zeros((2, *pixels.shape[:2]), np.uint8)
        size = (round(face.eye_distance_px * 0.42), round(face.eye_distance_px * 0.34))
        for eye in _both(face.eyes):
            middle = (eye.lids[0] + eye.lids[8]) / 2 + (0, face.eye_distance_px * 0.06)
            at = (round(float(middle[0])), round(float(middle[1])))
            cv2.ellipse(lenses, at, size, face.pose.roll_deg, 0, 360, (255,), -1)
            thick = max(1, round(face.eye_distance_px * 0.05))
            cv2.ellipse(rims, at, size, face.pose.roll_deg, 0, 360, (255,), thick)
        light = _linear(pixels)
        through = light * (1 - opacity) + 0.004
        shown = _mixed(light, through, _soft(lenses.astype(np.float32) / 255, 1))
        return _grey(_mixed(shown, np.full_like(shown, 0.01), _soft(rims / np.float32(255), 0.7)))

    return made


def eyes_shut(pixels: Bgr8, face: SeenFace) -> Bgr8:
    """The upper lids down."""
    return MovableFace(pixels, face.mesh.points).show(Expression(eyes_closed=1.0))


def looking_away(eye_widths: float) -> Fault:
    """Both irises moved aside by so many eye widths, the lids left where they are."""

    def made(pixels: Bgr8, face: SeenFace) -> Bgr8:
        rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
        for eye in _both(face.eyes):
            lids = eye.lids[[0, *range(9, 16), 8, *range(7, 0, -1)]]
            share = _soft(_area(pixels, lids), max(1.0, eye.width_px * 0.06))
            columns -= share * eye_widths * eye.width_px
        return np.asarray(cv2.remap(pixels, columns, rows, cv2.INTER_LINEAR), np.uint8)

    return made


def mouth_open(pixels: Bgr8, face: SeenFace) -> Bgr8:
    """Chin and lower lip down, and dark between the lips."""
    return MovableFace(pixels, face.mesh.points).show(Expression(mouth_open=1.0))


def colours_swapped(pixels: Bgr8, _: SeenFace) -> Bgr8:
    """Red and blue exchanged."""
    return np.ascontiguousarray(pixels[:, :, ::-1])


def head_scarf(pixels: Bgr8, face: SeenFace) -> Bgr8:
    """A cloth over hair, ears and neck that leaves the face from brow to chin."""
    around = _area(pixels, _head(face, wide=1.15))
    bare = _area(pixels, _face(face))
    area = _soft(np.clip(around - bare, 0, 1), 1.5)
    colour = _linear(np.array([[[110, 40, 60]]], np.uint8))
    soft = cv2.GaussianBlur(_linear(pixels).mean(axis=2), (0, 0), face.eye_distance_px * 0.4)
    shade = np.clip(soft / max(float(soft.mean()), 1e-3), 0.5, 1.5)
    return _noisy(_grey(_mixed(_linear(pixels), colour * shade[:, :, None], area)), 1.5)


@dataclass(frozen=True, slots=True)
class Case:
    """One fault, and what may be asked for because of it; nothing: it is harmless."""

    name: str
    make: Fault
    asked: frozenset[Advice] = frozenset()


_LIGHT = frozenset({Advice.MORE_LIGHT, Advice.BACK_LIGHT})
_MASK_ASKED = frozenset({Advice.UNCOVER_FACE})
_LENS_ASKED = frozenset({Advice.TAKE_OFF_GLASSES})
CASES = (
    Case("skin reflects half more", reflectance(1.5)),
    Case("skin reflects a third", reflectance(0.33)),
    Case("skin reflects a fifth", reflectance(0.2)),
    Case("clear glasses", glasses(0.0)),
    Case("head scarf", head_scarf),
    Case("light a twelfth", dimmed(1 / 12), _LIGHT),
    Case("light a fortieth", dimmed(1 / 40), _LIGHT),
    Case("back light", back_lit(0.05), _LIGHT),
    Case("burnt", burnt(5), frozenset({Advice.LESS_LIGHT})),
    Case("light from one side", side_lit(0.1), frozenset({Advice.UNEVEN_LIGHT})),
    Case("blur 0.05", blurred(0.05), frozenset({Advice.HOLD_STILL})),
    Case("blur 0.10", blurred(0.10), frozenset({Advice.HOLD_STILL})),
    Case("mask blue", masked(200, 170, 120), _MASK_ASKED),
    Case("mask white", masked(225, 225, 225), _MASK_ASKED),
    Case("mask black", masked(35, 35, 35), _MASK_ASKED),
    Case("mask like skin", masked(120, 150, 200), _MASK_ASKED),
    Case("dark glasses", glasses(0.97), _LENS_ASKED),
    Case("tinted glasses", glasses(0.75), _LENS_ASKED),
    Case("eyes shut", eyes_shut, frozenset({Advice.OPEN_EYES})),
    Case("looking away", looking_away(0.3), frozenset({Advice.LOOK_AT_CAMERA})),
    Case("mouth open", mouth_open, frozenset({Advice.CLOSE_MOUTH})),
    Case("colours swapped", colours_swapped),
)


def _both(eyes: Eyes) -> tuple[Eye, Eye]:
    return (eyes.right, eyes.left)


def _face(face: SeenFace) -> Plane:
    return np.asarray(face.mesh.points[list(_OVAL), :2], np.float32)


def _head(face: SeenFace, wide: float = 1.0) -> Plane:
    """The outline of the head: the face's oval drawn out over hair and ears."""
    oval = _face(face)
    middle = oval.mean(axis=0)
    return np.asarray(middle + (oval - middle) * (1.2 * wide, 1.3 * wide), np.float32)


def _area(pixels: Bgr8, outline: Plane) -> Plane:
    area = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(area, [np.asarray(outline, np.float32).round().astype(np.int32)], (255,))
    return area.astype(np.float32) / 255


def _soft(area: Plane, sigma_px: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(area, (0, 0), sigma_px), np.float32)


def _mixed(first: Float32, second: Float32, share: Plane) -> Float32:
    return np.asarray(first + (second - first) * share[:, :, None], np.float32)


def _linear(pixels: Bgr8) -> Float32:
    return np.asarray((pixels.astype(np.float32) / 255) ** 2.2, np.float32)


def _grey(light: Float32) -> Bgr8:
    return np.asarray((np.clip(light, 0, 1) ** (1 / 2.2) * 255).round(), np.uint8)


def _noisy(pixels: Bgr8, sigma: float) -> Bgr8:
    noise = np.random.default_rng(7).normal(0, sigma, pixels.shape)
    return np.asarray(np.clip(pixels + noise, 0, 255).round(), np.uint8)
