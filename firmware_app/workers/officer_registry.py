"""Who may sign as an officer: a folder of small files, each with one writer.

ID.officer is written by `kiosk officers add` (the hash of a one-time code), ID.key by the kiosk
when a key is registered with that code, ID.counter by the kiosk at each signature, ID.revoked by
`kiosk officers revoke`. The folder is read anew each time: a revocation counts at once.
"""

import hmac
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Meta

from mqtt.files import write_durably
from mqtt.groups import Utc
from mqtt.keys import PublicKey
from mqtt.webauthn import Credential

CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
CODE_GROUP = 5
CODE_LIFE = timedelta(hours=24)
FILE_LIMIT_BYTES = 8192
OFFICERS_LIMIT = 64
_ID = re.compile(r"[A-Za-z0-9-]{1,32}")

T = TypeVar("T")


class OfficersError(Exception):
    """The register of officers refuses; says what, never a code or a key."""

    mend: ClassVar[str] = "Run `kiosk officers list`; `kiosk officers add ID` makes a new code."


class _Invited(msgspec.Struct, frozen=True):
    """ID.officer."""

    code_sha256: Annotated[bytes, Meta(min_length=32, max_length=32)]
    until: Utc
    added_at: Utc


class _Key(msgspec.Struct, frozen=True):
    """ID.key; `code_sha256` says which code it used up."""

    credential_id: Annotated[bytes, Meta(min_length=1, max_length=1023)]
    point: Annotated[bytes, Meta(min_length=65, max_length=65)]
    code_sha256: bytes
    registered_at: Utc


@dataclass(frozen=True, slots=True)
class Officer:
    """One officer as the register has him; `credential` None: no key yet."""

    id: str
    credential: Credential | None
    invited_until: datetime | None
    registered_at: datetime | None
    revoked: bool

    @property
    def may_sign(self) -> bool:
        """Whether his key counts."""
        return self.credential is not None and not self.revoked


@dataclass(frozen=True, slots=True)
class OfficerRegistry:
    """The folder; every call may raise OSError from a broken disk."""

    folder: Path

    def officers(self) -> tuple[Officer, ...]:
        """All of them by id, the revoked too; files that do not read count as absent."""
        names = sorted(path.stem for path in self.folder.glob("*.officer"))
        return tuple(self._officer(name) for name in names if _ID.fullmatch(name))

    def signer(self, credential_id: bytes) -> Officer | None:
        """Whose key this is, where he may sign."""
        for one in self.officers():
            if one.may_sign and one.credential and one.credential.id == credential_id:
                return one
        return None

    def may_sign(self, officer_id: str) -> bool:
        """Whether that officer's key counts now."""
        return any(one.id == officer_id and one.may_sign for one in self.officers())

    def invited(self, code: str, now_utc: datetime) -> str | None:
        """Whose one-time code this is, where it still counts."""
        digest = code_digest(code)
        found = None
        for one in self.officers():
            said = _read(self.folder / f"{one.id}.officer", _Invited)
            used = _read(self.folder / f"{one.id}.key", _Key)
            fits = said is not None and hmac.compare_digest(said.code_sha256, digest)
            if not fits or said is None or one.revoked or now_utc >= said.until:
                continue
            if used is None or used.code_sha256 != digest:
                found = one.id
        return found

    def register(self, code: str, credential: Credential, now_utc: datetime) -> str:
        """Keep the key of whoever has `code`; it replaces his earlier one. Raises OfficersError."""
        officer_id = self.invited(code, now_utc)
        if officer_id is None:
            raise OfficersError("no such code, or it is used or too old.")
        known = [one.credential.id for one in self.officers() if one.credential is not None]
        if credential.id in known:  # also one of a revoked officer: it counts no more, for ever
            raise OfficersError("this key is registered already, or was taken back.")
        key = _Key(credential.id, _point(credential.key), code_digest(code), now_utc)
        self._write(f"{officer_id}.counter", str(credential.counter).encode())
        self._write(f"{officer_id}.key", msgspec.json.encode(key))
        return officer_id

    def counted(self, officer_id: str, credential: Credential) -> None:
        """Keep the counter, so that a copied key shows also after a restart."""
        if credential.counter:
            self._write(f"{officer_id}.counter", str(credential.counter).encode())

    def add(self, officer_id: str, now_utc: datetime) -> str:
        """A one-time code for a new officer, or for an officer's new key. Raises OfficersError."""
        if not _ID.fullmatch(officer_id):
            raise OfficersError("an officer's id has 1 to 32 letters, digits or hyphens.")
        others = [one for one in self.officers() if one.id != officer_id]
        if len(others) >= OFFICERS_LIMIT:
            raise OfficersError(f"a kiosk has at most {OFFICERS_LIMIT} officers.")
        if self._path(officer_id, "revoked").exists():
            raise OfficersError("this id is revoked; an id is never used again.")
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
        invited = _Invited(code_digest(code), now_utc + CODE_LIFE, now_utc)
        self._write(f"{officer_id}.officer", msgspec.json.encode(invited))
        return f"{code[:CODE_GROUP]}-{code[CODE_GROUP:]}"

    def revoke(self, officer_id: str, now_utc: datetime) -> None:
        """From now on his key counts no more, for ever; raises OfficersError."""
        if not _ID.fullmatch(officer_id) or not self._path(officer_id, "officer").exists():
            raise OfficersError("no such officer.")
        self._write(f"{officer_id}.revoked", now_utc.isoformat().encode())

    def _officer(self, officer_id: str) -> Officer:
        invited = _read(self._path(officer_id, "officer"), _Invited)
        key = _read(self._path(officer_id, "key"), _Key)
        return Officer(
            officer_id,
            self._credential(officer_id, key) if key is not None else None,
            invited.until if invited is not None else None,
            key.registered_at if key is not None else None,
            self._path(officer_id, "revoked").exists(),
        )

    def _credential(self, officer_id: str, key: _Key) -> Credential | None:
        counter = 0
        with suppress(OSError, ValueError):
            counter = int(self._path(officer_id, "counter").read_text())
        try:
            public = PublicKey.from_encoded_point(ec.SECP256R1(), key.point)
        except ValueError:
            return None
        return Credential(key.credential_id, public, counter)

    def _path(self, officer_id: str, kind: str) -> Path:
        return self.folder / f"{officer_id}.{kind}"

    def _write(self, name: str, data: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self.folder / name, data)


def code_digest(code: str) -> bytes:
    """The hash of a one-time code, however it was typed."""
    return sha256(code.upper().replace("-", "").replace(" ", "").encode()).digest()


def _point(key: PublicKey) -> bytes:
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        data = path.read_bytes()
        if len(data) > FILE_LIMIT_BYTES:
            return None
        return msgspec.json.decode(data, type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
