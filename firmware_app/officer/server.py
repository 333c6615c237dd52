"""The officer's page over mutual TLS 1.3: one page, one event stream out, requests in.

It holds the newest picture of the kiosk and nothing older, writes nothing to disk and logs nothing
of what it serves. Sessions are the kiosk's: here they are only a cookie that is handed on.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from firmware_app.officer import talk
from firmware_app.officer.guard import OriginGuard
from firmware_app.officer.link import Answer, KioskAwayError, KioskLink
from firmware_app.officer.settings import LANGUAGES, OfficerSettings, OfficerSetupError
from firmware_app.ui.texts import Texts
from firmware_app.workers import officer_frames as frames

HERE = Path(__file__).parent
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
COOKIE = "__Host-officer"
COOKIE_END = f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
CLIENTS_LIMIT = 8
CONNECTIONS_LIMIT = 48
ANSWER_LIMIT_S = 5.0
BODY_LIMIT_S = 5.0
HEARTBEAT_S = 5.0
HEARTBEAT = b"event: heartbeat\ndata: \n\n"
STALLED_MS = 8_000
ROLES: tuple[frames.PictureRole, ...] = ("live_face", "document_portrait")


@dataclass(slots=True)
class OfficerServer:
    """Serves the page until SIGTERM; `run` belongs to the main thread."""

    settings: OfficerSettings
    texts: Texts
    link: KioskLink = field(init=False)
    _live: frames.Live | None = field(init=False, default=None)
    _loop: asyncio.AbstractEventLoop | None = field(init=False, default=None)
    _changed: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _uvicorn: uvicorn.Server | None = field(init=False, default=None)
    _clients: int = field(init=False, default=0)
    _stopping: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.link = KioskLink(self.settings.socket, self._take)

    def run(self) -> None:
        """Listen and serve until stopped; raises OfficerSetupError."""
        context = self.settings.tls()
        listener = _listener(self.settings.host, self.settings.port)
        self._uvicorn = uvicorn.Server(_config(self._application(), context))
        self._uvicorn.should_exit = self._stopping  # somebody was quicker than the start
        self.link.start()
        try:
            self._uvicorn.run([listener])
        finally:
            self._stopping = True
            self.link.stop()
            listener.close()

    def stop(self) -> None:
        """Leave `run` soon; from any thread."""
        self._stopping = True
        self._wake()
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True

    def _take(self, live: frames.Live | None) -> None:
        """The link's thread: the newest replaces the one before."""
        self._live = live
        self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._announce)

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    # ---- inside the event loop ------------------------------------------------------------------

    def _application(self) -> OriginGuard:
        files = _static_files()
        routes = [
            Route("/", partial(_file, *files.pop("index.html"))),
            *(Route(f"/static/{name}", partial(_file, *file)) for name, file in files.items()),
            *(Route(f"/words/{tag}", partial(_file, *self._words(tag))) for tag in LANGUAGES),
            *(
                Route(f"/api/{name}", partial(self._post, name), methods=["POST"])
                for name in talk.ROUTES
            ),
            *(Route(f"/picture/{role}", partial(self._picture, role)) for role in ROLES),
            Route("/events", self._events),
        ]
        app = Starlette(routes=routes, lifespan=self._lifespan)
        app.router.redirect_slashes = False
        return OriginGuard(app, self.settings.origin, self.settings.netloc)

    def _words(self, tag: str) -> tuple[bytes, str]:
        said = {name: self.texts.say(tag, name) for name in self.texts.variables(tag)}
        first = {"tag": tag, "languages": LANGUAGES, "first": self.settings.language}
        return msgspec.json.encode(first | {"words": said}), "application/json"

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        yield

    async def _events(self, request: Request) -> Response:
        if self._clients >= CLIENTS_LIMIT:
            return Response(status_code=503)
        token = request.cookies.get(COOKIE, "")
        return StreamingResponse(self._stream(token), media_type="text/event-stream")

    async def _stream(self, token: str) -> AsyncIterator[bytes]:
        """The newest picture each time there is another; no queue."""
        self._clients += 1
        sent = b""
        try:
            yield b"retry: 1000\n\n"
            while not self._stopping:
                changed = self._changed
                event = talk.live_event(self._live, self.link.greeting, token)
                if event != sent:
                    sent = event
                    yield event
                elif not await _happens(changed, HEARTBEAT_S):
                    yield HEARTBEAT
        finally:
            self._clients -= 1

    async def _post(self, name: str, request: Request) -> Response:
        """200 done; 401 signed out, 409 refused, 429 locked: each with `why`; 503 kiosk away."""
        body = await _body(request)
        if body is None:
            return Response(status_code=400)
        try:
            wanted = talk.request(name, body)
        except talk.BadBodyError:
            return Response(status_code=400)
        answer = await self._ask(request.cookies.get(COOKIE, ""), wanted)
        if isinstance(answer, frames.Session):
            return _signed_in(answer)
        if answer is None or isinstance(answer, frames.Jpeg):
            return Response(b'{"why":"kiosk_away"}', 503, media_type="application/json")
        status, said = talk.reply(answer)
        headers = {"set-cookie": COOKIE_END} if name == "sign-out" or status == 401 else {}
        return Response(said, status, headers, "application/json")

    async def _picture(self, role: frames.PictureRole, request: Request) -> Response:
        answer = await self._ask(request.cookies.get(COOKIE, ""), frames.Picture(role=role))
        if isinstance(answer, frames.Jpeg):
            return Response(answer.data, media_type="image/jpeg")
        return Response(status_code=404)

    async def _ask(self, token: str, request: frames.Request) -> Answer | None:
        """The kiosk's answer; None where it is away or too slow."""
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                return await asyncio.wrap_future(self.link.ask(token[:64], request))
        except (KioskAwayError, TimeoutError):
            return None


def _signed_in(session: frames.Session) -> Response:
    cookie = f"{COOKIE}={session.token}; Path=/; Secure; HttpOnly; SameSite=Strict"
    said = msgspec.json.encode({"officer": session.officer})
    return Response(said, 200, {"set-cookie": cookie}, "application/json")


def _listener(host: str, port: int) -> socket.socket:
    """A listening socket; who takes nothing for STALLED_MS is dropped."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=CONNECTIONS_LIMIT)
    except OSError as error:
        raise OfficerSetupError(f"{host}:{port}: {error.strerror or error}.") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
    return listener


def _config(app: OriginGuard, context: ssl.SSLContext) -> uvicorn.Config:
    """No access log for anyone, no program's name in answers, few connections, short limits."""
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Config(
        app,
        ssl_context_factory=lambda _config, _default: context,
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
        for path in sorted((HERE / "static").iterdir())
        if path.suffix in MEDIA
    }


async def _file(content: bytes, media_type: str, _request: Request) -> Response:
    return Response(content, media_type=media_type)


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is too large or too slow."""
    body = b""
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > talk.BODY_LIMIT_BYTES:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return body


async def _happens(event: asyncio.Event, limit_s: float) -> bool:
    """Wait for `event`; False where it did not come within the limit."""
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
