"""The traveller's page on the loopback: one page and one event stream out, touches and pictures.

One thread owns the only event loop of the kiosk. Nothing is logged of what is served, nothing is
cached, and of all screens only the newest is held. Each screen has a serial; a touch counts only
once and only on the screen that it was meant for, so `show` must follow every touch, also where
nothing changed.
"""

import asyncio
import logging
import socket
import threading
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Protocol

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from firmware_app.ui.current import Current
from firmware_app.ui.guard import Guard
from firmware_app.ui.screen import Screen
from firmware_app.ui.sounds import Sounds, sound_routes
from firmware_app.ui.texts import Texts

STATIC = Path(__file__).parent / "static"
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
GLASS = b'data-diagonal-inch="%g"'
HEARTBEAT_S = 5.0
HEARTBEAT = b"event: heartbeat\ndata: \n\n"
TOUCH_LIMIT_BYTES = 512
TEXT_LIMIT = 64
ENTER = "enter"
TOUCH_LIMIT_S = 2.0
PICTURE_WAIT_S = 1.0
PICTURE_POLL_S = 0.008
CLIENTS_LIMIT = 4
CONNECTIONS_LIMIT = 32
STALLED_MS = 8_000
START_LIMIT_S = 10.0
STOP_LIMIT_S = 5.0


class PageError(Exception):
    """The page cannot be served."""

    mend: ClassVar[str] = (
        "Run `kiosk doctor`; if the page stays away, restart border-kiosk.service."
    )


class PortTakenError(PageError):
    """Another program listens where the page should."""

    mend = "Stop the other program on this port (`ss -ltnp` names it), or set another page port."


class _Touch(msgspec.Struct, forbid_unknown_fields=True):
    """What the page posts when a button is touched; text: what stands in the screen's entry."""

    serial: int
    button: str
    text: Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)] | None = None


class OnTouch(Protocol):
    """Takes a button's id, and what was typed where the button is that of an entry."""

    def __call__(self, button: str, text: str | None = None, /) -> None:
        """Return at once."""


