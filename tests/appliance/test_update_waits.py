"""Whether a start runs `kiosk update install`: never less often than there is work for it."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_app.engineer.update_install import Install, Machine
from firmware_app.services.update_files import Fetched, Installed, Ledger, Places, load, save

PROGRAM = Path(__file__).parents[2] / "systemd" / "programs" / "update-waits"
DIGEST = "ab" * 32
ORDERS = {"centre": "01920000-0000-4000-8000-000000000001", "stick": f"{DIGEST}-{'c' * 15}"}


@pytest.fixture
def places(tmp_path):
    found = Places(tmp_path / "board", tmp_path / "room", tmp_path / "door")
    for folder in (found.board, found.fetched, found.ledger.parent, found.brought.parent):
        folder.mkdir(parents=True)
    return found


def waits(places: Places) -> bool:
    return subprocess.run([PROGRAM, places.room], check=False).returncode == 0


def fetched(places: Places, source: str, step: str, what: str = "") -> None:
    order, version = ORDERS[source], "1.3.0" if step == "ready" else ""
    said = Fetched(order=order, step=step, version=version, sha256=DIGEST, size=1, what=what)
    save(places.said(source), said)
    places.whole(DIGEST).write_bytes(b"x")
    places.brought.write_bytes(b"x")


def put_in(places: Places, order: str, step: str, what: str = "") -> None:
    before = load(places.ledger, Ledger) or Ledger()
    save(places.ledger, before.plus(Installed(order=order, step=step, version="1.3.0", what=what)))


def test_a_kiosk_that_never_met_an_update_has_nothing_to_do(places):
    assert not waits(places)


@pytest.mark.parametrize("source", ["centre", "stick"])
def test_what_is_ready_waits_until_something_became_of_it(places, source):
    fetched(places, source, "fetching")
    assert not waits(places)
    fetched(places, source, "ready")
    assert waits(places)
    put_in(places, "another-order".replace("n", "a"), "running")
    assert waits(places)
    put_in(places, ORDERS[source], "failed", '{"step":"trial"}')
    assert not waits(places)


@pytest.mark.parametrize("step", ["installing", "installed", "restarting", "trial"])
def test_what_was_begun_wants_its_verdict(places, step):
    fetched(places, "centre", "ready")
    put_in(places, ORDERS["centre"], step)
    assert waits(places)


@pytest.mark.parametrize("step", ["running", "failed", "fell_back"])
def test_what_is_over_costs_a_start_nothing(places, step):
    fetched(places, "centre", "ready", 'of no use: "step":"ready"')
    put_in(places, ORDERS["centre"], step)
    assert not waits(places)


def test_what_fell_back_is_told_at_the_next_start_and_then_left_alone(places):
    fetched(places, "centre", "ready")
    put_in(places, ORDERS["centre"], "restarting")
    assert waits(places)
    machine = Machine(
        running=lambda: "1.2.0",
        on_trial=("false",),
        page=lambda _port: ("start", 1000.0),
        wait=lambda _seconds: None,
        utc_now=lambda: datetime(2026, 11, 22, tzinfo=UTC),
    )
    assert Install(places, machine).run().of(ORDERS["centre"]).step == "fell_back"
    assert not waits(places)
