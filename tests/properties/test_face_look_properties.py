"""Whatever stands before the camera, a look is advice and numbers in bounds, never a crash."""

from dataclasses import astuple
from functools import cache

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.camera.puppet import Puppet
from vision.face_pipeline import FaceLook, FacePipeline
from vision.face_token import MOST_BYTES, token_portrait
from vision.face_track import FaceTracker
from vision.model_store import ModelStore

SIDES = st.integers(16, 700)
SPOILED = {
    "as it is": lambda pixels: pixels,
    "dark": lambda pixels: pixels // 12,
    "burnt": lambda pixels: np.minimum(pixels.astype(np.uint16) * 4, 255).astype(np.uint8),
    "two greys": lambda pixels: np.where(pixels > 128, 255, 0).astype(np.uint8),
    "negative": lambda pixels: 255 - pixels,
    "half hidden": lambda pixels: np.where(np.arange(pixels.shape[1])[:, None] < 200, 77, pixels),
    "colours swapped": lambda pixels: pixels[:, :, ::-1],
}


@cache
def _pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@cache
def _portrait() -> np.ndarray:
    return Puppet().portrait


@st.composite
def pictures(draw: st.DrawFn) -> np.ndarray:
    """The traveller at any size, place and angle, whole or cut, in any light."""
    width, height = draw(SIDES), draw(SIDES)
    angle_deg = draw(st.sampled_from((0.0, 30.0, 90.0, 180.0)))
    matrix = cv2.getRotationMatrix2D((328, 240), angle_deg, draw(st.floats(0.1, 6)))
    matrix[:, 2] += (
        draw(st.floats(-0.5, 1)) * width - 160,
        draw(st.floats(-0.5, 1)) * height - 120,
    )
    border = draw(st.sampled_from((cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT, cv2.BORDER_REPLICATE)))
    laid = cv2.warpAffine(_portrait(), matrix, (width, height), borderMode=border)
    spoiled = SPOILED[draw(st.sampled_from(sorted(SPOILED)))](laid)
    return np.asarray(spoiled, np.uint8)


def _check(look: FaceLook) -> None:
    assert (look.advice is None) == (not look.needs)
    if look.face is None:
        assert (look.faces, look.near) == (0, 0)
        return
    assert 1 <= look.near <= look.faces
    assert all(0 <= points <= 100 for points in astuple(look.face.components))
    pose, box = look.face.pose, look.face.box
    assert np.isfinite(
        [pose.yaw_deg, pose.pitch_deg, pose.roll_deg, box.centre, box.width_px]
    ).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(pictures(), min_size=1, max_size=4), st.floats(0, 1))
def test_a_row_of_any_pictures_gives_looks_and_small_portraits(frames, step_s):
    tracker = FaceTracker(_pipeline())
    for number, pixels in enumerate(frames):
        look = tracker.feed(pixels, number * step_s)
        _check(look)
        _check(_pipeline().look(pixels))
        if look.face is not None:
            assert len(token_portrait(pixels, look).jpeg) <= MOST_BYTES
            _pipeline().template(pixels, look)
