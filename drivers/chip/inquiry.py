"""The questions of passive authentication about who signed, each answered by a finding.

The verdict follows from the findings; nothing is valid by default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Protocol

from drivers.chip import chain, cms, groups, keys, signatures, states
from drivers.chip.certificates import MASTER_LIST_SIGNER, Certificate
from drivers.chip.chain import Anchors, Climb, Outcome
from drivers.chip.cms import SignedData, Signer
from drivers.chip.curves import ForgedCurveError
from drivers.chip.errors import ChipDataError, NotJudgedError
from drivers.chip.passive_result import (
    Finding,
    Found,
    GroupResult,
    PassiveResult,
    Question,
    SignedAt,
    Verdict,
)
from drivers.chip.revocation import RevocationList

_MUST_PASS = (
    Question.STRUCTURE,
    Question.DIGEST,
    Question.SIGNATURE,
    Question.SIGNER,
    Question.CHAIN,
    Question.PERIOD,
)
_MUST_NOT_BE_OPEN = (Question.STATES, Question.GROUPS)
_FAILED_MEANS = {
    Question.STRUCTURE: Verdict.UNPARSABLE,
    Question.DIGEST: Verdict.BAD_DIGEST,
    Question.GROUPS: Verdict.BAD_DIGEST,
}


class Store(Anchors, Protocol):
    """Trusted authorities and their revocation lists: `csca.CscaStore`."""

    def revocations(self, issuer_print: str) -> tuple[RevocationList, ...]:
        """The lists kept of that issuer. Raises ChipDataError."""


@dataclass(slots=True)
class Inquiry:
    """What is found out, as it is found out."""

    data: bytes
    files: Mapping[int, bytes]
    store: Store
    at: datetime
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    signer: Certificate | None = None
    csca: Certificate | None = None
    algorithm: str = ""
    signed_at: datetime | None = None
    signed_at_from: SignedAt = SignedAt.UNKNOWN
    issuing_state: str = ""
    groups: Mapping[int, GroupResult] = field(default_factory=lambda: MappingProxyType({}))

    def note(self, question: Question, found: Found, why: str) -> None:
        """Answer a question."""
        self.findings.append(Finding(question, found, why))


def ask(inquiry: Inquiry, signed: SignedData) -> None:
    """Answer every question about those who signed."""
    for signer in signed.signers:
        _signer(inquiry, signed, signer)


def result(inquiry: Inquiry) -> PassiveResult:
    """What was found out, and the verdict."""
    verdict, reason = _verdict(inquiry.findings)
    signer, csca = inquiry.signer, inquiry.csca
    return PassiveResult(
        verdict=verdict,
        reason=reason,
        findings=tuple(inquiry.findings),
        sod_sha256=sha256(inquiry.data).hexdigest(),
        issuing_state=inquiry.issuing_state,
        signer_country="" if signer is None else signer.country,
        csca_country="" if csca is None else csca.country,
        signer_id="" if signer is None else signer.sha256,
        csca_id="" if csca is None else csca.sha256,
        algorithm=inquiry.algorithm,
        signed_at=inquiry.signed_at,
        signed_at_from=inquiry.signed_at_from,
        groups=inquiry.groups,
        notes=tuple(inquiry.notes),
    )


def _signer(inquiry: Inquiry, signed: SignedData, signer: Signer) -> None:
    """One who signed; where there are several, every one must hold."""
    _digest(inquiry, signed, signer)
    certificate = signed.certificate_of(signer)
    if certificate is None:
        unread = f" {signed.unread[0]}" if signed.unread else ""
        why = f"EF.SOD does not hold the certificate of its signer.{unread}"
        inquiry.note(Question.SIGNATURE, Found.NOT_DONE, why)
        return
    inquiry.signer = certificate
    _signature(inquiry, signed, signer, certificate)
    _right(inquiry, certificate)
    climbed = chain.climb(certificate, inquiry.store, signed.certificates)
    _chain(inquiry, climbed)
    _period(inquiry, signer, certificate)
    if climbed.outcome is Outcome.FOUND:
        inquiry.csca = climbed.path[-1]
        _revocation(inquiry, climbed)
        _countries(inquiry, certificate, climbed.path[-1])


def _digest(inquiry: Inquiry, signed: SignedData, signer: Signer) -> None:
    if not signer.attributes:
        inquiry.notes.append("EF.SOD has no signed attributes; its content is signed directly.")
    try:
        same = cms.digest_matches(signed, signer)
    except NotJudgedError as error:
        inquiry.note(Question.DIGEST, Found.NOT_DONE, f"the digest cannot be judged: {error}")
    except ChipDataError as error:
        inquiry.note(Question.DIGEST, Found.FAILED, f"the signed attributes are wrong: {error}")
    else:
        why = "the signed content has the digest that its signer states."
        if not same:
            why = "the signed content was altered: its digest is not the one its signer states."
        inquiry.note(Question.DIGEST, Found.PASSED if same else Found.FAILED, why)


def _signature(
    inquiry: Inquiry, signed: SignedData, signer: Signer, certificate: Certificate
) -> None:
    try:
        how = signatures.scheme(signer.algorithm, signatures.digest_name(signer.digest))
        inquiry.algorithm = f"{how.words}, {keys.parse(certificate.key).words}"
        good = cms.signature_holds(signed, signer, certificate)
    except NotJudgedError as error:
        why = f"the signature cannot be judged: {error}"
        inquiry.note(Question.SIGNATURE, Found.NOT_DONE, why)
    except ForgedCurveError as error:
        inquiry.note(Question.SIGNATURE, Found.FAILED, f"the signer's key is forged: {error}")
    except ChipDataError as error:
        inquiry.note(Question.SIGNATURE, Found.FAILED, f"the signature is wrong: {error}")
    else:
        why = f"the signature of {certificate.words} {'holds' if good else 'does not hold'}."
        inquiry.note(Question.SIGNATURE, Found.PASSED if good else Found.FAILED, why)


def _right(inquiry: Inquiry, certificate: Certificate) -> None:
    """Whether the signer's certificate is a document signer's."""
    rights = certificate.rights
    if not rights.signs_documents or MASTER_LIST_SIGNER in rights.extended:
        why = f"{certificate.words} is no document signer."
        inquiry.note(Question.SIGNER, Found.FAILED, why)
    else:
        inquiry.note(Question.SIGNER, Found.PASSED, f"{certificate.words} may sign documents.")


def _chain(inquiry: Inquiry, climbed: Climb) -> None:
    inquiry.notes.extend(climbed.notes)
    match climbed.outcome:
        case Outcome.FOUND:
            inquiry.note(Question.CHAIN, Found.PASSED, climbed.why)
        case Outcome.REFUSED:
            inquiry.note(Question.CHAIN, Found.FAILED, climbed.why)
        case Outcome.NOT_JUDGED:
            why = f"the signer's certificate cannot be judged: {climbed.why}"
            inquiry.note(Question.CHAIN, Found.NOT_DONE, why)
        case Outcome.UNKNOWN:
            inquiry.note(Question.ISSUER, Found.NOT_DONE, climbed.why)


def _period(inquiry: Inquiry, signer: Signer, certificate: Certificate) -> None:
    """Valid when it signed, which is what counts; a document outlives its signer's key."""
    try:
        at = signer.signed_at
    except ChipDataError as error:
        inquiry.note(Question.PERIOD, Found.FAILED, f"the signing time is wrong: {error}")
        return
    inquiry.signed_at = at
    inquiry.signed_at_from = SignedAt.PERIOD if at is None else SignedAt.ATTRIBUTE
    if at is None:
        good = certificate.not_before <= min(inquiry.at, certificate.not_after)
        why = "no signing time is stated; the document signer's period had begun."
        if not good:
            why = "the document signer's period has not begun, or ends before it begins."
    else:
        good = certificate.valid_at(at) and at <= inquiry.at
        why = f"signed on {at:%Y-%m-%d}, as the signer states, in the document signer's period."
        if not good:
            why = f"signed on {at:%Y-%m-%d}, out of the document signer's period or in the future."
    inquiry.note(Question.PERIOD, Found.PASSED if good else Found.FAILED, why)


