"""The owner's work between two words of the publisher: a slice each turn, and rest in between."""

from datetime import UTC, datetime

import pytest

from mqtt.contract import specimen
from mqtt.errors import OutboxError
from mqtt.notice import OnChange
from mqtt.outbox import ERASE_SLICE, Outbox
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel
from mqtt.relay_owner import OwnerSide, RelaySettings

UPKEEP_S = 0.2


@pytest.fixture
def outbox(tmp_path):
    with Outbox(tmp_path / "outbox", kiosk=specimen.KIOSK, max_bytes=2**26) as outbox:
        yield outbox


@pytest.fixture
def side(outbox):
    return OwnerSide(
        kiosk=specimen.KIOSK,
        outbox=outbox,
        receipt_keys=[],
        on_signed=lambda _leaf, _payload: None,
        on_receipt=lambda _receipt: None,
        said=OnChange(lambda _notice: None),
        settings=RelaySettings(keep_after_receipt_s=0.0, upkeep_s=UPKEEP_S),
        clock=lambda: 100.0,
    )


def test_each_turn_erases_one_slice_and_the_next_turn_comes_at_once_while_more_is_due(
    side, outbox, seal
):
    rows = [seal(outbox.epoch_head(specimen.EPOCH))]
    while len(rows) < ERASE_SLICE + 6:
        rows.append(seal(rows[-1].next_head))
    outbox.commit(rows, 1.0)
    entries = tuple(ReceiptEntry(one.epoch, one.sequence, one.statement_sha256) for one in rows)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    outbox.receipted(Receipt(specimen.KIOSK, ReceiptLevel.COMMITTED, entries, at), 2.0)
    for erased, idle_s in ((ERASE_SLICE, 0.0), (ERASE_SLICE + 6, pytest.approx(UPKEEP_S))):
        side.upkeep()
        assert outbox.levels(3.0).erased == erased
        assert side.idle_s() == idle_s


def test_a_disk_that_refuses_is_not_asked_again_at_once(side, outbox):
    outbox.close()
    with pytest.raises(OutboxError):
        side.upkeep()
    assert side.idle_s() == pytest.approx(UPKEEP_S)
