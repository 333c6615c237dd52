"""The camera's reader on the page that the project drew itself: any angle, light and size."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from firmware_app.domain.mrz_shapes import shapes
from vision.errors import ImageError
from vision.image import Bgr8
from vision.model_store import MODELS_FOLDER, ModelStore
from vision.mrz_reader import MrzReader
from vision.mrz_reading import MrzAdvice, MrzShape

LINES = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902D17UTO7408122F3104150ZE184226B<<<<<14",
)
PAGE = MODELS_FOLDER.parents[1] / "drivers" / "camera" / "pictures" / "specimen_page.jpg"


@pytest.fixture(scope="module")
def reader() -> MrzReader:
    return MrzReader.open(ModelStore())


@pytest.fixture(scope="module")
def layouts() -> Sequence[MrzShape]:
    return [MrzShape(shape.name, shape.lines) for shape in shapes()]


@pytest.fixture(scope="module")
def page() -> Bgr8:
    return np.asarray(cv2.imread(str(PAGE)), np.uint8)


def on_a_table(page: Bgr8, angle_deg: float, seed: int, share: float = 0.95) -> Bgr8:
    """The page turned and a little tilted, on a grey table of 1280 x 960."""
    height, width = page.shape[:2]
    scale = share * 960 / np.hypot(height, width)
    turn = np.radians(angle_deg)
    matrix = np.array(((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn)))) * scale
    corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    places = (corners - (width / 2, height / 2)) @ matrix + (640, 480)
    places += np.random.default_rng(seed).normal(0, 0.015 * width * scale, (4, 2))
    warp = cv2.getPerspectiveTransform(corners, places.astype(np.float32))
    table = (95, 90, 85)
    laid = cv2.warpPerspective(page, warp, (1280, 960), flags=cv2.INTER_AREA, borderValue=table)
    return np.asarray(laid, np.uint8)


@pytest.mark.parametrize("angle_deg", [*range(0, 360, 30), 45, 135, 225, 315])
def test_any_angle(reader: MrzReader, layouts: Sequence[MrzShape], page: Bgr8, angle_deg: int):
    found = reader.read(on_a_table(page, angle_deg, seed=angle_deg), layouts)
    assert (found.shape, found.texts) == ("TD3", LINES)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda page: cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), id="grey"),
        pytest.param(lambda page: cv2.cvtColor(page, cv2.COLOR_BGR2BGRA), id="alpha"),
        pytest.param(lambda page: 255 - page, id="light on dark"),
        pytest.param(lambda page: cv2.GaussianBlur(page, (0, 0), 1.5), id="soft"),
        pytest.param(lambda page: (page * 0.35).astype(np.uint8), id="dark"),
        pytest.param(lambda page: cv2.resize(page, None, fx=0.5, fy=0.5), id="small"),
        pytest.param(lambda page: cv2.resize(page, None, fx=4, fy=4), id="large"),
    ],
)
def test_any_light_and_size(
    reader: MrzReader, layouts: Sequence[MrzShape], page: Bgr8, changed: object
):
    found = reader.read(np.asarray(changed(page), np.uint8), layouts)  # type: ignore[operator]
    assert found.texts == LINES


def test_the_lines_are_where_the_reader_says(
    reader: MrzReader, layouts: Sequence[MrzShape], page: Bgr8
):
    first, second = reader.read(page, layouts).lines
    height, width = page.shape[:2]
    for line in (first, second):
        x, y = line.quad[:, 0], line.quad[:, 1]
        assert y.min() > height * 0.7
        assert x.max() - x.min() > width * 0.8
    assert first.quad[:, 1].mean() < second.quad[:, 1].mean()


def test_a_zone_that_is_cut_off_is_never_sure(
    reader: MrzReader, layouts: Sequence[MrzShape], page: Bgr8
):
    for share in (0.6, 0.7, 0.82, 0.9, 0.97):
        cut = np.ascontiguousarray(page[:, : round(page.shape[1] * share)])
        found = reader.read(cut, layouts)
        assert not found.sure or found.texts == LINES, share


def test_a_page_without_a_zone_is_the_wrong_page_and_a_bare_table_is_no_page(
    reader: MrzReader, layouts: Sequence[MrzShape], page: Bgr8
):
    upper = np.ascontiguousarray(page[: round(page.shape[0] * 0.7)])
    bare = np.full((480, 640, 3), 120, np.uint8)
    assert reader.read(upper, layouts).advice == (MrzAdvice.WRONG_PAGE,)
    assert reader.read(bare, layouts).advice == (MrzAdvice.NO_ZONE,)


def test_a_cut_out_line(reader: MrzReader, layouts: Sequence[MrzShape], page: Bgr8):
    line = reader.read(page, layouts).lines[1]
    left, top = line.quad.min(0).astype(int) - 6
    right, bottom = line.quad.max(0).astype(int) + 6
    cut = np.ascontiguousarray(page[top:bottom, left:right])
    assert reader.read_line(cut).text == LINES[1]
    assert reader.read_line(cut, layouts).text == LINES[1]


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((10, 10), np.float32),
        np.zeros((0, 5), np.uint8),
        np.zeros((10, 10, 2), np.uint8),
        np.zeros((2, 10, 10, 3), np.uint8),
    ],
    ids=["float", "empty", "two planes", "four dimensions"],
)
def test_no_picture_is_a_typed_error(
    reader: MrzReader, layouts: Sequence[MrzShape], picture: np.ndarray
):
    with pytest.raises(ImageError):
        reader.read(picture, layouts)


def test_reprs_hold_no_text(reader: MrzReader, layouts: Sequence[MrzShape], page: Bgr8):
    found = reader.read(page, layouts)
    assert "ERIKSSON" not in repr(found) + repr(found.lines)
