"""The page that Prometheus reads: GET /metrics and nothing else, in a thread of its own."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, Self

from mqtt.broker import Address
from mqtt.central.errors import CentralError

ANSWER_LIMIT_S = 5.0


class MetricsPortError(CentralError):
    """The address for metrics cannot be listened on."""

    mend = "Choose another `metrics` in central.toml, such as 127.0.0.1:9464, or leave it out."


class MetricsServer:
    """Listens from the start of the block to its end; raises MetricsPortError."""

    def __init__(self, address: Address, text: Callable[[], str]) -> None:
        class Handler(BaseHTTPRequestHandler):
            """One request; whoever is silent is dropped."""

            timeout: ClassVar[float | None] = ANSWER_LIMIT_S

            def do_GET(self) -> None:
                """The text format of Prometheus, or 404."""
                if self.path.partition("?")[0] != "/metrics":
                    self.send_error(404)
                    return
                body = text().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """A scrape is no news."""

        try:
            self._server = ThreadingHTTPServer((address.host, address.port), Handler)
        except OSError as error:
            raise MetricsPortError(f"{address}: {error.strerror}.") from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
