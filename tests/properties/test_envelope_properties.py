"""Laws of the wire that hold for every input: round trips, one flipped bit, noise."""

import string
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from mqtt import cbor, events
from mqtt.contract import specimen
from mqtt.envelope import (
    Assurance,
    Head,
    Kind,
    Profile,
    Sealer,
    open_ciphertext,
    peek_kiosk,
    read_wire,
    verify_statement,
)
from mqtt.errors import EnvelopeError, MessageError, ReceiptError
from mqtt.receipts import verify_receipt

KIOSK_KEY = ec.generate_private_key(ec.SECP256R1())
CENTRE_KEY = ec.generate_private_key(ec.SECP256R1())
SEALER = Sealer(KIOSK_KEY, (CENTRE_KEY.public_key(),), Profile.DEMO, Assurance.SOFTWARE)
HEAD = Head(specimen.KIOSK, specimen.EPOCH, 2)
NOISE = st.binary(max_size=400)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.binary(max_size=40)
    | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=30), inner),
    max_leaves=20,
)


def seal(plaintext):
    return SEALER.seal(
        plaintext,
        head=HEAD,
        kind=Kind.CROSSING,
        event_id=specimen.EVENT_ID,
        at_utc=datetime(2026, 3, 1, tzinfo=UTC),
    )


SEALED = seal(events.encode(specimen.crossing()))
WIRE = SEALED.wire()
STATEMENT = verify_statement(SEALED.statement, lambda _: KIOSK_KEY.public_key())


def read(data):
    return read_wire(data, lambda _: KIOSK_KEY.public_key())


@settings(deadline=None)
@given(VALUES)
def test_what_goes_into_cbor_comes_out(value):
    assert cbor.loads(cbor.dumps(value), limit_bytes=100_000) == value


@settings(deadline=None)
@given(NOISE)
def test_noise_is_a_value_or_the_one_error(data):
    try:
        value = cbor.loads(data, limit_bytes=400)
    except cbor.CborError:
        return
    assert cbor.dumps(value) == data


@settings(deadline=None)
@given(st.binary(max_size=5000))
def test_whatever_is_sealed_opens_to_the_same(plaintext):
    opened = read(seal(plaintext).wire())
    assert open_ciphertext(opened.ciphertext, opened.statement, [CENTRE_KEY]) == plaintext


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WIRE) * 8 - 1))
def test_any_flipped_bit_of_a_wire_is_refused(bit):
    data = bytearray(WIRE)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EnvelopeError):
        read(bytes(data))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SEALED.ciphertext) * 8 - 1))
def test_any_flipped_bit_of_a_ciphertext_does_not_open(bit):
    data = bytearray(SEALED.ciphertext)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EnvelopeError):
        open_ciphertext(bytes(data), STATEMENT, [CENTRE_KEY])


@settings(deadline=None)
@given(st.integers(0, len(WIRE) - 1))
def test_a_wire_cut_anywhere_is_refused(size):
    with pytest.raises(EnvelopeError):
        read(WIRE[:size])


@settings(deadline=None)
@given(NOISE, VALUES)
def test_noise_gives_only_the_typed_errors(data, value):
    for hostile in (data, cbor.dumps(value), cbor.dumps([data, data]), cbor.dumps([value, value])):
        with pytest.raises(EnvelopeError):
            read(hostile)
        with pytest.raises(EnvelopeError):
            peek_kiosk(hostile)
        with pytest.raises(EnvelopeError):
            open_ciphertext(hostile, STATEMENT, [CENTRE_KEY])
        with pytest.raises(ReceiptError):
            verify_receipt(hostile, [CENTRE_KEY.public_key()])
        with pytest.raises(MessageError):
            events.decode(hostile)


FIELDS = cbor.loads(events.encode(specimen.crossing()), limit_bytes=events.EVENT_LIMIT_BYTES)


@settings(deadline=None)
@given(st.sampled_from(sorted(FIELDS)), VALUES)
def test_an_event_with_any_group_replaced_is_an_event_or_a_message_error(group, value):
    data = cbor.dumps({**FIELDS, group: value})
    try:
        event = events.decode(data)
    except MessageError:
        return
    assert events.decode(events.encode(event)) == event


CODES = st.text(string.ascii_letters + string.digits + "_.:/+-", min_size=1, max_size=64)


@settings(deadline=None)
@given(st.dictionaries(CODES, st.integers(0, 2**53 - 1), max_size=20))
def test_counters_come_back_as_they_went(counts):
    event = events.Counters(
        event_id=specimen.EVENT_ID,
        since=specimen.CAPTURED_AT,
        until=specimen.CAPTURED_AT,
        counts=counts,
    )
    assert events.decode(events.encode(event)) == event


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=3000))
def test_attachments_come_back_as_they_went(picture):
    event = specimen.portrait(picture)
    assert events.decode(events.encode(event)) == event
