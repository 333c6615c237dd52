"""What the chip's reader and passive authentication found, as the domain's evidence (pure)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from drivers.chip import lds, lds_persons
from drivers.chip.api import ChipReading, ProofResult, ProtocolProof
from drivers.chip.errors import ChipAccessError, ChipDataError, LdsError
from drivers.chip.files import FileId
from drivers.chip.passive_result import Found, GroupResult, PassiveResult, Question, Verdict
from drivers.errors import DeviceError
from firmware_app.domain import document_checks_chip_codes as codes
from firmware_app.domain.crossing import ChipPerson, ChipRecord
from firmware_app.domain.document_checks_catalogue import Result
from firmware_app.domain.document_checks_chip import (
    OPEN,
    Access,
    Answer,
    ChipEvidence,
    PassiveEvidence,
    ProofEvidence,
    Reading,
)

BAC_AFTER_PACE, PACE = "bac_after_pace", "PACE"
NO_ACCESS_CONTROL = "none"
Told = TypeVar("Told")
MOST_NAME = 400
"""Characters that the wire takes."""
NO_CHIP = ChipEvidence(Reading.NO_CHIP)
NO_READER = ChipEvidence(Reading.NO_READER)
_CARD_ACCESS = {
    "card_access_differs": Answer(Result.FAILED, "differs"),
    "pace_hidden": Answer(Result.FAILED, "pace_hidden"),
    "card_access_unsigned": Answer(Result.NOT_DONE, "unsigned"),
    "card_access_unreadable": OPEN,
    "sod_unreadable": OPEN,
}


def unread(error: DeviceError) -> ChipEvidence:
    """A chip that was there and was not read to its end."""
    refused = isinstance(error, ChipAccessError)
    return ChipEvidence(Reading.REFUSED if refused else Reading.BROKEN_OFF)


def evidence(reading: ChipReading, passive: PassiveResult) -> ChipEvidence:
    """All that both of them found; a proof that its file is withheld for is told as that."""
    return ChipEvidence(
        Reading.READ,
        access=_access(reading),
        files=_names(reading.files),
        unread=_names(_signed_and_unread(reading, passive)),
        protected=_names(reading.protected),
        card_access=_card_access(reading),
        passive=_passive(passive, withheld=FileId.SOD not in reading.files),
        proofs=ProofEvidence(
            active=_proof(reading.chip.active, withheld=FileId.DG15 not in reading.files),
            chip=_proof(reading.chip.chip, withheld=FileId.DG14 not in reading.files),
            mapping=_proof(reading.chip.mapping, withheld=False),
        ),
        lines=printed_lines(reading),
    )


def record(reading: ChipReading, passive: PassiveResult) -> ChipRecord:
    """What opened and proved it, and whose signatures."""
    proofs = reading.chip
    used = (
        (codes.ACCESS, reading.access),
        (codes.ACTIVE, proofs.active.protocol),
        (codes.CHIP_AUTH, proofs.chip.protocol),
        (codes.MAPPING, proofs.mapping.protocol),
    )
    return ChipRecord(
        protocols=tuple((code, _as_code(words)) for code, words in used if words),
        csca_id=passive.csca_id,
        signer_id=passive.signer_id,
        sod_sha256=passive.sod_sha256 if FileId.SOD in reading.files else "",
        issued=_issued(reading, passive),
    )


def person(reading: ChipReading, passive: PassiveResult) -> ChipPerson | None:
    """Names and birthplace of DG11; None unless the state's signature covers what was read."""
    told = _believed(reading, passive, FileId.DG11, lds_persons.dg11)
    if told is None:
        return None
    name, place = told.full_name, told.place_of_birth
    if name is None and place is None:
        return None
    return ChipPerson(
        surname=name.primary[:MOST_NAME] if name else "",
        given_names=name.secondary[:MOST_NAME] if name else "",
        place_of_birth=place.text[:MOST_NAME] if place else "",
    )


def _issued(reading: ChipReading, passive: PassiveResult) -> str:
    """DG12's date of issue as YYYY-MM-DD, empty where it is not said, not whole or not signed."""
    told = _believed(reading, passive, FileId.DG12, lds_persons.dg12)
    issued = told.issued if told else None
    return issued if issued and "X" not in issued else ""


