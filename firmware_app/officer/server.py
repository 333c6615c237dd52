"""The officer's page over mutual TLS 1.3: one page, one event stream out, requests in.

It holds the newest picture of the kiosk and nothing older, writes nothing to disk and logs nothing
of what it serves. Sessions are the kiosk's: here they are only a cookie that is handed on.
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from firmware_app.officer import talk
from firmware_app.officer.link import Answer, KioskAwayError, KioskLink
from firmware_app.officer.settings import LANGUAGES, OfficerSettings, OfficerSetupError
from firmware_app.ui.guard import SEAL, Guard
from firmware_app.ui.texts import Texts
from firmware_app.ui.web import WebServer, body_of, fixed, static_files
from firmware_app.workers import officer_frames as frames

HERE = Path(__file__).parent
SEALED = SEAL | {
    "permissions-policy": "publickey-credentials-get=(self), publickey-credentials-create=(self), "
    + SEAL["permissions-policy"],
    "strict-transport-security": "max-age=31536000",
}
COOKIE = "__Host-officer"
COOKIE_END = f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
CLIENTS_LIMIT = 8
CONNECTIONS_LIMIT = 48
ANSWER_LIMIT_S = 5.0
BODY_LIMIT_S = 5.0
RETRY_MS = 1000
ROLES: tuple[frames.PictureRole, ...] = ("live_face", "document_portrait")


@dataclass(slots=True)
class OfficerServer:
    """Serves the page until SIGTERM; `run` belongs to the main thread."""

    settings: OfficerSettings
    texts: Texts
    link: KioskLink = field(init=False)
    _live: frames.Live | None = field(init=False, default=None)
    _web: WebServer = field(init=False)

    def __post_init__(self) -> None:
        self.link = KioskLink(self.settings.socket, self._take)
        self._web = WebServer(CLIENTS_LIMIT, CONNECTIONS_LIMIT, RETRY_MS)

    def run(self) -> None:
        """Listen and serve until stopped; raises OfficerSetupError."""
        context, host, port = self.settings.tls(), self.settings.host, self.settings.port
        try:
            listener = self._web.listen(host, port)
        except OSError as error:
            raise OfficerSetupError(f"{host}:{port}: {error.strerror or error}.") from None
        app = self._application()
        self.link.start()
        try:
            self._web.run(listener, app, context)
        finally:
            self.link.stop()

    def stop(self) -> None:
        """Leave `run` soon; from any thread."""
        self._web.stop()

    def _take(self, live: frames.Live | None) -> None:
        """The link's thread: the newest replaces the one before."""
        self._live = live
        self._web.wake()

    # ---- inside the event loop ------------------------------------------------------------------

    def _application(self) -> Guard:
        files = static_files(HERE / "static")
        routes = [
            fixed("/", *files.pop("index.html")),
            *(fixed(f"/static/{name}", *file) for name, file in files.items()),
            *(fixed(f"/words/{tag}", *self._words(tag)) for tag in LANGUAGES),
            *(
                Route(f"/api/{name}", partial(self._post, name), methods=["POST"])
                for name in talk.ROUTES
            ),
            *(Route(f"/picture/{role}", partial(self._picture, role)) for role in ROLES),
            Route("/events", self._events),
        ]
        hosts, origins = frozenset({self.settings.netloc}), frozenset({self.settings.origin})
        return Guard(self._web.application(routes), hosts, origins, SEALED, strict=True)

    def _words(self, tag: str) -> tuple[bytes, str]:
        said = {name: self.texts.say(tag, name) for name in self.texts.variables(tag)}
        first = {"tag": tag, "languages": LANGUAGES, "first": self.settings.language}
        return msgspec.json.encode(first | {"words": said}), "application/json"

    async def _events(self, request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        return self._web.events(lambda: talk.live_event(self._live, self.link.greeting, token))

    async def _post(self, name: str, request: Request) -> Response:
        """200 done; 401 signed out, 409 refused, 429 locked: each with `why`; 503 kiosk away."""
        body = await body_of(request, talk.BODY_LIMIT_BYTES, BODY_LIMIT_S)
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
