"""Whom the centre believes: kiosk ids with their public keys, profiles and assurances accepted.

registry.toml is the person's: what is accepted, and kiosks entered by hand. registry.d/KIOSK.json
beside it is the program's: one file for each kiosk that was enrolled, replaced whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.central.errors import RegistryError
from mqtt.events import Assurance, Profile
from mqtt.files import write_durably
from mqtt.groups import Utc
from mqtt.keys import PublicKey, public_pem
from mqtt.topics import is_kiosk_id

T = TypeVar("T")


class Decode(Protocol):
    """msgspec's decoder of TOML or of JSON."""

    def __call__(self, data: bytes, /, *, type: type[T]) -> T:  # noqa: A002 - msgspec's name
        """The value in `data`."""


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A TLS client certificate that was issued; `serial` is hexadecimal."""

    serial: str
    not_before: Utc
    not_after: Utc
    revoked_at: Utc | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One kiosk: `signing_keys` are PEM, the newest first; old ones verify what waits on its disk.

    `assurance` is what it was enrolled with; None accepts what the registry accepts. `former_keys`
    are those from before a revocation: good for the audit and for nothing else.
    """

    signing_keys: list[str]
    assurance: Assurance | None = None
    enrolled_at: Utc | None = None
    certificates: list[Certificate] = []
    revoked_at: Utc | None = None
    revoked_why: str = ""
    former_keys: list[str] = []


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted_profiles: list[Profile]
    accepted_assurances: list[Assurance]
    kiosks: dict[str, Entry] = {}


@dataclass(frozen=True, slots=True)
class Registry:
    """Who may speak: an old and a new key of a kiosk may stand side by side while keys rotate.

    `keys` has no kiosk that was revoked; `entries` and `every_key` have all.
    """

    profiles: frozenset[Profile]
    assurances: frozenset[Assurance]
    keys: dict[str, tuple[PublicKey, ...]]
    entries: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Registry":
        """Read registry.toml and registry.d; raises RegistryError with the place of the mistake."""
        file = _decoded(path, _File)
        entries = dict(file.kiosks)
        for one in sorted(room(path).glob("*.json")):
            entries[one.stem] = _decoded(one, Entry, msgspec.json.decode)
        keys = {name: _keys(path, name, entry) for name, entry in entries.items()}
        believed = {name: keys[name] for name, one in entries.items() if one.revoked_at is None}
        profiles, assurances = file.accepted_profiles, file.accepted_assurances
        return cls(frozenset(profiles), frozenset(assurances), believed, entries)

    def every_key(self, kiosk: str) -> tuple[PublicKey, ...]:
        """Also those of a revoked kiosk: for the audit of what was accepted before."""
        entry = self.entries.get(kiosk)
        if entry is None:
            return self.keys.get(kiosk, ())
        former = tuple(_key(Path("registry"), kiosk, pem) for pem in entry.former_keys)
        return _keys(Path("registry"), kiosk, entry) + former

    def stranger(self, kiosk: str) -> str:
        """Why no key of `kiosk` is believed, in words."""
        entry = self.entries.get(kiosk)
        if entry is not None and entry.revoked_at is not None:
            return f"this kiosk was revoked on {entry.revoked_at:%Y-%m-%d}."
        return "the registry does not know this kiosk."

    def admits(self, kiosk: str, assurance: Assurance) -> bool:
        """Whether `assurance` is accepted here, and is what this kiosk was enrolled with."""
        entry = self.entries.get(kiosk)
        enrolled = None if entry is None else entry.assurance
        return assurance in self.assurances and enrolled in {None, assurance}

    def revoked(self) -> dict[int, datetime]:
        """The serials of revoked certificates, for the broker's list."""
        return {
            int(one.serial, 16): one.revoked_at
            for entry in self.entries.values()
            for one in entry.certificates
            if one.revoked_at is not None
        }


def room(registry: Path) -> Path:
    """The folder of enrolled kiosks, beside registry.toml."""
    return registry.with_suffix(".d")


def write_entry(registry: Path, kiosk: str, entry: Entry) -> None:
    """Enter or replace one kiosk, on the disk when this returns; raises RegistryError, OSError."""
    if not is_kiosk_id(kiosk):
        raise RegistryError(f"{kiosk!r} is no kiosk id.")
    folder = room(registry)
    folder.mkdir(mode=0o700, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(entry), indent=1)
    write_durably(folder / f"{kiosk}.json", text + b"\n")


def pem_texts(keys: Iterable[PublicKey]) -> list[str]:
    """Keys as the registry holds them."""
    return [public_pem(key).decode() for key in keys]


def entry_keys(entry: Entry) -> tuple[PublicKey, ...]:
    """The keys of one entry; raises RegistryError."""
    return _keys(Path("registry"), "entry", entry)


def _decoded(path: Path, kind: type[T], decode: Decode = msgspec.toml.decode) -> T:
    try:
        return decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror}.") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise RegistryError(f"{path}: {error}.") from None


def _keys(path: Path, name: str, kiosk: Entry) -> tuple[PublicKey, ...]:
    if not is_kiosk_id(name):
        raise RegistryError(f"{path}: kiosks.{name} is no kiosk id.")
    if not kiosk.signing_keys:
        raise RegistryError(f"{path}: kiosks.{name} has no signing key.")
    return tuple(_key(path, name, pem) for pem in kiosk.signing_keys)


def _key(path: Path, name: str, pem: str) -> PublicKey:
    try:
        return _public(pem)
    except TypeError:
        raise RegistryError(f"{path}: a signing key of kiosks.{name} is not on P-256.") from None
    except ValueError:
        raise RegistryError(f"{path}: a signing key of kiosks.{name} is not PEM.") from None


@lru_cache(maxsize=100_000)
def _public(pem: str) -> PublicKey:
    """Parsed once, however often the registry is read anew."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, PublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise TypeError("a key on another curve.")
    return key
