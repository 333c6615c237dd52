"""Lids and irises: the same through a mirror, wherever the head leans, never far from the eye."""

import numpy as np
import pytest

from drivers.camera.puppet import Manner, Pose, Puppet
from vision.evaluate.look_faults import looking_away
from vision.face_mesh import eyes
from vision.face_pipeline import FacePipeline, SeenFace
from vision.model_store import ModelStore


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return Puppet()


def _seen(pipeline: FacePipeline, pixels: np.ndarray) -> SeenFace:
    face = pipeline.look(pixels).face
    assert face is not None
    return face


def test_a_mirror_exchanges_the_eyes_and_turns_the_gaze(pipeline, puppet):
    pixels = looking_away(0.3)(puppet.portrait, _seen(pipeline, puppet.portrait))
    straight = _seen(pipeline, pixels).eyes
    mirrored = _seen(pipeline, np.ascontiguousarray(pixels[:, ::-1])).eyes
    assert straight.gaze.real > 0.06
    assert mirrored.gaze.real < -0.06
    assert mirrored.right.openness == pytest.approx(straight.left.openness, abs=0.08)


@pytest.mark.parametrize("roll_deg", [-25.0, 0.0, 25.0])
def test_the_iris_lies_in_its_eye_and_measures_a_sixth_of_the_eyes_distance(
    pipeline, puppet, roll_deg
):
    """11.7 mm of iris in 63 mm between the eyes, give or take a sixth part of it."""
    face = _seen(pipeline, puppet.head(Pose(roll_deg=roll_deg)))
    for eye, centre in zip((face.eyes.right, face.eyes.left), eyes(face.mesh.points), strict=True):
        assert np.linalg.norm(eye.iris[0] - centre) < 0.25 * eye.width_px
        assert 0.15 < eye.iris_diameter_px / face.eye_distance_px < 0.23


def test_lids_that_come_down_are_read_step_by_step(pipeline, puppet):
    read = [
        _seen(pipeline, puppet.head(Pose(), Manner(eyes_closed=share))).eyes.openness
        for share in (0.0, 0.5, 1.0)
    ]
    assert read[0] > read[1] > read[2]
    assert read[2] < 0.14


def test_it_shows_nothing_of_itself(pipeline, puppet):
    face = _seen(pipeline, puppet.portrait)
    assert repr(face.eyes) == "Eyes(right=Eye(), left=Eye())"
