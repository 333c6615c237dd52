"""`kiosk-central officers`: signatures of stored decisions, checked again with the kiosk's list."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from mqtt import events, groups
from mqtt.central.__main__ import main
from mqtt.central.settings import CentralSettings
from mqtt.central.site import init_site
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealer
from mqtt.keys import load_private_key, load_public_key, public_pem
from mqtt.officer_proof import challenge_of
from mqtt.webauthn import Party
from tests.peers.authenticator import Authenticator

NOW = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
PARTY = Party("https://kiosk-1.post.example:8443", "kiosk-1.post.example")


def decision(officer, officer_id="B-117"):
    action = groups.OfficerAction(
        officer_id=officer_id, action="let_pass", reason="compared_by_eye", at=NOW
    )
    one = officer.sign(challenge_of(specimen.KIOSK, specimen.EVENT_ID, action, bytes(16)))
    proof = groups.OfficerProof(
        credential_id=one.credential_id,
        nonce=bytes(16),
        authenticator_data=one.authenticator_data,
        client_data=one.client_data,
        signature=one.signature,
    )
    return msgspec.structs.replace(action, proof=proof)


@pytest.fixture
def site(tmp_path):
    return init_site(tmp_path / "site", specimen.KIOSK)


def store(site, actions):
    """A crossing with the first action, then a decision for each of the others."""
    recipients = (load_public_key(site.recipient.public),)
    signing = load_private_key(site.kiosk(specimen.KIOSK).signing.private)
    sealer = Sealer(signing, recipients, Profile.DEMO, Assurance.SOFTWARE)
    crossing = msgspec.structs.replace(specimen.crossing(), officer=(actions[0],))
    parts = [(Kind.EPOCH_START, specimen.epoch_start()), (Kind.CROSSING, crossing)]
    parts += [(Kind.OFFICER_DECISION, after(action)) for action in actions[1:]]
    head, wires = Head(specimen.KIOSK, specimen.EPOCH, 1), []
    for kind, event in parts:
        sealed = sealer.seal(
            events.encode(event), head=head, kind=kind, event_id=specimen.EVENT_ID, at_utc=NOW
        )
        head = sealed.next_head
        wires.append((specimen.KIOSK, sealed.wire()))
    settings = CentralSettings.load(site.configuration)
    with settings.store() as database:
        settings.intake(database, lambda _notice: None).commit(wires)


def after(action):
    return events.OfficerDecision(
        event_id=specimen.PORTRAIT_ID,
        relates_to=specimen.EVENT_ID,
        kiosk_id=specimen.KIOSK,
        time=specimen.TIME,
        outcome="completed",
        officer=action,
    )


def listed(path, *officers):
    """As `kiosk officers list --json` prints it."""
    known = [
        {
            "officer": officer_id,
            "credential_id": key.credential_id.hex(),
            "public_key": public_pem(key.key.public_key()).decode(),
        }
        for officer_id, key in officers
    ]
    said = {"kiosk": specimen.KIOSK, "origin": PARTY.origin, "officers": known}
    path.write_text(json.dumps(said))
    return str(path)


def test_what_holds_and_what_does_not_is_said_of_each(site, tmp_path, capsys):
    officer, stranger = Authenticator(PARTY), Authenticator(PARTY)
    good = decision(officer)
    store(
        site,
        [
            good,
            good,
            msgspec.structs.replace(good, reason="other_ground"),
            msgspec.structs.replace(good, proof=None),
            decision(stranger),
            decision(officer, "B-118"),
        ],
    )
    keys = listed(tmp_path / "keys.json", ("B-117", officer))
    words = ["officers", "--config", str(site.configuration), "--keys", keys]
    assert main([*words, "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [one["holds"] for one in rows] == [True, True, False, False, False, False]
    assert {one["crossing"] for one in rows} == {specimen.EVENT_ID}
    assert [one["why"] for one in rows[2:]] == [
        "an answer to another question.",
        "no signature in it.",
        "no such key of this officer.",
        "no such key of this officer.",
    ]
    assert main(words) == 1
    assert capsys.readouterr().out.count("signature holds") == 2


def test_all_good_is_0_and_a_file_that_does_not_read_says_the_mend(site, tmp_path, capsys):
    officer = Authenticator(PARTY)
    store(site, [decision(officer)])
    keys = listed(tmp_path / "keys.json", ("B-117", officer))
    words = ["officers", "--config", str(site.configuration), "--keys"]
    assert main([*words, keys]) == 0
    assert "signature holds" in capsys.readouterr().out
    bad = tmp_path / "bad.json"
    nonsense = {"officers": [{"officer": "x", "public_key": "y", "credential_id": "z"}]}
    for content in ("{", json.dumps(nonsense)):
        bad.write_text(content)
        assert main([*words, str(bad)]) == 2
        assert "kiosk officers list --json" in capsys.readouterr().err
