"""What the networks of the zone are fed: local contrast, whatever the light; strip measures."""

import cv2
import numpy as np
import numpy.typing as npt

from vision.image import Float32

HEIGHT_PX = 32
CAP_PX = 19.0
"""How high a capital should stand in the strip."""
PITCH_PX = 14.0
"""How wide a character should be in the strip; the network was trained on 10-18."""
PIXELS_PER_STEP = 4
"""Columns of the strip for each step of the network's answer."""
_AROUND_PX = (63, 31)
_LEAST_CONTRAST = 3.0
_CLIP = 4.0


def normalise(strip: npt.NDArray[np.uint8]) -> Float32:
    """uint8 (height, width) to float32 around 0: what is darker than its surroundings is below.

    Divides by the contrast near each place, so that shadow, glare and faint print read alike.
    """
    grey = strip.astype(np.float32)
    level = grey - cv2.blur(grey, (31, 31), borderType=cv2.BORDER_REPLICATE)
    spread = cv2.blur(level * level, _AROUND_PX, borderType=cv2.BORDER_REPLICATE)
    scaled = level / (np.sqrt(np.maximum(spread, 0)) + _LEAST_CONTRAST)
    return np.asarray(np.clip(scaled, -_CLIP, _CLIP), np.float32)