def _revocation(inquiry: Inquiry, climbed: Climb) -> None:
    """Whether an authority took its signer back. Without a list nobody knows, and that is said."""
    child, authority = climbed.path[0], climbed.path[1]
    lists = inquiry.store.revocations(authority.subject_print)
    proven = [one for one in lists if _is_of(one, authority)]
    if not proven:
        why = f"no revocation list of {authority.words} is here."
        inquiry.note(Question.REVOCATION, Found.NOT_DONE, why)
        return
    newest = max(proven, key=lambda one: one.this_update)
    since = newest.revoked.get(child.serial)
    if since is not None:
        why = f"{child.words} is revoked since {since:%Y-%m-%d}."
        inquiry.note(Question.REVOCATION, Found.FAILED, why)
    elif newest.stale(inquiry.at):
        why = f"the revocation list of {newest.this_update:%Y-%m-%d} is out of date."
        inquiry.note(Question.REVOCATION, Found.NOT_DONE, why)
    else:
        why = f"not in the revocation list of {newest.this_update:%Y-%m-%d}."
        inquiry.note(Question.REVOCATION, Found.PASSED, why)


def _is_of(listed: RevocationList, authority: Certificate) -> bool:
    try:
        return listed.is_of(authority)
    except ChipDataError:
        return False


