"""COSE (RFC 9052, 9053) in the wire's two shapes: COSE_Sign1 ES256 and COSE_Encrypt A256GCM.

Every part is checked for its one allowed form before the library sees it, so that a signature
covers exactly one sequence of bytes: a relay cannot make a second valid form of a statement (other
headers, or the twin signature with n - s), whose hash no receipt would name. What goes out is built
by a COSE library, what comes in is opened here by the RFC's own steps, at a fifth of the cost.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from cwt import COSE, COSEKey, Recipient
from cwt.cose_key_interface import COSEKeyInterface
from cwt.recipient_interface import RecipientInterface
from cwt.utils import ResolvedHeader

from mqtt import cbor
from mqtt.keys import KID_BYTES, PrivateKey, PublicKey, Signer, thumbprint

RECIPIENTS_LIMIT = 8

_ALG, _KID, _IV, _TYP = 1, 4, 5, 16  # header labels; typ is RFC 9596
_ES256, _A256GCM, _ECDH_ES_A256KW = -7, 3, -31
_GCM_PROTECTED = cbor.dumps({_ALG: _A256GCM})
_KEY_WRAP_PROTECTED = cbor.dumps({_ALG: _ECDH_ES_A256KW})
_KEY_WRAP_CONTEXT = {"alg": "A256KW"}  # RFC 9053, 5.2: the algorithm that the derived key is for
_NOBODY = [None, None, None]
_KEY_WRAP_INFO = cbor.dumps([-5, _NOBODY, _NOBODY, [256, _KEY_WRAP_PROTECTED]])  # COSE_KDF_Context
# The one form of each message, as far as it is the same in all: RFC 8949, 3; RFC 9052, 4.2 and 5.1.
_ARRAY_OF_NONE = 0x80
_SIGN1_HEAD = b"\xd2\x84"  # tag 18, four parts
_KID_HEAD = b"\xa1\x04\x48"  # one open header: the key id, eight bytes
_SIGNATURE_HEAD = b"\x58\x40"  # 64 bytes
_ENCRYPT_HEAD = b"\xd8\x60\x84\x43" + _GCM_PROTECTED + b"\xa1\x05\x4c"  # tag 96; iv of 12 bytes
_RECIPIENT_HEAD = b"\x83\x44" + _KEY_WRAP_PROTECTED + b"\xa2\x04\x48"
_EPHEMERAL_HEAD = b"\x20\xa4\x01\x02\x20\x01\x21\x58\x20"  # EC2, P-256, x of 32 bytes
_Y_HEAD, _WRAPPED_HEAD = b"\x22\x58\x20", b"\x58\x28"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COSE = COSE.new()


class CoseError(ValueError):
    """Not the shape, not the key, not the signature; the caller makes it an error of its own."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A COSE_Sign1 of the right shape whose signature nobody has checked yet."""

    kid: bytes
    protected: bytes
    payload: bytes
    signature: bytes


def sign1(payload: bytes, signer: Signer, media_type: str) -> bytes:
    """COSE_Sign1, ES256 with the lower s; `media_type` in the protected header keeps uses apart."""
    key = _SigningKey(signer)
    return bytes(
        _COSE.encode(
            payload,
            key,
            protected=ResolvedHeader({_ALG: _ES256, _TYP: media_type}),
            unprotected=ResolvedHeader({_KID: key.kid}),
        )
    )


def read_sign1(data: bytes, media_type: str, *, limit_bytes: int) -> Signed:
    """Take a COSE_Sign1 apart without believing it; raises CoseError."""
    known = _sign1_protected(media_type)
    with _as_cose():
        walk = cbor.Walk(data, limit_bytes=limit_bytes)
        walk.expect(_SIGN1_HEAD)
        protected = walk.string()
        if protected != known:
            raise CoseError("signed for another purpose, or with another algorithm.")
        walk.expect(_KID_HEAD)
        kid, payload = walk.take(KID_BYTES), walk.string()
        walk.expect(_SIGNATURE_HEAD)
        signature = walk.take(64)
        walk.end()
    if int.from_bytes(signature[32:], "big") > _P256_ORDER // 2:
        raise CoseError("the twin of a signature.")
    return Signed(kid, known, payload, signature)


@contextmanager
def _as_cose() -> Iterator[None]:
    try:
        yield
    except cbor.CborError as error:
        raise CoseError(str(error)) from None


@cache
def _sign1_protected(media_type: str) -> bytes:
    return cbor.dumps({_ALG: _ES256, _TYP: media_type})


