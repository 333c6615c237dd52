"""The Unix socket between owner and publisher: sealed bytes out, signed bytes in."""

import os
import queue
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from mqtt.delivery import Backoff
from mqtt.envelope import Sealed
from mqtt.errors import OutboxError, WireError
from mqtt.keys import PublicKey
from mqtt.link_report import LinkReport, ReportFile, report_path
from mqtt.notice import Notice, OnChange, Tell
from mqtt.outbox import Outbox
from mqtt.receipts import OnAlarm, Receipt, no_alarm
from mqtt.relay_asides import Aside
from mqtt.relay_frames import FrameError, ToPublisher
from mqtt.relay_owner import (
    Clock,
    OnReceipt,
    OnSigned,
    OwnerSide,
    RelaySettings,
    no_floor,
)
from mqtt.relay_socket import FrameSocket
from mqtt.unix_socket import listen, peer_uid

__all__ = ["RelayServer", "RelaySettings", "RelaySocketError"]

QUEUED_LIMIT_BYTES = 4 * 1024 * 1024
JOIN_LIMIT_S = 5.0


class RelaySocketError(Exception):
    """The relay socket cannot be made."""

    mend: ClassVar[str] = (
        "Check that its folder exists, belongs to the kiosk, and that the path is under 100 signs."
    )


def _nothing(_receipt: Receipt) -> None:
    return