def _countries(inquiry: Inquiry, signer: Certificate, csca: Certificate) -> None:
    """The state that DG1 names, the signer's and the authority's are one."""
    state, wrong = _stated(inquiry)
    inquiry.issuing_state = state
    found, why = states.agree(state, signer.country, csca.country)
    if wrong:
        found, why = None, wrong
    ended = {True: Found.PASSED, False: Found.FAILED, None: Found.NOT_DONE}[found]
    inquiry.note(Question.STATES, ended, why)


def _stated(inquiry: Inquiry) -> tuple[str, str]:
    """The issuing state of DG1, empty where it was not read; or why it cannot be told."""
    data = inquiry.files.get(1)
    if data is None:
        return "", ""
    try:
        return groups.issuing_state(data), ""
    except ChipDataError as error:
        return "", f"the issuing state of DG1 cannot be told: {error}"


def _verdict(findings: list[Finding]) -> tuple[Verdict, str]:
    """What failed first, by how bad it is; then what is open; VALID only when nothing is."""
    failed = [one for one in findings if one.found is Found.FAILED]
    for verdict in (Verdict.BAD_DIGEST, Verdict.BAD_SIGNATURE, Verdict.UNPARSABLE):
        for one in failed:
            if _FAILED_MEANS.get(one.question, Verdict.BAD_SIGNATURE) is verdict:
                return verdict, one.why
    open_ = [one for one in findings if one.found is Found.NOT_DONE]
    for one in open_:
        if one.question is Question.ISSUER:
            return Verdict.ISSUER_UNKNOWN, one.why
    for one in open_:
        if one.question in (*_MUST_PASS, *_MUST_NOT_BE_OPEN):
            return Verdict.NOT_DONE, one.why
    return _nothing_open(findings)


def _nothing_open(findings: list[Finding]) -> tuple[Verdict, str]:
    """VALID where every question that must be answered was answered well."""
    passed = {one.question: one.why for one in findings if one.found is Found.PASSED}
    missing = [question for question in _MUST_PASS if question not in passed]
    if missing:
        return Verdict.NOT_DONE, f"{missing[0]} was not judged."
    return Verdict.VALID, passed[Question.CHAIN]
