"""Lids and irises: the same through a mirror, wherever the head leans, never far from the eye."""

import numpy as np
import pytest

from drivers.camera.puppet import Manner, Pose, Puppet
from vision.evaluate.look_faults import looking_away
from vision.face_iris import STILL, EyeFollower, EyeReader, Eyes, Side
from vision.face_mesh import eyes
from vision.face_pipeline import FacePipeline, SeenFace
from vision.model_store import ModelStore


class CountingReader(EyeReader):
    """The shipped one; counts the eyes that it reads."""

    read_eyes = 0

    def one(self, pixels: np.ndarray, points: np.ndarray, side: Side):
        self.read_eyes += 1
        return super().one(pixels, points, side)


@pytest.fixture(scope="module")
def reader() -> CountingReader:
    return CountingReader(ModelStore())


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
        diameter_px = np.linalg.norm(eye.iris[1:3] - eye.iris[3:5], axis=1).mean()
        assert 0.15 < diameter_px / face.eye_distance_px < 0.23


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


def _followed(
    reader: CountingReader, seen: list[tuple[np.ndarray, np.ndarray]], step_s: float
) -> tuple[list[Eyes], int]:
    """What a follower gives for each frame and its mesh, and how many eyes it read for that."""
    follower, before = EyeFollower(reader), reader.read_eyes
    eyes_seen = [
        follower.read(pixels, points, number * step_s)
        for number, (pixels, points) in enumerate(seen)
    ]
    return eyes_seen, reader.read_eyes - before


def _frames(pipeline, pictures: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(pixels, _seen(pipeline, pixels).mesh.points) for pixels in pictures]


def test_eyes_that_hold_still_are_read_by_turns_and_move_along(pipeline, puppet, reader):
    """The head moves by a pixel or more with each frame, and leans."""
    pictures = [puppet.head(Pose(yaw_deg=n / 2, roll_deg=float(n))) for n in range(8)]
    seen = _frames(pipeline, pictures)
    found, count = _followed(reader, seen, 1 / 15)
    assert count <= 11
    for (pixels, points), eyes_seen in zip(seen, found, strict=True):
        fresh = reader.read(pixels, points)
        for kept, true in ((eyes_seen.right, fresh.right), (eyes_seen.left, fresh.left)):
            assert np.abs(kept.lids - true.lids).max() < 0.1 * true.width_px
            assert kept.openness == pytest.approx(true.openness, abs=2 * STILL)
            assert abs(kept.gaze - true.gaze) < 2 * STILL


def test_a_blink_is_seen_in_both_eyes_on_its_very_frames(pipeline, puppet, reader):
    shut = [0, 0, 0, 1, 1, 0, 0, 1, 0, 0]
    pictures = [puppet.head(Pose(), Manner(eyes_closed=float(share))) for share in shut]
    seen = _frames(pipeline, pictures)
    found, count = _followed(reader, seen, 1 / 15)
    assert count < 2 * len(seen)
    for (pixels, points), eyes_seen in zip(seen, found, strict=True):
        fresh = reader.read(pixels, points)
        assert eyes_seen.right.openness == pytest.approx(fresh.right.openness, abs=STILL)
        assert eyes_seen.left.openness == pytest.approx(fresh.left.openness, abs=STILL)


@pytest.mark.parametrize("step_s", [0.2, 0.0, -1.0])
def test_no_eye_is_kept_from_a_frame_too_far_away(pipeline, puppet, reader, step_s):
    _, count = _followed(reader, _frames(pipeline, [puppet.portrait] * 3), step_s)
    assert count == 6
