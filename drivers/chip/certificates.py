"""X.509 certificates of issuing states as values; the bytes that were signed stay as they were.

Structure is read through asn1crypto, for one certificate in five of the states' public lists is one
that `cryptography` refuses. Source: ICAO Doc 9303-12, 7.1, and RFC 5280.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from drivers.chip import der, names
from drivers.chip.asn1 import reading, x509
from drivers.chip.der import Piece
from drivers.chip.errors import ChipDataError

MOST_BYTES = 32_768
MOST_EXTENSION_BYTES = 4096
_USED = frozenset(
    {
        "authority_key_identifier",
        "basic_constraints",
        "extended_key_usage",
        "key_identifier",
        "key_usage",
    }
)
_OF_NO_USE = frozenset(
    {
        "certificate_policies",
        "crl_distribution_points",
        "issuer_alt_name",
        "private_key_usage_period",
        "subject_alt_name",
    }
)
MASTER_LIST_SIGNER = "2.23.136.1.1.3"


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes, the signature over them, and the algorithm that it names (an AlgorithmIdentifier)."""

    data: bytes
    algorithm: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Rights:
    """What a certificate says of its key's use; None where it says nothing.

    `usage` has asn1crypto's words, such as key_cert_sign; `unknown` names critical extensions that
    nobody here understands.
    """

    authority: bool | None
    path_length: int | None
    usage: frozenset[str] | None
    extended: frozenset[str]
    unknown: tuple[str, ...]

    @property
    def signs_certificates(self) -> bool:
        """Whether it may issue: by its key usage, or, without one, by its basic constraints.

        Some states' authorities carry the usage with constraints that say otherwise; that such a
        certificate is an authority is what the master list vouches for.
        """
        if self.usage is None:
            return self.authority is True
        return "key_cert_sign" in self.usage

    @property
    def signs_documents(self) -> bool:
        """Whether it may sign data: no authority, and not another trade's certificate."""
        if self.authority:
            return False
        return self.usage is None or "digital_signature" in self.usage


@dataclass(frozen=True)
class Certificate:
    """One certificate; issuer, subject and key are encoded, a key id is empty where none is."""

    der: bytes
    signed: Signed
    serial: int
    issuer: bytes
    subject: bytes
    key: bytes
    not_before: datetime
    not_after: datetime
    key_id: bytes
    issuer_key_id: bytes
    rights: Rights

    def __repr__(self) -> str:
        """Whose it is, and which."""
        return f"Certificate({self.words}, {self.sha256[:16]})"

    @cached_property
    def sha256(self) -> str:
        """What it is called in the store and in an event."""
        return sha256(self.der).hexdigest()

    @cached_property
    def subject_print(self) -> str:
        """The same for every certificate of this subject."""
        return names.fingerprint(self.subject)

    @cached_property
    def issuer_print(self) -> str:
        """The `subject_print` of who issued it."""
        return names.fingerprint(self.issuer)

    @cached_property
    def country(self) -> str:
        """The subject's country as two capitals; empty where it names none."""
        named = names.of(self.subject, names.COUNTRY).strip().upper()
        return named if len(named) == 2 and named.isascii() and named.isalpha() else ""

    @cached_property
    def words(self) -> str:
        """The subject for people."""
        return names.words(self.subject)

    @cached_property
    def issuer_words(self) -> str:
        """The issuer for people."""
        return names.words(self.issuer)

    @property
    def issues_itself(self) -> bool:
        """Whether issuer and subject are of one name."""
        return self.issuer_print == self.subject_print

    def valid_at(self, at: datetime) -> bool:
        """Whether that time lies in its period."""
        return self.not_before <= at <= self.not_after


def parse(data: bytes) -> Certificate:
    """A certificate from its encoding, loose or not. Raises ChipDataError."""
    if len(data) > MOST_BYTES:
        raise ChipDataError(f"a certificate of {len(data)} bytes.")
    signed = signed_of(data)
    fields = _fields(signed.data)
    if fields.algorithm.whole != signed.algorithm:
        raise ChipDataError("a certificate that names two signature algorithms.")
    extensions = _extensions(fields.extensions)
    with reading("a certificate"):
        begin, end = x509.Validity.load(fields.validity.whole).native.values()
    if not (_is_moment(begin) and _is_moment(end)):
        raise ChipDataError("a certificate whose period is none.")
    _check_names(fields)
    return Certificate(
        der=data,
        signed=signed,
        serial=der.integer(fields.serial),
        issuer=fields.issuer.whole,
        subject=fields.subject.whole,
        key=fields.key.whole,
        not_before=begin,
        not_after=end,
        key_id=_octets(extensions, "key_identifier"),
        issuer_key_id=_issuer_key_id(extensions),
        rights=_rights(extensions),
    )


