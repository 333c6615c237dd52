"""A kiosk that is set up and was brought nothing says so at each start, and loads little for it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_app.engineer.provision_rest import Sources, at_rest
from firmware_app.services.provision_state import Places, State

SAY = """
import sys
from firmware_app.__main__ import main
code = main(sys.argv[1:])
heavy = ("numpy", "cv2", "msgspec", "cryptography", "firmware_app.config")
print("heavy:", *(one for one in heavy if one in sys.modules))
sys.exit(code)
"""


@pytest.fixture
def places(tmp_path):
    room = Places(tmp_path / "device" / "kiosk.toml", tmp_path / "publish.toml")
    room.state.parent.mkdir(parents=True)
    room.config.write_text("# settings")
    room.state.write_text(json.dumps({"name": "done", "kiosk_id": "uto-1"}))
    return room


@pytest.fixture
def sources(tmp_path):
    for name in ("boot", "stick"):
        (tmp_path / name).mkdir()
    return Sources((tmp_path / "boot",), tmp_path / "stick", "v4l2:///dev/kiosk-camera", 20.0)


def test_a_kiosk_that_is_set_up_rests(places, sources):
    assert at_rest(places, sources) == State("done", kiosk_id="uto-1")
    places.state.unlink()  # its settings were laid by hand
    assert at_rest(places, sources) == State("done")


@pytest.mark.parametrize("where", ["boot", "stick"])
def test_what_is_brought_is_taken(places, sources, tmp_path, where):
    (tmp_path / where / "provision.toml").write_text("version = 1")
    assert at_rest(places, sources) is None


def test_what_was_begun_goes_on(places, sources):
    places.copy.write_bytes(b"version = 1")
    assert at_rest(places, sources) is None
    places.copy.write_bytes(bytes(11))  # a cut came between overwriting and removing
    assert at_rest(places, sources) is not None


@pytest.mark.parametrize("name", ["refused", "taken", "no_link", "carry_request", "empty"])
def test_a_step_that_was_not_done_is_looked_at(places, sources, name):
    places.state.write_text(json.dumps({"name": name}))
    assert at_rest(places, sources) is None


def test_a_kiosk_without_settings_looks_for_them(places, sources):
    places.config.unlink()
    assert at_rest(places, sources) is None


def test_the_start_of_such_a_kiosk_is_light(places, sources):
    words = ["provision", "take", "--json", "--from", *map(str, sources.places), "--camera"]
    words += ["--stick", str(sources.stick)]
    words += ["--config", str(places.config), "--publisher", str(places.publisher)]
    done = subprocess.run(
        [sys.executable, "-c", SAY, *words],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    said, _, heavy = done.stdout.rpartition("heavy:")
    assert json.loads(said)["name"] == "done"
    assert heavy.split() == []
