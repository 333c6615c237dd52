"""A gallery finds the finger among many, forgets what is removed, and says each key once."""

import math
import random
from dataclasses import replace

import pytest

from vision import finger_match_gallery
from vision.finger_match_gallery import Gallery
from vision.finger_record import (
    FingerPosition,
    FingerRecord,
    FingerView,
    Minutia,
    MinutiaKind,
)

FINGERS = 60


def _finger(seed: int) -> FingerRecord:
    chance = random.Random(seed)
    minutiae = tuple(
        Minutia(
            MinutiaKind.ENDING,
            chance.randint(60, 340),
            chance.randint(60, 400),
            chance.uniform(0, 360),
            chance.randint(1, 100),
        )
        for _ in range(36)
    )
    return FingerRecord(400, 460, (FingerView(FingerPosition.UNKNOWN, minutiae),))


def _again(finger: FingerRecord, seed: int) -> FingerRecord:
    """Turned by 15 degrees about its middle, jittered, a quarter lost."""
    chance = random.Random(seed)
    turn = math.radians(15)
    view = finger.views[0]
    minutiae = tuple(
        replace(
            m,
            x_px=round(200 + _turned(m, turn)[0] + chance.gauss(0, 1.5)),
            y_px=round(230 + _turned(m, turn)[1] + chance.gauss(0, 1.5)),
            direction_deg=(m.direction_deg + 15 + chance.gauss(0, 5)) % 360,
        )
        for m in view.minutiae
        if chance.random() > 0.25
    )
    return replace(finger, views=(replace(view, minutiae=minutiae),))


def _turned(minutia: Minutia, turn: float) -> tuple[float, float]:
    x, y = minutia.x_px - 200, minutia.y_px - 230
    return x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    held = Gallery()
    for seed in range(FINGERS):
        held.enrol(f"finger {seed}", _finger(seed))
    return held


def test_the_finger_comes_first(gallery: Gallery) -> None:
    for seed in (0, 33, FINGERS - 1):
        found = gallery.search(_again(_finger(seed), seed))
        assert found[0].key == f"finger {seed}"
        assert found[0].match.score > found[1].match.score + 20


def test_a_shortlist_holds_the_finger_where_the_gallery_is_large(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finger_match_gallery, "SHORTLIST", 3)
    monkeypatch.setattr(finger_match_gallery, "AT_ONCE", 7)
    for seed in (0, 33, FINGERS - 1):
        found = gallery.search(_again(_finger(seed), seed))
        assert found[0].key == f"finger {seed}"
        assert len(found) <= 3


def test_candidates_are_the_likeliest_first_and_no_more_than_asked(gallery: Gallery) -> None:
    found = gallery.search(_again(_finger(5), 5), most=4)
    scores = [candidate.match.score for candidate in found]
    assert len(found) == 4
    assert scores == sorted(scores, reverse=True)


def test_a_stranger_scores_low(gallery: Gallery) -> None:
    assert gallery.search(_finger(FINGERS + 1))[0].match.score < 50


def test_a_key_of_two_fingers_is_said_once_and_removed_whole() -> None:
    held = Gallery()
    held.enrol("traveller", _finger(1))
    held.enrol("traveller", _finger(2))
    held.enrol("another", _finger(3))
    found = held.search(_finger(2))
    assert [candidate.key for candidate in found].count("traveller") == 1
    assert found[0].key == "traveller"
    assert held.remove("traveller") == 2
    assert [candidate.key for candidate in held.search(_finger(2))] in ([], ["another"])
    assert len(held) == 1


def test_an_empty_gallery_and_an_empty_record_find_nothing(gallery: Gallery) -> None:
    empty = replace(_finger(1), views=(FingerView(FingerPosition.UNKNOWN, ()),))
    assert Gallery().search(_finger(1)) == ()
    assert gallery.search(empty) == ()
    assert Gallery().enrol("nobody", empty) == 0


def test_repr_shows_no_key(gallery: Gallery) -> None:
    assert "finger 1" not in repr(gallery)
