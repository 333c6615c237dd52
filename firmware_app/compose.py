"""Builds every object and starts every thread; the one place where a URL becomes a device."""

import threading
import time
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import uuid_utils

from firmware_app import clock, health, log
from firmware_app.config import Config
from firmware_app.crew import Crew, Openers, clock_doubt_days, today
from firmware_app.domain.rules import Policy
from firmware_app.errors import SetupError
from firmware_app.release import git_commit, release, system_version
from firmware_app.services.break_glass import GlassWatch, record_path
from firmware_app.services.keys import Keys, open_keys
from firmware_app.services.officer import open_desk, start_desk, stop_desk
from firmware_app.services.orders import KioskOrders
from firmware_app.services.outbox import OutboxUpkeep, open_outbox
from firmware_app.services.questions import questions_and_texts
from firmware_app.services.receipt_alarms import ReceiptAlarms
from firmware_app.services.relay_peers import publisher_uids
from firmware_app.services.update import UpdateDesk
from firmware_app.ui import state_search
from firmware_app.ui.screens import screen
from firmware_app.ui.server import PageError, PageServer
from firmware_app.ui.sounds import Sounds
from firmware_app.ui.texts import Texts
from firmware_app.workers.commands import CommandWorker, Post
from firmware_app.workers.eyes import Eyes
from firmware_app.workers.session import Session
from firmware_app.workers.store import StoreWorker
from firmware_app.workers.wire import Site
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.runner import Durations, Runner
from firmware_app.workflow.vocabulary import (
    CallPerson,
    Command,
    Event,
    ForgetPortrait,
    ServiceChanged,
    StartPressed,
    State,
    StopDevices,
    StoreCrossing,
    Touched,
    Typed,
    Wipe,
)
from mqtt import groups
from mqtt.command_record import CommandRecord
from mqtt.commands import Reader
from mqtt.errors import OutboxError
from mqtt.outbox import Outbox
from mqtt.receipts import OnAlarm, Receipt
from mqtt.relay import RelayServer, RelaySettings, RelaySocketError
from mqtt.relay_owner import OnSigned
from mqtt.time_floor_file import FloorKeeper, floor_path

HOST = "127.0.0.1"
WATCH_S = 1.0


