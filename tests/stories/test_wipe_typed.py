"""What was typed, also half and wrongly, is nowhere once the traveller has gone."""

import msgspec
import pytest

from drivers.stage import send_cue
from firmware_app.engineer.story import Act
from firmware_app.engineer.traveller import Traveller
from tests.stories.test_canaries import GIVEN, NUMBER, SURNAME
from tests.stories.test_wipe import (  # the fixture comes with its module's patience
    assert_nothing_on_disk,
    assert_wiped,
    probed,
    told,
    walk,
)

__all__ = ["probed"]
TYPED = {
    "offer": "type-it",
    "kind": "kind-passport",
    "issuing-state": "state-UTO",
    "number": f"={NUMBER}",
    "number-digit": "no-digit",
    "birth": "=12081974",
    "birth-digit": "=2",
    "expiry": "=15042031",
    "expiry-digit": "=0",
    "sex": "sex-x",
    "nationality": "state-UTO",
    "surname": f"={SURNAME}",
    "given-names": f"={GIVEN}",
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def unread(probed):
    """Nothing can read a document, for as long as the test lasts."""
    yield probed
    for peer in ("reader", "page"):
        send_cue(probed.site.stage / peer, replug=True)


def by_hand(**instead):
    """The canary traveller types; `instead` by field."""
    gone = tuple(Act("notice", peer, {"unplug": True}) for peer in ("reader", "page"))
    typing = {**TYPED, **{field.replace("_", "-"): said for field, said in instead.items()}}
    whole = told()
    kept = tuple(act for act in whole.body if act.peer not in {"reader", "page"})
    return msgspec.structs.replace(whole, body=(*kept, *gone), typing=typing, limit_s=120.0)


@pytest.mark.parametrize(
    ("instead", "through"),
    [({"given_names": "end"}, "typing"), ({}, "saved")],
    ids=["ends at the last field", "saved"],
)
def test_nothing_that_was_typed_is_left(unread, instead, through):
    story = by_hand(**instead)
    if through == "saved":
        walker = Traveller(story, unread.site.stage, unread.site.page_port)
        walker.walk(lambda name: name == "confirm")
        there = {word for word, _ in unread.held()}
        assert there == {SURNAME, GIVEN, NUMBER}, "the probe sees them while the traveller is there"
    assert through in walk(unread.site, story)
    assert_wiped(unread)
    assert_nothing_on_disk(unread.site)
