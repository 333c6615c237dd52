"""The pictures in docs/screens are the approved ones: today's page must look like them.

`make screens` draws them anew; whoever looks at them and commits them approves them.
"""

from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

APPROVED = Path(__file__).parents[2] / "docs/screens"
DRAWN_BY_OTHERS = {"face-det", "finger-det"}
GREY_STEPS, MOST_CHANGED = 28, 0.015
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def changed(one: Path, other: Path) -> float:
    """The share of a picture that differs visibly; fonts may round differently by a pixel."""
    grey = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in (one, other)]
    if grey[0].shape != grey[1].shape:
        return 1.0
    soft = [cv2.GaussianBlur(each, (0, 0), 1.5).astype(np.int16) for each in grey]
    return float((np.abs(soft[0] - soft[1]) > GREY_STEPS).mean())


@pytest.fixture(scope="module")
def drawn(pictures: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if not Path(pictures.CHROMIUM).exists():
        pytest.skip("no /usr/bin/chromium: apt install chromium")
    folder = tmp_path_factory.mktemp("screens")
    return {path.stem: path for path in pictures.write(folder)}


def test_every_approved_picture_is_still_drawn_and_none_is_missing(drawn: dict[str, Path]) -> None:
    approved = {path.stem for path in APPROVED.glob("*.png")} - DRAWN_BY_OTHERS
    assert set(drawn) == approved


def different(drawn: dict[str, Path]) -> dict[str, float]:
    """By how much, for each picture that is visibly another."""
    shares = {name: changed(path, APPROVED / path.name) for name, path in drawn.items()}
    return {name: share for name, share in shares.items() if share > MOST_CHANGED}


def test_today_s_screens_look_like_the_approved_ones(
    drawn: dict[str, Path], pictures: ModuleType, tmp_path: Path
) -> None:
    doubtful = different(drawn)
    if doubtful:  # a busy browser may have been caught in mid-paint: what differs twice, differs
        again = pictures.write(tmp_path, set(doubtful))
        doubtful = different({path.stem: path for path in again})
    assert doubtful == {}


def test_another_screen_or_a_missing_button_would_be_seen(
    drawn: dict[str, Path], tmp_path: Path
) -> None:
    assert changed(drawn["confirm"], drawn["review"]) > MOST_CHANGED
    picture = cv2.imread(str(drawn["notice"]))
    height, width = picture.shape[:2]
    picture[int(height * 0.85) :, int(width * 0.6) :] = picture[5, 5]
    cv2.imwrite(str(tmp_path / "less.png"), picture)
    assert changed(drawn["notice"], tmp_path / "less.png") > MOST_CHANGED