@dataclass(slots=True)
class RelayServer:
    """Owns the relay's one thread, the socket and the talk; the outbox stays with its owner.

    `on_signed(leaf, payload)` gets what arrives below cmd, shadow/desired and lists/, unjudged, in
    the relay's thread, `on_receipt` each verified receipt that marked a row of ours, `on_alarm` why
    one was refused; they must come back soon and raise nothing. `peer_uids` may connect, no other.
    """

    path: Path
    outbox: Outbox
    receipt_keys: Sequence[PublicKey]
    kiosk: str
    on_signed: OnSigned
    tell: Tell
    on_receipt: OnReceipt = _nothing
    on_alarm: OnAlarm = no_alarm
    settings: RelaySettings = field(default_factory=RelaySettings)
    peer_uids: frozenset[int] = frozenset({os.geteuid()})
    outbox_clock: Clock = time.monotonic
    earliest_utc_s: Clock = no_floor
    accept_backoff: Backoff = field(default_factory=Backoff)
    _side: OwnerSide = field(init=False)
    _said: OnChange = field(init=False)
    _file: ReportFile = field(init=False)
    _jobs: "queue.SimpleQueue[Callable[[], None]]" = field(default_factory=queue.SimpleQueue)
    _listening: socket.socket = field(init=False)
    _wake: tuple[socket.socket, socket.socket] = field(init=False)
    _peer: FrameSocket | None = None
    _bad_peers: int = 0
    _deaf_until_s: float = 0.0
    _stopping: bool = False
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self._said = OnChange(self.tell)
        self._side = OwnerSide(
            kiosk=self.kiosk,
            outbox=self.outbox,
            receipt_keys=self.receipt_keys,
            on_signed=self.on_signed,
            on_receipt=self.on_receipt,
            on_alarm=self.on_alarm,
            said=self._said,
            settings=self.settings,
            outbox_clock=self.outbox_clock,
            earliest_utc_s=self.earliest_utc_s,
        )
        self._file = ReportFile(report_path(self.path))

    @property
    def link_up(self) -> bool:
        """Whether the publisher is there and reaches the broker."""
        return self._side.link_up

    @property
    def report(self) -> LinkReport:
        """What the link did since the start; `kiosk doctor` reads it from beside the socket."""
        return self._side.report

    @property
    def last_receipt_age_s(self) -> float | None:
        """How long ago the centre last gave a receipt; None where it has not since the start."""
        at_s = self._side.last_receipt_at_s
        return None if at_s is None else time.monotonic() - at_s

    def start(self) -> None:
        """Listen, and serve in a thread of our own; raises RelaySocketError."""
        self._wake = socket.socketpair()
        self._wake[1].setblocking(False)
        try:
            self._listening = listen(self.path)
        except OSError as error:
            for end in self._wake:
                end.close()
            raise RelaySocketError(f"{self.path}: {error.strerror or error}.") from None
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what the broker has answered, close, end the thread; safe to call twice."""
        if self._thread is None:
            return
        self._stopping = True
        self._nudge()
        self._thread.join(JOIN_LIMIT_S)
        self._thread = None

    def committed(self, sealed: Sequence[Sealed]) -> None:
        """Rows were written: go and fetch them; the last is the new head. From any thread."""
        head = sealed[-1].statement
        self._jobs.put(lambda: self._new_head(head))
        self._nudge()

    def say(self, one: Aside) -> None:
        """Send a signed message that is no event, when the line is there. From any thread."""
        self._jobs.put(lambda: self._side.asides.put(one))
        self._nudge()

    def _new_head(self, statement: bytes) -> None:
        self._side.head = statement
        if self._peer is not None:
            self._peer.send([self._side.state()])

    def _nudge(self) -> None:
        with suppress(BlockingIOError, OSError):  # full: it wakes anyway; closed: it has stopped
            self._wake[1].send(b"!")

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._close()

    def _turn(self) -> None:
        try:
            self._serve()
        except FrameError as error:
            self._bad_peer(error)
        except OutboxError as error:
            self._said.say("outbox", Notice("outbox_trouble", "error", str(error), error.mend))
            self._drop()
        except OSError:
            self._drop()

    def _serve(self) -> None:
        peer = self._peer
        ready = self._wait(peer)
        if self._wake[0] in ready:
            self._wake[0].recv(4096)
        while not self._jobs.empty():
            self._jobs.get()()
        if self._listening in ready:
            self._accept()
        elif peer is not None and peer.line in ready:
            self._hear(peer)
        if self._peer is not None:  # first what the line waits for, then the disk
            self._peer.write()
            if self._peer.queued_bytes < QUEUED_LIMIT_BYTES:
                self._peer.send(self._side.fill())
        self._side.upkeep()
        self._file.write(self._side.report, time.monotonic())

    def _wait(self, peer: FrameSocket | None) -> list[socket.socket]:
        readers = [self._wake[0]]
        writers = []
        if time.monotonic() >= self._deaf_until_s:
            readers.append(self._listening)
        if peer is not None:
            if peer.queued_bytes:
                writers.append(peer.line)
            if peer.queued_bytes < QUEUED_LIMIT_BYTES:  # who does not listen is not heard
                readers.append(peer.line)
        return select.select(readers, writers, [], self._side.idle_s())[0]

    def _accept(self) -> None:
        line, _ = self._listening.accept()
        uid = peer_uid(line)
        if uid not in self.peer_uids:
            line.close()
            what = f"User {uid} tried to use the relay socket."
            mend = "Only the publisher's user may; see who runs as that user on this kiosk."
            self._said.say("peer", Notice("relay_stranger", "error", what, mend))
            return
        self._drop()  # the newest counts: the one before hangs, or is about to go
        self._peer = FrameSocket(line)
        self._peer.send(self._side.greet())

    def _hear(self, peer: FrameSocket) -> None:
        frames = peer.read()
        if frames is None:
            self._drop()
            return
        for frame in frames:
            answers: list[ToPublisher] = self._side.take(frame)
            peer.send(answers)

    def _bad_peer(self, error: WireError) -> None:
        self._drop()
        self._bad_peers += 1
        self._deaf_until_s = time.monotonic() + self.accept_backoff.after_s(self._bad_peers)
        what = "The publisher sent bytes that are no frame; it was cut off."
        self._said.say("garbage", Notice("relay_garbage", "error", what, error.mend))

    def _drop(self) -> None:
        if self._peer is None:
            return
        self._peer.close()
        self._peer = None
        try:
            self._side.lost()
        except OutboxError as error:  # rows are given again when their lease ends
            self._said.say("outbox", Notice("outbox_trouble", "error", str(error), error.mend))
        mend = "systemd starts it again; see `journalctl -u border-kiosk-publish`."
        self._said.say("link", Notice("publisher_gone", "warning", "The publisher is gone.", mend))

    def _close(self) -> None:
        self._drop()
        self._listening.close()
        self.path.unlink(missing_ok=True)
        self._file.remove()
        for end in self._wake:
            end.close()