class Kiosk:
    """The whole appliance in one process: build, `run` until stopped, leave nothing behind."""

    def __init__(self, config: Config, config_file: Path, openers: Openers | None = None) -> None:
        """Open what must be there before a traveller comes: keys, outbox, page.

        Raises ConfigError and SetupError, each with its mend.
        """
        self.config = config
        self._session = Session()
        texts = Texts.load(languages=config.page.languages, region=config.post.locode[:2])
        self._questions, self._texts = questions_and_texts(config, texts)
        keys = open_keys(config)
        self._outbox = open_outbox(config)
        path = config.storage.outbox
        self._alarms = ReceiptAlarms(self._outbox, keys.sealer)
        self._glass = GlassWatch(record_path(config))
        receipts = keys.ring.receipts
        self._upkeep = OutboxUpkeep(self._outbox, path, receipts, self._alarms.heard)
        self.runner = Runner(self._terms, self._hand_out, self._show)
        heard = Sounds(config.sound.folder, config.sound.speech, config.sound.headphones)
        self._page = PageServer(
            HOST, config.page.port, self._texts, self._touched, self._session.preview, heard
        )
        self._page.diagonal_inch = config.page.diagonal_inch
        eyes = Eyes(
            reads_zones=config.devices.read_by_camera,
            scans_fingers=bool(config.devices.finger_scanner),
            limits=config.face.limits,
            camera=config.face.camera,
        )
        self._relay = _relay(config, self._outbox, keys, self._centre_says, self._alarms.heard)
        self._updates = UpdateDesk.of(config, keys)
        self._commands = _commands(
            KioskOrders(config, config_file, self._outbox, keys, updates=self._updates), self._relay
        )
        crew = Crew(config, openers or Openers(), self._session, eyes, self.runner.post)
        self._desk = open_desk(
            config, keys, self._outbox, self._relay, self._session, self.runner.post
        )
        store = StoreWorker(
            self._outbox,
            keys.sealer,
            _site(config, config_file, eyes),
            self._session,
            self._store_says,
            self._relay.committed,
        )
        self._workers = crew.workers(store)
        self._eyes = eyes
        self._out_of_service = self._upkeep.why_closed()
        self._stopping = threading.Event()
        self._manager = health.started_by()

    def run(self) -> None:
        """Serve travellers until `stop`; raises SetupError where something cannot start."""
        try:
            self._start()
            self.runner.run()
        finally:
            self._close()

    def stop(self) -> None:
        """Leave `run` soon; safe from a signal handler."""
        self._stopping.set()
        self.runner.stop()

    # ---- start and end ----------------------------------------------------------------------

    def _start(self) -> None:
        self._page.reports = lambda: {
            name: asdict(one) for name, one in self._workers.reports().items()
        }
        try:
            self._page.start()
        except PageError as error:
            raise SetupError(str(error), error.mend) from error
        try:
            if self._updates is not None:
                self._updates.start()
            self._commands.start()
            self._relay.start()
            self._workers.store.start()
        except (OutboxError, RelaySocketError) as error:
            raise SetupError(str(error), error.mend) from error
        start_desk(self._desk, self._workers.lamp)
        for device in self._workers.devices():
            device.start()
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()
        self._upkeep.start()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        pulse = health.Pulse(self._manager, self._signs_of_life())
        told = (self._stopping, _standing_still)
        threading.Thread(target=pulse.keep, args=told, name="pulse", daemon=True).start()
        log.say("kiosk_started", version=release(), url=f"http://{HOST}:{self._page.port}")
        self._manager.ready("a traveller can start")

    def _signs_of_life(self) -> health.Signs:
        def turns() -> bool:
            return time.monotonic() - self.runner.turned_at_s < health.MAIN_THREAD_LIMIT_S

        return (
            ("main thread", turns),
            ("page", lambda: health.page_answers(self._page.port)),
            ("store", self._workers.store.is_alive),
        )

    def _close(self) -> None:
        self._manager.stopping()
        self._stopping.set()
        self._page.stop()
        stop_desk(self._desk, self._workers.lamp)
        for device in self._workers.devices():
            device.stop()
        self._workers.store.stop()
        self._commands.stop()
        self._relay.stop()
        self._session.wipe()
        self._outbox.close()
        clock.keep_floor(None)
        log.say("kiosk_stopped")

    def _warm_up(self) -> None:
        self._eyes.warm_up()
        state_search.warm(self.config.page.languages)

    def _watch(self) -> None:
        """Say "out of service" before a traveller starts, and back when all is well again.

        Closed where what every traveller needs is away, and where the outbox takes no crossing or
        cannot even be asked.
        """
        by_hand = self.config.policy.type_document
        while not self._stopping.wait(WATCH_S):
            opened = self._glass.news(self._alarms.heard)
            self._alarms.write(self._relay.committed)
            try:
                why = self._upkeep.why_closed() or self._workers.missing(by_hand=by_hand)
                levels = self._outbox.levels(time.monotonic())
                used_pct = levels.used_pct
                why = self._updates_say(levels.ready) or opened or why
            except OutboxError as error:
                why, used_pct = "outbox_unusable", 0.0
                if why != self._out_of_service:
                    log.say("outbox_trouble", "error", what=str(error), mend=error.mend)
            if why != self._out_of_service:
                was_full = self._out_of_service.startswith("outbox")
                again = "outbox_has_room" if was_full else "devices_are_back"
                log.say(why or again, used_pct=used_pct)
                self._out_of_service = why
                self.runner.post(ServiceChanged())

    def _updates_say(self, waiting_rows: int) -> str:
        """Tell the centre how an update goes; why nobody may start now, or ""."""
        if self._updates is None:
            return ""
        self._updates.look(self._commands.later, waiting_rows=waiting_rows)
        return self._updates.closed()

    # ---- what the runner calls --------------------------------------------------------------

    def _terms(self) -> Terms:
        policy = self.config.policy
        fingers = policy.fingers if self._workers.finger is not None else ()
        return Terms(
            today=today(),
            policy=Policy(
                fingers,
                policy.finger_from_years,
                policy.supervised,
                read_doubtful_again=policy.read_doubtful_again,
                specimens=self.config.profile != "production",
            ),
            languages=self.config.page.languages,
            questions=self._questions.question,
            out_of_service=self._out_of_service,
            reads_chips=self._workers.chip is not None,
            directions=self.config.post.directions,
            transports=self.config.post.transport,
            group_size_max=self.config.post.group_size_max,
            authority=self.config.post.authority,
            retention_days=self.config.law.retention_days,
            reads_documents=self._workers.reads_documents(),
            types_documents=policy.type_document,
            clock_uncertain_days=clock_doubt_days(),
            states_first=policy.states_first or (self.config.post.authority,),
            contact=self.config.law.contact,
            rights_url=self.config.law.rights_url,
            wakes_on_motion=self.config.page.wake_on_motion,
        )

    def _show(self, state: State, terms: Terms) -> None:
        drawn = screen(state, terms)
        self._page.show(drawn)
        self._desk.show(state, terms, drawn.name)

    def _touched(self, button: str, text: str | None = None) -> None:
        """A button, with what stands in the screen's entry where it has one."""
        if text is not None:
            self.runner.post(Typed(text))
        elif button == "start":
            self.runner.post(StartPressed(str(uuid_utils.uuid7())))
        else:
            self.runner.post(Touched(button))

    def _hand_out(self, command: Command, durations: Durations) -> None:
        match command:
            case CallPerson(reason=reason):
                self._desk.call(reason)
            case StoreCrossing():
                self._desk.storing(command)
                self._workers.store.store(command, durations)
            case ForgetPortrait():
                self._session.new_document()
            case StopDevices() | Wipe():
                self._let_go(wipe=isinstance(command, Wipe))
            case _:
                self._workers.do(command)

    def _store_says(self, event: Event) -> None:
        self._desk.heard(event)
        self.runner.post(event)

    def _centre_says(self, leaf: str, payload: bytes) -> None:
        self._commands.take(leaf, payload)

    def _let_go(self, *, wipe: bool) -> None:
        for device in self._workers.devices():
            device.cancel()
        if wipe:
            self._session.wipe()
            if self._workers.finger is not None:
                self._workers.finger.forget()


