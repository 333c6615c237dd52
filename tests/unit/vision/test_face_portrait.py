"""The portrait on a data page: found, upright, and the same person as before the camera."""

import cv2
import numpy as np
import pytest

from drivers.camera.puppet import PICTURES, Puppet
from vision.errors import ImageError
from vision.face_pipeline import FacePipeline
from vision.face_template import compare
from vision.face_threshold import THRESHOLD
from vision.model_store import ModelStore


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@pytest.fixture(scope="module")
def page() -> np.ndarray:
    return np.asarray(cv2.imread(str(PICTURES / "specimen_page.jpg")), np.uint8)


@pytest.mark.parametrize("quarter_turns", range(4))
def test_the_page_shows_the_traveller_whichever_way_it_lies(pipeline, page, quarter_turns):
    portrait = pipeline.find_portrait(np.rot90(page, quarter_turns))
    assert portrait is not None
    live = Puppet().portrait
    templates = [pipeline.template(each, pipeline.look(each)) for each in (portrait, live)]
    assert compare(*templates) > 0.9


@pytest.mark.parametrize("page_width_px", [500, 250])
def test_a_small_portrait_still_matches(pipeline, page, page_width_px):
    """At 250 px the face on it is about 40 px wide."""
    size = (page_width_px, round(page_width_px * page.shape[0] / page.shape[1]))
    portrait = pipeline.find_portrait(cv2.resize(page, size, interpolation=cv2.INTER_AREA))
    assert portrait is not None
    live = Puppet().portrait
    templates = [pipeline.template(each, pipeline.look(each)) for each in (portrait, live)]
    assert compare(*templates) > THRESHOLD + 0.2


def test_a_page_in_a_corner_of_a_large_picture_is_found(pipeline, page):
    desk = np.full((2400, 3600, 3), 90, np.uint8)
    desk[1600:2304, 2400:3400] = page
    portrait = pipeline.find_portrait(desk)
    assert portrait is not None
    assert pipeline.look(portrait).face is not None


def test_no_portrait_is_none_and_no_picture_is_an_error(pipeline, page):
    assert pipeline.find_portrait(page[:, 450:]) is None
    with pytest.raises(ImageError):
        pipeline.find_portrait(page[:, :, 0])
    with pytest.raises(ImageError):
        pipeline.find_portrait(page[:1, :1])
