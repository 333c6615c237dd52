"""The checks on the chip, from what its reading and passive authentication found (pure).

Order of trust: the state's signature over the data first; only with it do the chip's own proofs
count, because their keys are among the data. Genuine data in a chip that proves nothing is
`chip.proven` not done, `genuine_data_chip_not_proven`: never more.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from firmware_app.domain import document_checks_chip_codes as codes
from firmware_app.domain.document_checks_catalogue import (
    CATALOGUE,
    Check,
    Result,
    because,
    passed,
)
from firmware_app.domain.document_checks_typed import differences
from firmware_app.domain.mrz_values import Mrz

FILLER = "<"


@dataclass(frozen=True, slots=True)
class Answer:
    """How one question ended; `why` is a reason of its code in the catalogue, "" for none.

    A reason that the catalogue does not know, or not with this result, is taken for none: a failure
    stays a failure, and what did not pass never becomes a pass.
    """

    result: Result
    why: str = ""


OPEN = Answer(Result.NOT_DONE)
"""Nobody asked, or nobody could say."""


class Reading(StrEnum):
    """How the reading of the chip ended."""

    READ = "read"
    NO_CHIP = "no_chip"
    NO_READER = "no_reader"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"


class Access(StrEnum):
    """What opened the chip."""

    PACE = "pace"
    BAC = "bac"
    BAC_AFTER_PACE = "bac_after_pace"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PassiveEvidence:
    """Passive authentication question by question, and DG1's issuing state, "" if not known."""

    signature: Answer = OPEN
    chain: Answer = OPEN
    validity: Answer = OPEN
    revocation: Answer = OPEN
    hashes: Answer = OPEN
    issuing_state: Answer = OPEN
    state: str = ""


@dataclass(frozen=True, slots=True)
class ProofEvidence:
    """The chip's own proofs, protocol by protocol, as they went: whether they count is said here.

    What the signed data do not offer is not applicable, whatever EF.COM says.
    """

    active: Answer = OPEN
    chip: Answer = OPEN
    mapping: Answer = OPEN


