"""Seal, sign, chain, read, open; and what is refused."""

from datetime import UTC, datetime
from hashlib import sha256

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mqtt import cbor, cose, events
from mqtt.contract import specimen
from mqtt.envelope import (
    NO_PREVIOUS,
    Assurance,
    Head,
    Kind,
    Profile,
    Sealer,
    open_ciphertext,
    peek_kiosk,
    read_wire,
    to_wire,
    verify_statement,
)
from mqtt.errors import EnvelopeError
from mqtt.keys import thumbprint

HEAD = Head(specimen.KIOSK, specimen.EPOCH, 2, bytes(range(32)))
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def key_for(kiosk_key):
    return lambda kiosk: kiosk_key.public_key() if kiosk == specimen.KIOSK else None


def resigned(fields, key):
    """A statement with other fields, signed as the kiosk would sign it."""
    return cose.sign1(cbor.dumps(fields), key, "application/vnd.border-kiosk.statement+cbor")


def statement_fields(sealed):
    return cbor.loads(cbor2.loads(sealed.statement).value[2], limit_bytes=2048)


def test_what_was_sealed_opens_for_each_recipient(seal, key_for, centre_key, escrow_key):
    plaintext = events.encode(specimen.crossing())
    opened = read_wire(seal(HEAD, plaintext).wire(), key_for)
    for key in (centre_key, escrow_key):
        assert open_ciphertext(opened.ciphertext, opened.statement, [key]) == plaintext


def test_the_statement_says_its_place_and_worth(seal, key_for, kiosk_key):
    sealed = seal(HEAD)
    opened = read_wire(sealed.wire(), key_for)
    statement = opened.statement
    assert (statement.kiosk, statement.epoch, statement.sequence) == (HEAD.kiosk, HEAD.epoch, 2)
    assert (statement.previous, statement.kind) == (HEAD.previous, Kind.CROSSING)
    assert (statement.profile, statement.assurance) == (Profile.DEMO, Assurance.SOFTWARE)
    assert statement.sha256 == sha256(sealed.ciphertext).digest()
    assert opened.kid == thumbprint(kiosk_key.public_key())
    assert opened.statement_sha256 == sealed.statement_sha256 == sealed.next_head.previous
    assert sealed.hour == "2026-03-01T10:00:00Z"
    assert peek_kiosk(sealed.wire()) == specimen.KIOSK


def test_order_and_completeness_can_be_audited_after_the_ciphertext_is_gone(seal, key_for):
    first = seal(Head(specimen.KIOSK, specimen.EPOCH, 1))
    second = seal(first.next_head)
    one, two = (verify_statement(sealed.statement, key_for) for sealed in (first, second))
    assert one.previous == NO_PREVIOUS
    assert two.previous == sha256(first.statement).digest()
    assert two.sequence == one.sequence + 1


def test_nothing_of_the_event_stands_in_the_clear(seal):
    wire = seal(HEAD, events.encode(specimen.crossing())).wire()
    for secret in (b"ERIKSSON", b"L898902C3", b"1974", specimen.EVENT_ID.encode()):
        assert secret not in wire


def test_a_crossing_with_its_portrait_stays_under_40_kb(seal):
    crossing = seal(HEAD, events.encode(specimen.crossing()))
    picture = seal(crossing.next_head, events.encode(specimen.portrait(bytes(20_480))))
    assert len(crossing.wire()) < 4_096
    assert len(crossing.wire()) + len(picture.wire()) < 40_000


def test_the_ciphertext_opens_by_the_letter_of_rfc_9052_and_9053(seal, escrow_key):
    """An independent reading, without the COSE library: any conforming consumer can open it."""
    sealed = seal(HEAD, b"event")
    protected, unprotected, ciphertext, recipients = cbor2.loads(sealed.ciphertext).value
    mine = next(one for one in recipients if one[1][4] == thumbprint(escrow_key.public_key()))
    point = mine[1][-1]
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(point[-2], "big"), int.from_bytes(point[-3], "big"), ec.SECP256R1()
    )
    shared = escrow_key.exchange(ec.ECDH(), numbers.public_key())
    nobody = [None, None, None]
    context = cbor2.dumps([-5, nobody, nobody, [256, mine[0]]])
    wrapping = HKDF(hashes.SHA256(), 32, salt=None, info=context).derive(shared)
    content_key = keywrap.aes_key_unwrap(wrapping, mine[2])
    place = cbor2.dumps([HEAD.kiosk, HEAD.epoch, HEAD.sequence])
    aad = cbor2.dumps(["Encrypt", protected, place])
    assert AESGCM(content_key).decrypt(unprotected[5], ciphertext, aad) == b"event"


