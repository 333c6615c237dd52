"""The centre's signed word."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mqtt import cbor, cose
from mqtt.contract import specimen
from mqtt.errors import ReceiptError
from mqtt.receipts import (
    RECEIPT_TYPE,
    Receipt,
    ReceiptEntry,
    ReceiptLevel,
    make_receipt,
    verify_receipt,
)

ENTRY = ReceiptEntry(specimen.EPOCH, 2, bytes(range(32)))
RECEIPT = Receipt(
    specimen.KIOSK, ReceiptLevel.COMMITTED, (ENTRY,), datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
)


def fields(**other):
    return {
        "kiosk": specimen.KIOSK,
        "level": "committed",
        "entries": [[specimen.EPOCH, 2, bytes(32)]],
        "committed_at": "2026-03-01T10:00:00.000Z",
    } | other


def test_a_receipt_comes_back_as_it_was_signed(centre_key):
    assert verify_receipt(make_receipt(RECEIPT, centre_key), [centre_key.public_key()]) == RECEIPT


def test_any_of_the_centres_keys_will_do(centre_key, escrow_key):
    keys = [escrow_key.public_key(), centre_key.public_key()]
    assert verify_receipt(make_receipt(RECEIPT, centre_key), keys) == RECEIPT


def test_a_receipt_by_someone_else_is_refused(centre_key, kiosk_key):
    with pytest.raises(ReceiptError, match="not the centre's"):
        verify_receipt(make_receipt(RECEIPT, kiosk_key), [centre_key.public_key()])


def test_a_statement_of_the_centres_key_is_no_receipt(centre_key):
    other = cose.sign1(cbor.dumps(fields()), centre_key, "application/vnd.border-kiosk.cmd+cbor")
    with pytest.raises(ReceiptError, match="another purpose"):
        verify_receipt(other, [centre_key.public_key()])


def test_every_flipped_byte_is_refused(centre_key):
    data = make_receipt(RECEIPT, centre_key)
    for at in range(len(data)):
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(ReceiptError):
            verify_receipt(flipped, [centre_key.public_key()])


@pytest.mark.parametrize(
    "other",
    [
        {"kiosk": "a/b"},
        {"level": "promised"},
        {"entries": []},
        {"entries": [[specimen.EPOCH, 2]]},
        {"entries": [[specimen.EPOCH, 2, b"short"]]},
        {"entries": [[specimen.EPOCH, "2", bytes(32)]]},
        {"entries": [[specimen.EPOCH, 2, bytes(32)]] * 1001},
        {"committed_at": "yesterday"},
        {"committed_at": "2026-03-01T10:00:00"},
        {"committed_at": 7},
    ],
)
def test_a_signed_receipt_that_the_contract_lacks_is_refused(centre_key, other):
    data = cose.sign1(cbor.dumps(fields(**other)), centre_key, RECEIPT_TYPE)
    with pytest.raises(ReceiptError):
        verify_receipt(data, [centre_key.public_key()])


@pytest.mark.parametrize("entries", [(), (ENTRY,) * 1001])
def test_a_receipt_names_1_to_1000_events(centre_key, entries):
    receipt = Receipt(RECEIPT.kiosk, RECEIPT.level, entries, RECEIPT.committed_at)
    with pytest.raises(ValueError, match="contract"):
        make_receipt(receipt, centre_key)


def test_1000_entries_stay_far_below_the_limit(centre_key):
    receipt = Receipt(RECEIPT.kiosk, RECEIPT.level, (ENTRY,) * 1000, RECEIPT.committed_at)
    data = make_receipt(receipt, centre_key)
    assert len(data) < 80_000
    assert len(verify_receipt(data, [centre_key.public_key()]).entries) == 1000


def test_the_time_leaves_in_utc(centre_key):
    zone = timezone(timedelta(hours=5, minutes=30))
    at = datetime(2026, 3, 1, 15, 30, tzinfo=zone)
    receipt = Receipt(RECEIPT.kiosk, RECEIPT.level, RECEIPT.entries, at)
    data = make_receipt(receipt, centre_key)
    assert b"2026-03-01T10:00:00.000Z" in data
