"""The kiosk's side of the officer's socket, whole: real workflow, real desk, no devices."""

import os
import threading
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app.clock import utc_now
from firmware_app.domain.biometrics import (
    CaptureDevice,
    Comparison,
    FaceSample,
    Liveness,
    LivenessDecision,
    Model,
    Quality,
)
from firmware_app.domain.crossing import Document, ReadMethod
from firmware_app.domain.document_checks import check_document
from firmware_app.domain.mrz import parse
from firmware_app.domain.rules import Policy
from firmware_app.ui.screens import screen
from firmware_app.workers.officer import Hands, OfficerDesk
from firmware_app.workers.officer_after import Afterwards
from firmware_app.workers.officer_calls import Calls
from firmware_app.workers.officer_line import OfficerLine
from firmware_app.workers.officer_registry import OfficerRegistry
from firmware_app.workers.session import Session
from firmware_app.workers.store import StoreWorker
from firmware_app.workers.wire import Site
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.runner import Runner
from firmware_app.workflow.vocabulary import (
    AwaitDocument,
    AwaitFace,
    CallPerson,
    DocumentArrived,
    FaceTaken,
    PortraitTaken,
    ServiceChanged,
    StartPressed,
    StoreCrossing,
    Touched,
    Wipe,
)
from mqtt import events, groups
from mqtt.alerts import read_alert
from mqtt.envelope import Assurance, Profile, Sealer, open_ciphertext, read_wire
from mqtt.outbox import Outbox
from mqtt.webauthn import Party
from tests.peers.authenticator import Authenticator

KIOSK = "uto-1"
CANARY = "CANARYSSON"
CROSSING = "01a20168-0000-7000-8000-000000000001"
NEXT_CROSSING = "01a20168-0000-7000-8000-000000000002"
TODAY = date(2011, 6, 1)
PATIENCE_S = 20.0
MRZ = parse(
    (
        "P<UTOCANARYSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
DOCUMENT = Document(MRZ, check_document(MRZ, TODAY), ReadMethod.SERIAL)
NOT_ALIKE = FaceTaken(
    FaceSample(b"t", Quality("q", "1", 80), CaptureDevice("m", "m"), Model("m", "1")),
    Liveness("challenges", "2", (), (), LivenessDecision.LIVE),
    Comparison("document_portrait", 0.2, 0.4, 0.001, "a", matched=False),
)
SITE = Site(
    kiosk_id=KIOSK,
    post="UTABC",
    authority="UTO",
    lane="1",
    mode="LAND",
    training=False,
    legal_basis="act-12",
    notice_version="1",
    retention_days=30,
    software=groups.Software(
        release="0", git_commit="unknown", configuration_sha256=bytes(32), models={}
    ),
)


@dataclass
class OfficerBench:
    """Use as a context; `patient` waits for what another thread does."""

    folder: Path
    party: Party
    peer_uids: frozenset[int] = frozenset({os.geteuid()})
    asides: list = field(default_factory=list)
    lit: list = field(default_factory=list)
    crossing: str = CROSSING
    _opened: dict = field(default_factory=dict)

    def __enter__(self):
        self.signer, self.centre = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        sealer = Sealer(self.signer, (self.centre.public_key(),), Profile.DEMO, Assurance.SOFTWARE)
        self.outbox = Outbox(self.folder / "outbox.sqlite3", kiosk=KIOSK, max_bytes=4 * 2**20)
        self.session = Session()
        self.registry = OfficerRegistry(self.folder / "officers")
        self.terms = Terms(TODAY, Policy(fingers=(), specimens=True), ("en",), ())
        self.runner = Runner(lambda: self.terms, self._hand_out, self._show)
        committed = [].append
        self.store = StoreWorker(self.outbox, sealer, SITE, self.session, self._stored, committed)
        self.desk = OfficerDesk(
            KIOSK,
            self.party,
            self.registry,
            self.session,
            Calls(KIOSK, self.signer, self.asides.append, self.now),
            Hands(
                self.runner.post,
                Afterwards(KIOSK, self.outbox, sealer, committed).store,
                self.now,
            ),
            30,
        )
        self.desk.lamp = self.lit.append
        self.socket = self.folder / "officer.sock"
        self.desk.line = OfficerLine(self.socket, self.desk, self.peer_uids)
        self.store.start()
        self.desk.line.start()
        self.thread = threading.Thread(target=self.runner.run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.runner.stop()
        self.runner.post(ServiceChanged())  # or it sleeps on for half a second
        self.thread.join(5)
        self.desk.line.stop()
        self.store.stop()
        self.outbox.close()

    @staticmethod
    def now():
        return utc_now()

    def _show(self, state, terms):
        self.desk.show(state, terms, screen(state, terms).name)

    def _hand_out(self, command, durations):
        match command:
            case StoreCrossing():
                self.desk.storing(command)
                self.store.store(command, durations)
            case CallPerson(reason=reason):
                self.desk.call(reason)
            case Wipe():
                self.session.wipe()

    def _stored(self, event):
        self.desk.heard(event)
        self.runner.post(event)

    # ---- what a traveller does ------------------------------------------------------------------

    def to_face(self):
        """A traveller comes as far as the camera."""
        for event in (
            StartPressed(self.crossing),
            Touched("language-en"),
            Touched("continue"),
            DocumentArrived(DOCUMENT),
            PortraitTaken(found=True),
            Touched("yes"),
        ):
            self.runner.post(event)
        self.patient(lambda: isinstance(self.runner.state, AwaitFace))

    def to_review(self):
        """As far as the last look; the face was not like the portrait."""
        self.to_face()
        self.runner.post(NOT_ALIKE)
        self.patient(lambda: type(self.runner.state).__name__ == "Review")

    def to_document(self):
        for event in (StartPressed(self.crossing), Touched("language-en"), Touched("continue")):
            self.runner.post(event)
        self.patient(lambda: isinstance(self.runner.state, AwaitDocument))

    # ---- what came of it ------------------------------------------------------------------------

    def officer(self, officer_id="B-117"):
        """A registered officer's key."""
        code = self.registry.add(officer_id, self.now())
        key = Authenticator(self.party)
        self.registry.register(code, key.credential(), self.now())
        return key

    def events(self):
        """All sealed events, in the order of the chain, as the centre reads them."""
        for row in self.outbox.batch(100, time.monotonic()):
            wire = read_wire(row.wire, lambda _kiosk: self.signer.public_key())
            plain = open_ciphertext(wire.ciphertext, wire.statement, [self.centre])
            self._opened[wire.statement.sequence] = events.decode(plain)
        return [event for _, event in sorted(self._opened.items())]

    def alerts(self):
        return [read_alert(one.payload, [self.signer.public_key()]) for one in self.asides]

    def patient(self, holds, limit_s=PATIENCE_S):
        """Wait until it holds; the machine may be busy."""
        until_s, pause = time.monotonic() + limit_s, threading.Event()
        while not (found := holds()):
            assert time.monotonic() < until_s, f"not within {limit_s:.0f} s; {self.runner.state}"
            pause.wait(0.01)
        return found
