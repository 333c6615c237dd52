"""What kiosk and centre say when a kiosk is enrolled or renews its keys (pure).

The token never travels: the kiosk proves that it has it by a MAC over its request, so that a stick
that is read on the way gives nobody a certificate for another key. The answer needs no secret: its
certificates lead to the root whose fingerprint the token bears.
"""

import hmac
import os
from base64 import b32decode, b32encode
from binascii import Error as Base32Error
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Self

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Meta, Struct

from mqtt import cbor
from mqtt.bundles import BUNDLE_LIMIT_BYTES, KEYS, fingerprint, key_bytes, read_bundle
from mqtt.errors import BundleError, EnrolError
from mqtt.events import Assurance
from mqtt.groups import Digest, KioskId, Utc
from mqtt.keys import PublicKey, Signer
from mqtt.signed import Form
from mqtt.topics import is_kiosk_id

RENEWAL_TYPE = "application/vnd.border-kiosk.renewal+cbor"
REQUEST_LIMIT_BYTES = 16 * 1024
ANSWER_LIMIT_BYTES = BUNDLE_LIMIT_BYTES + 32 * 1024
SECRET_BYTES = 20
_HEAD = "BKE1"
_REQUEST_USE = b"border-kiosk enrolment request 1"

Der = Annotated[bytes, Meta(min_length=64, max_length=4096)]


@dataclass(frozen=True, slots=True)
class Token:
    """What the engineer carries to one kiosk: good once, for a while; its repr hides the secret."""

    kiosk: str
    secret: bytes = field(repr=False)
    root: str
    url: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The token in a line or QR text; raises EnrolError."""
        parts = text.strip().split(":", 4)
        if len(parts) != 5 or parts[0] != _HEAD or not is_kiosk_id(parts[1]):
            raise EnrolError("that is no enrolment token: it begins with BKE1.")
        try:
            secret = b32decode(parts[2].replace("-", "").upper())
        except (Base32Error, ValueError):
            raise EnrolError("signs of the token are missing or wrong.") from None
        if len(secret) != SECRET_BYTES or len(parts[3]) != 64:
            raise EnrolError("signs of the token are missing or wrong.")
        return cls(parts[1], secret, parts[3].lower(), parts[4])

    def text(self) -> str:
        """One line of printable signs, for a QR code or a keyboard."""
        signs = b32encode(self.secret).decode()
        grouped = "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))
        return ":".join((_HEAD, self.kiosk, grouped, self.root, self.url))


def new_token(kiosk: str, root: PublicKey, url: str = "") -> Token:
    """A fresh token for `kiosk`; raises EnrolError for what is no kiosk id."""
    if not is_kiosk_id(kiosk):
        raise EnrolError("a kiosk id is 1 to 40 letters, digits and hyphens.")
    return Token(kiosk, os.urandom(SECRET_BYTES), fingerprint(root), url)


def proof_key(secret: bytes) -> bytes:
    """What the centre keeps of a token: enough to check a request, not to print the token again."""
    return hmac.digest(secret, _REQUEST_USE, "sha256")


class Request(Struct, frozen=True, kw_only=True):
    """A kiosk asks for its certificates; both requests (PKCS 10, DER) prove that it has the keys.

    `assurance` is what the engineer at the kiosk vouches for; nothing in it is proven by a TPM.
    """

    kiosk: KioskId
    signing: Der
    tls: Der
    assurance: Assurance
    made_at: Utc
    nonce: Annotated[bytes, Meta(min_length=16, max_length=16)]

    def signing_key(self) -> PublicKey:
        """The key that will sign statements; raises EnrolError."""
        return _requested(self.signing, self.kiosk)

    def tls_key(self) -> PublicKey:
        """The key of the TLS client; raises EnrolError."""
        return _requested(self.tls, self.kiosk)


RENEWAL = Form(Request, RENEWAL_TYPE, REQUEST_LIMIT_BYTES, EnrolError)


def prove(request: Request, secret: bytes) -> bytes:
    """The first request of a kiosk: CBOR ["token", body, MAC]."""
    body = RENEWAL.pack(request)
    return cbor.dumps(["token", body, hmac.digest(proof_key(secret), body, "sha256")])


@dataclass(frozen=True, slots=True)
class Claim:
    """A first request whose MAC nobody has checked yet."""

    request: Request
    body: bytes
    mac: bytes

    def proven_by(self, key: bytes) -> bool:
        """Whether `key` (of `proof_key`) made the MAC; takes as long for every MAC."""
        return hmac.compare_digest(hmac.digest(key, self.body, "sha256"), self.mac)


def read_claim(data: bytes) -> Claim | None:
    """A first request; None where `data` is something else (a renewal). Raises EnrolError."""
    try:
        parts = cbor.loads(data, limit_bytes=REQUEST_LIMIT_BYTES, tags=(18,))
        head, body, mac = msgspec.convert(parts, tuple[str, bytes, bytes], builtin_types=(bytes,))
    except cbor.CborError as error:
        raise EnrolError(str(error)) from None
    except msgspec.ValidationError:
        return None
    if head != "token":
        raise EnrolError("a request of another kind.")
    return Claim(RENEWAL.unpack(body), body, mac)


class Answer(Struct, frozen=True, kw_only=True):
    """What the centre gives: the TLS certificate, who vouches for it, the keys to seal for.

    `authorities` are certificates (DER), issuing first, root last; `request` is the SHA-256 of the
    request's bytes. Each part is signed by itself, so nothing in it needs to be believed.
    """

    kiosk: KioskId
    request: Digest
    certificate: Der
    authorities: Annotated[tuple[Der, ...], Meta(min_length=2, max_length=2)]
    bundle: Annotated[bytes, Meta(max_length=BUNDLE_LIMIT_BYTES)]


def pack_answer(answer: Answer) -> bytes:
    """Deterministic CBOR."""
    return cbor.dumps(msgspec.to_builtins(answer, builtin_types=(bytes,)))


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must fit: our id, request and TLS key, and the fingerprint of the root."""

    kiosk: str
    request: bytes
    tls_key: PublicKey
    root: str


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer that holds."""

    answer: Answer
    certificate: x509.Certificate
    authorities: tuple[x509.Certificate, x509.Certificate]
    root: PublicKey


def check_answer(data: bytes, expected: Expected) -> Checked:
    """Hold an answer against our request, our key and the root; raises EnrolError."""
    answer = _unpacked(data)
    if answer.kiosk != expected.kiosk or answer.request != sha256(expected.request).digest():
        raise EnrolError("the answer is for another kiosk or another request.")
    with _only_enrol_errors("a certificate"):
        certificate, issuing, authority = (
            _certificate(one) for one in (answer.certificate, *answer.authorities)
        )
        root = _p256(authority.public_key())
        if not hmac.compare_digest(fingerprint(root), expected.root):
            raise EnrolError("the answer comes from another root than the token's.")
        for one, issuer in ((authority, authority), (issuing, authority), (certificate, issuing)):
            _issued(one, issuer)
        ours = _p256(certificate.public_key()) == expected.tls_key
        if not ours or _name(certificate) != expected.kiosk:
            raise EnrolError("the certificate is for another key or another kiosk.")
    try:
        read_bundle(answer.bundle, KEYS, [root])
    except BundleError as error:
        raise EnrolError(f"its keys: {error}") from None
    return Checked(answer, certificate, (issuing, authority), root)


def _unpacked(data: bytes) -> Answer:
    try:
        fields = cbor.loads(data, limit_bytes=ANSWER_LIMIT_BYTES)
        return msgspec.convert(fields, Answer, builtin_types=(bytes,))
    except (cbor.CborError, msgspec.ValidationError):
        raise EnrolError("that is no answer of a centre.") from None


def certificate_request(signer: Signer, kiosk: str) -> bytes:
    """A request (PKCS 10, RFC 2986, DER) by any signer: the library's own takes no key in a TPM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kiosk)]).public_bytes()
    info = _der(0x30, b"\x02\x01\x00", subject, key_bytes(signer.public_key()), b"\xa0\x00")
    signature = signer.sign(info, ec.ECDSA(hashes.SHA256()))
    return _der(0x30, info, _ECDSA_WITH_SHA256, _der(0x03, b"\x00", signature))


