"""`kiosk update install` with the real rauc: what another user fetched is written, or refused."""

import os
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from firmware_app.engineer.update_install import Install, Machine
from firmware_app.services.update_files import Fetched, Ledger, Places, load, save
from tests.appliance.test_update_rauc import SERVE, _mounts, kiosk, pytestmark

__all__ = ["_mounts", "kiosk", "pytestmark"]
ORDER = "01920000-0000-4000-8000-000000000001"
FETCHER = 804


@pytest.fixture
def put_in(kiosk, tmp_path):
    """Takes a bundle as if it had been fetched, puts it in, gives what the ledger says."""
    places = Places(tmp_path / "board", tmp_path / "room", tmp_path / "door")
    for folder in (places.board, places.fetched, places.ledger.parent):
        folder.mkdir(parents=True)
    script = SERVE.format(conf=kiosk.folder / "rauc.conf", folder=kiosk.folder, bundle='"$1"')
    path = kiosk.folder / "install.sh"
    path.write_text(script)
    restarted = tmp_path / "restarted"
    machine = Machine(
        running=lambda: "1.2.0",
        rauc=("dbus-run-session", "--", "sh", str(path)),
        on_trial=("false",),
        restart=("touch", str(restarted)),
        page=lambda _port: ("out-of-service", 1000.0),
        wait=lambda _seconds: None,
        utc_now=lambda: datetime(2026, 11, 22, tzinfo=UTC),
    )

    def done(bundle, version):
        digest = sha256(bundle.read_bytes()).hexdigest()
        bundle.rename(places.whole(digest))
        os.chown(places.whole(digest), FETCHER, FETCHER)
        said = Fetched(order=ORDER, step="ready", version=version, sha256=digest, size=1)
        save(places.said("centre"), said)
        Install(places, machine).run()
        return load(places.ledger, Ledger).of(ORDER), restarted.exists()

    return done


def test_what_another_user_fetched_is_written_and_next(kiosk, put_in):
    found, restarted = put_in(kiosk.bundle("1.3.0"), "1.3.0")
    assert restarted, found.what
    assert kiosk.slots().next == "b"
    assert kiosk.holds("b") == [{ord("n")}] * 2


def test_what_rauc_refuses_is_told_in_its_words(kiosk, put_in):
    found, restarted = put_in(kiosk.bundle("1.1.9"), "1.1.9")
    assert (found.step, found.why, restarted) == ("failed", "rauc", False)
    assert "older than 1.2.0" in found.what
    assert kiosk.slots().next == "a"
