"""Bundles signed by the programme's offline root: whom to seal for, whom to believe (pure).

A bundle bears a name (`keys`, or that of a list), a version that only rises, and an end. What is in
it is bytes to whoever carries it; `KeySet` is what is in the one named `keys`.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Meta, Struct

from mqtt import cbor
from mqtt.cose import RECIPIENTS_LIMIT
from mqtt.errors import BundleError
from mqtt.groups import Utc
from mqtt.keys import PublicKey, Signer, thumbprint
from mqtt.signed import Form, plain

BUNDLE_TYPE = "application/vnd.border-kiosk.bundle+cbor"
CONTENT_LIMIT_BYTES = 1024 * 1024
BUNDLE_LIMIT_BYTES = CONTENT_LIMIT_BYTES + 1024
KEYS = "keys"

Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$(?!\n)")]
Version = Annotated[int, Meta(ge=1, le=2**53 - 1)]
KeyBytes = Annotated[bytes, Meta(min_length=60, max_length=200)]
"""A P-256 SubjectPublicKeyInfo in DER (RFC 5280): 91 bytes, or 59 with a compressed point."""


class Bundle(Struct, frozen=True, kw_only=True):
    """One version of a named content."""

    name: Name
    version: Version
    issued_at: Utc
    expires_at: Utc
    content: Annotated[bytes, Meta(max_length=CONTENT_LIMIT_BYTES)]

    def __post_init__(self) -> None:
        if self.expires_at <= self.issued_at:
            raise ValueError("it ends before it begins.")


class Recipient(Struct, frozen=True, kw_only=True):
    """A key that events are sealed for, between two times; `escrow` opens only with two holders.

    `destroy_after` is when the centre destroys its private half.
    """

    key: KeyBytes
    use: Literal["month", "escrow"]
    not_before: Utc
    not_after: Utc
    destroy_after: Utc | None = None

    @property
    def public(self) -> PublicKey:
        """The key itself."""
        return key_of(self.key)


class KeySet(Struct, frozen=True, kw_only=True):
    """Whom a kiosk seals for, whose receipts and commands it believes, and who may sign next.

    `tls_authorities` are certificates (DER) that vouch for the broker; `next_root` (a key) may sign
    bundles too, so that a root can be replaced before it is lost.
    """

    recipients: Annotated[tuple[Recipient, ...], Meta(min_length=1, max_length=64)]
    receipts: Annotated[tuple[KeyBytes, ...], Meta(min_length=1, max_length=8)]
    commands: Annotated[tuple[KeyBytes, ...], Meta(max_length=8)] = ()
    tls_authorities: Annotated[tuple[bytes, ...], Meta(max_length=8)] = ()
    next_root: KeyBytes | None = None

    def __post_init__(self) -> None:
        keys = [one.key for one in self.recipients] + [*self.receipts, *self.commands]
        for key in keys + ([self.next_root] if self.next_root else []):
            key_of(key)
        if not any(one.use == "month" for one in self.recipients):
            raise ValueError("nobody but the escrow could open an event.")


_FORM = Form(Bundle, BUNDLE_TYPE, BUNDLE_LIMIT_BYTES, BundleError)


def make_bundle(bundle: Bundle, root: Signer) -> bytes:
    """Sign; raises ValueError for what the contract does not allow."""
    return _FORM.sign(bundle, root)


def read_bundle(data: bytes, name: str, roots: Sequence[PublicKey]) -> Bundle:
    """The bundle `name`, where one of `roots` signed it; says nothing of its end or version.

    Raises BundleError.
    """
    bundle = _FORM.verify(data, roots)
    if bundle.name != name:
        raise BundleError(f"it is the bundle {bundle.name}, not {name}.")
    return bundle


def check_newer(bundle: Bundle, floor_version: int, now_utc: datetime) -> None:
    """Refuse a bundle below `floor_version` or past its end, with BundleError.

    It may be of the future: a kiosk whose clock died must be able to take new keys.
    """
    if bundle.version < floor_version:
        raise BundleError(f"version {bundle.version} is older than {floor_version}.")
    if now_utc >= bundle.expires_at:
        raise BundleError(f"version {bundle.version} has expired.")


def pack_keys(keys: KeySet) -> bytes:
    """The content of the bundle `keys`; raises ValueError for what may not be."""
    content = cbor.dumps(plain(keys))
    try:
        read_keys(content)
    except BundleError as error:
        raise ValueError(str(error)) from None
    return content


def read_keys(content: bytes) -> KeySet:
    """What the bundle `keys` holds; unknown fields are passed over. Raises BundleError."""
    try:
        fields = cbor.loads(content, limit_bytes=CONTENT_LIMIT_BYTES)
        return msgspec.convert(fields, KeySet, builtin_types=(bytes,))
    except cbor.CborError as error:
        raise BundleError(str(error)) from None
    except msgspec.ValidationError as error:
        raise BundleError(f"keys that the contract does not have: {error}") from None


def seal_for(keys: KeySet, now_utc: datetime) -> tuple[PublicKey, ...]:
    """Whom to seal for now: the keys of the month, two while months overlap, and the escrow.

    Where none is of now (no new bundle for months, or a wrong clock) the newest month's: a crossing
    is always sealed, and never for nobody. At most eight, newest first, escrow before all.
    """
    months = sorted(
        (one for one in keys.recipients if one.use == "month"),
        key=lambda one: one.not_before,
        reverse=True,
    )
    present = [one for one in months if one.not_before <= now_utc < one.not_after]
    escrow = [one for one in keys.recipients if one.use == "escrow"]
    chosen = escrow[: RECIPIENTS_LIMIT - 1] + (present or months[:1])
    return tuple(one.public for one in chosen[:RECIPIENTS_LIMIT])


def month_ends(keys: KeySet) -> datetime:
    """When the newest month's key ends: after it the kiosk still seals for it, and says so."""
    return max(one.not_after for one in keys.recipients if one.use == "month")


def key_of(data: bytes) -> PublicKey:
    """The P-256 key of a SubjectPublicKeyInfo; raises ValueError for any other bytes."""
    try:
        key = serialization.load_der_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("no public key.") from None
    if not isinstance(key, PublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("a key that is not on P-256.")  # noqa: TRY004 - the bytes are wrong, not their type
    return key


def key_bytes(key: PublicKey) -> bytes:
    """The SubjectPublicKeyInfo (DER) that `key_of` reads."""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def kid_text(key: PublicKey | bytes) -> str:
    """A key's name for people: its thumbprint, 16 hex digits."""
    return thumbprint(key_of(key) if isinstance(key, bytes) else key).hex()


def fingerprint(root: PublicKey) -> str:
    """The SHA-256 of a root's key, 64 hex digits: what people compare and a token carries."""
    return sha256(key_bytes(root)).hexdigest()


def draft_bytes(bundle: Bundle) -> bytes:
    """A bundle that is not signed yet, for the way to the offline root."""
    return _FORM.pack(bundle)


def bundle_from_draft(data: bytes) -> Bundle:
    """What the offline root shall sign; raises BundleError."""
    bundle = _FORM.unpack(data)
    if bundle.name == KEYS:
        read_keys(bundle.content)
    return bundle
