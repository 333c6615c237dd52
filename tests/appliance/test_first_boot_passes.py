"""When a start passes first boot by: never where `kiosk provision take` has work to do."""

import itertools
import json
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from firmware_app.engineer.provision_rest import Sources, at_rest
from firmware_app.services.provision_state import Places, State

UNIT = Path(__file__).parents[2] / "systemd" / "border-kiosk-first-boot.service"
OWN = "/var/lib/border-kiosk"
CUT = {"taken", "no_link", "carry_request"}  # left by a cut just before "done" was written
WITHOUT_WORK = {"refused", "empty"} | CUT  # where nothing is half taken and nothing was brought


def triggers() -> list[tuple[str, str, bool]]:
    """Each condition of the unit, any of which lets it run: kind, path, whether it is there."""
    found = []
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        kind, equals, value = line.partition("=")
        if equals and kind.startswith("Condition"):
            assert value.startswith("|"), line
            path = value[1:]
            found.append((kind, path.removeprefix("!"), not path.startswith("!")))
    return found


def runs(there: set[str]) -> bool:
    """Whether systemd starts it on a board where these paths are."""
    look = {
        "ConditionPathExists": lambda path: path in there,
        "ConditionPathExistsGlob": lambda path: any(fnmatchcase(one, path) for one in there),
    }
    return any(look[kind](path) == wanted for kind, path, wanted in triggers())


@pytest.mark.parametrize(
    "state", [None, "empty", "refused", "taken", "no_link", "carry_request", "done"]
)
def test_it_runs_wherever_the_program_would_do_something(tmp_path: Path, state: str | None) -> None:
    places = Places(tmp_path / "own/kiosk.toml", tmp_path / "own/publish.toml")
    for folder in ("own/setup", "boot", "stick"):
        (tmp_path / folder).mkdir(parents=True)
    if state is not None:
        places.state.write_text(json.dumps(asdict(State(state))), encoding="utf-8")
    on_board = {
        f"{OWN}/kiosk.toml": places.config,
        f"{OWN}/setup/provision.toml": places.copy,
        "/boot/provision.toml": tmp_path / "boot/provision.toml",
        "/dev/sda": tmp_path / "stick/provision.toml",
    }
    sources = Sources((tmp_path / "boot",), tmp_path / "stick", "", 0.0)
    for chosen in itertools.product((False, True), repeat=4):
        there = {path for path, is_there in zip(on_board, chosen, strict=True) if is_there}
        for path, file in on_board.items():
            file.unlink(missing_ok=True)
            if path in there:
                file.write_text("x", encoding="ascii")
        rests = at_rest(places, sources) is not None
        nothing = there == {f"{OWN}/kiosk.toml"}
        assert runs(there) or rests or (nothing and state in WITHOUT_WORK), there
        assert runs(there) != nothing, there


def test_a_kiosk_that_is_set_up_and_was_brought_nothing_starts_no_process() -> None:
    assert not runs({f"{OWN}/kiosk.toml", "/dev/vda"})
    assert runs({f"{OWN}/kiosk.toml", "/dev/sdb"})
    assert runs(set())
