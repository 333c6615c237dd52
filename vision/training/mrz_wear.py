"""What cameras, scanners and files do to a picture: blur, noise, sharpening, JPEG, two tones."""

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.float32]


def worn(
    picture: Grey, cap_px: float, contrast: float, rng: np.random.Generator, hard: float = 1.0
) -> Grey:
    """Wear a picture whose capitals are `cap_px` high and differ from the paper by `contrast`."""
    if rng.random() < 0.75:
        picture = _blur(picture, cap_px, rng, hard)
    if rng.random() < 0.3:
        picture = _sharpen(picture, cap_px, rng)
    if rng.random() < 0.6:
        picture = _noise(picture, contrast, rng)
    picture = _tone(picture, rng)
    if rng.random() < 0.65:
        for _ in range(int(rng.integers(1, 3))):
            picture = _jpeg(picture, rng)
    if rng.random() < 0.08:
        picture = _two_tones(picture, cap_px, rng)
    return picture


def _blur(picture: Grey, cap_px: float, rng: np.random.Generator, hard: float) -> Grey:
    reach = cap_px * rng.uniform(0.01, 0.13 * hard)
    kind = rng.integers(4)
    if kind < 2:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(reach, 0.2)), np.float32)
    length = max(2, round(reach * 2.6))
    kernel = np.zeros((length, length), np.float32)
    if kind == 2:
        cv2.circle(kernel, (length // 2, length // 2), max(1, length // 2), (1.0,), -1)
    else:
        angle = rng.uniform(0, np.pi)
        half = np.array((np.cos(angle), np.sin(angle))) * length / 2
        middle = np.array((length / 2, length / 2))
        start, end = (middle - half).astype(int), (middle + half).astype(int)
        cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), (1.0,), 1)
    return np.asarray(
        cv2.filter2D(picture, -1, kernel / max(float(kernel.sum()), 1e-3)), np.float32
    )


def _sharpen(picture: Grey, cap_px: float, rng: np.random.Generator) -> Grey:
    soft = cv2.GaussianBlur(picture, (0, 0), max(0.5, cap_px * rng.uniform(0.03, 0.15)))
    return np.asarray(picture + (picture - soft) * rng.uniform(0.3, 2.5), np.float32)


def _noise(picture: Grey, contrast: float, rng: np.random.Generator) -> Grey:
    grain = rng.standard_normal(picture.shape, dtype=np.float32) * (
        contrast * rng.uniform(0.01, 0.2)
    )
    if rng.random() < 0.3:
        grain = cv2.GaussianBlur(grain, (3, 3), 0.8) * 1.6
    return np.asarray(picture + grain, np.float32)


def _tone(picture: Grey, rng: np.random.Generator) -> Grey:
    squeezed = np.clip(picture, 0, 255) / 255
    curved = squeezed ** rng.uniform(0.6, 1.6)
    gain, lift = rng.uniform(0.5, 1.2), rng.uniform(-0.1, 0.18)
    return np.asarray(np.clip(curved * gain + lift, 0, 1) * 255, np.float32)


def _jpeg(picture: Grey, rng: np.random.Generator) -> Grey:
    quality = int(rng.integers(12, 95))
    eight = np.clip(picture, 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", eight, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32)


def _two_tones(picture: Grey, cap_px: float, rng: np.random.Generator) -> Grey:
    eight = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        two = cv2.threshold(eight, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    else:
        size = max(3, round(cap_px * rng.uniform(0.8, 2.5))) | 1
        how = cv2.ADAPTIVE_THRESH_GAUSSIAN_C
        two = cv2.adaptiveThreshold(eight, 255, how, cv2.THRESH_BINARY, size, rng.uniform(3, 15))
    return np.asarray(two, np.float32)
