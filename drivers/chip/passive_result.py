"""What passive authentication found: one verdict, what it rests on, each group by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Verdict(StrEnum):
    """In one word. VALID is said only where every finding that it needs was made and is good."""

    VALID = "valid"
    ISSUER_UNKNOWN = "issuer_unknown"
    BAD_SIGNATURE = "bad_signature"
    BAD_DIGEST = "bad_digest"
    UNPARSABLE = "unparsable"
    NOT_DONE = "not_done"


class Found(StrEnum):
    """How one question ended; the words of the event's checks."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


class Question(StrEnum):
    """What was asked of the signed object."""

    STRUCTURE = "sod_structure"
    DIGEST = "sod_digest"
    SIGNATURE = "sod_signature"
    SIGNER = "document_signer"
    ISSUER = "csca_known"
    CHAIN = "csca_chain"
    PERIOD = "signed_in_period"
    REVOCATION = "document_signer_revocation"
    STATES = "issuing_states"
    GROUPS = "data_groups"


class GroupResult(StrEnum):
    """How one data group stands to EF.SOD."""

    MATCHES = "matches"
    DIFFERS = "differs"
    NOT_READ = "not_read"
    NOT_SIGNED = "not_signed"


class SignedAt(StrEnum):
    """Where the time of signing is from."""

    ATTRIBUTE = "signing time that the signer states"
    PERIOD = "period of the document signer, which states no signing time"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question, how it ended, and a sentence."""

    question: Question
    found: Found
    why: str


@dataclass(frozen=True, slots=True)
class PassiveResult:
    """The answer. Countries are as in certificates, `issuing_state` as in DG1, empty if not known.

    `signer_id`, `csca_id` and `sod_sha256` are SHA-256 in hexadecimal; `algorithm` is how EF.SOD
    was signed. Even VALID says only that the data are genuine, not that the chip is no copy.
    """

    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...]
    sod_sha256: str
    issuing_state: str = ""
    signer_country: str = ""
    csca_country: str = ""
    signer_id: str = ""
    csca_id: str = ""
    algorithm: str = ""
    signed_at: datetime | None = None
    signed_at_from: SignedAt = SignedAt.UNKNOWN
    groups: Mapping[int, GroupResult] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()

    def found(self, question: Question) -> Found:
        """How that question ended; NOT_DONE where it was not come to."""
        ends = (one.found for one in self.findings if one.question is question)
        return next(ends, Found.NOT_DONE)
