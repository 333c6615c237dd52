"""Whether the chip is the one that its state made: what is owed, what was shown (9303-11, 6)."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.chip import active_auth, chip_auth, security_infos
from drivers.chip.api import ChipProof, ProofResult, ProtocolProof, Random
from drivers.chip.card import Card
from drivers.chip.errors import (
    ChipDataError,
    ChipProtocolError,
    ChipRefusedError,
    UnsupportedChipError,
)
from drivers.chip.pace import MappingEvidence
from drivers.chip.public_keys import GroupKey, parse
from drivers.chip.security_infos import ChipKeyInfo, SecurityInfos

PACE_HIDDEN = "pace_hidden"
CARD_ACCESS_UNSIGNED = "card_access_unsigned"
CARD_ACCESS_DIFFERS = "card_access_differs"
_NOT_OWED = ProtocolProof(ProofResult.NOT_APPLICABLE, "the signed data do not ask for it", "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A proof, and whether the session is spoilt and must be opened anew."""

    proof: ProtocolProof
    spoilt: bool = False


def not_owed() -> ProtocolProof:
    """Nothing signed names a key for it."""
    return _NOT_OWED


def not_done(why: str) -> ProtocolProof:
    """It could not be judged."""
    return ProtocolProof(ProofResult.NOT_DONE, why, "")


def absent(file: str) -> ProtocolProof:
    """EF.SOD signs a file that holds the key, and the chip does not give it: as a copy would."""
    return ProtocolProof(ProofResult.FAILED, f"{file} is signed and the chip does not give it", "")


def chip_authentication(card: Card, infos: SecurityInfos, random: Random) -> Outcome:
    """Run it where DG14 holds a key for it. Raises what the channel raises."""

    def run() -> tuple[str, bool]:
        choice = chip_auth.choose(infos)
        if choice is None:
            return "", False
        chip_auth.authenticate(card, choice, random)
        return choice.name, True

    return _Attempt(run).outcome() if infos.keys else Outcome(_NOT_OWED)


def active_authentication(
    card: Card, dg15: bytes, algorithm: bytes | None, random: Random
) -> Outcome:
    """Run it with the key of DG15. Raises what the channel raises."""

    def run() -> tuple[str, bool]:
        choice = active_auth.choose(dg15, algorithm)
        return choice.name, active_auth.authenticate(card, choice, random)

    return _Attempt(run).outcome()


@dataclass(frozen=True, slots=True)
class MappingKeys:
    """Static keys that may have done a mapping: those of DG14, those of EF.CardSecurity.

    `judged`: the signature of EF.CardSecurity is good.
    """

    signed: tuple[ChipKeyInfo, ...]
    beside: tuple[ChipKeyInfo, ...]
    judged: bool


def mapping(evidence: MappingEvidence, protocol: str, keys: MappingKeys) -> ProtocolProof:
    """Chip-authentication mapping against the static keys (Doc 9303-11, 4.4.3.5)."""
    if any(_proves(evidence, key) for key in keys.signed):
        return ProtocolProof(ProofResult.PASSED, "", protocol)
    if any(_proves(evidence, key) for key in keys.beside):
        if keys.judged:
            return ProtocolProof(ProofResult.PASSED, "", protocol)
        why = "its key stands in EF.CardSecurity alone, whose signature is not judged good"
        return ProtocolProof(ProofResult.NOT_DONE, why, protocol)
    if any(_element(key, evidence) for key in (*keys.signed, *keys.beside)):
        return ProtocolProof(ProofResult.FAILED, "no key of the chip did this mapping", protocol)
    return ProtocolProof(ProofResult.NOT_DONE, "no key to compare the mapping with", protocol)


def together(
    active: ProtocolProof, chip: ProtocolProof, mapped: ProtocolProof, unknown: str = ""
) -> ChipProof:
    """One word for all: one that failed fails, one that passed is enough, else what is left."""
    all_of_them = (mapped, chip, active)
    for result in (ProofResult.FAILED, ProofResult.PASSED, ProofResult.NOT_DONE):
        found = [one for one in all_of_them if one.result is result]
        if found:
            protocol = ", ".join(one.protocol for one in found if one.protocol)
            return ChipProof(result, found[0].why, protocol, active, chip, mapped)
    result = ProofResult.NOT_DONE if unknown else ProofResult.NOT_APPLICABLE
    why = unknown or "the signed data name no key of the chip"
    return ChipProof(result, why, "", active, chip, mapped)


def dg14_infos(dg14: bytes | None) -> SecurityInfos | None:
    """What DG14 says; None where it is not there or cannot be read."""
    if dg14 is None:
        return None
    try:
        return security_infos.dg14(dg14)
    except ChipDataError:
        return None


def card_security_keys(data: bytes) -> tuple[ChipKeyInfo, ...]:
    """The keys of EF.CardSecurity; none where it is not there or cannot be read."""
    try:
        return security_infos.card_security(data).keys if data else ()
    except ChipDataError:
        return ()


def card_access_warnings(
    told: SecurityInfos | None, signed: SecurityInfos | None
) -> tuple[str, ...]:
    """EF.CardAccess, which nobody signs, against DG14 (Doc 9303-11, 4.2 and 9.2)."""
    offered = frozenset() if told is None else told.pace_encoded
    if signed is None:
        return (CARD_ACCESS_UNSIGNED,) if offered else ()
    if offered == signed.pace_encoded:
        return ()
    return (CARD_ACCESS_DIFFERS,) if offered else (PACE_HIDDEN,)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Runs a protocol that gives its name and whether it passed; sorts what goes wrong."""

    run: Callable[[], tuple[str, bool]]

    def outcome(self) -> Outcome:
        try:
            protocol, passed = self.run()
        except UnsupportedChipError as error:
            return Outcome(not_done(str(error)))
        except ChipDataError as error:
            return Outcome(_failed(str(error)))
        except ChipRefusedError as error:
            return Outcome(_failed(error.what))
        except ChipProtocolError as error:
            return Outcome(_failed(error.what), spoilt=True)
        if not passed:
            return Outcome(ProtocolProof(ProofResult.FAILED, "the signature is wrong", protocol))
        return Outcome(ProtocolProof(ProofResult.PASSED, "", protocol))


def _failed(why: str) -> ProtocolProof:
    return ProtocolProof(ProofResult.FAILED, why, "")


def _proves(evidence: MappingEvidence, info: ChipKeyInfo) -> bool:
    try:
        return evidence.proves(_element(info, evidence))
    except ChipDataError:
        return False


def _element(info: ChipKeyInfo, evidence: MappingEvidence) -> bytes:
    """The key, where it is one of the mapping's group; else empty, which is no key."""
    try:
        key = parse(info.public_key)
    except ChipDataError:
        return b""
    return key.element if isinstance(key, GroupKey) and key.group == evidence.group else b""
