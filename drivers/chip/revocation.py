"""Revocation lists of issuing states: which signers no longer count (Doc 9303-12, 7.1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from drivers.chip import certificates, der, keys, names, signatures
from drivers.chip.asn1 import crl, reading
from drivers.chip.certificates import Certificate, Signed
from drivers.chip.errors import ChipDataError

MOST_BYTES = 8 << 20
MOST_ENTRIES = 200_000


@dataclass(frozen=True)
class RevocationList:
    """Who issued it, when, until when it is fresh, and what it revokes since when.

    `next_update` is None where the list does not say.
    """

    signed: Signed
    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    revoked: Mapping[int, datetime]

    def __repr__(self) -> str:
        """Whose it is and how long."""
        return f"RevocationList({names.words(self.issuer)}, {len(self.revoked)} entries)"

    @cached_property
    def issuer_print(self) -> str:
        """The `subject_print` of who issued it."""
        return names.fingerprint(self.issuer)

    def is_of(self, authority: Certificate) -> bool:
        """Whether that authority's key signed it. Raises ChipDataError, NotJudgedError."""
        usage = authority.rights.usage
        if self.issuer_print != authority.subject_print or (usage and "crl_sign" not in usage):
            return False
        how = signatures.scheme(self.signed.algorithm)
        key = keys.parse(authority.key)
        return signatures.holds(key, how, self.signed.signature, self.signed.data)

    def stale(self, at: datetime) -> bool:
        """Whether a newer one should have come by then."""
        return self.next_update is not None and self.next_update < at


def parse(data: bytes) -> RevocationList:
    """From its encoding. Raises ChipDataError."""
    if len(data) > MOST_BYTES:
        raise ChipDataError(f"a revocation list of {len(data)} bytes.")
    signed = certificates.signed_of(data)
    parts = list(der.only(signed.data, der.SEQUENCE).pieces())
    if parts and parts[0].tag == der.INTEGER:
        del parts[0]
    if len(parts) < 3 or parts[0].whole != signed.algorithm:
        raise ChipDataError("a revocation list without its parts.")
    names.parts(parts[1].whole)
    with reading("a revocation list"):
        listed = crl.TbsCertList.load(signed.data)
        this_update, next_update = listed["this_update"].native, listed["next_update"].native
        if len(listed["revoked_certificates"]) > MOST_ENTRIES:
            raise ChipDataError("a revocation list of too many entries.")
        revoked = {
            one["user_certificate"].native: one["revocation_date"].native
            for one in listed["revoked_certificates"]
        }
    return RevocationList(signed, parts[1].whole, this_update, next_update, revoked)
