"""A post without a document reader: its page camera reads the document and finds the portrait.

The pictures are the project's own specimen page; network, workflow, outbox, broker and centre ship.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.puppet import PICTURES
from drivers.document_reader.specimens import PASSPORT
from drivers.stage import send_cue
from firmware_app.engineer.demo import compare, cross
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Act, Expect, Story
from mqtt.central.mosquitto import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

BY_CAMERA = {
    "document_reader": "camera:page_camera",
    "page_camera": "simulated://{stage}/page?scene=nobody",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with SmallSite(folder, free_port(), try_limit_s=6.0, chip=False, devices=BY_CAMERA) as site:
        yield site


def on_a_table(folder: Path, angle_deg: float) -> Path:
    """The specimen page as a phone would see it: small, turned, not quite from above."""
    page = cv2.imread(str(PICTURES / "specimen_page.jpg"))
    height, width = page.shape[:2]
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 0.8), (0, 0, 1)])
    move = np.array([(1, 0, 400), (0, 1, 400), (0, 0, 1)], np.float64)
    tilt = np.array([(1, 0, 0), (0, 1, 0), (4e-5, 3e-5, 1)], np.float64)
    seen = cv2.warpPerspective(
        page, move @ tilt @ turn, (1800, 1500), borderValue=(60, 90, 120), flags=cv2.INTER_AREA
    )
    path = folder / f"table_{angle_deg:.0f}.png"
    cv2.imwrite(str(path), seen)
    return path


def story(cue: dict[str, object]) -> Story:
    return Story(
        title="A document held before a camera",
        hands={
            "attract": "start",
            "language": "language-ar",
            "notice": "continue",
            "confirm": "yes",
            "finger": "cannot-give-finger",
            "finger-why": "finger-other",
            "review": "continue",
        },
        answers=("tourism", "up-to-30-days"),
        body=(
            Act("attract", "camera", {"scene": "face"}),
            Act("attract", "page", {"scene": "nobody"}),
            Act("document", "page", {**cue, "delay_s": 0.5}),
        ),
        expect=Expect("completed", decision="match"),
        limit_s=120.0,
    )


@pytest.mark.parametrize("angle_deg", [None, 12.0, 180.0], ids=["flat", "turned", "upside down"])
def test_a_crossing_whose_document_a_camera_read_reaches_the_centre(site, tmp_path, angle_deg):
    lies = {"scene": "page"}
    if angle_deg is not None:
        lies = {"picture": str(on_a_table(tmp_path, angle_deg))}
    told = story(lies)
    crossed = cross(site, told)
    assert compare(told, crossed.event) == []
    document = crossed.event["event"]["document"]
    assert document["mrz_lines"] == list(PASSPORT)
    assert document["read_method"] == "camera"
    assert document["read_confidence"]["doubtful"] == 0


def test_a_wrong_page_is_said_and_nobody_is_kept(site):
    """Three tries before a face instead of a document offer to type it; nothing is stored."""
    before = len(site.crossings())
    told = Story(
        title="No document at all",
        hands={
            "attract": "start",
            "language": "language-en",
            "notice": "continue",
            "typing": "help",
            "called": "to-officer",
        },
        answers=(),
        body=(Act("attract", "page", {"scene": "face"}),),
        expect=Expect("none"),
        limit_s=120.0,
    )
    assert cross(site, told).event is None
    assert len(site.crossings()) == before
    assert send_cue(site.stage / "page", scene="nobody")
