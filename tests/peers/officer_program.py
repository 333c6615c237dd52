"""The real program of the officer's page beside a kiosk without devices, and a client of it."""

import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

from firmware_app.engineer.officer_site import HOST, OfficerSite
from mqtt.central import pki
from mqtt.central.mosquitto import free_port
from mqtt.webauthn import Party
from tests.peers.officer_bench import OfficerBench


class Site:
    """A kiosk without devices, and the real program of the officer's page beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.party = Party(f"https://{HOST}:{self.port}", HOST)
        self.pki = OfficerSite(folder / "officer")
        self.pki.make()
        self.log = folder / "page.log"
        self.bench = OfficerBench(folder, self.party)

    def __enter__(self) -> "Site":
        self.bench.__enter__()
        self.start_page()
        return self

    def start_page(self) -> None:
        command = [str(word) for word in self.pki.command(self.bench.socket, self.port)]
        with self.log.open("ab") as log:
            self.page = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        self.bench.patient(self.listens, 60.0)

    def listens(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_: object) -> None:
        self.page.terminate()
        self.page.wait(15)
        self.bench.__exit__()

    @property
    def origin(self) -> str:
        return self.party.origin


def https(
    site: Site,
    certificate: pki.KeyPair | None,
    head: str = "GET / HTTP/1.1\r\nHost: {host}",
    body: bytes = b"",
    **versions: Any,
) -> str:
    """The whole answer to a request with that certificate, or the name of the refusal.

    {host} and {origin} in `head` are the page's own.
    """
    context = ssl.create_default_context(cafile=str(site.pki.authority.public))
    for name, value in versions.items():
        setattr(context, name, value)
    if certificate is not None:
        context.load_cert_chain(certificate.public, certificate.private)
    said = head.format(host=f"{HOST}:{site.port}", origin=site.origin)
    said += f"\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    answer = b""
    try:
        with (
            socket.create_connection(("127.0.0.1", site.port), timeout=20) as raw,
            context.wrap_socket(raw, server_hostname=HOST) as line,
        ):
            line.sendall(said.encode() + body)
            while data := line.recv(65536):
                answer += data
    except (ssl.SSLError, ConnectionError) as error:
        return answer.decode() or type(error).__name__
    return answer.decode()
