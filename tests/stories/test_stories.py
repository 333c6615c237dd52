"""Each story is acted on a whole site; broker, centre, publisher, kiosk are those that ship."""

from pathlib import Path

import pytest

from firmware_app.engineer import story as stories
from firmware_app.engineer.demo import compare, cross
from firmware_app.engineer.small_site import SmallSite
from mqtt.central.mosquitto import free_port

TOLD = sorted((Path(__file__).parent / "told").glob("*.toml"))


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("path", [stories.STORIES / "demo.toml", *TOLD], ids=lambda path: path.stem)
def test_what_the_centre_stored_is_what_the_story_tells(path, tmp_path):
    story = stories.load(path)
    with SmallSite(tmp_path, free_port()) as site:
        crossed = cross(site, story)
        stored = site.crossings()
    assert compare(story, crossed.event) == []
    assert len(stored) == (0 if story.expect.outcome == "none" else 1)
