"""The kiosk's end of the officer's socket: one thread, one program at the other end, no trust."""

import os
import queue
import select
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from firmware_app import log
from firmware_app.workers.officer_frames import (
    VERSION,
    Ask,
    FrameError,
    FrameReader,
    Greeting,
    Hello,
    Live,
    Reply,
    ToKiosk,
    ToOfficer,
    encode,
)
from mqtt.unix_socket import listen, peer_uid

READ_BYTES = 64 * 1024
ASK_LIMIT_BYTES = 16 * 1024
QUEUED_LIMIT_BYTES = 2 * 1024 * 1024
TURN_S = 0.5
LIVE_AT_LEAST_EVERY_S = 2.0
DEAF_S = 2.0
JOIN_LIMIT_S = 5.0
FAULT_MEND = "Keep this line and tell the maker; the kiosk and the officer's page go on."
GONE_MEND = "systemd starts it again; see `journalctl -u border-kiosk-officer`. The kiosk goes on."


class Desk(Protocol):
    """What the line talks for; every call comes from the line's thread."""

    def greet(self) -> Greeting:
        """The first word."""
        ...

    def answer(self, ask: Ask) -> Reply:
        """One request's answer."""
        ...

    def live(self) -> Live:
        """All that there is to see now."""
        ...

    def upkeep(self) -> bool:
        """What time brings; True where there is something new to see."""
        ...

    def hung_up(self) -> None:
        """The officer's program is gone."""
        ...


@dataclass(slots=True)
class _Peer:
    """The officer's program, connected."""

    line: socket.socket
    reader: FrameReader[ToKiosk]
    out: bytearray = field(default_factory=bytearray)
    greeted: bool = False

    def send(self, frame: ToOfficer) -> None:
        """Queue it and write what goes now; raises OSError."""
        self.out += encode(frame)
        self.write()

    def write(self) -> None:
        """Write what goes now; raises OSError."""
        with suppress(BlockingIOError):
            while self.out:
                del self.out[: self.line.send(self.out[:READ_BYTES])]


@dataclass(slots=True)
class OfficerLine:
    """Serves `desk` in a thread; `path` None: nobody may connect, the jobs are done all the same.

    `peer_uids` may connect, no other user.
    """

    path: Path | None
    desk: Desk
    peer_uids: frozenset[int] = frozenset({os.geteuid()})
    _jobs: "queue.SimpleQueue[Callable[[], None]]" = field(default_factory=queue.SimpleQueue)
    _wake: tuple[socket.socket, socket.socket] | None = None
    _listening: socket.socket | None = None
    _peer: _Peer | None = None
    _changed: bool = True
    _said_at_s: float = 0.0
    _deaf_until_s: float = 0.0
    _stopping: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen and serve; raises OSError where the socket cannot be made."""
        if self.path is not None:
            self._listening = listen(self.path)
        self._wake = socket.socketpair()
        self._wake[1].setblocking(False)
        self._thread = threading.Thread(target=self._run, name="officer", daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], None]) -> None:
        """In the line's thread, soon; from any thread, and never waits."""
        self._jobs.put(job)
        wake = self._wake
        if wake is not None:
            with suppress(BlockingIOError, OSError):  # full: it wakes anyway; closed: it has ended
                wake[1].send(b"!")

    def stop(self) -> None:
        """Do what was asked, close, end the thread; safe to call twice."""
        if self._thread is None:
            return
        self.do(self._end)
        self._thread.join(JOIN_LIMIT_S)
        self._thread = None

    def _end(self) -> None:
        self._stopping = True

    def _run(self) -> None:
        wake = self._wake
        try:
            while wake is not None and not self._stopping:
                self._turn(wake[0])
        finally:
            self._close()

    def _turn(self, wake: socket.socket) -> None:
        try:
            self._serve(wake)
        except FrameError as error:
            self._deaf_until_s = time.monotonic() + DEAF_S
            log.say("officer_garbage", "error", what=str(error), mend=error.mend)
            self._drop()
        except OSError:
            self._drop()
        except Exception as error:  # noqa: BLE001 - without its thread no call reaches anybody
            where = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} at {where.name}:{where.lineno}"
            log.say("officer_desk_fault", "error", what=what, mend=FAULT_MEND)
            self._drop()

    def _serve(self, wake: socket.socket) -> None:
        ready = self._wait(wake)
        if wake in ready:
            wake.recv(4096)
        while not self._jobs.empty():
            self._jobs.get()()
            self._changed = True
        if self._listening is not None and self._listening in ready:
            self._accept(self._listening)
        elif self._peer is not None and self._peer.line in ready:
            self._hear(self._peer)
        self._changed = self.desk.upkeep() or self._changed
        if self._peer is not None:
            self._show(self._peer)

    def _wait(self, wake: socket.socket) -> list[socket.socket]:
        readers, writers = [wake], []
        if self._listening is not None and time.monotonic() >= self._deaf_until_s:
            readers.append(self._listening)
        if self._peer is not None:
            if self._peer.out:
                writers.append(self._peer.line)
            if len(self._peer.out) < QUEUED_LIMIT_BYTES:  # who does not listen is not heard
                readers.append(self._peer.line)
        return select.select(readers, writers, [], TURN_S)[0]

    def _accept(self, listening: socket.socket) -> None:
        line, _ = listening.accept()
        uid = peer_uid(line)
        if uid not in self.peer_uids:
            line.close()
            mend = "Only the officer's program may; see who runs as that user on this kiosk."
            log.say("officer_stranger", "error", what=f"User {uid} tried.", mend=mend)
            return
        self._drop()  # the newest counts: the one before hangs, or is about to go
        line.setblocking(False)
        self._peer = _Peer(line, FrameReader[ToKiosk](ToKiosk, ASK_LIMIT_BYTES))
        self._peer.send(self.desk.greet())

    def _hear(self, peer: _Peer) -> None:
        try:
            data = peer.line.recv(READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._drop()
            return
        for frame in peer.reader.feed(data):
            self._take(peer, frame)

    def _take(self, peer: _Peer, frame: ToKiosk) -> None:
        if isinstance(frame, Hello):
            if frame.version != VERSION:
                raise FrameError(f"version {frame.version}; this kiosk speaks {VERSION}.")
            peer.greeted = self._changed = True
            log.say("officer_page_there")
        elif not peer.greeted:
            raise FrameError("a request before the greeting.")
        else:
            peer.send(self.desk.answer(frame))
            self._changed = True

    def _show(self, peer: _Peer) -> None:
        """The newest and nothing older: a slow reader misses what is in between."""
        now_s = time.monotonic()
        due = self._changed or now_s - self._said_at_s >= LIVE_AT_LEAST_EVERY_S
        peer.write()
        if due and peer.greeted and not peer.out:
            self._changed, self._said_at_s = False, now_s
            peer.send(self.desk.live())

    def _drop(self) -> None:
        if self._peer is None:
            return
        self._peer.line.close()
        self._peer = None
        self.desk.hung_up()
        log.say("officer_page_gone", "warning", mend=GONE_MEND)

    def _close(self) -> None:
        self._drop()
        if self._listening is not None and self.path is not None:
            self._listening.close()
            self.path.unlink(missing_ok=True)
        for end in self._wake or ():
            end.close()
