"""Pictures made small for the mirror on the page and for the thin link."""

import cv2

from firmware_app.workers.session import Pixels

LONGEST_PX = 240
QUALITY = 80


def small_jpeg(pixels: Pixels, longest_px: int = LONGEST_PX, quality: int = QUALITY) -> bytes:
    """A JPEG of `pixels` (uint8, height x width x 3) with a longer side of at most `longest_px`."""
    scale = longest_px / max(pixels.shape[:2])
    shown = pixels
    if scale < 1:
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        shown = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype("uint8")
    _, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()
