"""Which way a head points, read off a head that was turned by known angles."""

import cv2
import numpy as np
import pytest

from drivers.camera.puppet import Pose, Puppet
from vision.face_pipeline import FacePipeline, SeenFace
from vision.face_pose import FaceCamera
from vision.face_quality import Advice
from vision.model_store import ModelStore


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return Puppet()


def _seen(pipeline: FacePipeline, picture: np.ndarray) -> SeenFace:
    face = pipeline.look(picture).face
    assert face is not None
    return face


@pytest.mark.parametrize("yaw_deg", [-30, -15, 15, 30])
def test_a_turn_to_the_persons_left_is_positive_and_the_nose_goes_right(pipeline, puppet, yaw_deg):
    straight = _seen(pipeline, puppet.portrait)
    turned = _seen(pipeline, puppet.head(Pose(yaw_deg=yaw_deg)))
    nose_moved_px = turned.mesh.points[1, 0] - straight.mesh.points[1, 0]
    assert np.sign(nose_moved_px) == np.sign(yaw_deg)
    assert 0.5 < turned.pose.yaw_deg / yaw_deg < 1.3


@pytest.mark.parametrize("pitch_deg", [-20, -10, 10, 20])
def test_chin_up_is_positive(pipeline, puppet, pitch_deg):
    found = _seen(pipeline, puppet.head(Pose(pitch_deg=pitch_deg))).pose
    assert found.pitch_deg == pytest.approx(pitch_deg, abs=8)
    assert abs(found.yaw_deg) < 5


@pytest.mark.parametrize("roll_deg", [-18, 18])
def test_leaning_to_the_left_shoulder_is_positive(pipeline, puppet, roll_deg):
    level = _seen(pipeline, puppet.portrait).pose.roll_deg
    leaned = _seen(pipeline, puppet.head(Pose(roll_deg=roll_deg))).pose.roll_deg
    assert leaned - level == pytest.approx(roll_deg, abs=4)


def test_a_turned_flat_print_keeps_looking_straight(pipeline, puppet):
    for yaw_deg in (-30, -15, 15, 30):
        assert abs(_seen(pipeline, puppet.flat_print(Pose(yaw_deg=yaw_deg))).pose.yaw_deg) < 8


@pytest.mark.parametrize(
    ("pose", "advice"),
    [
        (Pose(), None),
        (Pose(yaw_deg=-30), Advice.LOOK_STRAIGHT),
        (Pose(pitch_deg=25), Advice.LOOK_STRAIGHT),
        (Pose(roll_deg=28), Advice.LOOK_STRAIGHT),
        (Pose(nearness=2.0), Advice.FARTHER),
    ],
    ids=str,
)
def test_the_cue_follows_the_pose(pipeline, puppet, pose, advice):
    assert pipeline.look(puppet.head(pose)).advice is advice


def test_quality_falls_with_blurring_turning_and_darkening(pipeline, puppet):
    best = _seen(pipeline, puppet.portrait).quality
    worse = [
        puppet.head(Pose(yaw_deg=30)),
        (puppet.portrait // 4).astype(np.uint8),
        np.asarray(cv2.GaussianBlur(puppet.portrait, (0, 0), 5), np.uint8),
    ]
    assert best > 80
    for picture in worse:
        assert _seen(pipeline, picture).quality < best - 15


def test_a_head_at_the_edge_of_the_picture_looks_as_straight_as_in_the_middle(pipeline, puppet):
    """A pan of the camera about its own axis is exact by a homography and changes no head."""
    lens = FaceCamera().matrix((640, 480))
    found = []
    for pan_deg in (-14, 0, 14):
        turn = cv2.Rodrigues(np.array([0.0, np.radians(pan_deg), 0.0]))[0]
        seen = lens @ turn @ np.linalg.inv(lens)
        panned = cv2.warpPerspective(puppet.portrait, seen, (640, 480))
        found.append(_seen(pipeline, np.asarray(panned, np.uint8)))
    assert abs(found[0].box.centre - found[2].box.centre) > 250
    for face in found:
        assert face.pose.yaw_deg == pytest.approx(found[1].pose.yaw_deg, abs=4)
        assert face.pose.pitch_deg == pytest.approx(found[1].pose.pitch_deg, abs=4)