@dataclass(frozen=True, slots=True, repr=False)
class ChipEvidence:
    """What the shell fills from the chip's reading.

    files are names as in "dg1", "sod"; `lines` are DG1's, empty where it was not read. Personal.
    """

    reading: Reading
    access: Access = Access.NONE
    files: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    card_access: Answer = OPEN
    passive: PassiveEvidence = field(default_factory=PassiveEvidence)
    proofs: ProofEvidence = field(default_factory=ProofEvidence)
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say how far it went, nothing of the lines."""
        return f"ChipEvidence({self.reading}, {self.access}, {len(self.files)} files)"


_NOT_READ = {
    Reading.NO_CHIP: "no_chip_answered",
    Reading.NO_READER: "reader_away",
    Reading.REFUSED: "access_refused",
    Reading.BROKEN_OFF: "broken_off",
}
_ACCESS_WHY = {
    Access.BAC: "basic_access_control",
    Access.BAC_AFTER_PACE: "bac_after_pace",
    Access.NONE: "no_access_control",
}
_GENERAL = ("does_not_hold", "not_judged")
_OFFERS = frozenset({codes.ACTIVE, codes.CHIP_AUTH, codes.MAPPING})
_MUST_PASS = (codes.SIGNATURE, codes.CHAIN, codes.VALIDITY, codes.HASHES)


def check_chip(mrz: Mrz, chip: ChipEvidence | None) -> tuple[Check, ...]:
    """Every code of the chip once; never raises. None: this kiosk has no chip reader."""
    if chip is None:
        return tuple(because(code, "no_chip_reader") for code in codes.CHIP)
    if chip.reading is not Reading.READ:
        unread = tuple(because(code, "chip_not_read") for code in codes.CHIP if code != codes.READ)
        return (because(codes.READ, _NOT_READ[chip.reading]), *unread)
    parts = _passive_parts(chip)
    whole = _passive(parts)
    genuine = whole.result is Result.PASSED
    return (
        _read(chip),
        _access(chip),
        _if_genuine(codes.CARD_ACCESS, chip.card_access, genuine=genuine),
        whole,
        *parts,
        *_proofs(chip.proofs, genuine=genuine),
        _dg1(mrz, chip),
        _issuer(mrz, chip, parts),
    )


def _read(chip: ChipEvidence) -> Check:
    read = tuple(f"chip.{name}" for name in chip.files)
    if chip.unread:
        return because(codes.READ, "files_unread", *read)
    if chip.protected:
        return because(codes.READ, "files_protected", *read)
    return passed(codes.READ, *read)


def _access(chip: ChipEvidence) -> Check:
    why = _ACCESS_WHY.get(chip.access)
    return because(codes.ACCESS, why) if why else passed(codes.ACCESS)


def _passive_parts(chip: ChipEvidence) -> tuple[Check, ...]:
    groups = tuple(f"chip.{name}" for name in chip.files if name.startswith("dg"))
    found = chip.passive
    return (
        _answered(codes.SIGNATURE, found.signature),
        _answered(codes.CHAIN, found.chain),
        _answered(codes.VALIDITY, found.validity),
        _answered(codes.REVOCATION, found.revocation),
        _answered(codes.HASHES, found.hashes, "chip.sod", *groups),
        _answered(codes.STATES, found.issuing_state),
    )


def _passive(parts: tuple[Check, ...]) -> Check:
    """All together: failed where one failed, passed only where all that carry it passed."""
    failed = tuple(part.code for part in parts if part.result is Result.FAILED)
    if failed:
        return because(codes.PASSIVE, "not_genuine", "chip.sod", *failed)
    by_code = {part.code: part for part in parts}
    if by_code[codes.CHAIN].why == "issuer_unknown":
        return because(codes.PASSIVE, "issuer_unknown", "chip.sod")
    carried = all(by_code[code].result is Result.PASSED for code in _MUST_PASS)
    if carried and by_code[codes.STATES].result is Result.PASSED:
        return passed(codes.PASSIVE)
    return because(codes.PASSIVE, "not_judged")


def _proofs(found: ProofEvidence, *, genuine: bool) -> tuple[Check, ...]:
    protocols = (
        _if_genuine(codes.ACTIVE, found.active, genuine=genuine),
        _if_genuine(codes.CHIP_AUTH, found.chip, genuine=genuine),
        _if_genuine(codes.MAPPING, found.mapping, genuine=genuine),
    )
    return (*protocols, _proven({one.result for one in protocols}, genuine=genuine))


def _proven(results: set[Result], *, genuine: bool) -> Check:
    """One failure outweighs any pass: a copy may know one key and not the other."""
    if Result.FAILED in results:
        return because(codes.PROVEN, "does_not_hold")
    if not genuine:
        return because(codes.PROVEN, "data_not_genuine")
    if Result.PASSED in results:
        return passed(codes.PROVEN)
    return because(codes.PROVEN, "genuine_data_chip_not_proven")


def _dg1(mrz: Mrz, chip: ChipEvidence) -> Check:
    if not chip.lines:
        return because(codes.DG1, "not_judged")
    if not mrz.lines:
        return _against_typed(mrz, chip.lines)
    return passed(codes.DG1) if chip.lines == mrz.lines else because(codes.DG1, "differs")


def _against_typed(mrz: Mrz, lines: tuple[str, ...]) -> Check:
    """A person typed: the chip says where they differ."""
    found = differences(mrz, lines)
    if found is None:
        return because(codes.DG1, "no_printed_lines")
    inputs = tuple(f"mrz.{field}" for field in found)
    return because(codes.DG1, "differs", "chip.dg1", *inputs) if found else passed(codes.DG1)


def _issuer(mrz: Mrz, chip: ChipEvidence, parts: tuple[Check, ...]) -> Check:
    """The signer is of DG1's state (`chip.passive.issuing_state`), and that is the printed one."""
    agreed = next(part.result for part in parts if part.code == codes.STATES)
    state = chip.passive.state.strip(FILLER)
    if agreed is Result.FAILED or (state and state != mrz.issuing_state.strip(FILLER)):
        return because(codes.ISSUER, "differs")
    if agreed is Result.PASSED and state:
        return passed(codes.ISSUER)
    return because(codes.ISSUER, "not_judged")


def _if_genuine(code: str, answer: Answer, *, genuine: bool) -> Check:
    """A proof, or that none is offered, counts only with genuine data; a failure counts always."""
    unproven = answer.result is Result.PASSED or code in _OFFERS
    if unproven and not genuine and answer.result is not Result.FAILED:
        return because(code, "data_not_genuine")
    return _answered(code, answer)


def _answered(code: str, answer: Answer, *inputs: str) -> Check:
    """The answer in the catalogue's words."""
    whys = CATALOGUE[code].whys
    if answer.why in whys and whys[answer.why].result is answer.result:
        return because(code, answer.why, *_used(answer, inputs))
    if answer.result is Result.PASSED:
        return passed(code, *inputs)
    same = [why for why, said in whys.items() if said.result is answer.result]
    general = next((why for why in _GENERAL if why in same), (same or ["not_judged"])[0])
    return because(code, general, *_used(answer, inputs))


def _used(answer: Answer, inputs: tuple[str, ...]) -> tuple[str, ...]:
    return inputs if answer.result in {Result.PASSED, Result.FAILED} else ()