def test_the_statement_verifies_by_the_letter_of_rfc_9052(seal, kiosk_key):
    protected, _, payload, signature = cbor2.loads(seal(HEAD).statement).value
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    der = utils.encode_dss_signature(r, s)
    kiosk_key.public_key().verify(der, signed, ec.ECDSA(hashes.SHA256()))


def test_a_signature_has_no_valid_twin(seal, key_for):
    sealed = seal(HEAD)
    r, s = sealed.statement[-64:-32], int.from_bytes(sealed.statement[-32:], "big")
    twin = sealed.statement[:-64] + r + (ORDER - s).to_bytes(32, "big")
    with pytest.raises(EnvelopeError, match="twin"):
        verify_statement(twin, key_for)


def test_a_header_that_nobody_signed_cannot_be_added(seal, key_for):
    message = cbor2.loads(seal(HEAD).statement)
    message.value[1][99] = b"more"
    with pytest.raises(EnvelopeError):
        verify_statement(cbor.dumps(message), key_for)


def test_a_kiosk_that_the_registry_does_not_know(seal):
    with pytest.raises(EnvelopeError, match="registry"):
        read_wire(seal(HEAD).wire(), lambda _: None)


def test_a_statement_signed_with_another_key(seal, centre_key):
    with pytest.raises(EnvelopeError, match="another key"):
        read_wire(seal(HEAD).wire(), lambda _: centre_key.public_key())


def test_a_key_id_that_lies(seal, centre_key):
    message = cbor2.loads(seal(HEAD).statement)
    message.value[1][4] = thumbprint(centre_key.public_key())
    with pytest.raises(EnvelopeError, match="does not hold"):
        verify_statement(cbor.dumps(message), lambda _: centre_key.public_key())


def test_a_ciphertext_of_another_event_is_refused(seal, key_for):
    with pytest.raises(EnvelopeError, match="not the one that was signed"):
        read_wire(to_wire(seal(HEAD).statement, seal(HEAD).ciphertext), key_for)


def test_a_ciphertext_moved_to_another_place_does_not_open(seal, kiosk_key, key_for, centre_key):
    fields = statement_fields(seal(HEAD))
    moved = seal(HEAD)
    fields |= {"sequence": 3, "sha256": sha256(moved.ciphertext).digest()}
    wire = to_wire(resigned(fields, kiosk_key), moved.ciphertext)
    opened = read_wire(wire, key_for)
    with pytest.raises(EnvelopeError, match="in this place"):
        open_ciphertext(opened.ciphertext, opened.statement, [centre_key])


def test_a_ciphertext_for_others_is_refused(seal, key_for, kiosk_key):
    opened = read_wire(seal(HEAD).wire(), key_for)
    with pytest.raises(EnvelopeError, match="other keys"):
        open_ciphertext(opened.ciphertext, opened.statement, [kiosk_key])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kiosk", "a/b"),
        ("epoch", "today"),
        ("sequence", 0),
        ("sequence", -1),
        ("sequence", 1),
        ("sequence", "2"),
        ("previous", b"short"),
        ("kind", "coffee"),
        ("kind", "epoch_start"),
        ("profile", "Production"),
        ("assurance", ""),
        ("sha256", "0" * 32),
    ],
)
def test_a_signed_statement_that_the_contract_lacks(seal, key_for, kiosk_key, field, value):
    fields = statement_fields(seal(HEAD)) | {field: value}
    with pytest.raises(EnvelopeError, match="contract"):
        verify_statement(resigned(fields, kiosk_key), key_for)


def test_a_newer_statement_with_one_more_field_is_read(seal, key_for, kiosk_key):
    fields = statement_fields(seal(HEAD)) | {"mirror": True}
    assert verify_statement(resigned(fields, kiosk_key), key_for).sequence == 2


def test_a_signature_made_for_another_purpose_is_no_statement(seal, key_for, kiosk_key):
    payload = cbor.dumps(statement_fields(seal(HEAD)))
    other = cose.sign1(payload, kiosk_key, "application/vnd.border-kiosk.state+cbor")
    with pytest.raises(EnvelopeError, match="another purpose"):
        verify_statement(other, key_for)


