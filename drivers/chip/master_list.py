"""Master lists of authorities' certificates, as states publish them (Doc 9303-12, 9).

A list counts only when its own signature leads up to an authority that is trusted already.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from drivers.chip import certificates, chain, cms, der, keys
from drivers.chip.certificates import MASTER_LIST_SIGNER, Certificate
from drivers.chip.chain import Anchors, Outcome
from drivers.chip.cms import SignedData, Signer
from drivers.chip.errors import ChipDataError, NotJudgedError

MASTER_LIST = "2.23.136.1.1.2"
MOST_BYTES = 16 << 20
MOST_CERTIFICATES = 4_000


class ListNotTrustedError(ChipDataError):
    """A master list whose signature leads to no authority that is trusted."""

    mend = "Get the root of its issuer by a way you trust and name it with --root."


@dataclass(frozen=True, slots=True)
class Refused:
    """A certificate of a list that is not trusted, and why; `words` is whose it is."""

    words: str
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class MasterList:
    """A list whose signature holds: who signed it when, and the authorities that it names."""

    signer: Certificate
    authority: Certificate
    signed_at: datetime | None
    trusted: tuple[Certificate, ...]
    refused: tuple[Refused, ...]

    @property
    def countries(self) -> Mapping[str, int]:
        """How many certificates each country has in it."""
        return Counter(one.country for one in self.trusted)


def read(data: bytes, anchors: Anchors) -> MasterList:
    """A list from its encoding, proven against `anchors`.

    Raises ChipDataError for what is no list or no longer what was signed, ListNotTrustedError for
    one whose signer leads to nobody in `anchors`, NotJudgedError where nothing here can tell.
    """
    if len(data) > MOST_BYTES:
        raise ChipDataError(f"a master list of {len(data)} bytes.")
    signed = cms.parse(data)
    if signed.content_type != MASTER_LIST or len(signed.signers) != 1:
        raise ChipDataError("no master list by one signer.")
    signer = signed.signers[0]
    certificate = _proven(signed, signer)
    signed_at = signer.signed_at
    if signed_at is not None and not certificate.valid_at(signed_at):
        raise ChipDataError("a master list signed outside its signer's period.")
    authority = _authority(signed, certificate, anchors)
    trusted, refused = _listed(signed.content)
    return MasterList(certificate, authority, signed_at, trusted, refused)


def usable(certificate: Certificate) -> str:
    """Why a certificate cannot be an authority here, empty where it can."""
    if not certificate.rights.signs_certificates:
        return "it may not sign certificates."
    try:
        keys.parse(certificate.key)
        if _signs_itself(certificate) and not chain.issued(certificate, certificate):
            return "its own signature does not hold."
    except ChipDataError as error:
        return str(error)
    return ""


def _proven(signed: SignedData, signer: Signer) -> Certificate:
    """The signer's certificate; digest and signature hold."""
    certificate = signed.certificate_of(signer)
    if certificate is None:
        raise ChipDataError("a master list without its signer's certificate.")
    if not cms.digest_matches(signed, signer):
        raise ChipDataError("a master list that is not what was signed: its digest differs.")
    if not cms.signature_holds(signed, signer, certificate):
        raise ChipDataError("a master list whose signature does not hold.")
    if MASTER_LIST_SIGNER not in certificate.rights.extended and not (
        certificate.rights.signs_certificates
    ):
        raise ChipDataError(f"a master list by {certificate.words}, who may not sign one.")
    return certificate


def _authority(signed: SignedData, certificate: Certificate, anchors: Anchors) -> Certificate:
    """The trusted certificate that the signer's leads to."""
    if anchors.holds(certificate):
        return certificate
    climbed = chain.climb(certificate, anchors, signed.certificates)
    if climbed.outcome is Outcome.FOUND:
        return climbed.path[-1]
    if climbed.outcome is Outcome.NOT_JUDGED:
        raise NotJudgedError(climbed.why)
    raise ListNotTrustedError(f"a master list that no trusted root vouches for: {climbed.why}")


def _listed(content: bytes) -> tuple[tuple[Certificate, ...], tuple[Refused, ...]]:
    """CscaMasterList: a version and a set of certificates."""
    parts = der.only(content, der.SEQUENCE).pieces()
    if len(parts) != 2 or der.integer(parts[0]) != 0 or parts[1].tag != der.SET:
        raise ChipDataError("no CscaMasterList of version 0.")
    trusted: list[Certificate] = []
    refused: list[Refused] = []
    for piece in der.pieces(parts[1].value, MOST_CERTIFICATES):
        read_one = _judged(piece.whole)
        if isinstance(read_one, Refused):
            refused.append(read_one)
        else:
            trusted.append(read_one)
    return tuple(trusted), tuple(refused)


def _judged(data: bytes) -> Certificate | Refused:
    try:
        certificate = certificates.parse(data)
    except ChipDataError as error:
        return Refused("one that cannot be read", str(error))
    why = usable(certificate)
    return Refused(certificate.words, why) if why else certificate


def _signs_itself(certificate: Certificate) -> bool:
    """Whether it should carry its own key's signature: a link certificate carries the old one's."""
    named = certificate.issuer_key_id
    return certificate.issues_itself and (not named or named == certificate.key_id)


def combined(lists: Sequence[MasterList]) -> tuple[Certificate, ...]:
    """Every certificate of all lists once."""
    return tuple({one.sha256: one for each in lists for one in each.trusted}.values())
