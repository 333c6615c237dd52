"""A root that is replaced as docs/keys.md says: kiosks move one by one, and nothing stops."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from mqtt.bundles import seal_for
from mqtt.central import issue
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.judge import judge
from mqtt.central.keys_desk import Desk
from mqtt.central.keys_rooms import CentreRoom, KeysError, RootRoom
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.registry import Registry
from mqtt.contract import specimen
from mqtt.enrol import Token, new_token
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealer
from mqtt.errors import EnrolError
from mqtt.events import encode
from mqtt.keys import load_private_key, load_public_key
from tests.unit.mqtt.central.test_keys_ceremony import device, enrolled, rotate

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
UNDER_THE_ROOT = ("root.pem", "ca.pem", "keys.bundle", "issuing.pem", "escrow.pub.pem")


@pytest.fixture
def centre(tmp_path):
    ceremony.make_root(RootRoom(tmp_path / "root"), None)
    room = CentreRoom(tmp_path / "centre")
    ceremony.make_centre(room, RootRoom(tmp_path / "root"), None, NOW)
    return room


@pytest.fixture
def move(centre, tmp_path):
    """Takes the centre to a new root as the page says, and gives that root."""

    def moved():
        shutil.copytree(centre.folder, tmp_path / "centre.before")
        for name in UNDER_THE_ROOT:
            (centre.folder / name).unlink()
        new = RootRoom(tmp_path / "root-2")
        ceremony.make_root(new, None)
        ceremony.make_centre(centre, new, None, NOW)
        return new

    return moved


def sealed_by(one, centre: Path):
    """An epoch_start of a kiosk, for the months of that centre."""
    recipients = seal_for(ceremony.present(CentreRoom(centre))[1], NOW)
    signer = load_private_key(one.room.signing)
    sealer = Sealer(signer, recipients, Profile.PRODUCTION, Assurance.SOFTWARE)
    return sealer.seal(
        encode(specimen.epoch_start()),
        head=Head(one.kiosk, str(uuid4()), 1),
        kind=Kind.EPOCH_START,
        event_id=specimen.EVENT_ID,
        at_utc=NOW,
    ).wire()


def believed(wire, one, centre):
    keys = [load_private_key(path) for path in centre.recipients()]
    judged = judge(one.kiosk, wire, Registry.load(centre.registry), keys)
    return judged.event is not None


def openssl(authorities, certificate, chain):
    words = ["openssl", "verify", "-CAfile", str(authorities), "-untrusted", str(chain)]
    return subprocess.run([*words, str(certificate)], capture_output=True, check=False).returncode


def test_events_of_before_and_after_are_opened_and_lines_stand(centre, move, tmp_path):
    stays, goes = enrolled(centre, tmp_path / "a", "k-1"), enrolled(centre, tmp_path / "b", "k-2")
    server = issue.issue(centre, "server", "broker.example")
    receipts = load_public_key(centre.receipts.public)
    before = sealed_by(goes, centre.folder)
    move()
    goes_now = enrolled(centre, tmp_path / "b2", "k-2")
    assert believed(before, goes, centre)
    assert believed(sealed_by(stays, tmp_path / "centre.before"), stays, centre)
    assert believed(sealed_by(goes_now, centre.folder), goes_now, centre)
    assert load_public_key(centre.receipts.public) == receipts
    for one in (stays, goes_now):  # the broker's certificate of before holds for both
        assert openssl(one.room.authorities, server.public, server.public) == 0
        assert openssl(centre.authorities, one.room.tls_certificate, centre.authorities) == 0


def test_the_old_root_gives_nothing_to_whoever_has_moved(centre, move, tmp_path):
    new = move()
    one, old = device(tmp_path / "a", "k-1"), CentreRoom(tmp_path / "centre.before")
    token = new_token("k-1", ceremony.root_key(centre))
    TokenBook(old.tokens).open(token, NOW, timedelta(hours=1))
    answer = Desk(old).answer(one.request(Token.parse(token.text())), NOW)
    with pytest.raises(EnrolError):
        one.take(answer)
    with pytest.raises(KeysError):
        rotate(centre, RootRoom(tmp_path / "root"), NOW)
    assert rotate(centre, new, NOW).version > 1
