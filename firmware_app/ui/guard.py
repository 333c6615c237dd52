"""Lets only the kiosk's own page speak to the page server, and seals every answer; no I/O."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "POST"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
SEAL = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses foreign hosts (DNS rebinding), foreign origins and unusual verbs before any route."""

    app: ASGIApp
    port: Callable[[], int]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SEAL)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        await (refusal or self.app)(scope, receive, sealed)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        hosts = {f"127.0.0.1:{self.port()}", f"localhost:{self.port()}"}
        if headers.get("host", "").lower() not in hosts:
            return PlainTextResponse("not this host", 421)
        if method not in METHODS:
            return PlainTextResponse("GET or POST", 405, {"allow": "GET, POST"})
        origins = {f"http://{host}" for host in hosts}
        if method == "POST" and headers.get("origin", "").lower() not in origins:
            return PlainTextResponse("not from this page", 403)
        return None
