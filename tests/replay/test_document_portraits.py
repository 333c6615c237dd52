"""The portrait on real pictures of documents, whichever way the document lies."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.face_pipeline import FacePipeline
from vision.face_template import FaceTemplate, compare
from vision.model_store import ModelStore

# no portrait on this side, or a face made unrecognisable by the publisher
WITHOUT_A_FACE = {
    "PassportEye_27_pass-gbr.jpg",
    "PassportEye_53_id-d.jpg",
    "PassportEye_77_card-cmw.png",
    "mrz-detection_id_fail.png",
}
# SPECIMEN is printed across the face and a hand lies on it
NOT_FOUND = {"PassportEye_79_pass-hun.png"}


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@pytest.fixture(scope="module")
def pages(data: Path) -> dict[str, np.ndarray]:
    files = sorted((data / "mrz" / "images").iterdir())
    return {file.name: np.asarray(cv2.imread(str(file)), np.uint8) for file in files}


def _template(pipeline: FacePipeline, picture: np.ndarray) -> FaceTemplate:
    return pipeline.template(picture, pipeline.look(picture))


@pytest.mark.slow
def test_each_portrait_that_a_person_sees_is_found_upright_and_nothing_else(pipeline, pages):
    found = {name: pipeline.find_portrait(page) for name, page in pages.items()}
    assert {name for name, portrait in found.items() if portrait is None} == (
        WITHOUT_A_FACE | NOT_FOUND
    )
    for portrait in found.values():
        if portrait is not None:
            face = pipeline.look(portrait).face
            assert face is not None
            assert abs(face.pose.roll_deg) < 10


@pytest.mark.slow
@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_document_that_lies_on_its_side_or_head_gives_the_same_face(
    pipeline, pages, quarter_turns
):
    for name in sorted(set(pages) - WITHOUT_A_FACE - NOT_FOUND)[::4]:
        upright = pipeline.find_portrait(pages[name])
        turned = pipeline.find_portrait(np.rot90(pages[name], quarter_turns))
        assert upright is not None, name
        assert turned is not None, name
        assert compare(_template(pipeline, upright), _template(pipeline, turned)) > 0.95, name
