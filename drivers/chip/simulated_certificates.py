"""Certificates and revocation lists of the virtual issuer (Doc 9303-12, 7), in its own DER."""

from dataclasses import dataclass
from datetime import datetime

from drivers.chip.simulated_der import (
    bits,
    der,
    instant,
    integer,
    octets,
    oid,
    printable,
    sequence,
    set_of,
    tagged,
    utf8,
)
from drivers.chip.simulated_keys import SigningKey, digest

_COUNTRY, _ORGANISATION, _COMMON_NAME, _LOCALITY = "2.5.4.6", "2.5.4.10", "2.5.4.3", "2.5.4.7"
_SUBJECT_KEY, _AUTHORITY_KEY = "2.5.29.14", "2.5.29.35"
_KEY_USAGE, _CONSTRAINTS, _CRL_NUMBER = "2.5.29.15", "2.5.29.19", "2.5.29.20"
_SUBJECT_NAMES, _ISSUER_NAMES, _CRL_POINTS = "2.5.29.17", "2.5.29.18", "2.5.29.31"
_PURPOSES = "2.5.29.37"
_DOCUMENT_TYPES = "2.23.136.1.1.6.2"
_SIGNS_CERTIFICATES, _SIGNS_DATA = bits(b"\x06", 1), bits(b"\x80", 7)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a certificate speaks of: `country` of two letters, `state` of three as in the MRZ."""

    country: str
    state: str
    common_name: str

    def name(self) -> bytes:
        """Its distinguished name."""
        return sequence(
            set_of(sequence(oid(_COUNTRY), printable(self.country))),
            set_of(sequence(oid(_ORGANISATION), utf8("Virtual documents"))),
            set_of(sequence(oid(_COMMON_NAME), utf8(self.common_name))),
        )

    def other_names(self) -> bytes:
        """The state's three letters, as Doc 9303-12 wants them, and an address."""
        place = sequence(set_of(sequence(oid(_LOCALITY), printable(self.state))))
        return sequence(der(0x86, b"https://csca.example/"), tagged(4, place))


@dataclass(frozen=True, slots=True, repr=False)
class Certificate:
    """A certificate with what else its owner knows of it."""

    encoded: bytes
    subject: Subject
    issuer: Subject
    serial: int

    def issuer_and_serial(self) -> bytes:
        """As CMS names a signer."""
        return sequence(self.issuer.name(), integer(self.serial))


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when."""

    start: datetime
    end: datetime

    def encoded(self) -> bytes:
        """Validity."""
        return sequence(instant(self.start), instant(self.end))


@dataclass(frozen=True, slots=True, repr=False)
class Authority:
    """Who signs certificates: a name and a key."""

    subject: Subject
    key: SigningKey

    def certify(
        self,
        subject: Subject,
        key: SigningKey,
        serial: int,
        validity: Validity,
        purpose: str = "",
    ) -> Certificate:
        """A certificate of theirs, or of its own where `subject` is itself.

        purpose: the object identifier of the only use, where there is one.
        """
        extensions = self._extensions(subject, key)
        if purpose:
            extensions += (_extension(_PURPOSES, sequence(oid(purpose)), critical=True),)
        unsigned = sequence(
            tagged(0, integer(2)),
            integer(serial),
            self.key.algorithm(),
            self.subject.name(),
            validity.encoded(),
            subject.name(),
            key.public_key_info(),
            tagged(3, sequence(*extensions)),
        )
        return Certificate(self._signed(unsigned), subject, self.subject, serial)

    def revoke(self, serials: tuple[int, ...], at: datetime, until: datetime) -> bytes:
        """A revocation list of these serial numbers."""
        entries = [sequence(integer(serial), instant(at)) for serial in serials]
        extensions = (
            _extension(_AUTHORITY_KEY, sequence(der(0x80, key_id(self.key)))),
            _extension(_CRL_NUMBER, integer(1)),
        )
        unsigned = sequence(
            integer(1),
            self.key.algorithm(),
            self.subject.name(),
            instant(at),
            instant(until),
            *([sequence(*entries)] if entries else []),
            tagged(0, sequence(*extensions)),
        )
        return self._signed(unsigned)

    def _extensions(self, subject: Subject, key: SigningKey) -> tuple[bytes, ...]:
        point = tagged(0, tagged(0, der(0x86, b"https://csca.example/list.crl")))
        common = (
            _extension(_AUTHORITY_KEY, sequence(der(0x80, key_id(self.key)))),
            _extension(_SUBJECT_KEY, octets(key_id(key))),
            _extension(_SUBJECT_NAMES, subject.other_names()),
            _extension(_ISSUER_NAMES, self.subject.other_names()),
            _extension(_CRL_POINTS, sequence(sequence(point))),
        )
        if subject == self.subject:
            limits = sequence(der(0x01, b"\xff"), integer(0))
            return (
                *common,
                _extension(_KEY_USAGE, _SIGNS_CERTIFICATES, critical=True),
                _extension(_CONSTRAINTS, limits, critical=True),
            )
        kinds = sequence(integer(0), set_of(printable("P"), printable("ID")))
        return (
            *common,
            _extension(_KEY_USAGE, _SIGNS_DATA, critical=True),
            _extension(_DOCUMENT_TYPES, kinds),
        )

    def _signed(self, unsigned: bytes) -> bytes:
        return sequence(unsigned, self.key.algorithm(), bits(self.key.sign(unsigned)))


def key_id(key: SigningKey) -> bytes:
    """The hash of a public key (RFC 5280, 4.2.1.2)."""
    return digest("sha1", key.public_bits())


def _extension(name: str, value: bytes, critical: bool = False) -> bytes:
    return sequence(oid(name), der(0x01, b"\xff") if critical else b"", octets(value))
