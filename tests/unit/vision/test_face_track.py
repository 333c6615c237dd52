"""A face followed over frames: found, kept, lost, found again, whoever else comes by."""

import numpy as np
import pytest

from drivers.camera.puppet import HEIGHT_PX, WIDTH_PX, Manner, Pose, Puppet
from vision.errors import ImageError
from vision.face_pipeline import FaceLook, FacePipeline
from vision.face_quality import Advice
from vision.face_template import compare
from vision.face_track import FaceTracker
from vision.model_store import ModelStore

STEP_S = 1 / 15


class CountingPipeline(FacePipeline):
    """The shipped one; counts how often its detectors look."""

    searches = 0

    def find(self, pixels):
        self.searches += 1
        return super().find(pixels)


@pytest.fixture(scope="module")
def shared() -> CountingPipeline:
    return CountingPipeline(ModelStore())


@pytest.fixture
def tracker(shared) -> FaceTracker:
    shared.searches = 0
    return FaceTracker(shared)


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return Puppet()


def fed(tracker: FaceTracker, frames: list[np.ndarray], step_s: float = STEP_S) -> list[FaceLook]:
    return [tracker.feed(frame, number * step_s) for number, frame in enumerate(frames)]


def test_a_still_face_is_followed_with_few_searches_and_stays_fit(tracker, puppet, shared):
    looks = fed(tracker, [puppet.portrait] * 17)
    assert shared.searches <= 4
    assert {look.advice for look in looks} == {None}
    assert {look.cue for look in looks} == {None}
    assert {(look.faces, look.near) for look in looks} == {(1, 1)}


def test_following_sees_what_looking_anew_sees(tracker, puppet, shared):
    turns = [puppet.head(Pose(yaw_deg=float(yaw))) for yaw in (0, 6, 12, 18, 24, 24, 24, 24)]
    last, alone = fed(tracker, turns)[-1].face, shared.look(turns[-1]).face
    assert last.pose.yaw_deg == pytest.approx(alone.pose.yaw_deg, abs=3)
    assert last.box.overlap(alone.box) > 0.85
    followed, fresh = (
        shared.template(turns[-1], FaceLook(None, 1, face)) for face in (last, alone)
    )
    assert compare(followed, fresh) > 0.95


def test_a_turn_arrives_with_little_lag(tracker, puppet, shared):
    """100 degrees a second, which is a quick head."""
    degrees = [0, 0, 0, 7, 14, 21, 28]
    looks = fed(tracker, [puppet.head(Pose(yaw_deg=float(yaw))) for yaw in degrees])
    alone = shared.look(puppet.head(Pose(yaw_deg=28.0))).face
    assert looks[-1].face.pose.yaw_deg > alone.pose.yaw_deg - 7


def test_a_face_that_leaves_is_said_and_one_that_returns_is_found_at_once(tracker, puppet):
    looks = fed(tracker, [puppet.portrait] * 3 + [puppet.nobody()] * 12 + [puppet.portrait] * 2)
    assert [look.face is not None for look in looks] == [True] * 3 + [False] * 12 + [True] * 2
    assert {look.advice for look in looks[3:15]} == {Advice.NO_FACE}
    assert looks[14].cue is Advice.NO_FACE
    assert looks[16].advice is None


def test_a_second_person_as_near_is_seen_within_the_next_searches(tracker, puppet):
    looks = fed(tracker, [puppet.portrait] * 2 + [puppet.two_people(Pose())] * 12)
    assert (looks[-1].faces, looks[-1].near, looks[-1].advice) == (2, 2, Advice.TWO_FACES)
    assert looks[-1].cue is Advice.TWO_FACES


def test_a_child_in_arms_is_no_second_person_and_the_nearer_is_taken(tracker, puppet, shared):
    both = _with_child(puppet)
    look = fed(tracker, [both] * 3)[-1]
    alone = shared.look(both)
    for one in (look, alone):
        assert (one.faces, one.near) == (2, 1)
        assert one.advice is not Advice.TWO_FACES
        assert one.face.box.centre.real < WIDTH_PX * 0.6


def test_whoever_steps_clearly_nearer_takes_over(tracker, puppet):
    frames = [_small(puppet, 0)] * 3 + [_mixed(puppet)] * 12
    looks = fed(tracker, frames)
    assert looks[0].face.box.longest_px < 0.6 * looks[-1].face.box.longest_px


def test_a_blink_is_seen_in_the_lids(tracker, puppet):
    open_, shut = (
        tracker.feed(puppet.head(Pose(), Manner(eyes_closed=share)), number * STEP_S).face
        for number, share in enumerate((0.0, 1.0))
    )
    assert open_.eyes.openness > 2 * shut.eyes.openness
    assert shut.components.eyes_open < 50 < open_.components.eyes_open


@pytest.mark.parametrize("step_s", [0.2, 1.0, 3600.0, 0.0, -1.0], ids=str)
def test_any_pace_of_frames_even_backwards_gives_looks(tracker, puppet, step_s):
    looks = fed(tracker, [puppet.portrait, puppet.head(Pose(yaw_deg=10.0))] * 3, step_s)
    assert all(look.face is not None for look in looks)


def test_what_is_no_picture_is_an_error_and_the_next_frame_goes_on(tracker, puppet):
    tracker.feed(puppet.portrait, 0.0)
    for bad in (np.zeros((0, 0, 3), np.uint8), np.zeros((9, 9, 3)), puppet.portrait[:, :, 0], None):
        with pytest.raises(ImageError):
            tracker.feed(bad, 0.1)
    assert tracker.feed(puppet.portrait, 0.2).advice is None


def test_pictures_of_changing_size_and_of_noise_never_break_it(tracker, puppet):
    random = np.random.default_rng(3)
    for number in range(24):
        side = int(random.integers(16, 300))
        noise = random.integers(0, 256, (side, int(random.integers(16, 300)), 3), np.uint8)
        frame = (noise, puppet.portrait, puppet.portrait[:side, :side].copy())[number % 3]
        look = tracker.feed(frame, number * STEP_S)
        assert look.face is None or np.isfinite(look.face.box.longest_px)


def _small(puppet: Puppet, left_px: int) -> np.ndarray:
    scene = puppet.nobody()
    head = puppet.portrait[::3, ::3]
    scene[100 : 100 + head.shape[0], left_px : left_px + head.shape[1]] = head
    return scene


def _mixed(puppet: Puppet) -> np.ndarray:
    """Somebody far on the left, and the traveller near on the right."""
    scene = _small(puppet, 0)
    scene[:, WIDTH_PX // 3 :] = puppet.head(Pose(nearness=1.0))[
        :, 150 : 150 + WIDTH_PX * 2 // 3 + 1
    ]
    return scene


def _with_child(puppet: Puppet) -> np.ndarray:
    scene = puppet.portrait.copy()
    child = scene[::2, ::2][20:220, 90:230].copy()
    scene[HEIGHT_PX - child.shape[0] :, WIDTH_PX - child.shape[1] :] = child
    return scene
