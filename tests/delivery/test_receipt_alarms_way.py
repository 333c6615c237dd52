"""Forged, foreign and replayed receipts at a whole site: the centre hears of each kind once."""

import json
import subprocess
from dataclasses import dataclass

import pytest

from firmware_app.engineer.small_site import BIN, KIOSK_ID, SmallSite
from mqtt.central.mosquitto import free_port
from mqtt.central.site import MEMBERS
from mqtt.contract import specimen
from mqtt.keys import load_private_key
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel, make_receipt
from tests.delivery.conftest import Client, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
FLOOD = 50


@dataclass
class Centre:
    """What a person at the centre sees, and what somebody there who should not may sign."""

    site: SmallSite

    def exported(self, kind):
        command = [BIN / "kiosk-central", "export", "--config", self.site.site.configuration]
        done = subprocess.run(
            [*command, "--kind", kind, "--impersonal"], capture_output=True, timeout=60, check=True
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def receipt(self, epoch, kiosk=KIOSK_ID, key=None):
        signer = key or load_private_key(self.site.site.receipts.private)
        entry = ReceiptEntry(epoch, 1, bytes(32))
        word = Receipt(kiosk, ReceiptLevel.COMMITTED, (entry,), specimen.CAPTURED_AT)
        return make_receipt(word, signer)

    def audited(self):
        command = [BIN / "kiosk-central", "audit", "--config", self.site.site.configuration]
        done = subprocess.run([*command, "--json"], capture_output=True, timeout=60, check=False)
        return json.loads(done.stdout)


@pytest.fixture
def site(tmp_path):
    with SmallSite(tmp_path, free_port(), resend_after_s=5.0, chip=False) as site:
        yield site


def test_the_centre_hears_of_each_kind_exactly_once_and_of_a_true_one_never(site):
    centre = Centre(site)
    log = site.child("kiosk").log
    until(lambda: "receipt_verified" in log.read_text(), "the first true receipt", 120.0)
    (start,) = centre.exported("epoch_start")
    forger = load_private_key(site.site.kiosk(KIOSK_ID).signing.private)
    wrong = [
        centre.receipt(start["epoch"], key=forger),
        centre.receipt(start["epoch"], kiosk="kiosk-9"),
        centre.receipt(start["epoch"]),
    ]
    with Client(site.site, site.site.member(MEMBERS[1])) as member:
        for _ in range(FLOOD):
            for payload in wrong:
                assert member.publish(f"border/v1/{KIOSK_ID}/receipts", payload) == 0
    names = {f"alarm.receipt_{name}" for name in ("forged", "foreign", "replayed")}
    until(lambda: names <= told(centre), "each kind of alarm at the centre", 120.0)
    until(lambda: centre.audited()["whole"], "a whole chain", 60.0)
    heard = centre.exported("counters")
    assert sorted(name for one in heard for name in one["event"]["counts"]) == sorted(names)
    for one in heard:
        assert all(1 <= count <= FLOOD for count in one["event"]["counts"].values())
    logs = (site.folder / "log").glob("*.log")
    assert not any("Traceback" in one.read_text() for one in logs)


def told(centre):
    return {name for one in centre.exported("counters") for name in one["event"]["counts"]}
