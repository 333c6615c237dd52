"""An officer's signature: a browser's real one holds; whatever is changed in it does not."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mqtt import events, groups
from mqtt.contract import specimen
from mqtt.officer_proof import challenge_of, check
from mqtt.webauthn import (
    Assertion,
    Credential,
    Party,
    WebauthnError,
    registered,
    verify_assertion,
)
from tests.peers.authenticator import Authenticator

PARTY = Party("https://kiosk-1.post.example:8443", "kiosk-1.post.example")
CHALLENGE = bytes(range(32))

# What Chromium and its virtual authenticator gave for https://localhost:41383; the key is gone.
CHROMIUM = Party("https://localhost:41383", "localhost")
CHROMIUM_DATA = bytes.fromhex(
    "49960de5880e8c687434170f6476605b8fe4aeb9a28632c7995cf3ba831d97634500000001010203040506070801"
    "02030405060708002050fac6e15019b8fcbdb74bbe5e737d5a8fe76428cc14da7ae378840f9400ea6ea501020326"
    "200121582041d7799c331b5ef2b7934ca78d72d9cf1eceefb17594b428e7308efe6e77f5ad22582045ec94359dd2"
    "697982e5e8141aefa9abbcff0ad7c6e4f8454da2e9fe88237646"
)
CHROMIUM_CLIENT = (
    b'{"type":"webauthn.create","challenge":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",'
    b'"origin":"https://localhost:41383","crossOrigin":false,"other_keys_can_be_added_here":'
    b'"do not compare clientDataJSON against a template. See https://goo.gl/yabPex"}'
)


def refused(one, credential, challenge=CHALLENGE, party=PARTY):
    with pytest.raises(WebauthnError) as caught:
        verify_assertion(one, credential, party, challenge)
    return str(caught.value)


def test_what_a_browser_registered_is_read():
    made = registered(CHROMIUM_DATA, CHROMIUM_CLIENT, CHROMIUM, bytes(32))
    assert made.id == CHROMIUM_DATA[55:87]
    assert made.key.public_numbers().x == int.from_bytes(CHROMIUM_DATA[97:129], "big")
    assert made.counter == 1


def test_a_registered_key_signs_and_its_counter_is_kept():
    officer = Authenticator(PARTY)
    client = officer.client_data("webauthn.create", CHALLENGE)
    credential = registered(officer.attested(), client, PARTY, CHALLENGE)
    once = verify_assertion(officer.sign(CHALLENGE), credential, PARTY, CHALLENGE)
    assert once.counter == 2
    assert "counter" in refused(replace_counter(officer, 2), once)


def replace_counter(officer, counter):
    officer.counter = counter - 1
    return officer.sign(CHALLENGE)


def test_a_key_that_does_not_count_may_sign_again():
    officer = Authenticator(PARTY, counter=-1)
    one = officer.sign(CHALLENGE)
    assert verify_assertion(one, officer.credential(), PARTY, CHALLENGE).counter == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"origin": "https://kiosk-2.post.example:8443"}, "another page"),
        ({"origin": "http://kiosk-1.post.example:8443"}, "another page"),
        ({"crossOrigin": True}, "another page"),
        ({"topOrigin": "https://other.example"}, "another page"),
        ({"type": "webauthn.create"}, "purpose"),
        ({"challenge": "AAAA"}, "another question"),
        ({"challenge": None}, "does not read"),
    ],
)
def test_a_signature_for_another_page_purpose_or_question_is_refused(change, says):
    officer = Authenticator(PARTY)
    one = officer.sign(CHALLENGE, client=change)
    assert says in refused(one, officer.credential())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"flags": 0x01}, "verify the person"),
        ({"flags": 0x04}, "verify the person"),
        ({"flags": 0x0D}, "copied"),
        ({"rp_id": "kiosk-2.post.example"}, "another site"),
    ],
)
def test_a_person_who_is_not_verified_or_a_key_that_may_be_copied_is_refused(options, says):
    officer = Authenticator(PARTY)
    assert says in refused(officer.sign(CHALLENGE, **options), officer.credential())


def test_another_officers_signature_is_refused():
    officer, other = Authenticator(PARTY), Authenticator(PARTY)
    one = replace(other.sign(CHALLENGE), credential_id=officer.credential_id)
    assert "does not hold" in refused(one, officer.credential())
    assert "another credential" in refused(other.sign(CHALLENGE), officer.credential())


@pytest.mark.parametrize("part", ["authenticator_data", "client_data", "signature"])
def test_no_bit_of_a_signature_can_be_changed(part):
    officer = Authenticator(PARTY)
    one, credential = officer.sign(CHALLENGE), officer.credential()
    whole = getattr(one, part)
    for at in range(len(whole)):
        for bit in (0x01, 0x80):
            bent = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
            with pytest.raises(WebauthnError):
                verify_assertion(replace(one, **{part: bent}), credential, PARTY, CHALLENGE)


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=90))
def test_noise_is_refused_and_nothing_else_happens(data, client, signature):
    officer = Authenticator(PARTY, ec.derive_private_key(7, ec.SECP256R1()), b"id")
    one = Assertion(b"id", data, client, signature)
    with pytest.raises(WebauthnError):
        verify_assertion(one, officer.credential(), PARTY, CHALLENGE)
    with pytest.raises(WebauthnError):
        registered(data, officer.client_data("webauthn.create", CHALLENGE), PARTY, CHALLENGE)


@pytest.mark.parametrize("cut", [40, 54, 56, 100, 163])
def test_a_registration_that_is_cut_short_or_of_another_key_is_refused(cut):
    officer = Authenticator(PARTY)
    client = officer.client_data("webauthn.create", CHALLENGE)
    with pytest.raises(WebauthnError):
        registered(officer.attested()[:cut], client, PARTY, CHALLENGE)
    p256, rsa = bytes.fromhex("a5010203262001"), bytes.fromhex("a5010303390100")
    with pytest.raises(WebauthnError):
        registered(officer.attested().replace(p256, rsa), client, PARTY, CHALLENGE)


def test_a_key_that_may_be_copied_is_not_registered():
    officer = Authenticator(PARTY)
    client = officer.client_data("webauthn.create", CHALLENGE)
    with pytest.raises(WebauthnError, match="copied"):
        registered(officer.attested(0x4D), client, PARTY, CHALLENGE)


# ---- the decision in the event -------------------------------------------------------------------


def decision(officer, crossing=specimen.EVENT_ID):
    """A signed decision as it stands in an event."""
    action = groups.OfficerAction(
        officer_id="B-117",
        action="refuse",
        reason="entry_refused",
        at=specimen.CAPTURED_AT,
        override_of="referred",
        overrides=("face_not_matched",),
        refusal_reason="B",
    )
    nonce = bytes(16)
    one = officer.sign(challenge_of(specimen.KIOSK, crossing, action, nonce))
    proof = groups.OfficerProof(
        credential_id=one.credential_id,
        nonce=nonce,
        authenticator_data=one.authenticator_data,
        client_data=one.client_data,
        signature=one.signature,
    )
    return msgspec.structs.replace(action, proof=proof)


def test_the_centre_verifies_the_decision_that_it_reads_from_the_event():
    officer = Authenticator(PARTY)
    sent = msgspec.structs.replace(specimen.crossing(), officer=(decision(officer),))
    read = events.decode(events.encode(sent))
    check(specimen.KIOSK, read.envelope.event_id, read.officer[0], officer.credential(), PARTY)


@pytest.mark.parametrize(
    "change",
    [
        {"officer_id": "B-118"},
        {"action": "let_pass"},
        {"reason": "compared_by_eye"},
        {"refusal_reason": "C"},
        {"refusal_reason": None},
        {"override_of": "completed"},
        {"overrides": ()},
        {"overrides": ("face_not_matched", "presentation_attack")},
        {"at": specimen.CAPTURED_AT.replace(second=8)},
    ],
    ids=str,
)
def test_no_field_of_a_decision_can_be_changed(change):
    officer = Authenticator(PARTY)
    bent = msgspec.structs.replace(decision(officer), **change)
    with pytest.raises(WebauthnError, match="another question"):
        check(specimen.KIOSK, specimen.EVENT_ID, bent, officer.credential(), PARTY)


def test_a_decision_cannot_move_to_another_traveller_or_kiosk():
    officer = Authenticator(PARTY)
    one = decision(officer)
    for kiosk, crossing in (("gate-9", specimen.EVENT_ID), (specimen.KIOSK, specimen.PORTRAIT_ID)):
        with pytest.raises(WebauthnError):
            check(kiosk, crossing, one, officer.credential(), PARTY)
    unsigned = msgspec.structs.replace(one, proof=None)
    with pytest.raises(WebauthnError, match="no signature"):
        check(specimen.KIOSK, specimen.EVENT_ID, unsigned, officer.credential(), PARTY)


def test_the_events_of_an_officer_come_back_as_they_went_and_show_nothing():
    officer = Authenticator(PARTY)
    event = events.OfficerDecision(
        event_id=specimen.PORTRAIT_ID,
        relates_to=specimen.EVENT_ID,
        kiosk_id=specimen.KIOSK,
        time=specimen.TIME,
        outcome="refused_by_officer",
        officer=decision(officer),
        retention_until="2026-06-01",
    )
    assert events.decode(events.encode(event)) == event
    assert "B-117" not in repr(event)


def test_the_challenge_is_what_the_browser_says_that_it_signed():
    officer = Authenticator(PARTY)
    action = decision(officer)
    said = json.loads(action.proof.client_data)["challenge"]
    challenge = challenge_of(specimen.KIOSK, specimen.EVENT_ID, action, action.proof.nonce)
    assert urlsafe_b64decode(said + "=") == challenge
    assert Credential(b"", officer.key.public_key()).counter == 0
    assert hashes.SHA256.digest_size == len(challenge)