def verify_sign1(signed: Signed, key: PublicKey) -> None:
    """Check that `key` signed it (RFC 9052, 4.4: the Sig_structure); raises CoseError."""
    if signed.kid != thumbprint(key):
        raise CoseError("signed with another key than the one on file.")
    r, s = (int.from_bytes(half, "big") for half in (signed.signature[:32], signed.signature[32:]))
    what = b"\x84\x6aSignature1" + _bstr(signed.protected) + b"\x40" + _bstr(signed.payload)
    try:
        key.verify(utils.encode_dss_signature(r, s), what, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise CoseError("the signature does not hold.") from None


def encrypt(plaintext: bytes, recipients: Sequence[PublicKey], aad: bytes) -> bytes:
    """COSE_Encrypt, A256GCM, the key wrapped for each of 1 to 8 recipients, else ValueError."""
    if not 1 <= len(recipients) <= RECIPIENTS_LIMIT:
        raise ValueError(f"seal for 1 to {RECIPIENTS_LIMIT} recipients.")
    return bytes(
        _COSE.encode(
            plaintext,
            COSEKey.generate_symmetric_key(alg="A256GCM"),
            protected=ResolvedHeader({_ALG: _A256GCM}),
            unprotected=ResolvedHeader({_IV: os.urandom(12)}),
            recipients=[_recipient(key) for key in recipients],
            external_aad=aad,
        )
    )


def decrypt(data: bytes, keys: Sequence[PrivateKey], aad: bytes, *, limit_bytes: int) -> bytes:
    """The plaintext, by the first of `keys` that it was sealed for; raises CoseError."""
    iv, ciphertext, recipients = _check_encrypt(data, limit_bytes)
    sealed_for = {one.kid: one for one in recipients}
    for key in keys:
        ours = sealed_for.get(thumbprint(key.public_key()))
        if ours is not None:
            return _open(iv, ciphertext, _unwrap(ours, key), aad)
    raise CoseError("sealed for other keys than ours.")


def recipients_of(data: bytes, *, limit_bytes: int) -> list[bytes]:
    """The ids of the keys that a COSE_Encrypt is sealed for; raises CoseError."""
    return [one.kid for one in _check_encrypt(data, limit_bytes)[2]]


@dataclass(frozen=True, slots=True)
class _SealedKey:
    """The content key as one recipient gets it; `point` is the ephemeral key (X9.62)."""

    kid: bytes
    point: bytes
    wrapped: bytes


def _unwrap(ours: _SealedKey, key: PrivateKey) -> bytes:
    """RFC 9053, 6.4 (ECDH-ES, HKDF-SHA-256) and 6.2.1 (A256KW)."""
    try:
        ephemeral = PublicKey.from_encoded_point(ec.SECP256R1(), ours.point)
        secret = key.exchange(ec.ECDH(), ephemeral)
        wrap = HKDF(hashes.SHA256(), 32, salt=None, info=_KEY_WRAP_INFO).derive(secret)
        return aes_key_unwrap(wrap, ours.wrapped)
    except (ValueError, InvalidUnwrap):
        raise CoseError("the ciphertext does not open with our key in this place.") from None


def _bstr(data: bytes) -> bytes:
    """A CBOR byte string; by hand, because a whole encoder costs more than the signature's hash."""
    size = len(data)
    if size < 24:
        return bytes([0x40 + size]) + data
    if size < 256:
        return bytes([0x58, size]) + data
    if size < 65_536:
        return b"\x59" + size.to_bytes(2, "big") + data
    return b"\x5a" + size.to_bytes(4, "big") + data


def _open(iv: bytes, ciphertext: bytes, content_key: bytes, aad: bytes) -> bytes:
    try:
        what = b"\x83\x67Encrypt" + _bstr(_GCM_PROTECTED) + _bstr(aad)  # RFC 9052, 5.3
        return AESGCM(content_key).decrypt(iv, ciphertext, what)
    except (ValueError, InvalidTag):
        raise CoseError("the ciphertext does not open with our key in this place.") from None


def _recipient(key: PublicKey) -> RecipientInterface:
    return Recipient.new(
        ResolvedHeader({_ALG: _ECDH_ES_A256KW}),
        ResolvedHeader({_KID: thumbprint(key)}),
        recipient_key=_public(key, _ECDH_ES_A256KW),
        context=_KEY_WRAP_CONTEXT,
    )


def _check_encrypt(data: bytes, limit_bytes: int) -> tuple[bytes, bytes, list[_SealedKey]]:
    """Whether `data` is a COSE_Encrypt of ours, down to each recipient: iv, ciphertext, keys."""
    with _as_cose():
        walk = cbor.Walk(data, limit_bytes=limit_bytes)
        walk.expect(_ENCRYPT_HEAD)
        iv, ciphertext = walk.take(12), walk.string()
        count = walk.take(1)[0] - _ARRAY_OF_NONE
        if not 1 <= count <= RECIPIENTS_LIMIT or len(ciphertext) < 16:
            raise CoseError("no COSE_Encrypt of ours.")
        recipients = [_sealed_key(walk) for _ in range(count)]
        walk.end()
    return iv, ciphertext, recipients


def _sealed_key(walk: cbor.Walk) -> _SealedKey:
    walk.expect(_RECIPIENT_HEAD)
    kid = walk.take(KID_BYTES)
    walk.expect(_EPHEMERAL_HEAD)
    x = walk.take(32)
    walk.expect(_Y_HEAD)
    y = walk.take(32)
    walk.expect(_WRAPPED_HEAD)
    return _SealedKey(kid, b"\x04" + x + y, walk.take(40))


def _public(key: PublicKey, algorithm: int) -> COSEKeyInterface:
    numbers = key.public_numbers()
    x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
    return COSEKey.new({1: 2, 2: thumbprint(key), 3: algorithm, -1: 1, -2: x, -3: y})


class _SigningKey(COSEKeyInterface):
    """Any Signer in the library's clothes, so that a TPM signs as a key file does."""

    def __init__(self, signer: Signer) -> None:
        super().__init__({1: 2, 2: thumbprint(signer.public_key()), 3: _ES256, 4: [1]})
        self._signer = signer

    def sign(self, msg: bytes) -> bytes:
        r, s = utils.decode_dss_signature(self._signer.sign(msg, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + min(s, _P256_ORDER - s).to_bytes(32, "big")
