"""What can be measured of a face from pixels, mesh and lids: raw numbers, before any judgement.

All but the size and place of the head are read off one cut of 128x128 pixels on which eyes and
mouth lie at fixed places. Light is measured by ratios and by how many greys the face fills, never
against a fixed brightness, so that dark skin in good light measures as light skin does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.face_detect import Box
from vision.face_geometry import Points, cut, fit
from vision.face_iris import Eyes
from vision.face_mesh import CHIN, MOUTH_LEFT, MOUTH_RIGHT, Mesh, Pose, eyes
from vision.image import Bgr8, Float32, Gray8, to_gray8

SIDE_PX = 128
_PLACES: Points = np.array([[44, 50], [84, 50], [47, 91], [81, 91]], np.float32)
# Point numbers of the MediaPipe face mesh; right and left are the person's own.
_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152),
    *(148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
_LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
_LIP_GAP = (13, 14)
_AROUND_LIPS = (164, 167, 393, 18, 200, 199, 210, 430, 204, 424)
_RIGHT_SIDE, _LEFT_SIDE = (50, 205, 101, 187, 69), (280, 425, 330, 411, 299)
_RIGHT_CHEEK, _LEFT_CHEEK = (50, 101, 205), (280, 330, 425)
_FOREHEAD = (151, 9, 108, 337)
_STRIDE_SHARE = 64
_LIGHT: Float32 = ((np.arange(256) / 255) ** 2.2).astype(np.float32)

Area = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measures:
    """Raw measures of one face; pixels are those of the picture that was given.

    second_share: of the next largest face in this one's width, 0 without one; off_centre: of the
    head, in picture sides; margin: least room between head and edge in head widths, below 0: cut;
    sharpness: fine over coarse detail; greys_bits: entropy of the grey levels of the face; grey,
    grey_range: their median, and from the 5th to the 95th percentile; burnt_pct, crushed_pct: of
    the face at or above grey 247, at or below 12; balance: darker over lighter side in linear
    light; behind: how many times lighter than the face the room is; openness: gap of the lids in
    eye widths, of the narrower eye; mouth_gap: between the lips, in distances from the eyes to the
    chin; gaze: how far both irises stand aside, in eye widths; lens: light around the darker eye,
    in light of the cheek below; mouth_detail: deviation of grey over the lips in the face's median
    grey, and a hundredth for each step of Lab's a* (10 at most) that they are redder than around;
    warmth: (red - blue) / (red + blue) of the skin; room: mean gradient beside the head.
    """

    picture_px: tuple[int, int]
    box: Box
    second_share: float
    eye_distance_px: float
    pose: Pose
    off_centre: float
    margin: float
    sharpness: float
    greys_bits: float
    grey: float
    grey_range: float
    burnt_pct: float
    crushed_pct: float
    balance: float
    behind: float
    openness: float
    mouth_gap: float
    gaze: float
    lens: float
    mouth_detail: float
    warmth: float
    room: float

    @property
    def head_share(self) -> float:
        """The head's width in the shorter side of the picture."""
        return self.box.longest_px / min(self.picture_px)