def _site(config: Config, config_file: Path, eyes: Eyes) -> Site:
    post = config.post
    return Site(
        kiosk_id=config.kiosk_id,
        post=f"{post.locode}/{post.code}" if post.code else post.locode,
        authority=post.authority,
        lane=post.lane,
        mode=post.mode,
        training=config.profile == "training",
        legal_basis=config.law.legal_basis,
        notice_version=config.law.notice_version,
        retention_days=config.law.retention_days,
        software=groups.Software(
            release=system_version(),
            git_commit=git_commit(),
            configuration_sha256=sha256(config_file.read_bytes()).digest(),
            models=eyes.model_hashes(),
        ),
    )


def _relay(
    config: Config, outbox: Outbox, keys: Keys, on_signed: OnSigned, on_alarm: OnAlarm
) -> RelayServer:
    floor = FloorKeeper(floor_path(config.storage.outbox))
    clock.keep_floor(floor.earliest_utc_s)

    def on_receipt(receipt: Receipt) -> None:
        floor.told(receipt.committed_at)
        _say_receipt(receipt)

    return RelayServer(
        path=config.relay_socket,
        outbox=outbox,
        receipt_keys=keys.ring.receipts,
        kiosk=config.kiosk_id,
        on_signed=on_signed,
        on_receipt=on_receipt,
        on_alarm=on_alarm,
        earliest_utc_s=floor.earliest_utc_s,
        tell=lambda one: log.say(one.name, one.severity, what=one.what, mend=one.mend),
        peer_uids=publisher_uids(),
        settings=RelaySettings(
            keep_after_receipt_s=config.storage.keep_after_receipt_h * 3600,
            receipt_limit_s=config.storage.resend_after_s,
            link=config.delivery.link,
        ),
    )


def _commands(orders: KioskOrders, relay: RelayServer) -> CommandWorker:
    config = orders.config
    try:
        record = CommandRecord.open(config.storage.outbox.with_name("commands.record"))
    except OSError as error:
        raise SetupError(str(error), "Check the path under [storage] in kiosk.toml.") from error
    reader = Reader(config.kiosk_id, frozenset(config.keys.groups), record.highest)
    post = Post(reader, orders.keys.signer, orders.keys.ring, relay.say, clock.utc_now)
    return CommandWorker(post, record, orders)


def _standing_still(what: str) -> None:
    mend = "Nothing: systemd starts the kiosk anew; keep this line where it comes again."
    log.say("standing_still", "error", what=what, mend=mend)


def _say_receipt(receipt: Receipt) -> None:
    log.say(
        "receipt_verified",
        level=receipt.level.value,
        epochs=sorted({entry.epoch for entry in receipt.entries}),
        sequences=sorted(entry.sequence for entry in receipt.entries),
        committed_at=receipt.committed_at.isoformat(timespec="milliseconds"),
    )
