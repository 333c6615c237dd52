"""Lets only a server's own page speak to it, and seals every answer; no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """Refuses foreign hosts (DNS rebinding), foreign origins and unusual verbs before any route.

    hosts: as the Host header says them, in small letters; strict: Origin counts letter for letter,
    and a browser that says Sec-Fetch-Site must be on this site, also with a GET.
    """

    app: ASGIApp
    hosts: frozenset[str]
    origins: frozenset[str]
    seal: Mapping[str, str] = field(default_factory=lambda: SEAL)
    strict: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.seal)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        await (refusal or self.app)(scope, receive, sealed)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if headers.get("host", "").lower() not in self.hosts:
            return PlainTextResponse("not this host", 421)
        if method not in METHODS:
            return PlainTextResponse("GET or POST", 405, {"allow": "GET, POST"})
        if self._is_foreign(method, headers):
            return PlainTextResponse("not from this page", 403)
        return None

    def _is_foreign(self, method: str, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin", "")
        if self.strict and site not in {"same-origin", "none"}:
            return True
        said = origin if self.strict else origin.lower()
        return method == "POST" and said not in self.origins
