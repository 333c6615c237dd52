"""provision.toml: what a laptop tells a kiosk that has no keyboard; read strictly (pure).

The one secret in it is the enrolment token: good once, for one kiosk, for days. All else stands in
kiosk.toml afterwards. Nobody signs it: a kiosk that is enrolled takes a file for its own root
alone, and puts the settings into force only after the centre has accepted the token.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from firmware_app import config
from firmware_app.config import Config
from firmware_app.errors import SetupError
from firmware_app.services.provision_state import NAME
from firmware_app.services.provision_toml import toml_text
from mqtt.broker import Address, BrokerSetupError
from mqtt.enrol import Token
from mqtt.errors import EnrolError
from mqtt.groups import Utc

MOST_BYTES = 64 * 1024

APPLIANCE: dict[str, object] = {
    "profile": "production",
    "assurance": "software",
    "relay_socket": "/run/border-kiosk/relay/relay.sock",
    "devices": {"document_reader": "", "camera": ""},
    "storage": {"outbox": "/var/lib/border-kiosk/outbox.sqlite3"},
    "keys": {
        "signing": "/var/lib/border-kiosk/keys/signing.pem",
        "root": "/var/lib/border-kiosk/keys/root.pem",
        "bundles": "/var/lib/border-kiosk/bundles",
        "tls": "/var/lib/border-kiosk-publish/tls",
    },
    "update": {
        "board": "/run/border-kiosk/update",
        "room": "/var/lib/border-kiosk-update",
        "door": "/run/border-kiosk-update/door",
    },
}
"""What the units of systemd/ settle, so that no engineer types it; the file may say otherwise."""


class ProvisionError(SetupError):
    """A provision.toml that cannot be taken; says why, never what the token was."""

    mend = "Make a new one: `kiosk provision make` with a new token of the centre."


class Provision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `kiosk` is what kiosk.toml says besides APPLIANCE and the id, which the token has.

    broker: HOST:PORT of the line for events; centre: https:// of the enrolment desk, where that is
    not the token's.
    """

    version: Literal[1]
    made_at: Utc
    expires_at: Utc
    token: Annotated[str, Meta(max_length=500)]
    broker: Annotated[str, Meta(max_length=300)]
    kiosk: dict[str, object]
    centre: Annotated[str, Meta(max_length=300, pattern=r"^(https://[!-~]+)?$(?!\n)")] = ""

    def __repr__(self) -> str:
        return f"Provision(expires_at={self.expires_at:%Y-%m-%d})"

    @property
    def enrolment(self) -> Token:
        """The token; raises ProvisionError."""
        try:
            return Token.parse(self.token)
        except EnrolError as error:
            raise ProvisionError(str(error)) from None

    @property
    def desk(self) -> str:
        """The address of the enrolment desk, or "": then a stick carries request and answer."""
        return self.centre or self.enrolment.url

    def text(self) -> str:
        """As a file."""
        head = "# For one kiosk, once. It holds a one-time token: a password until then.\n"
        said = {name: getattr(self, name) for name in self.__struct_fields__}
        return head + toml_text({name: one for name, one in said.items() if one != ""})

    def kiosk_toml(self) -> str:
        """The kiosk.toml that it makes, as text."""
        merged = _merged(APPLIANCE, self.kiosk)
        return f"# Written by `kiosk provision take`.\n{toml_text(_own_id(self, merged))}"

    def publish_toml(self, judged: Config) -> str:
        """The publish.toml of the relay; raises ProvisionError where there is no TLS folder."""
        tls = judged.keys.tls
        if tls is None:
            raise ProvisionError("keys.tls is not set: the relay has no certificate.")
        files = {"ca": tls / "ca.pem", "cert": tls / "tls.pem", "key": tls / "tls.key"}
        said = {name: str(path) for name, path in files.items()}
        said |= {"relay": str(judged.relay_socket), "broker": self.broker}
        return toml_text({**said, "kiosk": judged.kiosk_id})


def read(data: bytes, now_utc: datetime | None) -> Provision:
    """The file in `data`, where it can be taken now (None: at any time); raises ProvisionError.

    A clock that is behind proves nothing, so a file of the future is taken; the centre judges the
    token by its own clock.
    """
    if len(data) > MOST_BYTES:
        raise ProvisionError(f"more than {MOST_BYTES} bytes: that is no {NAME}.")
    try:
        found = msgspec.convert(tomllib.loads(data.decode("utf-8-sig")), Provision)
    except msgspec.ValidationError as error:
        raise ProvisionError(f"{NAME}: {error}.") from None
    except (ValueError, RecursionError):  # of TOML or UTF-8; its words could repeat the token
        raise ProvisionError(f"{NAME} is no TOML that can be read.") from None
    over = now_utc is not None and now_utc >= found.expires_at
    if over or found.expires_at <= found.made_at:
        raise ProvisionError(f"{NAME} ended on {found.expires_at:%Y-%m-%d %H:%M} UTC.")
    _check(found)
    return found


def judge(found: Provision, path: Path) -> Config:
    """The configuration that it makes at `path`; raises ConfigError, ProvisionError."""
    try:
        text = found.kiosk_toml()
    except ValueError as error:
        raise ProvisionError(f"[kiosk]: {error}") from None
    return config.judge(path, text)


def _check(found: Provision) -> None:
    token = found.enrolment
    try:
        Address.parse(found.broker)
    except BrokerSetupError as error:
        raise ProvisionError(str(error)) from None
    if found.kiosk.get("kiosk_id", token.kiosk) != token.kiosk:
        raise ProvisionError("kiosk_id is another than the token's.")


def _own_id(found: Provision, merged: dict[str, object]) -> dict[str, object]:
    return {**merged, "kiosk_id": found.enrolment.kiosk}


def _merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """`over` wins, table by table."""
    both = dict(under)
    for name, one in over.items():
        below = both.get(name)
        both[name] = (
            _merged(below, one) if isinstance(one, dict) and isinstance(below, dict) else one
        )
    return both
