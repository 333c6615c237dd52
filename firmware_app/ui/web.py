"""What every page's server shares: listener, loop, fixed files, bounded bodies, event streams.

Nothing is logged of what is served, and of all events a stream knows only the newest.
"""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEARTBEAT_S = 5.0
HEARTBEAT = b"event: heartbeat\ndata: \n\n"
STALLED_MS = 8_000


@dataclass(slots=True)
class WebServer:
    """One uvicorn and its event streams; `wake` and `stop` may be called from any thread.

    clients_limit: streams at a time; retry_ms: when a browser shall come back to a broken one.
    """

    clients_limit: int
    connections_limit: int
    retry_ms: int
    clients: int = field(init=False, default=0)
    ready: threading.Event = field(init=False, default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop | None = field(init=False, default=None)
    _changed: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _uvicorn: uvicorn.Server | None = field(init=False, default=None)
    _stopping: bool = field(init=False, default=False)

    def listen(self, host: str, port: int) -> socket.socket:
        """A listening socket; what is set on it, Linux hands on to each client's; raises OSError.

        No delay: asyncio sees to that only where a socket names its protocol, and 40 ms were
        measured between a picture's headers and its bytes. Who takes nothing for STALLED_MS is
        dropped.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=self.connections_limit)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
        return listener

    def application(self, routes: list[Route]) -> Starlette:
        """The routes as they stand, on the loop that `wake` wakes."""
        app = Starlette(routes=routes, lifespan=self._lifespan)
        app.router.redirect_slashes = False
        return app

    def run(
        self, listener: socket.socket, app: ASGIApp, context: ssl.SSLContext | None = None
    ) -> None:
        """Serve until stopped, then close the listener; over TLS where there is a context."""
        self._uvicorn = uvicorn.Server(_config(app, self.connections_limit, context))
        self._uvicorn.should_exit = self._stopping  # somebody was quicker than the start
        try:
            self._uvicorn.run([listener])
        finally:
            self._stopping = True
            listener.close()

    def wake(self) -> None:
        """Let every stream ask for the newest event."""
        if self._loop:
            with suppress(RuntimeError):  # the loop has ended: nobody is left to wake
                self._loop.call_soon_threadsafe(self._announce)

    def stop(self) -> None:
        """End every stream and leave `run` soon, also one that has yet to begin."""
        self._stopping = True
        self.wake()
        if self._uvicorn:
            self._uvicorn.should_exit = True

    def events(self, newest: Callable[[], bytes]) -> Response:
        """A stream of `newest` each time it is another, and not b""; 503: too many listen."""
        if self.clients >= self.clients_limit:
            return Response(status_code=503)
        return StreamingResponse(self._stream(newest), media_type="text/event-stream")

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self.ready.set()
        yield

    async def _stream(self, newest: Callable[[], bytes]) -> AsyncIterator[bytes]:
        self.clients += 1
        sent = b""
        try:
            yield b"retry: %d\n\n" % self.retry_ms
            while not self._stopping:
                changed = self._changed
                if (event := newest()) and event != sent:
                    sent = event
                    yield event
                elif not await _happens(changed, HEARTBEAT_S):
                    yield HEARTBEAT
        finally:
            self.clients -= 1

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def fixed(path: str, content: bytes, media_type: str) -> Route:
    """A route to bytes that never change."""
    return Route(path, partial(_file, content, media_type))


def static_files(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Every file of a page with its media type, read once: no client's path meets the disk."""
    return {
        path.name: (path.read_bytes(), MEDIA[path.suffix])
        for path in sorted(folder.iterdir())
        if path.suffix in MEDIA
    }


async def body_of(request: Request, limit_bytes: int, limit_s: float) -> bytes | None:
    """The whole body; None where it is too large or too slow."""
    body = b""
    try:
        async with asyncio.timeout(limit_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit_bytes:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return body


def _config(app: ASGIApp, connections: int, context: ssl.SSLContext | None) -> uvicorn.Config:
    """No access log for anyone, no program's name in answers, few connections, short limits."""
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Config(
        app,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=connections,
        h11_max_incomplete_event_size=8_192,
        timeout_graceful_shutdown=1,
    )


async def _file(content: bytes, media_type: str, _request: Request) -> Response:
    return Response(content, media_type=media_type)


async def _happens(event: asyncio.Event, limit_s: float) -> bool:
    """Wait for `event`; False where it did not come within the limit."""
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
