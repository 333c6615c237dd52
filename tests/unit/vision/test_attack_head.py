"""The laboratory's heads: the shipped networks read what was rendered; light falls off."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from drivers.camera.puppet import Puppet
from vision.evaluate.attack_expression import REST, Expression
from vision.evaluate.attack_head import (
    DISTANCE_PX,
    PIVOT_PX,
    Head,
    Rendered,
    Stance,
    lit,
    projected,
)
from vision.evaluate.attack_laboratory import heads
from vision.face_pipeline import FacePipeline
from vision.image import Bgr8
from vision.liveness_sight import Sight, see
from vision.model_store import ModelStore
from vision.picture_file import read_picture

Read = Callable[[Bgr8], Sight]


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@pytest.fixture(scope="module")
def head(pipeline: FacePipeline) -> Head:
    found, left = heads([("shipped", "shipped", Puppet().portrait)], pipeline)
    assert not left
    return found[0].head


@pytest.fixture(scope="module")
def read(pipeline: FacePipeline) -> Read:
    def look(pixels: Bgr8) -> Sight:
        sight = see(pixels, pipeline.look(pixels), 0.0)
        assert sight is not None
        return sight

    return look


def _shown(head: Head, stance: Stance) -> Bgr8:
    return head.view(stance, head.maps(stance)).pixels


@pytest.mark.parametrize("yaw_deg", [-30, -20, 20, 30])
def test_a_turn_is_read_as_about_that(head: Head, read: Read, yaw_deg: float) -> None:
    """Known shortfall: on ten people's photographs 20 degrees read 17 to 27 (5-95 %)."""
    rest, turned = read(head.portrait), read(_shown(head, Stance(yaw_deg=yaw_deg)))
    assert turned.yaw_deg - rest.yaw_deg == pytest.approx(yaw_deg, abs=6)
    assert abs(turned.pitch_deg - rest.pitch_deg) < 7


def test_a_look_up_and_a_lean_are_read_as_about_that(head: Head, read: Read) -> None:
    rest = read(head.portrait)
    assert read(_shown(head, Stance(pitch_deg=18))).pitch_deg - rest.pitch_deg > 11
    leaned = read(_shown(head, Stance(roll_deg=10))).roll_deg - rest.roll_deg
    assert leaned == pytest.approx(10, abs=3)


def test_expressions_are_read(head: Head, read: Read) -> None:
    rest = read(head.portrait)
    shut = read(head.shown(Expression(eyes_closed=1.0)))
    opened = read(head.shown(Expression(mouth_open=1.0)))
    assert sum(shut.eyes_open) < 0.5 * sum(rest.eyes_open)
    assert opened.mouth_open > rest.mouth_open + 0.08
    assert np.array_equal(head.shown(REST), head.portrait)


def test_an_unmoved_head_is_the_portrait(head: Head) -> None:
    shown = _shown(head, Stance()).astype(np.int16)
    assert np.abs(shown - head.portrait).mean() < 1.5


def test_nearer_is_larger_and_the_display_is_in_front() -> None:
    places = np.array([[100.0], [0.0], [0.0]], np.float32)
    columns, rows = projected(places, Stance())
    assert (columns[0], rows[0]) == (PIVOT_PX[0] + 100, PIVOT_PX[1])
    towards = np.array([[0.0], [0.0], [DISTANCE_PX / 4]], np.float32)
    left, _ = projected(towards, Stance(yaw_deg=20))
    assert left[0] > PIVOT_PX[0]  # the nose of a head turned to its own left goes to the right


def test_the_displays_light_falls_off_with_distance(head: Head) -> None:
    page, red = np.full(3, 0.05), np.array([0.0, 0.0, 0.3])
    shown = head.view(Stance(), head.maps(Stance()))
    dim = Rendered((shown.pixels * 0.7).astype(np.uint8), shown.near)
    added = lit(dim, red, page).astype(np.int16) - lit(dim, np.zeros(3), page)
    face, wall = added[200:260, 300:340], added[20:80, 580:620]
    assert face[..., 2].mean() > 4 * wall[..., 2].mean()
    assert np.abs(face[..., 0]).mean() < 1


def test_a_mask_has_the_face_of_one_and_the_shape_of_another(head: Head) -> None:
    flat = Head(head.portrait, head.points * np.array([1, 1, 0.2], np.float32))
    worn = head.with_depth_of(flat)
    assert np.array_equal(worn.portrait, head.portrait)
    turned = [_shown(one, Stance(yaw_deg=25)).astype(np.int16) for one in (head, worn, flat)]
    assert np.abs(turned[1] - turned[2]).mean() < np.abs(turned[1] - turned[0]).mean() / 3


def test_what_is_no_level_face_is_left_out(pipeline: FacePipeline, data: Path) -> None:
    blank = np.full((300, 300, 3), 128, np.uint8)
    aside = np.ascontiguousarray(
        read_picture(data / "faces/lfw10/Tony_Blair/Tony_Blair_0001.jpg")[:, :, :3]
    )
    found, left = heads([("blank", "a", blank), ("aside", "b", aside)], pipeline)
    assert not found
    assert left == ["blank", "aside"]
