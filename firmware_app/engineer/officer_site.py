"""The officer's page of the demo: its own throw-away authority, its certificates, its program."""

import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from firmware_app.clock import utc_now
from firmware_app.workers.officer_registry import OfficerRegistry
from mqtt.central import pki
from mqtt.central.pki import KeyPair

OFFICER = "demo-officer"
HOST = "localhost"  # keys sign for a name; 127.0.0.1 is none
TABLET_PASSWORD = "demo"  # noqa: S105 - browsers import no file without one; it guards nothing


@dataclass(frozen=True, slots=True)
class OfficerSite:
    """What the page and a browser need, in one folder; the authority is the page's alone."""

    folder: Path

    @property
    def authority(self) -> KeyPair:
        """Whose clients may connect."""
        return self._pair("ca")

    @property
    def page(self) -> KeyPair:
        """The page's own certificate, for localhost."""
        return self._pair("page")

    @property
    def tablet(self) -> KeyPair:
        """The certificate of the officer's tablet."""
        return self._pair("tablet")

    @property
    def tablet_file(self) -> Path:
        """The same for a browser's import (PKCS 12)."""
        return self.folder / "tablet.p12"

    @property
    def officers(self) -> Path:
        """The register of officers."""
        return self.folder / "officers"

    def make(self) -> None:
        """Write what is not there yet; raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.tablet_file.exists():
            return
        pki.make_authority(self.authority)
        pki.make_leaf(self.page, self.authority, HOST, server=True)
        pki.make_leaf(self.tablet, self.authority, "officer-tablet")
        pki.write_private(self.tablet_file, _for_browser(self.tablet, self.authority))

    def command(self, line: Path, port: int) -> list[str | Path]:
        """What starts the program."""
        words: list[str | Path] = [sys.executable, "-m", "firmware_app.officer.program"]
        words += ["--socket", line, "--origin", f"https://{HOST}:{port}"]
        words += ["--ca", self.authority.public, "--cert", self.page.public]
        return [*words, "--key", self.page.private]

    def table(self, line: Path, port: int) -> str:
        """The table [officer] of kiosk.toml."""
        origin = f'origin = "https://{HOST}:{port}"'
        return f'[officer]\nsocket = "{line}"\n{origin}\nofficers = "{self.officers}"\n'

    def words(self, port: int) -> str:
        """How to open the page, with a fresh one-time code."""
        code = OfficerRegistry(self.officers).add(OFFICER, utc_now())
        return (
            f"\nThe officer's page: https://{HOST}:{port}\n"
            f"  once in your browser: trust {self.authority.public} as an authority,\n"
            f"  import {self.tablet_file} (password: {TABLET_PASSWORD}) as your certificate,\n"
            f"  then Register a new key with the code {code}: a security key, the computer's own,\n"
            "  or the virtual authenticator of the browser's developer tools (WebAuthn)."
        )

    def _pair(self, name: str) -> KeyPair:
        return KeyPair(self.folder / f"{name}.key", self.folder / f"{name}.pem")


def is_free(port: int) -> bool:
    """Whether the page could listen there."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return one.connect_ex(("127.0.0.1", port)) != 0


def _for_browser(client: KeyPair, authority: KeyPair) -> bytes:
    key, certificate = pki.load_authority(client)
    issuer = x509.load_pem_x509_certificate(authority.public.read_bytes())
    guard = serialization.BestAvailableEncryption(TABLET_PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(
        b"border-kiosk demo tablet", key, certificate, [issuer], guard
    )
