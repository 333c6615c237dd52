"""CMS SignedData as chips and master lists carry it, with the bytes that were signed (RFC 5652).

What is hashed is cut out of the original: the content's octets, and the signed attributes with the
tag of a SET in place of the implicit one, as RFC 5652, 5.4, has it.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drivers.chip import certificates, der, keys, names, signatures
from drivers.chip.asn1 import core, reading
from drivers.chip.certificates import Certificate
from drivers.chip.der import Piece
from drivers.chip.errors import ChipDataError, NotJudgedError

SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
MOST_CERTIFICATES, MOST_SIGNERS, MOST_ATTRIBUTES = 32, 4, 64


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """One who signed. `issuer` and `serial`, or `key_id`, say with which certificate.

    `attributes` are the signed ones as they were hashed, empty where there are none.
    """

    issuer: bytes
    serial: int
    key_id: bytes
    digest: bytes
    attributes: bytes
    algorithm: bytes
    signature: bytes

    def is_of(self, certificate: Certificate) -> bool:
        """Whether it names that certificate."""
        if self.key_id:
            return certificate.key_id == self.key_id
        return certificate.serial == self.serial and certificate.issuer_print == (
            names.fingerprint(self.issuer)
        )

    def attribute(self, kind: str) -> Piece | None:
        """The one value of a signed attribute. Raises ChipDataError where it is there twice."""
        found: list[Piece] = []
        for attribute in self._attributes():
            oid, values = attribute.pieces()[:2]
            if der.oid(oid) == kind:
                found.extend(values.pieces())
        if len(found) > 1:
            raise ChipDataError(f"signed attribute {kind} more than once.")
        return found[0] if found else None

    @property
    def signed_at(self) -> datetime | None:
        """The signing time that it states. Raises ChipDataError."""
        value = self.attribute(SIGNING_TIME)
        if value is None:
            return None
        with reading("a signing time"):
            kind = core.UTCTime if value.tag == 0x17 else core.GeneralizedTime
            at = kind.load(value.whole).native
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise ChipDataError("a signing time that is none.")
        return at

    def _attributes(self) -> tuple[Piece, ...]:
        if not self.attributes:
            return ()
        found = der.pieces(der.only(self.attributes, der.SET).value, MOST_ATTRIBUTES)
        if any(len(one.pieces()) != 2 for one in found):
            raise ChipDataError("a signed attribute that is no pair.")
        return found


@dataclass(frozen=True, slots=True, repr=False)
class SignedData:
    """What was signed, of which type, by whom; `certificates` are those that could be read."""

    content_type: str
    content: bytes
    certificates: tuple[Certificate, ...]
    signers: tuple[Signer, ...]
    unread: tuple[str, ...] = ()

    def certificate_of(self, signer: Signer) -> Certificate | None:
        """The signer's certificate, where it is inside."""
        return next((one for one in self.certificates if signer.is_of(one)), None)


def parse(data: bytes) -> SignedData:
    """From an encoded ContentInfo. Raises ChipDataError."""
    info = der.only(der.definite(data), der.SEQUENCE).pieces()
    if len(info) != 2 or der.oid(info[0]) != SIGNED_DATA or info[1].tag != 0xA0:
        raise ChipDataError("no CMS SignedData.")
    parts = der.only(info[1].value, der.SEQUENCE).pieces()
    if len(parts) < 4 or [one.tag for one in parts[:3]] != [der.INTEGER, der.SET, der.SEQUENCE]:
        raise ChipDataError("a SignedData without its parts.")
    kind, content = _content(parts[2])
    read, unread = _certificates(next((one for one in parts[3:] if one.tag == 0xA0), None))
    return SignedData(kind, content, read, _signers(parts[-1]), unread)


def digest_matches(signed: SignedData, signer: Signer) -> bool:
    """Whether the content is what the signer hashed; True without signed attributes.

    Raises ChipDataError where the attributes lack the digest or name another content type,
    NotJudgedError for a digest that is unknown here.
    """
    if not signer.attributes:
        return True
    stated, kind = signer.attribute(MESSAGE_DIGEST), signer.attribute(CONTENT_TYPE)
    if stated is None or stated.tag != der.OCTETS:
        raise ChipDataError("signed attributes without a message digest.")
    if kind is None or der.oid(kind) != signed.content_type:
        raise ChipDataError("signed attributes of another content type.")
    ours = signatures.digest(signatures.digest_name(signer.digest), signed.content)
    return hmac.compare_digest(ours, stated.value)


def signature_holds(signed: SignedData, signer: Signer, certificate: Certificate) -> bool:
    """Whether the signature is that certificate's. Raises NotJudgedError, ChipDataError."""
    beside = signatures.digest_name(signer.digest)
    how = signatures.scheme(signer.algorithm, beside)
    data = signer.attributes or signed.content
    return signatures.holds(keys.parse(certificate.key), how, signer.signature, data)


def _content(info: Piece) -> tuple[str, bytes]:
    parts = info.pieces()
    if len(parts) != 2 or parts[1].tag != 0xA0:
        raise ChipDataError("a SignedData without content.")
    held = parts[1].pieces()
    if len(held) != 1:
        raise ChipDataError("content that is not one object.")
    return der.oid(parts[0]), der.octets(held[0])


def _certificates(held: Piece | None) -> tuple[tuple[Certificate, ...], tuple[str, ...]]:
    """Those that can be read, and why others cannot: one of no use must not spoil the rest."""
    read: list[Certificate] = []
    unread: list[str] = []
    for piece in der.pieces(b"" if held is None else held.value, MOST_CERTIFICATES):
        try:
            read.append(certificates.parse(piece.whole))
        except ChipDataError as error:
            unread.append(str(error))
    return tuple(read), tuple(unread)


def _signers(held: Piece) -> tuple[Signer, ...]:
    if held.tag != der.SET:
        raise ChipDataError("a SignedData without signers.")
    return tuple(_signer(one) for one in der.pieces(held.value, MOST_SIGNERS))


def _signer(info: Piece) -> Signer:
    parts: Sequence[Piece] = info.pieces()
    if len(parts) < 5 or parts[0].tag != der.INTEGER:
        raise ChipDataError("a signer without its parts.")
    issuer, serial, key_id = _identified(parts[1])
    attributes, rest = b"", parts[3:]
    if rest[0].tag == 0xA0:
        if rest[0].whole[1] == 0x80:
            raise NotJudgedError("signed attributes of indefinite length.")
        attributes, rest = bytes((der.SET,)) + rest[0].whole[1:], rest[1:]
    if len(rest) < 2 or rest[0].tag != der.SEQUENCE:
        raise ChipDataError("a signer without a signature.")
    signature = der.octets(rest[1])
    return Signer(issuer, serial, key_id, parts[2].whole, attributes, rest[0].whole, signature)


def _identified(sid: Piece) -> tuple[bytes, int, bytes]:
    """Issuer and serial number, or the key identifier."""
    if sid.tag == 0x80 and sid.value:
        return b"", 0, sid.value
    parts = sid.pieces()
    if sid.tag != der.SEQUENCE or len(parts) != 2:
        raise ChipDataError("a signer who names no certificate.")
    names.parts(parts[0].whole)
    return parts[0].whole, der.integer(parts[1]), b""
