"""The portrait for the event: the standard's geometry, at most 20 kB, the same person."""

import cv2
import numpy as np
import pytest

from drivers.camera.puppet import Pose, Puppet
from vision.errors import ImageError
from vision.face_mesh import eyes
from vision.face_pipeline import FacePipeline
from vision.face_template import compare
from vision.face_token import MOST_BYTES, token_portrait
from vision.model_store import ModelStore


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return Puppet()


def _decoded(jpeg: bytes) -> np.ndarray:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("pose", [Pose(), Pose(roll_deg=14.0), Pose(nearness=0.5)], ids=str)
def test_the_eyes_lie_where_the_standard_wants_them(pipeline, puppet, pose):
    """ISO/IEC 19794-5:2005, 9.2: width to height 3:4, eyes at 0.6 W, a quarter of W apart."""
    pixels = puppet.head(pose)
    made = token_portrait(pixels, pipeline.look(pixels))
    shown = _decoded(made.jpeg)
    assert shown.shape == (made.height_px, made.width_px, 3)
    assert made.width_px * 4 == made.height_px * 3
    assert made.left_eye_px[0] - made.right_eye_px[0] == made.width_px / 4
    found = eyes(pipeline.look(shown).face.mesh.points)
    for seen, promised in zip(found, (made.right_eye_px, made.left_eye_px), strict=True):
        assert np.abs(seen - promised).max() < 0.02 * made.width_px


def test_it_is_the_same_person_and_small_enough_for_a_thin_link(pipeline, puppet):
    look = pipeline.look(puppet.portrait)
    made = token_portrait(puppet.portrait, look)
    shown = _decoded(made.jpeg)
    assert len(made.jpeg) <= MOST_BYTES
    pair = (
        pipeline.template(pixels, seen)
        for pixels, seen in ((puppet.portrait, look), (shown, pipeline.look(shown)))
    )
    assert compare(*pair) > 0.9
    assert (made.quality, made.components) == (look.face.quality, look.face.components)
    assert not made.enlarged


def test_the_most_restless_picture_fits_too_and_a_far_face_says_that_it_was_enlarged(
    pipeline, puppet
):
    noise = np.random.default_rng(2).integers(-90, 90, puppet.portrait.shape)
    restless = np.clip(puppet.portrait + noise, 0, 255).astype(np.uint8)
    made = token_portrait(restless, pipeline.look(puppet.portrait))
    assert len(made.jpeg) <= MOST_BYTES
    assert made.width_px == 240
    far = puppet.head(Pose(nearness=0.4))
    assert token_portrait(far, pipeline.look(far)).enlarged


def test_what_the_camera_did_not_see_is_told_in_percent(pipeline, puppet):
    head = puppet.portrait[60:, :]
    made = token_portrait(head, pipeline.look(head))
    assert 3 < made.beyond_pct < 40


def test_without_a_face_or_without_room_there_is_none(pipeline, puppet):
    nobody = puppet.nobody()
    with pytest.raises(ImageError, match="no face"):
        token_portrait(nobody, pipeline.look(nobody))
    with pytest.raises(ImageError, match="500 bytes"):
        token_portrait(puppet.portrait, pipeline.look(puppet.portrait), most_bytes=500)


def test_it_shows_nothing_of_itself(pipeline, puppet):
    made = token_portrait(puppet.portrait, pipeline.look(puppet.portrait))
    assert "jpeg=" not in repr(made)
    assert str(made.width_px) in repr(made)
