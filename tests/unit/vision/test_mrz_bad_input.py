"""The zone reader as a black box: whatever picture comes, an answer or a clear error, bounded.

Time is processor time of one thread, so that a busy machine changes nothing; memory is the peak of
a process of its own.
"""

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.puppet import PICTURES
from drivers.document_reader.specimens import PASSPORT
from firmware_app.workers.mrz_eyes import judge, shapes
from vision.errors import ImageError
from vision.model_store import ModelStore
from vision.mrz_reader import MrzReader

LIMIT_S, LIMIT_MB = 2.0, 400.0
SHAPES = shapes()
PAGE = cv2.imread(str(PICTURES / "specimen_page.jpg"))
DICE = np.random.default_rng(1)
WORDS = "THE QUICK BROWN FOX 0123456789 PASSPORT OFFICE UTOPIA <<< "


@pytest.fixture(scope="module")
def reader():
    cv2.setNumThreads(1)
    return MrzReader.open(ModelStore())


def noise(height, width):
    return DICE.integers(0, 256, (height, width, 3), np.uint8)


def stripes(height, width, each_px):
    rows = (np.arange(height) // each_px % 2 * 255).astype(np.uint8)
    return np.repeat(np.repeat(rows[:, None], width, 1)[:, :, None], 3, 2)


def checks(side, each_px):
    cells = np.add.outer(np.arange(side) // each_px, np.arange(side) // each_px) % 2 * 255
    return np.repeat(cells.astype(np.uint8)[:, :, None], 3, 2)


def page_of_words(height=1200, width=900, scale=0.6):
    page = np.full((height, width, 3), 250, np.uint8)
    for number, y in enumerate(range(40, height, 30)):
        text = (WORDS * 3)[number % len(WORDS) :][:70]
        cv2.putText(
            page, text, (20, y), cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 20), 1, cv2.LINE_AA
        )
    return page


def zone_of_lines(count):
    """The first line of the zone again and again: many lines that could be a zone's."""
    line = PAGE[560:605]
    return np.vstack([PAGE[:40]] + [line] * count)


NOTHING = {
    "white": np.full((700, 1000, 3), 255, np.uint8),
    "black": np.zeros((700, 1000, 3), np.uint8),
    "slope": np.repeat(np.linspace(0, 255, 1000).astype(np.uint8)[None, :, None], 700, 0).repeat(
        3, 2
    ),
    "noise": noise(700, 1000),
    "thin stripes": stripes(900, 1200, 2),
    "thick stripes": stripes(900, 1200, 12),
    "checks": checks(900, 6),
    "words": page_of_words(),
    "fine words": page_of_words(1600, 1600, 0.3),
    "page without its zone": PAGE[:520],
    "half a zone": PAGE[:, :480],
    "one line of a zone": PAGE[:610],
    "forty lines of zones": zone_of_lines(40),
    "head": cv2.imread(str(PICTURES / "head.jpg")),
}
SMALL = {(1, 1), (1, 5000), (5000, 1), (3, 3), (7, 900), (16, 16), (20, 20_000), (31, 33)}


def timed(reader, picture):
    began_s = time.process_time()
    reading = reader.read(picture, SHAPES)
    return reading, time.process_time() - began_s


@pytest.mark.parametrize("what", NOTHING)
def test_what_holds_no_whole_zone_is_never_read_with_confidence(reader, what):
    reading, taken_s = timed(reader, NOTHING[what])
    assert taken_s < LIMIT_S
    assert not reading.sure, reading.shape
    assert reading.advice, "somebody stands there and wants to know what to do"


@pytest.mark.parametrize("size", sorted(SMALL), ids=str)
def test_the_smallest_and_narrowest_pictures_give_an_answer(reader, size):
    for picture in (np.full((*size, 3), 255, np.uint8), noise(*size)):
        reading, taken_s = timed(reader, picture)
        assert reading.lines == ()
        assert taken_s < LIMIT_S


def see_through(page):
    """Black on transparent black, as a drawing program saves it."""
    alpha = np.where(page.min(2) < 128, 255, 0).astype(np.uint8)
    return np.dstack([np.zeros_like(page), alpha])


@pytest.mark.parametrize(
    "picture",
    [
        PAGE,
        cv2.cvtColor(PAGE, cv2.COLOR_BGR2GRAY),
        cv2.cvtColor(PAGE, cv2.COLOR_BGR2BGRA),
        see_through(PAGE),
        PAGE[:, ::-1][:, ::-1],
        np.asfortranarray(PAGE),
        255 - PAGE,
    ],
    ids=["colour", "grey", "alpha", "transparent", "strided", "columns first", "light on dark"],
)
def test_each_way_to_hold_the_same_page_is_read_the_same(reader, picture):
    reading, taken_s = timed(reader, picture)
    assert reading.texts == PASSPORT
    assert taken_s < LIMIT_S


@pytest.mark.parametrize(
    "no_picture",
    [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((40, 0), np.uint8),
        np.zeros((40, 40, 2), np.uint8),
        np.zeros((40, 40, 5), np.uint8),
        np.zeros((40,), np.uint8),
        np.zeros((2, 40, 40, 3), np.uint8),
        np.zeros((40, 40, 3), np.float32),
        np.zeros((40, 40), np.uint16),
        np.zeros((40, 40, 3), bool),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_what_is_no_picture_is_a_clear_error(reader, no_picture):
    with pytest.raises(ImageError) as caught:
        reader.read(no_picture, SHAPES)
    assert caught.value.mend


def other_page():
    """The page of a traveller whose given names stand the other way round, cut from the first."""
    page, line = PAGE.copy(), slice(560, 605)
    pitch_px = (959 - 40) / 44
    cells = [
        PAGE[line, round(40 + column * pitch_px) : round(40 + column * pitch_px) + 20].copy()
        for column in range(44)
    ]
    before = PASSPORT[0]
    after = before.replace("ANNA<MARIA", "MARIA<ANNA")
    for column, sign in enumerate(after):
        left = round(40 + column * pitch_px)
        page[line, left : left + 20] = cells[before.index(sign)]
    return page, (after, PASSPORT[1])


def test_two_documents_give_one_of_them_or_doubt_and_never_a_mixture(reader):
    page, other = other_page()
    assert reader.read(page, SHAPES).texts == other, "the second document is a good one"
    for both in (np.hstack([PAGE, page]), np.vstack([PAGE, page]), np.vstack([page, PAGE])):
        reading, taken_s = timed(reader, both)
        assert taken_s < LIMIT_S
        assert not reading.sure or reading.texts in {PASSPORT, other}


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_at_no_angle_is_the_page_read_wrongly_with_a_parser_s_blessing(reader):
    wrong = []
    for angle_deg in range(0, 360, 15):
        turn = cv2.getRotationMatrix2D((500, 352), angle_deg, 0.7)
        turn[:, 2] += (150, 300)
        seen = cv2.warpAffine(PAGE, turn, (1300, 1300), borderValue=(60, 90, 120))
        judged = judge(reader.read(seen, SHAPES), date(2026, 11, 22))
        if judged.sure and judged.lines != PASSPORT:
            wrong.append(angle_deg)
    assert wrong == []


CHILD = """
import json, sys, time
from pathlib import Path
import cv2
from drivers.document_reader.specimens import PASSPORT
from firmware_app.workers import mrz_eyes
from vision.errors import VisionError
from vision.model_store import ModelStore
from vision.mrz_reader import MrzReader
from vision.picture_file import read_picture
cv2.setNumThreads(1)
reader = MrzReader.open(ModelStore())
found = {}
for path in map(Path, sys.argv[1:]):
    began_s = time.process_time()
    try:
        reading = reader.read(read_picture(path), mrz_eyes.shapes())
        said = "read" if reading.texts == PASSPORT else "sure" if reading.sure else "no"
    except VisionError as error:
        said = type(error).__name__
    found[path.name] = [said, time.process_time() - began_s]
status = Path("/proc/self/status").read_text().split()
found["peak_mb"] = int(status[status.index("VmHWM:") + 1]) / 1024
print(json.dumps(found))
"""


def damaged(jpeg):
    """The file with every thousandth byte changed, behind its head."""
    data = bytearray(jpeg)
    for at in range(700, len(data), 1000):
        data[at] ^= 0x55
    return bytes(data)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_files_of_any_size_and_state_stay_in_time_and_memory(tmp_path):
    jpeg = (PICTURES / "specimen_page.jpg").read_bytes()
    large = cv2.resize(PAGE, (7540, 5305), interpolation=cv2.INTER_LINEAR)
    cv2.imwrite(str(tmp_path / "40_megapixels.jpg"), large)
    cv2.imwrite(str(tmp_path / "40_megapixels_of_noise.jpg"), noise(5305, 7540))
    cv2.imwrite(str(tmp_path / "120_megapixels.jpg"), cv2.resize(large, (13_000, 9_152)))
    del large
    (tmp_path / "cut.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    (tmp_path / "damaged.jpg").write_bytes(damaged(jpeg))
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "words.jpg").write_bytes(b"no picture")
    names = sorted(path.name for path in tmp_path.iterdir())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *(str(tmp_path / name) for name in names)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=230,
    )
    found = json.loads(done.stdout)
    peak_mb = found.pop("peak_mb")
    assert sorted(found) == names
    for name, (_, taken_s) in found.items():
        assert taken_s < LIMIT_S, name
    said = {name: one for name, (one, _) in found.items()}
    assert said["40_megapixels.jpg"] == said["120_megapixels.jpg"] == "read"
    assert said["empty.jpg"] == said["words.jpg"] == "PictureFileError"
    assert "sure" not in said.values()
    assert peak_mb < LIMIT_MB
