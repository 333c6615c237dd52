"""A kiosk's storing half with nobody at the screen: stores crossing after crossing, logs promises.

The shipped store worker, outbox and relay; what stands for the page writes each confirmation to a
log. usage: torture_kiosk.py SITE FOLDER EACH_MS. SIGTERM: no more crossings, end when all is
receipted.
"""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import uuid_utils

from firmware_app.domain.crossing import Document, ReadMethod, Visit
from firmware_app.domain.document_checks import check_document
from firmware_app.domain.mrz import parse
from firmware_app.domain.rules import Outcome
from firmware_app.workers.session import Session
from firmware_app.workers.store import StoreWorker
from firmware_app.workers.wire import Site as Post
from firmware_app.workflow.runner import Durations
from firmware_app.workflow.vocabulary import CrossingStored, StoreCrossing
from mqtt import groups
from mqtt.central.site import Site
from mqtt.envelope import Assurance, Profile, Sealer
from mqtt.keys import load_private_key, load_public_key
from mqtt.outbox import Outbox
from mqtt.relay import RelayServer, RelaySettings

KIOSK = "kiosk-1"
LINES = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TODAY = date(2026, 11, 22)
SOFTWARE = groups.Software(
    release="0", git_commit="unknown", configuration_sha256=bytes(32), models={}
)
POST = Post(
    kiosk_id=KIOSK, post="UTABC/TOR", authority="UTO", lane="1", mode="LAND",
    training=False, legal_basis="test", notice_version="1", retention_days=1, software=SOFTWARE,
)  # fmt: skip
STORE_LIMIT_S = 30.0
SPEED = 20.0  # the outbox's minute is three seconds


class Log:
    """Lines that outlive a kill of this process: one write each, to the end of the file."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def say(self, what, **fields):
        os.write(self.file, (json.dumps({"what": what, **fields}) + "\n").encode())


@dataclass
class Kiosk:
    """The parts that a crossing goes through, and the log of what was promised."""

    site: Site
    folder: Path
    log: Log
    places: dict = field(default_factory=dict)
    stored: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self):
        self.outbox = Outbox(self.folder / "outbox.sqlite3", kiosk=KIOSK, max_bytes=256 * 2**20)
        self.relay = self._relay()
        sealer = Sealer(
            load_private_key(self.site.kiosk(KIOSK).signing.private),
            (load_public_key(self.site.recipient.public),),
            Profile.DEMO,
            Assurance.SOFTWARE,
        )
        self.worker = StoreWorker(
            self.outbox, sealer, POST, Session(), self.on_page, self.on_commit
        )  # fmt: skip
        self.relay.start()
        self.worker.start()

    def _relay(self):
        return RelayServer(
            path=self.folder / "relay.sock",
            outbox=self.outbox,
            receipt_keys=[load_public_key(self.site.receipts.public)],
            kiosk=KIOSK,
            on_signed=lambda _leaf, _payload: None,
            on_receipt=self.on_receipt,
            tell=lambda _notice: None,
            settings=RelaySettings(
                keep_after_receipt_s=0.0, upkeep_s=0.1, receipt_limit_s=1.0, answer_limit_s=3.0
            ),
            outbox_clock=self.now_s,
        )

    def now_s(self):
        return time.monotonic() * SPEED

    def on_receipt(self, receipt):
        for one in receipt.entries:
            named = {"epoch": one.epoch, "sequence": one.sequence}
            self.log.say("receipted", **named, sha256=one.statement_sha256.hex())

    def on_commit(self, sealed):
        self.places |= {one.event_id: one for one in sealed}
        self.relay.committed(sealed)

    def on_page(self, event):
        """Where the screen says "saved"."""
        if isinstance(event, CrossingStored):
            one = self.places.pop(event.crossing_id)
            self.log.say("confirmed", event_id=one.event_id, epoch=one.epoch, sequence=one.sequence)
        self.stored.release()

    def cross(self, document):
        event_id = str(uuid_utils.uuid7())
        self.log.say("asked", event_id=event_id)
        visit = Visit(event_id, document=document)
        self.worker.store(StoreCrossing(visit, Outcome.COMPLETED, ()), Durations())
        assert self.stored.acquire(timeout=STORE_LIMIT_S), "the store worker answers nothing"

    def open_rows(self):
        levels = self.outbox.levels(self.now_s())
        return levels.ready + levels.sent

    def stop(self):
        self.relay.stop()
        self.worker.stop()
        self.outbox.close()


def main(site_folder, folder, each_ms):
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    kiosk = Kiosk(Site(site_folder, port=0), folder, Log(folder / "kiosk.history"))
    mrz = parse(LINES, TODAY)
    document = Document(mrz, check_document(mrz, TODAY), ReadMethod.SERIAL)
    while not ending.wait(each_ms / 1000):
        kiosk.cross(document)
    while kiosk.open_rows():
        threading.Event().wait(0.05)
    kiosk.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