@dataclass(slots=True)
class PageServer:
    """Serves the page; `show` and `stop` may be called from any thread.

    on_touch takes a button's id, picture gives the newest camera picture as JPEG: both are called
    in the server's thread and must return at once. With port 0 the system chooses `port`.
    diagonal_inch: of the glass, so that the page can draw in millimetres; 0: it has to guess.
    """

    host: str
    port: int
    texts: Texts
    on_touch: OnTouch
    picture: Callable[[], bytes | None]
    sounds: Sounds = field(default_factory=Sounds)
    diagonal_inch: float = 0.0
    _current: Current = field(init=False)
    _ready: threading.Event = field(init=False, default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop | None = field(init=False, default=None)
    _changed: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _uvicorn: uvicorn.Server | None = field(init=False, default=None)
    _thread: threading.Thread | None = field(init=False, default=None)
    _clients: int = field(init=False, default=0)
    _stopping: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._current = Current(self.texts)

    def start(self) -> None:
        """Listen and serve; returns once a browser can connect.

        Raises PortTakenError where another program listens, PageError where nothing can be served.
        """
        listener = _listener(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._uvicorn = uvicorn.Server(_config(self._application()))
        serve = partial(self._uvicorn.run, [listener])
        self._thread = threading.Thread(target=serve, name="page", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_LIMIT_S):
            raise PageError("the page server did not start in time.")

    def show(self, screen: Screen) -> None:
        """Put `screen` before the traveller; the one before it is forgotten.

        Raises MissingTextError where its language lacks one of its messages.
        """
        self._current.show(screen)
        self._wake()

    def stop(self) -> None:
        """Forget the screen, end every stream and close the port; safe to call twice."""
        self._stopping = True
        self._current.forget()
        self._wake()
        if self._uvicorn:
            self._uvicorn.should_exit = True
        if self._thread:
            self._thread.join(STOP_LIMIT_S)

    def _wake(self) -> None:
        if self._loop:
            with suppress(RuntimeError):  # the loop has ended: nobody is left to wake
                self._loop.call_soon_threadsafe(self._announce)

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    # ---- inside the server's thread ---------------------------------------------------------

    def _application(self) -> Guard:
        files = _static_files()
        page, html = files.pop("index.html")
        sized = page.replace(GLASS % 0, GLASS % self.diagonal_inch)
        routes = [
            Route("/", partial(_file, sized, html)),
            *(Route(f"/static/{name}", partial(_file, *file)) for name, file in files.items()),
            Route("/events", self._events),
            Route("/touch", self._touch, methods=["POST"]),
            Route("/live.jpg", self._live),
            Route("/health", self._health),
            *sound_routes(self.sounds, self._current, self.texts),
        ]
        app = Starlette(routes=routes, lifespan=self._lifespan)
        app.router.redirect_slashes = False
        return Guard(app, lambda: self.port)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        yield

    async def _events(self, _request: Request) -> Response:
        if self._clients >= CLIENTS_LIMIT:
            return Response(status_code=503)
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[bytes]:
        """The newest screen each time there is one that this client has not seen; no queue."""
        self._clients += 1
        sent = 0
        try:
            yield b"retry: 500\n\n"
            while not self._stopping:
                changed = self._changed
                if (now := self._current.now()) and now.serial != sent:
                    sent = now.serial
                    yield now.event
                elif not await _happens(changed, HEARTBEAT_S):
                    yield HEARTBEAT
        finally:
            self._clients -= 1

    async def _touch(self, request: Request) -> Response:
        """204: counted; 409: not on the screen of now, or touched before; 400: not a touch."""
        touch = await _touch_in(request)
        if touch is None:
            return Response(status_code=400)
        typed = touch.button == ENTER
        if typed != (touch.text is not None):
            return Response(status_code=400)
        if not self._current.accept(touch.serial, touch.button):
            return Response(status_code=409)
        if typed:
            self.on_touch(touch.button, touch.text)
        else:
            self.on_touch(touch.button)
        return Response(status_code=204)

    async def _live(self, request: Request) -> Response:
        """The first camera picture other than the client's last (`n`, its ETag); 404 when not live.

        204 when none comes within a second, or the screen changes. No picture is held in between.
        """
        seen = request.query_params.get("n", "")
        if not self._is_live():
            return Response(status_code=404)
        for _ in range(int(PICTURE_WAIT_S / PICTURE_POLL_S)):
            if not self._is_live():
                break
            picture = self.picture()
            if picture and (tag := f"{zlib.crc32(picture):08x}") != seen:
                return Response(picture, media_type="image/jpeg", headers={"etag": tag})
            await asyncio.sleep(PICTURE_POLL_S)
        return Response(status_code=204)

    def _is_live(self) -> bool:
        now = self._current.now()
        return now is not None and now.screen.live

    async def _health(self, _request: Request) -> Response:
        """What `kiosk doctor` asks: nothing of a traveller in it."""
        shown = self._current.now()
        return JSONResponse(
            {
                "screen": shown.screen.name if shown else "",
                "serial": shown.serial if shown else 0,
                "clients": self._clients,
                "reviews": {tag: self.texts.review(tag) for tag in self.texts.languages()},
            }
        )


def _listener(host: str, port: int) -> socket.socket:
    """A listening socket; what is set on it, Linux hands on to each client's socket.

    No delay: asyncio sees to that only where a socket names its protocol, and 40 ms were measured
    between a picture's headers and its bytes. Who takes nothing for STALLED_MS is dropped.
    """
    try:
        listener = socket.create_server((host, port), backlog=CONNECTIONS_LIMIT)
    except OSError as problem:
        raise PortTakenError(f"{host}:{port} cannot be listened on.") from problem
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
    return listener


def _config(app: Guard) -> uvicorn.Config:
    """No access log for anyone, no program's name in answers, few connections, short limits."""
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=CONNECTIONS_LIMIT,
        h11_max_incomplete_event_size=8_192,
        timeout_graceful_shutdown=1,
    )


def _static_files() -> dict[str, tuple[bytes, str]]:
    """Every file of the page with its media type, read once: no client's path meets the disk."""
    return {
        path.name: (path.read_bytes(), MEDIA[path.suffix])
        for path in sorted(STATIC.iterdir())
        if path.suffix in MEDIA
    }


async def _file(content: bytes, media_type: str, _request: Request) -> Response:
    return Response(content, media_type=media_type)


async def _touch_in(request: Request) -> _Touch | None:
    """The touch in a request's body; None for what is too large, too slow or no touch."""
    body = b""
    try:
        async with asyncio.timeout(TOUCH_LIMIT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > TOUCH_LIMIT_BYTES:
                    return None
        return msgspec.json.decode(body, type=_Touch)
    except (TimeoutError, ClientDisconnect, msgspec.DecodeError, UnicodeDecodeError):
        return None


async def _happens(event: asyncio.Event, limit_s: float) -> bool:
    """Wait for `event`; False where it did not come within the limit."""
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
