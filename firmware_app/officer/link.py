"""The page's line to the kiosk: connects again for ever, and says when the kiosk is away."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from firmware_app import log
from firmware_app.workers.officer_frames import (
    VERSION,
    Ask,
    Challenge,
    Done,
    FrameError,
    FrameReader,
    Greeting,
    Hello,
    Jpeg,
    Live,
    Refused,
    Reply,
    Request,
    Session,
    ToOfficer,
    encode,
)

Answer = Challenge | Session | Jpeg | Done | Refused
READ_BYTES = 256 * 1024
SILENT_S = 10.0  # the kiosk speaks every two seconds
AGAIN_S = (0.2, 0.5, 1.0, 2.0)
WAITING_LIMIT = 64
JOIN_LIMIT_S = 3.0


class KioskAwayError(Exception):
    """The kiosk does not answer now."""

    mend = "Look at the kiosk's own screen; `kiosk doctor` there says what is wrong."


@dataclass(slots=True)
class KioskLink:
    """One thread with the socket; `on_live` gets each picture of the kiosk, None when it is away.

    `on_live` is called in that thread and must return at once.
    """

    path: Path
    on_live: Callable[[Live | None], None]
    greeting: Greeting | None = None
    _line: socket.socket | None = None
    _waiting: dict[int, "Future[Answer]"] = field(default_factory=dict)
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Connect, and again whenever it breaks."""
        self._thread = threading.Thread(target=self._run, name="kiosk-link", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up; safe to call twice."""
        self._stopping.set()
        self._hang_up()
        if self._thread is not None:
            self._thread.join(JOIN_LIMIT_S)

    def ask(self, session: str, request: Request) -> "Future[Answer]":
        """Send a request; the future has its answer, or KioskAwayError."""
        answer: Future[Answer] = Future()
        answer.set_running_or_notify_cancel()  # whoever stops waiting must not break the answer
        with self._lock:
            line = self._line
            if line is None or len(self._waiting) >= WAITING_LIMIT:
                answer.set_exception(KioskAwayError("no kiosk."))
                return answer
            self._next += 1
            self._waiting[self._next] = answer
            frame = encode(Ask(token=self._next, session=session, request=request))
            try:
                line.sendall(frame)
            except OSError:
                del self._waiting[self._next]
                answer.set_exception(KioskAwayError("the kiosk hung up."))
        return answer

    def _run(self) -> None:
        tried = 0
        while not self._stopping.is_set():
            try:
                self._talk()
                tried = 0
            except (OSError, FrameError) as error:
                if tried == 0:
                    log.say("kiosk_away", "warning", what=type(error).__name__)
            self._hang_up()
            self.on_live(None)
            self._stopping.wait(AGAIN_S[min(tried, len(AGAIN_S) - 1)])
            tried += 1

    def _talk(self) -> None:
        """Until it breaks; raises OSError, FrameError."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SILENT_S)
        try:
            line.connect(str(self.path))
            line.sendall(encode(Hello(version=VERSION)))
            with self._lock:
                self._line = line
            reader = FrameReader[ToOfficer](ToOfficer)
            while data := line.recv(READ_BYTES):
                for frame in reader.feed(data):
                    self._take(frame)
        finally:
            line.close()

    def _take(self, frame: ToOfficer) -> None:
        match frame:
            case Greeting():
                if frame.version != VERSION:
                    raise FrameError(f"version {frame.version}; this page speaks {VERSION}.")
                self.greeting = frame
                log.say("kiosk_there", what=frame.kiosk)
            case Reply():
                with self._lock:
                    answer = self._waiting.pop(frame.token, None)
                if answer is not None:
                    answer.set_result(frame.answer)
            case Live():
                self.on_live(frame)

    def _hang_up(self) -> None:
        with self._lock:
            line, self._line = self._line, None
            waiting, self._waiting = self._waiting, {}
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for answer in waiting.values():
            answer.set_exception(KioskAwayError("the kiosk hung up."))
