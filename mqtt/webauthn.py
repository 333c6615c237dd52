"""WebAuthn (W3C, level 2) as far as an officer's signature needs it: ES256, the person verified.

Kiosk and centre verify with the same lines. The private key never leaves the officer's device, so
a credential that its maker may copy elsewhere (backup eligible) is refused when it is registered.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.errors import WireError
from mqtt.keys import PublicKey

CREDENTIAL_LIMIT_BYTES: Final = 1023  # WebAuthn, 5.8.3
AUTHENTICATOR_DATA_LIMIT_BYTES: Final = 2048
CLIENT_DATA_LIMIT_BYTES: Final = 2048
SIGNATURE_LIMIT_BYTES: Final = 80
_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _HAS_KEY = 0x01, 0x04, 0x08, 0x40  # WebAuthn, 6.1
_HEAD_BYTES, _KEY_AT = 37, 55
_KEY_HEAD = bytes.fromhex("a5010203262001215820")  # COSE_Key: EC2, ES256, P-256, then x
_KEY_MIDDLE = bytes.fromhex("225820")  # then y


class WebauthnError(WireError):
    """A registration or a signature that does not hold; says which part, never its content."""

    mend = "Let the officer do it again at the same page, with the key that is registered to him."


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks for signatures: the page's origin (https://HOST:PORT) and its id (HOST)."""

    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True, repr=False)
class Assertion:
    """One signature of an authenticator, as the browser gives it."""

    credential_id: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Credential:
    """A registered key; `counter` is 0 for an authenticator that does not count."""

    id: bytes
    key: PublicKey
    counter: int = 0


class _ClientData(msgspec.Struct, frozen=True):
    """What the browser says that was asked (WebAuthn, 5.8.1); it adds fields as it likes."""

    type: str
    challenge: str
    origin: str
    crossOrigin: bool = False  # noqa: N815 - the standard's name
    topOrigin: str | None = None  # noqa: N815


def verify_assertion(
    one: Assertion, credential: Credential, party: Party, challenge: bytes
) -> Credential:
    """The credential with its new counter, where `one` is its signature over `challenge`.

    Raises WebauthnError, and nothing else whatever the bytes are.
    """
    if one.credential_id != credential.id:
        raise WebauthnError("another credential than the one on file.")
    _check_client_data(one.client_data, "webauthn.get", party, challenge)
    flags, counter = _check_head(one.authenticator_data, party)
    if flags & _BACKUP_ELIGIBLE:
        raise WebauthnError("the key may be copied to other devices.")
    what = one.authenticator_data + sha256(one.client_data).digest()
    if len(one.signature) > SIGNATURE_LIMIT_BYTES:
        raise WebauthnError("no signature.")
    try:
        credential.key.verify(one.signature, what, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise WebauthnError("the signature does not hold.") from None
    if (counter or credential.counter) and counter <= credential.counter:
        raise WebauthnError("the counter went back: the key was copied, or this is an old answer.")
    return Credential(credential.id, credential.key, counter)


def registered(
    authenticator_data: bytes, client_data: bytes, party: Party, challenge: bytes
) -> Credential:
    """The new credential of an answer to `challenge`; raises WebauthnError.

    Nothing vouches for the maker of the authenticator (attestation is not asked for): whoever gave
    the officer his one-time code did.
    """
    _check_client_data(client_data, "webauthn.create", party, challenge)
    flags, counter = _check_head(authenticator_data, party)
    if not flags & _HAS_KEY:
        raise WebauthnError("no key in it.")
    if flags & _BACKUP_ELIGIBLE:
        raise WebauthnError("the key may be copied to other devices: use a security key.")
    size = int.from_bytes(authenticator_data[_KEY_AT - 2 : _KEY_AT], "big")
    key_at = _KEY_AT + size
    if not 1 <= size <= CREDENTIAL_LIMIT_BYTES or len(authenticator_data) < key_at + 77:
        raise WebauthnError("cut short.")
    credential_id = authenticator_data[_KEY_AT:key_at]
    return Credential(credential_id, _key(authenticator_data[key_at : key_at + 77]), counter)


def _check_client_data(data: bytes, kind: str, party: Party, challenge: bytes) -> None:
    if len(data) > CLIENT_DATA_LIMIT_BYTES:
        raise WebauthnError("the browser's part is too large.")
    try:
        said = msgspec.json.decode(data, type=_ClientData)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WebauthnError("the browser's part does not read.") from None
    if said.type != kind:
        raise WebauthnError("made for another purpose.")
    if said.challenge != urlsafe_b64encode(challenge).rstrip(b"=").decode():
        raise WebauthnError("an answer to another question.")
    if said.origin != party.origin or said.crossOrigin or said.topOrigin is not None:
        raise WebauthnError("from another page.")


def _check_head(data: bytes, party: Party) -> tuple[int, int]:
    """Flags and counter of authenticator data for `party`, the person there and verified."""
    if not _HEAD_BYTES <= len(data) <= AUTHENTICATOR_DATA_LIMIT_BYTES:
        raise WebauthnError("the authenticator's part has no such size.")
    if data[:32] != sha256(party.rp_id.encode()).digest():
        raise WebauthnError("made for another site.")
    flags = data[32]
    if not flags & _PRESENT or not flags & _VERIFIED:
        raise WebauthnError("the authenticator did not verify the person (PIN or biometric).")
    return flags, int.from_bytes(data[33:37], "big")


def _key(encoded: bytes) -> PublicKey:
    """A COSE_Key in CTAP2's canonical form, which has one length only: EC2, ES256, P-256."""
    x, y = encoded[10:42], encoded[45:77]
    if encoded != _KEY_HEAD + x + _KEY_MIDDLE + y:
        raise WebauthnError("a key of another kind than ES256 on P-256.")
    try:
        return PublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    except ValueError:
        raise WebauthnError("a key that is no point of P-256.") from None