def _believed(
    reading: ChipReading, passive: PassiveResult, group: FileId, parse: Callable[[bytes], Told]
) -> Told | None:
    """What a data group tells where a known state's signature covers it."""
    data = reading.files.get(group)
    signed = passive.groups.get(group) is GroupResult.MATCHES
    if data is None or not signed or passive.verdict is not Verdict.VALID:
        return None
    try:
        return parse(data)
    except LdsError:
        return None


def _as_code(words: str) -> str:
    """A protocol's words as one code of the wire: no spaces."""
    return re.sub(r"[^A-Za-z0-9_.:/+-]+", "_", words)[:64]


def _names(files: Iterable[int]) -> tuple[str, ...]:
    return tuple(FileId(number).name.lower() for number in sorted(files))


def _signed_and_unread(reading: ChipReading, passive: PassiveResult) -> tuple[int, ...]:
    """Files that were wanted, that the chip's state signed, and that did not come."""
    signed = {number for number, one in passive.groups.items() if one is GroupResult.NOT_READ}
    return tuple(file for file in reading.missing if file in signed or file is FileId.SOD)


def _access(reading: ChipReading) -> Access:
    if BAC_AFTER_PACE in reading.warnings:
        return Access.BAC_AFTER_PACE
    if reading.access == NO_ACCESS_CONTROL:
        return Access.NONE
    return Access.PACE if reading.access.startswith(PACE) else Access.BAC


def _card_access(reading: ChipReading) -> Answer:
    told = [_CARD_ACCESS[one] for one in reading.warnings if one in _CARD_ACCESS]
    failed = [one for one in told if one.result is Result.FAILED]
    if told:
        return (failed or told)[0]
    return Answer(Result.PASSED if reading.card_access else Result.NOT_APPLICABLE)


def _passive(passive: PassiveResult, *, withheld: bool) -> PassiveEvidence:
    """Question by question; the verdict has the last word, so that no pass outdoes it."""
    found = PassiveEvidence(
        signature=Answer(Result.FAILED, "withheld") if withheld else _signature(passive),
        chain=_chain(passive),
        validity=_together(passive, Question.PERIOD),
        revocation=_revocation(passive),
        hashes=_together(passive, Question.GROUPS),
        issuing_state=_states(passive),
        state=passive.issuing_state,
    )
    answers = (found.signature, found.chain, found.validity, found.hashes, found.issuing_state)
    unexplained = all(one.result is Result.PASSED for one in answers)
    if passive.verdict is not Verdict.VALID and unexplained:
        return replace(found, signature=OPEN)
    return found


def _signature(passive: PassiveResult) -> Answer:
    if passive.found(Question.STRUCTURE) is Found.FAILED:
        return Answer(Result.FAILED, "unparsable")
    return _together(passive, Question.STRUCTURE, Question.DIGEST, Question.SIGNATURE)


def _chain(passive: PassiveResult) -> Answer:
    answer = _together(passive, Question.SIGNER, Question.CHAIN)
    unknown = any(one.question is Question.ISSUER for one in passive.findings)
    if unknown and answer.result is not Result.FAILED:
        return Answer(Result.NOT_DONE, "issuer_unknown")
    return answer


def _states(passive: PassiveResult) -> Answer:
    """Whose document it is was not asked where the chip kept DG1 to itself."""
    answer = _together(passive, Question.STATES)
    return answer if passive.issuing_state or answer.result is not Result.PASSED else OPEN


def _revocation(passive: PassiveResult) -> Answer:
    """Asked and not done: there was no list to ask."""
    answer = _together(passive, Question.REVOCATION)
    asked = any(one.question is Question.REVOCATION for one in passive.findings)
    if asked and answer.result is Result.NOT_DONE:
        return Answer(Result.NOT_DONE, "no_list")
    return answer


def _together(passive: PassiveResult, *questions: Question) -> Answer:
    """Passed where all passed; one failure is enough to fail."""
    found = {passive.found(question) for question in questions}
    if Found.FAILED in found:
        return Answer(Result.FAILED)
    if len(found) == 1:
        return Answer(Result(found.pop().value))
    return OPEN


def _proof(proof: ProtocolProof, *, withheld: bool) -> Answer:
    if proof.result is ProofResult.FAILED and withheld:
        return Answer(Result.FAILED, "withheld")
    return Answer(Result(proof.result.value))


def printed_lines(reading: ChipReading) -> tuple[str, ...]:
    """DG1's lines, none where it was not read or is no zone."""
    dg1 = reading.files.get(FileId.DG1)
    try:
        return lds.dg1(dg1).lines if dg1 is not None else ()
    except ChipDataError:
        return ()
