"""Whom the centre believes: kiosk ids with their public keys, profiles and assurances accepted."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.central.errors import RegistryError
from mqtt.events import Assurance, Profile
from mqtt.keys import PublicKey
from mqtt.topics import is_kiosk_id


class _Kiosk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    signing_keys: list[str]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted_profiles: list[Profile]
    accepted_assurances: list[Assurance]
    kiosks: dict[str, _Kiosk] = {}


@dataclass(frozen=True, slots=True)
class Registry:
    """Who may speak: an old and a new key of a kiosk may stand side by side while keys rotate."""

    profiles: frozenset[Profile]
    assurances: frozenset[Assurance]
    keys: dict[str, tuple[PublicKey, ...]]

    @classmethod
    def load(cls, path: Path) -> "Registry":
        """Read registry.toml; raises RegistryError with the place of the mistake."""
        try:
            file = msgspec.toml.decode(path.read_bytes(), type=_File)
        except OSError as error:
            raise RegistryError(f"{path}: {error.strerror}.") from None
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise RegistryError(f"{path}: {error}.") from None
        keys = {name: _keys(path, name, kiosk) for name, kiosk in file.kiosks.items()}
        return cls(frozenset(file.accepted_profiles), frozenset(file.accepted_assurances), keys)


def _keys(path: Path, name: str, kiosk: _Kiosk) -> tuple[PublicKey, ...]:
    if not is_kiosk_id(name):
        raise RegistryError(f"{path}: kiosks.{name} is no kiosk id.")
    if not kiosk.signing_keys:
        raise RegistryError(f"{path}: kiosks.{name} has no signing key.")
    return tuple(_key(path, name, pem) for pem in kiosk.signing_keys)


def _key(path: Path, name: str, pem: str) -> PublicKey:
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except ValueError:
        raise RegistryError(f"{path}: a signing key of kiosks.{name} is not PEM.") from None
    if not isinstance(key, PublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise RegistryError(f"{path}: a signing key of kiosks.{name} is not on P-256.")
    return key
