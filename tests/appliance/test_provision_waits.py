"""Whether a start runs `kiosk provision take`: never less often than there is work for it."""

import itertools
import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from firmware_app.engineer.provision_rest import Sources, at_rest
from firmware_app.services.provision_state import Places, State

PROGRAM = Path(__file__).parents[2] / "systemd" / "programs" / "provision-waits"
STATES = (None, "empty", "refused", "taken", "no_link", "carry_request", "done")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for name in ("own/setup", "boot", "stick"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path / "own"


def waits(own: Path) -> bool:
    """A stick is there where its folder holds a file."""
    root = own.parent
    device = root / "sda"
    device.unlink(missing_ok=True)
    if any((root / "stick").iterdir()):
        device.touch()
    words = [PROGRAM, own, root / "boot", root / "sd"]
    return subprocess.run(words, check=False).returncode == 0


def works(own: Path) -> bool:
    root = own.parent
    places = Places(own / "kiosk.toml", own / "publish.toml")
    sources = Sources((root / "boot",), root / "stick", "", 0.0)
    return at_rest(places, sources) is None


@pytest.mark.parametrize("state", STATES)
def test_it_runs_wherever_the_program_would_do_something(own: Path, state: str | None):
    if state is not None:
        (own / "setup/state.json").write_text(json.dumps(asdict(State(state))), encoding="utf-8")
    files = (own / "kiosk.toml", own / "setup/provision.toml", own.parent / "boot/provision.toml")
    left = []
    for there in itertools.product((False, True), repeat=4):
        for file, is_there in zip(
            (*files, own.parent / "stick/provision.toml"), there, strict=True
        ):
            file.unlink(missing_ok=True)
            if is_there:
                file.write_text("x", encoding="ascii")
        assert waits(own) or not works(own), there
        if not waits(own):
            left.append(there)
    assert left == ([(True, False, False, False)] if state in (None, "done") else [])


def test_a_stick_with_anything_is_looked_at(own: Path):
    (own / "kiosk.toml").touch()
    assert not waits(own)
    (own.parent / "stick/some.breakglass").touch()
    assert waits(own)
