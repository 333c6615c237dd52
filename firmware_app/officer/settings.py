"""What border-kiosk-officer is told: words on the command line, or a TOML file; and its TLS."""

import argparse
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import msgspec

LANGUAGES = ("en", "fr")


class OfficerSetupError(Exception):
    """The program cannot start like this."""

    mend: ClassVar[str] = "See docs/officer.md, and `border-kiosk-officer --help`."


@dataclass(frozen=True, slots=True)
class OfficerSettings:
    """What the program is told; `origin` is the page's address as officers type it."""

    socket: Path
    host: str
    port: int
    origin: str
    ca: Path
    cert: Path
    key: Path
    crl: Path | None = None
    language: str = "en"

    @property
    def netloc(self) -> str:
        """HOST:PORT as the browser's Host header says it."""
        return urlsplit(self.origin).netloc.lower()

    def tls(self) -> ssl.SSLContext:
        """TLS 1.3 only, nobody without a certificate of `ca`; raises OfficerSetupError.

        No session tickets: each connection shows its certificate anew, so that one on the
        revocation list is out with the next start.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.num_tickets = 0
        try:
            context.load_cert_chain(self.cert, self.key)
            context.load_verify_locations(self.ca)
            if self.crl is not None:
                context.load_verify_locations(self.crl)
                context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        except (OSError, ssl.SSLError) as error:
            raise OfficerSetupError(f"certificates: {error}.") from None
        return context


class _Configuration(msgspec.Struct, forbid_unknown_fields=True):
    """The TOML file, and what the command line may say instead."""

    socket: str
    origin: str
    ca: str
    cert: str
    key: str
    listen: str = ""
    crl: str = ""
    language: str = "en"


def parser() -> argparse.ArgumentParser:
    """The words of the program."""
    words = argparse.ArgumentParser(
        prog="border-kiosk-officer",
        description="Serve the officer's page of one kiosk on the post's own network segment.",
        epilog="example: border-kiosk-officer --config /etc/border-kiosk/officer.toml",
    )
    words.add_argument("--config", type=Path, help="TOML file with the words below as keys")
    for word, what in (
        ("socket", "the kiosk's Unix socket: officer.socket of kiosk.toml"),
        ("origin", "the page's address, https://NAME:PORT; a name, because keys sign for names"),
        ("listen", "ADDRESS:PORT of the post's segment; default: 127.0.0.1 and the origin's port"),
        ("ca", "PEM file: the authority whose client certificates may connect"),
        ("cert", "PEM file: the page's own certificate, for the origin's name"),
        ("key", "PEM file: the key of that certificate"),
        ("crl", "PEM file: certificates that the authority has taken back; default: none"),
        ("language", f"of the page at first, {' or '.join(LANGUAGES)}; default: en"),
    ):
        words.add_argument(f"--{word}", help=what)
    return words


def settings(args: argparse.Namespace) -> OfficerSettings:
    """Words on the command line win over the file; raises OfficerSetupError."""
    found: dict[str, object] = {}
    try:
        if args.config is not None:
            found = msgspec.toml.decode(args.config.read_bytes(), type=dict[str, object])
        given = {name: word for name, word in vars(args).items() if word and name != "config"}
        return _judged(msgspec.convert({**found, **given}, _Configuration))
    except OSError as error:
        raise OfficerSetupError(f"{args.config}: {error.strerror}.") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise OfficerSetupError(f"{error}.") from None


def _judged(said: _Configuration) -> OfficerSettings:
    host, port = _origin(said.origin)
    if said.language not in LANGUAGES:
        raise OfficerSetupError(f"language: one of {', '.join(LANGUAGES)}.")
    address, _, at = said.listen.rpartition(":")
    if said.listen and not (address and at.isdecimal()):
        raise OfficerSetupError("listen: ADDRESS:PORT, such as 10.20.0.1:8443.")
    return OfficerSettings(
        Path(said.socket),
        address.strip("[]") or "127.0.0.1",
        int(at) if at else port,
        f"https://{host}:{port}" if port != 443 else f"https://{host}",
        Path(said.ca),
        Path(said.cert),
        Path(said.key),
        Path(said.crl) if said.crl else None,
        said.language,
    )


def _origin(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme != "https" or not host or not plain or not host[-1].isalpha():
        raise OfficerSetupError("origin: https://NAME or https://NAME:PORT; not an IP address.")
    return host.lower(), port
