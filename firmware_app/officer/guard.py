"""Lets only the officer's own page speak to its server, and seals every answer; no I/O."""

from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firmware_app.ui.guard import METHODS, SEAL

SEALED = SEAL | {
    "permissions-policy": "publickey-credentials-get=(self), publickey-credentials-create=(self), "
    + SEAL["permissions-policy"],
    "strict-transport-security": "max-age=31536000",
}


@dataclass(frozen=True, slots=True)
class OriginGuard:
    """Refuses foreign hosts, foreign origins and unusual verbs before any route."""

    app: ASGIApp
    origin: str
    netloc: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SEALED)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        await (refusal or self.app)(scope, receive, sealed)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if headers.get("host", "").lower() != self.netloc:
            return PlainTextResponse("not this host", 421)
        if method not in METHODS:
            return PlainTextResponse("GET or POST", 405, {"allow": "GET, POST"})
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return PlainTextResponse("not from this page", 403)
        if method == "POST" and headers.get("origin", "") != self.origin:
            return PlainTextResponse("not from this page", 403)
        return None