def measure(pixels: Bgr8, mesh: Mesh, pose: Pose, lids: Eyes, second_share: float) -> Measures:
    """Measure the face of this mesh on this picture."""
    points, box = mesh.points, mesh.box
    right, left = eyes(points)
    laid = _Laid.of(pixels, points)
    greys = laid.greys()
    room, behind = _around(pixels, box, float(_LIGHT[int(greys["grey"])]))
    chin_px = float(np.linalg.norm(points[CHIN, :2] - (right + left) / 2))
    lips = points[list(_LIP_GAP), :2]
    return Measures(
        picture_px=(pixels.shape[1], pixels.shape[0]),
        box=box,
        second_share=second_share,
        eye_distance_px=float(np.linalg.norm(left - right)),
        pose=pose,
        off_centre=_off_centre(pixels, box),
        margin=_margin(pixels, box),
        sharpness=laid.sharpness(),
        **greys,
        balance=laid.balance(),
        behind=behind,
        openness=lids.openness,
        mouth_gap=float(np.linalg.norm(lips[1] - lips[0])) / max(chin_px, 1e-6),
        gaze=abs(lids.gaze.real),
        lens=laid.lens(),
        mouth_detail=laid.mouth_detail(),
        warmth=laid.warmth(),
        room=room,
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Laid:
    """The face on its cut: colours, grey, where the mesh lies on it, and the face's area."""

    colour: Bgr8
    grey: Gray8
    light: Float32
    points: Points
    oval: Area

    @staticmethod
    def of(pixels: Bgr8, points: Points) -> "_Laid":
        corners = points[[MOUTH_RIGHT, MOUTH_LEFT], :2]
        to_cut = fit(np.concatenate([np.stack(eyes(points)), corners]), _PLACES)
        colour, laid = cut(pixels, to_cut, SIDE_PX), to_cut.on(points[:, :2])
        grey = to_gray8(colour)
        light = np.asarray(cv2.LUT(grey, _LIGHT), np.float32)
        return _Laid(colour, grey, light, laid, _inside(laid, _OVAL))

    def greys(self) -> dict[str, float]:
        """How the face fills the greys."""
        seen = self.grey[self.oval] if self.oval.any() else self.grey.ravel()
        shares = np.bincount(seen, minlength=256) / len(seen)
        held = shares[shares > 0]
        low, middle, high = np.searchsorted(np.cumsum(shares), (0.05, 0.5, 0.95))
        return {
            "greys_bits": float(-(held * np.log2(held)).sum()),
            "grey": float(middle),
            "grey_range": float(high - low),
            "burnt_pct": float(shares[247:].sum() * 100),
            "crushed_pct": float(shares[:13].sum() * 100),
        }

    def balance(self) -> float:
        """Light of the darker over that of the lighter side."""
        sides = [
            float(self.light[self._spots(each, 5)].mean()) for each in (_RIGHT_SIDE, _LEFT_SIDE)
        ]
        return min(sides) / max(*sides, 1e-6)

    def sharpness(self) -> float:
        """Detail finer than 1 px in detail of 2 to 4 px: the same for light and dark skin."""
        inner = self.grey[26:112, 28:100].astype(np.float32)
        once, twice, thrice = (cv2.GaussianBlur(inner, (0, 0), sigma) for sigma in (1.0, 2.0, 4.0))
        return float((inner - once).std() / ((twice - thrice).std() + 0.5))

    def lens(self) -> float:
        """Light around each eye in that of the cheek below it: the darker eye's."""
        shares = []
        for corners, cheek in (((33, 133), _RIGHT_CHEEK), ((263, 362), _LEFT_CHEEK)):
            x, y = self.points[list(corners)].mean(axis=0).tolist()
            area = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
            cv2.ellipse(area, _at(x, y + 2.5), (13, 10), 0, 0, 360, (1,), -1)
            below = _median(self.light[self._spots(cheek, 4)])
            shares.append(_median(self.light[area.view(np.bool_)]) / max(below, 1e-4))
        return min(shares)

    def mouth_detail(self) -> float:
        """A mouth has lips, a line, corners, and red; a cloth over it has little of each."""
        lips = _inside(self.points, _LIPS)
        around = self._spots(_AROUND_LIPS, 4) & ~lips
        if not lips.any() or not around.any():
            return 0.0
        redder = min(10.0, max(0.0, self._red(lips) - self._red(around)))
        return float(self.grey[lips].std()) / (_median(self.grey[self.oval]) + 5) + redder / 100

    def warmth(self) -> float:
        """Of forehead and cheeks; every skin is redder than blue in white light."""
        skin = self._spots((*_FOREHEAD, *_RIGHT_SIDE, *_LEFT_SIDE), 5)
        blue, red = (_median(self.colour[:, :, channel][skin]) for channel in (0, 2))
        return (red - blue) / (red + blue + 1)

    def _red(self, area: Area) -> float:
        """The median of Lab's a*."""
        lab = cv2.cvtColor(self.colour[area][None], cv2.COLOR_BGR2LAB)
        return _median(np.asarray(lab, np.uint8)[:, :, 1])

    def _spots(self, rows: Sequence[int], radius_px: int) -> Area:
        """Discs around points; the middle of the cut where they all lie outside."""
        area = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        for x, y in self.points[list(rows)].tolist():
            cv2.circle(area, _at(x, y), radius_px, (1,), -1)
        if not area.any():
            area[SIDE_PX // 2, SIDE_PX // 2] = 1
        return area.view(np.bool_)


def _around(pixels: Bgr8, box: Box, face_light: float) -> tuple[float, float]:
    """Unrest beside and above the head, and how many times lighter than the face it is there."""
    step = max(1, max(pixels.shape[:2]) // _STRIDE_SHARE)
    grey = to_gray8(np.ascontiguousarray(pixels[::step, ::step]))
    rows, columns = (np.arange(side, dtype=np.float32) * step for side in grey.shape)
    beside = np.abs(columns - box.centre.real) > 0.75 * box.width_px
    above = rows < box.top_px - 0.3 * box.height_px
    chin = rows < box.top_px + box.height_px
    outside = (above[:, None] | beside[None, :]) & chin[:, None]
    if outside.sum() < 16:
        return 0.0, 1.0
    steps = np.abs(np.diff(grey.astype(np.float32), axis=1))[outside[:, 1:] & outside[:, :-1]]
    behind = float(np.percentile(_LIGHT[grey[outside]], 75))
    return float(steps.mean()) if len(steps) else 0.0, behind / max(face_light, 1e-3)


def _off_centre(pixels: Bgr8, box: Box) -> float:
    height, width = pixels.shape[:2]
    return max(abs(box.centre.real / width - 0.5), abs(box.centre.imag / height - 0.5))


def _margin(pixels: Bgr8, box: Box) -> float:
    height, width = pixels.shape[:2]
    rooms = (
        box.left_px,
        box.top_px,
        width - box.left_px - box.width_px,
        height - box.top_px - box.height_px,
    )
    return min(rooms) / max(box.longest_px, 1e-6)


def _inside(points: Points, rows: Sequence[int]) -> Area:
    area = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    outline = np.clip(points[list(rows)], -SIDE_PX, 2 * SIDE_PX).round().astype(np.int32)
    cv2.fillPoly(area, [outline], (1,))
    return area.view(np.bool_)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(min(999.0, max(-999.0, x))), round(min(999.0, max(-999.0, y)))


def _median(values: Gray8 | Float32) -> float:
    """The middle one, or the mean of the middle two; 0 of none. numpy's takes ten times as long."""
    if not values.size:
        return 0.0
    low, high = (values.size - 1) // 2, values.size // 2
    parted = np.partition(values, (low, high), axis=None)
    return (float(parted[low]) + float(parted[high])) / 2