def reshape_iv(message):
    message.value[1][5] = b"short"


def reshape_algorithm(message):
    message.value[0] = cbor.dumps({1: 1})


def reshape_no_recipients(message):
    message.value[3] = []


def reshape_point(message):
    for recipient in message.value[3]:
        recipient[1][-1][-2] = bytes(32)


def reshape_recipient_parts(message):
    message.value[3][0] = b"recipient"


def reshape_wrapped_key(message):
    for recipient in message.value[3]:
        recipient[2] = bytes(40)


def reshape_ephemeral(message):
    message.value[3][0][1][-1] = {1: 2, -1: 3, -2: bytes(32), -3: bytes(32)}


@pytest.mark.parametrize(
    "reshape",
    [
        reshape_iv,
        reshape_algorithm,
        reshape_no_recipients,
        reshape_point,
        reshape_recipient_parts,
        reshape_wrapped_key,
        reshape_ephemeral,
    ],
)
def test_a_misshapen_ciphertext_gives_only_the_typed_error(seal, key_for, centre_key, reshape):
    sealed = seal(HEAD)
    statement = verify_statement(sealed.statement, key_for)
    message = cbor2.loads(sealed.ciphertext)
    reshape(message)
    with pytest.raises(EnvelopeError) as caught:
        open_ciphertext(cbor.dumps(message), statement, [centre_key])
    assert caught.value.mend


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80", b"\x82\x41a\x01", b"\x83\x40\x40\x40", b"\x82\x40\x40", b"\xd2\x80", b"\x61a"],
)
def test_a_misshapen_wire_gives_only_the_typed_error(data, key_for):
    for read in (lambda: read_wire(data, key_for), lambda: peek_kiosk(data)):
        with pytest.raises(EnvelopeError):
            read()


def test_a_wire_that_is_too_large_is_refused(seal, key_for):
    with pytest.raises(EnvelopeError, match="more than"):
        read_wire(to_wire(seal(HEAD).statement, bytes(300_000)), key_for)


@pytest.mark.parametrize(
    "head",
    [
        Head("a/b", specimen.EPOCH, 2),
        Head(specimen.KIOSK, "today", 2),
        Head(specimen.KIOSK, specimen.EPOCH, 0),
        Head(specimen.KIOSK, specimen.EPOCH, 2, b"short"),
    ],
)
def test_a_place_that_the_contract_lacks_is_not_sealed(seal, head):
    with pytest.raises(ValueError, match="contract"):
        seal(head, kind=Kind.CROSSING)


def test_an_event_that_is_too_large_is_not_sealed(seal):
    with pytest.raises(ValueError, match="at most"):
        seal(HEAD, bytes(256 * 1024 + 1))


@pytest.mark.parametrize("count", [0, 9])
def test_recipients_are_one_to_eight(kiosk_key, centre_key, count):
    recipients = (centre_key.public_key(),) * count
    sealer = Sealer(kiosk_key, recipients, Profile.DEMO, Assurance.SOFTWARE)
    with pytest.raises(ValueError, match="recipients"):
        sealer.seal(
            b"",
            head=HEAD,
            kind=Kind.CROSSING,
            event_id=specimen.EVENT_ID,
            at_utc=datetime(2026, 3, 1, tzinfo=UTC),
        )


def test_anything_that_signs_can_be_the_signer(kiosk_key, centre_key, key_for):
    class Chip:
        """A signer that keeps its key, as a TPM does."""

        def public_key(self):
            return kiosk_key.public_key()

        def sign(self, data, signature_algorithm):
            return kiosk_key.sign(data, signature_algorithm)

    sealer = Sealer(Chip(), (centre_key.public_key(),), Profile.DEMO, Assurance.TPM)
    sealed = sealer.seal(
        b"", head=HEAD, kind=Kind.CROSSING, event_id=specimen.EVENT_ID, at_utc=specimen.CAPTURED_AT
    )
    assert read_wire(sealed.wire(), key_for).statement.assurance is Assurance.TPM


@pytest.mark.parametrize("size", [0, 23, 24, 255, 256, 65_535, 65_536, 100_000])
def test_byte_strings_by_hand_are_those_of_the_encoder(size):
    assert cose._bstr(bytes(size)) == cbor.dumps(bytes(size))
