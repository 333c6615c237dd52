"""The enrolment desk over HTTPS: GET /root.pem, POST /enrol; one request a connection.

The TLS certificate is the issuing authority's; what is asked and answered is proven by itself (a
MAC with the token, or a signature; certificates up to the root), so that a stick does as well.
"""

import ssl
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from mqtt.central.clock import Clock, utc_now
from mqtt.central.errors import CentralError
from mqtt.central.keys_desk import Desk
from mqtt.central.keys_rooms import KeysError
from mqtt.central.pki import KeyPair
from mqtt.enrol import REQUEST_LIMIT_BYTES
from mqtt.errors import EnrolError
from mqtt.notice import Notice, Tell

TALK_LIMIT_S = 10.0
AT_ONCE = 16


class _Http(ThreadingHTTPServer):
    """A listener whose handlers find their owner; what breaks off is nobody's error."""

    daemon_threads = True
    owner: "DeskServer"

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that speaks no TLS or goes away: its affair."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    timeout: ClassVar[float | None] = TALK_LIMIT_S
    server_version, sys_version = "border-kiosk", ""

    def do_GET(self) -> None:
        """The root's certificate, which its fingerprint in the token proves."""
        if self.path == "/root.pem":
            self._say(HTTPStatus.OK, _bytes(self._owner.desk.room.root))
        else:
            self._say(HTTPStatus.NOT_FOUND, b"")

    def do_POST(self) -> None:
        """One request of a kiosk."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/enrol" or not length.isdecimal():
            self._say(HTTPStatus.NOT_FOUND, b"")
        elif len(length) > 9 or int(length) > REQUEST_LIMIT_BYTES:
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"")
        else:
            self._say(*self._owner.answer(self.rfile.read(int(length))))

    @property
    def _owner(self) -> "DeskServer":
        if not isinstance(self.server, _Http):
            raise TypeError("a handler of another server.")
        return self.server.owner

    def _say(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Notices tell what matters; addresses of posts are nobody's."""


@dataclass(slots=True)
class DeskServer:
    """Listens until `stop`; any number of kiosks, sixteen at once, ten seconds each."""

    desk: Desk
    tls: KeyPair
    host: str
    port: int
    tell: Tell
    clock: Clock = utc_now
    _server: _Http = field(init=False)
    _room: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE)
    )

    def start(self) -> int:
        """Listen in threads of our own; gives the port. Raises KeysError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        try:
            context.load_cert_chain(self.tls.public, self.tls.private)
            self._server = _Http((self.host, self.port), _Handler)
        except OSError as error:
            raise KeysError(f"{self.host}:{self.port}: {error.strerror or error}.") from None
        self._server.owner = self
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self._server.serve_forever, name="enrol", daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: bytes) -> tuple[HTTPStatus, bytes]:
        """What one POST gets; refusals say why in a sentence and show nothing of the request."""
        if not self._room.acquire(blocking=False):
            return HTTPStatus.SERVICE_UNAVAILABLE, b""
        try:
            return HTTPStatus.OK, self.desk.answer(request, self.clock())
        except EnrolError as error:
            self.tell(Notice("enrolment_refused", "warning", str(error), error.mend))
            return HTTPStatus.FORBIDDEN, str(error).encode()
        except (CentralError, OSError) as error:
            mend = getattr(error, "mend", "Look at the disk of the centre.")
            self.tell(Notice("enrolment_trouble", "error", str(error), mend))
            return HTTPStatus.INTERNAL_SERVER_ERROR, b"the centre cannot enrol now."
        finally:
            self._room.release()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
