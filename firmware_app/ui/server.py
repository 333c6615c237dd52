"""The traveller's page on the loopback: one page and one event stream out, touches and pictures.

One thread owns the only event loop of the kiosk. Nothing is logged of what is served, nothing is
cached, and of all screens only the newest is held. Each screen has a serial; a touch counts only
once and only on the screen that it was meant for, so `show` must follow every touch, also where
nothing changed.
"""

import asyncio
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from firmware_app.ui.current import Current
from firmware_app.ui.guard import Guard
from firmware_app.ui.screen import Screen
from firmware_app.ui.sounds import Sounds, sound_routes
from firmware_app.ui.texts import Texts
from firmware_app.ui.web import WebServer, body_of, fixed, static_files

STATIC = Path(__file__).parent / "static"
GLASS = b'data-diagonal-inch="%g"'
TOUCH_LIMIT_BYTES = 512
TEXT_LIMIT = 64
ENTER = "enter"
TOUCH_LIMIT_S = 2.0
PICTURE_WAIT_S = 1.0
PICTURE_POLL_S = 0.008
CLIENTS_LIMIT = 4
CONNECTIONS_LIMIT = 32
RETRY_MS = 500
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
    reports: how it stands with each device, by name: plain values for /health.
    """

    host: str
    port: int
    texts: Texts
    on_touch: OnTouch
    picture: Callable[[], bytes | None]
    sounds: Sounds = field(default_factory=Sounds)
    diagonal_inch: float = 0.0
    reports: Callable[[], Mapping[str, object]] = dict
    _current: Current = field(init=False)
    _web: WebServer = field(init=False)
    _thread: threading.Thread | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._current = Current(self.texts)
        self._web = WebServer(CLIENTS_LIMIT, CONNECTIONS_LIMIT, RETRY_MS)

    def start(self) -> None:
        """Listen and serve; returns once a browser can connect.

        Raises PortTakenError where another program listens, PageError where nothing can be served.
        """
        try:
            listener = self._web.listen(self.host, self.port)
        except OSError as problem:
            raise PortTakenError(f"{self.host}:{self.port} cannot be listened on.") from problem
        self.port = listener.getsockname()[1]
        serve = partial(self._web.run, listener, self._application())
        thread = threading.Thread(target=serve, name="page", daemon=True)
        thread.start()
        self._thread = thread  # only now: `stop` may join it
        if not self._web.ready.wait(START_LIMIT_S):
            raise PageError("the page server did not start in time.")

    def show(self, screen: Screen) -> None:
        """Put `screen` before the traveller; the one before it is forgotten.

        Raises MissingTextError where its language lacks one of its messages.
        """
        self._current.show(screen)
        self._web.wake()

    def stop(self) -> None:
        """Forget the screen, end every stream and close the port; safe to call twice."""
        self._current.forget()
        self._web.stop()
        if self._thread:
            self._thread.join(STOP_LIMIT_S)

    # ---- inside the server's thread ---------------------------------------------------------

    def _application(self) -> Guard:
        files = static_files(STATIC)
        page, html = files.pop("index.html")
        sized = page.replace(GLASS % 0, GLASS % self.diagonal_inch)
        routes = [
            fixed("/", sized, html),
            *(fixed(f"/static/{name}", *file) for name, file in files.items()),
            Route("/events", self._events),
            Route("/touch", self._touch, methods=["POST"]),
            Route("/live.jpg", self._live),
            Route("/health", self._health),
            *sound_routes(self.sounds, self._current, self.texts),
        ]
        hosts = frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})
        origins = frozenset(f"http://{host}" for host in hosts)
        return Guard(self._web.application(routes), hosts, origins)

    async def _events(self, _request: Request) -> Response:
        return self._web.events(self._newest)

    def _newest(self) -> bytes:
        now = self._current.now()
        return now.event if now else b""

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
        """The first camera picture other than the client's last (`n`, its ETag).

        204 when none comes within a second, or the screen of now is not live: a page may ask before
        it has heard of that screen, and that is no error. No picture is held in between.
        """
        seen = request.query_params.get("n", "")
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
        """What `kiosk doctor` and updates ask: nothing of a traveller in it."""
        shown = self._current.now()
        return JSONResponse(
            {
                "screen": shown.screen.name if shown else "",
                "shown_s": round(time.monotonic() - shown.entered_at_s, 1) if shown else 0.0,
                "serial": shown.serial if shown else 0,
                "clients": self._web.clients,
                "devices": self.reports(),
                "reviews": {tag: self.texts.review(tag) for tag in self.texts.languages()},
            }
        )


async def _touch_in(request: Request) -> _Touch | None:
    """The touch in a request's body; None for what is too large, too slow or no touch."""
    body = await body_of(request, TOUCH_LIMIT_BYTES, TOUCH_LIMIT_S)
    try:
        return None if body is None else msgspec.json.decode(body, type=_Touch)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
