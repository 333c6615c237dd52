"""Paper and tablets of the laboratory: flat ones show no depth, holes show what is behind."""

import numpy as np
import pytest

from drivers.camera.puppet import Puppet
from vision.evaluate.attack_head import Rendered, Stance, lit
from vision.evaluate.attack_sheet import PAPER_NEAR, TABLET_NEAR, Screen, Sheet, printed
from vision.face_pipeline import FacePipeline
from vision.image import Bgr8
from vision.model_store import ModelStore

ROOM = Rendered(np.full((480, 640, 3), 90, np.uint8), np.full((120, 160), 0.1, np.float32))


@pytest.fixture(scope="module")
def portrait() -> Bgr8:
    return Puppet().portrait


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


def _shown(sheet: Sheet, picture: Bgr8, stance: Stance) -> Rendered:
    return sheet.over(ROOM, picture, sheet.maps(stance), stance)


def test_an_unmoved_sheet_shows_its_picture_and_the_room_beside_it(portrait: Bgr8) -> None:
    shown = _shown(Sheet((150, 200)), portrait, Stance()).pixels
    inside = np.abs(shown[60:420, 190:450].astype(np.int16) - portrait[60:420, 190:450])
    assert inside.mean() < 3
    assert (shown[:, :150] == 90).all()


def test_a_flat_print_turned_far_shows_little_of_a_turn_and_a_bent_one_more(
    portrait: Bgr8, pipeline: FacePipeline
) -> None:
    turned = Stance(yaw_deg=40)
    yaws = []
    for bend_px in (None, 150.0):
        look = pipeline.look(_shown(Sheet((220, 235), bend_px), portrait, turned).pixels)
        assert look.face is not None
        yaws.append(look.face.pose.yaw_deg)
    flat, bent = yaws
    assert flat < 14
    assert bent > flat + 3


@pytest.mark.parametrize("stance", [Stance(yaw_deg=58), Stance(pitch_deg=58), Stance(40, 30, 10)])
def test_a_sheet_is_seen_once_however_it_is_held(portrait: Bgr8, stance: Stance) -> None:
    """No ghost of it stands where the way back was not found."""
    white = np.full_like(portrait, 255)
    seen = _shown(Sheet((150, 200)), white, stance).pixels[:, :, 0] > 200
    for line in (*seen[::40], *seen.T[::40]):
        assert np.count_nonzero(np.diff(line.astype(np.int8)) == 1) <= 1


def test_paper_throws_the_displays_light_back_and_glass_hardly(portrait: Bgr8) -> None:
    green, dark = np.array([0.0, 0.3, 0.0]), np.zeros(3)
    added = []
    for near in (PAPER_NEAR, TABLET_NEAR):
        shown = _shown(Sheet((200, 230), near=near), (portrait // 2).astype(np.uint8), Stance())
        lighted, unlit = lit(shown, green, dark), lit(shown, dark, dark)
        face = (slice(180, 300), slice(260, 380), 1)
        added.append(float((lighted[face].astype(np.int16) - unlit[face]).mean()))
    paper, glass = added
    assert paper > 8 * glass


def test_one_looks_through_a_hole(portrait: Bgr8) -> None:
    hole = np.zeros((480, 640), np.float32)
    hole[200:240, 300:340] = 1
    shown = _shown(Sheet((200, 230), hole=hole), portrait, Stance()).pixels
    assert (shown[210:230, 310:330] == 90).all()
    assert not (shown[260:280, 310:330] == 90).all()


def test_a_print_has_less_contrast_and_a_screen_has_dots_and_a_rim(portrait: Bgr8) -> None:
    dice = np.random.default_rng(1)
    paper = printed(portrait, dice)
    assert paper.std() < portrait.std()
    screen = Screen(0.05, 2.5, 0.02, 10, (1.0, 1.0, 1.0)).shows(portrait, (200, 180), 20)
    assert (screen[:, 125:138] == 14).all()
    grey = np.full_like(portrait, 120)
    dotted = Screen(0.05, 2.5, 0.0, 10, (1.0, 1.0, 1.0)).shows(grey, (330, 250), 0)
    assert dotted[200:300, 200:400].std() > 3