def signed_of(data: bytes) -> Signed:
    """The three parts of anything that X.509 signs: certificate or revocation list.

    Raises ChipDataError.
    """
    parts = der.only(data, der.SEQUENCE).pieces()
    if len(parts) != 3 or [part.tag for part in parts[:2]] != [der.SEQUENCE, der.SEQUENCE]:
        raise ChipDataError("not a signed structure of X.509.")
    return Signed(parts[0].whole, parts[1].whole, der.bits(parts[2]))


@dataclass(frozen=True, slots=True)
class _Fields:
    """What a TBSCertificate is made of, in its order."""

    serial: Piece
    algorithm: Piece
    issuer: Piece
    validity: Piece
    subject: Piece
    key: Piece
    extensions: bytes


def _fields(data: bytes) -> _Fields:
    parts = list(der.only(data, der.SEQUENCE).pieces())
    if parts and parts[0].tag == 0xA0:
        del parts[0]
    tags = [part.tag for part in parts[:6]]
    if tags != [der.INTEGER, *[der.SEQUENCE] * 5]:
        raise ChipDataError("a certificate without its fields.")
    extensions = next((part.value for part in parts[6:] if part.tag == 0xA3), b"")
    serial, algorithm, issuer, validity, subject, key = parts[:6]
    return _Fields(serial, algorithm, issuer, validity, subject, key, extensions)


def _is_moment(at: object) -> bool:
    """Whether it can be compared: a year that exists, and its zone said."""
    return isinstance(at, datetime) and at.tzinfo is not None


def _check_names(fields: _Fields) -> None:
    """Whatever is worked out later from the names works. Raises ChipDataError."""
    names.parts(fields.issuer.whole)
    names.parts(fields.subject.whole)


def _extensions(data: bytes) -> Mapping[str, tuple[bool, Any]]:
    """By name: whether it is critical, and its value. Raises ChipDataError."""
    found: dict[str, tuple[bool, Any]] = {}
    if not data:
        return found
    for piece in der.only(data, der.SEQUENCE).pieces():
        _check_size(piece)
    with reading("extensions"):
        for extension in x509.Extensions.load(data):
            name = extension["extn_id"].native
            if name in found:
                raise ChipDataError(f"extension {name} twice.")
            value = extension["extn_value"].parsed if name in _USED else None
            critical = extension["critical"].native and name not in _OF_NO_USE
            found[name] = (critical, value)
    return found


def _check_size(extension: Piece) -> None:
    """Before asn1crypto reads it, which takes long over long numbers. Raises ChipDataError."""
    parts = extension.pieces()
    if not parts or len(parts[-1].value) > MOST_EXTENSION_BYTES:
        raise ChipDataError(f"an extension of {len(extension.whole)} bytes.")
    der.oid(parts[0])


def _rights(extensions: Mapping[str, tuple[bool, Any]]) -> Rights:
    with reading("extensions"):
        basic = _value(extensions, "basic_constraints")
        usage = _value(extensions, "key_usage")
        extended = _value(extensions, "extended_key_usage")
        return Rights(
            authority=None if basic is None else basic["ca"].native,
            path_length=None if basic is None else basic["path_len_constraint"].native,
            usage=None if usage is None else frozenset(usage.native),
            extended=frozenset(one.dotted for one in extended or ()),
            unknown=tuple(
                name for name, (critical, value) in extensions.items() if critical and value is None
            ),
        )


def _value(extensions: Mapping[str, tuple[bool, Any]], name: str) -> Any:  # noqa: ANN401 - asn1crypto has no types
    return extensions.get(name, (False, None))[1]


def _octets(extensions: Mapping[str, tuple[bool, Any]], name: str) -> bytes:
    value = _value(extensions, name)
    with reading(name):
        return b"" if value is None else bytes(value.native)


def _issuer_key_id(extensions: Mapping[str, tuple[bool, Any]]) -> bytes:
    value = _value(extensions, "authority_key_identifier")
    with reading("authority_key_identifier"):
        held = None if value is None else value["key_identifier"].native
        return held or b""