_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")  # RFC 5758, 3.2


def _der(tag: int, *parts: bytes) -> bytes:
    """One value of X.690, 8.1, of up to 65,535 bytes."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes(1 + (size > 0xFF), "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def _requested(der: bytes, kiosk: str) -> PublicKey:
    with _only_enrol_errors("a certificate request"):
        request = x509.load_der_x509_csr(der)
        key = _p256(request.public_key())
        if not request.is_signature_valid or _name(request) != kiosk:
            raise EnrolError("a certificate request of another kiosk, or without its key.")
        return key


@contextmanager
def _only_enrol_errors(what: str) -> Iterator[None]:
    """The library reads parts when they are asked for, and has an error of its own for many."""
    try:
        yield
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, *_X509) as error:
        raise EnrolError(f"{what} that does not hold ({type(error).__name__}).") from None


_X509 = (
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def _certificate(der: bytes) -> x509.Certificate:
    """One form of each signature: OpenSSL refuses unused bits, the reader here does not."""
    certificate = x509.load_der_x509_certificate(der)
    if not der.endswith(b"\x00" + certificate.signature):
        raise EnrolError("a certificate in another form than it was signed.")
    return certificate


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    certificate.verify_directly_issued_by(issuer)
    if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        raise EnrolError("a certificate was issued by one that may not.")


def _name(one: x509.Certificate | x509.CertificateSigningRequest) -> str:
    names = one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if len(names) == 1 else ""


def _p256(key: object) -> PublicKey:
    if not isinstance(key, PublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise EnrolError("a key that is not on P-256.")
    return key
