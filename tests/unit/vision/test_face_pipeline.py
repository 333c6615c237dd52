"""The face pipeline on pictures that hold no face, too many, or too much of anything."""

import resource
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.errors import ImageError
from vision.face_pipeline import FacePipeline
from vision.face_quality import Advice
from vision.face_template import compare
from vision.model_store import ModelStore

MOST_EXTRA_MIB = 300


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


def _read(path: Path) -> np.ndarray:
    pixels = cv2.imread(str(path))
    assert pixels is not None, path.name
    return pixels


@pytest.fixture
def portraits(data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Two people, each alone on a picture that is fit for a template."""
    people = sorted((data / "faces/lfw10").iterdir())
    first, second = people[2], people[8]
    return tuple(_read(sorted(folder.iterdir())[1]) for folder in (first, second))


def _plain(value: int) -> np.ndarray:
    return np.full((480, 640, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("pixels", "advice"),
    [
        (_plain(0), Advice.MORE_LIGHT),
        (_plain(255), Advice.LESS_LIGHT),
        (_plain(128), Advice.NO_FACE),
        (np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8), Advice.NO_FACE),
        (np.random.default_rng(1).integers(0, 256, (16, 5000, 3), np.uint8), Advice.NO_FACE),
    ],
    ids=["black", "white", "grey", "noise", "strip"],
)
def test_without_a_face_there_is_advice_and_no_template(pipeline, pixels, advice):
    look = pipeline.look(pixels)
    assert (look.advice, look.faces, look.face) == (advice, 0, None)
    with pytest.raises(ImageError, match="no face"):
        pipeline.template(pixels, look)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((480, 640), np.uint8),
        np.zeros((480, 640, 4), np.uint8),
        np.zeros((480, 640, 3), np.float32),
    ],
    ids=["1x1", "one channel", "alpha", "floats"],
)
def test_what_is_no_picture_is_an_error_of_its_own_type(pipeline, pixels):
    with pytest.raises(ImageError):
        pipeline.look(pixels)
    with pytest.raises(ImageError):
        pipeline.find_portrait(pixels)


def test_a_page_without_a_face_has_no_portrait(pipeline):
    assert pipeline.find_portrait(_plain(255)) is None


def test_two_faces_side_by_side_are_said_to_be_two(pipeline, portraits):
    look = pipeline.look(np.hstack(portraits))
    assert (look.advice, look.faces) == (Advice.TWO_FACES, 2)


def test_a_face_far_away_is_found_and_asked_to_come_closer(pipeline, portraits):
    """The face fills a twenty-fifth of the frame: only the full-range detector sees it."""
    frame = np.full((960, 1280, 3), 120, np.uint8)
    frame[400:528, 600:728] = cv2.resize(portraits[1], (128, 128), interpolation=cv2.INTER_AREA)
    look = pipeline.look(frame)
    assert look.advice is Advice.CLOSER
    assert abs(look.face.box.centre - complex(664, 464)) < 20


def test_of_two_as_near_the_one_in_the_middle_is_taken(pipeline, portraits):
    frame = np.full((500, 900, 3), 120, np.uint8)
    frame[20:270, 0:250] = portraits[0]
    frame[120:370, 330:580] = portraits[0]
    look = pipeline.look(frame)
    assert (look.faces, look.near) == (2, 2)
    assert abs(look.face.box.centre.real - 455) < 40


def test_a_grey_picture_in_three_channels_is_the_same_person(pipeline, portraits):
    grey = cv2.cvtColor(cv2.cvtColor(portraits[1], cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    templates = [pipeline.template(p, pipeline.look(p)) for p in (portraits[1], grey)]
    assert compare(*templates) > 0.8


def test_a_smaller_face_and_a_blurred_one_get_the_cue_that_helps(pipeline, portraits):
    small = cv2.resize(portraits[1], None, fx=0.4, fy=0.4)
    blurred = cv2.GaussianBlur(portraits[1], (0, 0), 3)
    dark = (portraits[1] // 6).astype(np.uint8)
    looks = [pipeline.look(np.asarray(p, np.uint8)) for p in (small, blurred, dark)]
    assert [look.advice for look in looks] == [
        Advice.CLOSER,
        Advice.HOLD_STILL,
        Advice.MORE_LIGHT,
    ]


def test_a_mirrored_face_looks_the_other_way(pipeline, portraits):
    straight = pipeline.look(portraits[0]).face
    mirrored = pipeline.look(np.ascontiguousarray(portraits[0][:, ::-1])).face
    assert mirrored.pose.yaw_deg == pytest.approx(-straight.pose.yaw_deg, abs=6)


def test_a_look_does_not_change_the_picture_nor_show_the_face(pipeline, portraits):
    pixels = portraits[0]
    before = pixels.copy()
    look = pipeline.look(pixels)
    pipeline.template(pixels, look)
    assert np.array_equal(pixels, before)
    assert "points" not in repr(look)
    assert "array" not in repr(look)


def test_forty_megapixels_take_bounded_time_and_memory(pipeline, portraits):
    large = np.asarray(cv2.resize(portraits[1], (6400, 6400)), np.uint8)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began_s = time.thread_time()
    look = pipeline.look(large)
    template = pipeline.template(large, look)
    taken_s = time.thread_time() - began_s
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) / 1024
    small = pipeline.template(portraits[1], pipeline.look(portraits[1]))
    assert compare(template, small) > 0.95
    assert taken_s < 5
    assert grown_mib < MOST_EXTRA_MIB


def test_a_portrait_is_found_on_a_page_that_lies_on_its_side(pipeline, portraits):
    page = np.full((1000, 1400, 3), 235, np.uint8)
    page[350:600, 100:350] = portraits[1]
    portrait = pipeline.find_portrait(np.ascontiguousarray(np.rot90(page)))
    direct, found = (pipeline.template(p, pipeline.look(p)) for p in (portraits[1], portrait))
    assert compare(direct, found) > 0.8


def test_single_pictures_of_prints_have_faces_like_any_other(pipeline, data):
    """No claim on liveness is made from one picture: live or print, a face is seen in each."""
    for name in ("image_T1.jpg", "image_F1.jpg", "image_F2.jpg"):
        look = pipeline.look(_read(data / "pad" / name))
        assert look.face is not None, name
        assert look.face.mesh.presence > 0.9, name
