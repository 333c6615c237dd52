"""What border-kiosk-publish is told: words on the command line, or a TOML file."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from mqtt.broker import Address, BrokerSetupError, TlsFiles
from mqtt.delivery import Backoff
from mqtt.topics import is_kiosk_id

KEEPALIVE_S = 30


@dataclass(frozen=True, slots=True)
class PublisherSettings:
    """What the program is told."""

    relay: Path
    broker: Address
    tls: TlsFiles
    kiosk: str
    keepalive_s: int = KEEPALIVE_S
    backoff: Backoff = field(default_factory=Backoff)

    def check(self) -> None:
        """Raise BrokerSetupError where no broker could ever let us in with this."""
        if not is_kiosk_id(self.kiosk):
            raise BrokerSetupError("a kiosk id is 1 to 40 letters, digits and hyphens.")
        self.tls.context()
        name = self.tls.common_name()
        if name != self.kiosk:
            raise BrokerSetupError(f"the certificate is for {name!r}, the kiosk is {self.kiosk!r}.")


class _Configuration(msgspec.Struct, forbid_unknown_fields=True):
    relay: str
    broker: str
    ca: str
    cert: str
    key: str
    kiosk: str
    crl: str = ""
    keepalive_s: Annotated[int, msgspec.Meta(ge=2, le=600)] = KEEPALIVE_S

    def settings(self) -> PublisherSettings:
        """The settings; raises BrokerSetupError."""
        crl = Path(self.crl) if self.crl else None
        tls = TlsFiles(Path(self.ca), Path(self.cert), Path(self.key), crl)
        return PublisherSettings(
            Path(self.relay), Address.parse(self.broker), tls, self.kiosk, self.keepalive_s
        )


def parser() -> argparse.ArgumentParser:
    """The words of the program."""
    words = argparse.ArgumentParser(
        prog="border-kiosk-publish",
        description="Carry sealed events from the kiosk's relay socket to the broker.",
        epilog="example: border-kiosk-publish --config /etc/border-kiosk/publish.toml",
    )
    words.add_argument("--config", type=Path, help="TOML file with the words below as keys")
    for word, what in (
        ("relay", "the kiosk's Unix socket"),
        ("broker", "HOST:PORT"),
        ("ca", "PEM file: the authority that signed the broker's certificate"),
        ("cert", "PEM file: this kiosk's TLS client certificate, its CN is the kiosk id"),
        ("key", "PEM file: the key of that certificate"),
        ("crl", "PEM file: certificates that the authority has taken back; default: none"),
        ("kiosk", "the kiosk id"),
    ):
        words.add_argument(f"--{word}", help=what)
    words.add_argument(
        "--keepalive-s",
        type=int,
        help="ask a silent broker for a sign after so many seconds, 2 to 600; default: 30",
    )
    return words


def settings(args: argparse.Namespace) -> PublisherSettings:
    """Words on the command line win over the file; raises BrokerSetupError."""
    found: dict[str, object] = {}
    try:
        if args.config is not None:
            found = msgspec.toml.decode(args.config.read_bytes(), type=dict[str, object])
        given = {name: word for name, word in vars(args).items() if word and name != "config"}
        return msgspec.convert({**found, **given}, _Configuration).settings()
    except OSError as error:
        raise BrokerSetupError(f"{args.config}: {error.strerror}.") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BrokerSetupError(f"{error}.") from None
