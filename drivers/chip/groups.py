"""Data groups against the hashes of EF.SOD, and the issuing state that DG1 names (Doc 9303-10)."""

import hmac
from collections.abc import Mapping
from types import MappingProxyType

from drivers.chip import signatures, sod, tlv
from drivers.chip.errors import ChipDataError
from drivers.chip.passive_result import Found, GroupResult
from drivers.chip.sod import Sod

DG1, ZONE = 0x61, 0x5F1F
ZONE_SIZES = (72, 88, 90)


def compare(held: Sod, files: Mapping[int, bytes]) -> Mapping[int, GroupResult]:
    """Each group that is signed or was read, by its number; files that are no groups are left."""
    read = {number for number in files if number in sod.GROUPS}
    return MappingProxyType(
        {number: _one(held, files, number) for number in sorted(read | held.groups)}
    )


def judged(compared: Mapping[int, GroupResult]) -> tuple[Found, str]:
    """All groups together. What was read and is not signed proves nothing, and fails."""
    for result, words in (
        (GroupResult.DIFFERS, "differs from what was signed."),
        (GroupResult.NOT_SIGNED, "was read and is not signed."),
    ):
        wrong = _named(compared, result)
        if wrong:
            return Found.FAILED, f"{wrong} {words}"
    good, unread = _named(compared, GroupResult.MATCHES), _named(compared, GroupResult.NOT_READ)
    if not good:
        return Found.NOT_APPLICABLE, "no data group was read."
    rest = f"; signed and not read: {unread}" if unread else ""
    return Found.PASSED, f"{good} as signed{rest}."


def issuing_state(dg1: bytes) -> str:
    """The issuing state or organization in the zone of DG1, without fillers (Doc 9303-3, 5).

    Raises ChipDataError.
    """
    one, _ = tlv.read_one(dg1)
    zone = tlv.find(one.value, ZONE) if one.tag == DG1 else None
    if zone is None or len(zone) not in ZONE_SIZES:
        raise ChipDataError("DG1 without a machine readable zone of a known size.")
    state = zone[2:5].decode("ascii", errors="replace").rstrip("<")
    if not (state.isascii() and state.isalpha() and state.isupper()):
        raise ChipDataError("an issuing state that is no code.")
    return state


def _one(held: Sod, files: Mapping[int, bytes], number: int) -> GroupResult:
    if number not in held.hashes:
        return GroupResult.NOT_SIGNED
    if number not in files:
        return GroupResult.NOT_READ
    ours = signatures.digest(held.digest, files[number])
    same = hmac.compare_digest(ours, held.hashes[number])
    return GroupResult.MATCHES if same else GroupResult.DIFFERS


def _named(compared: Mapping[int, GroupResult], result: GroupResult) -> str:
    return ", ".join(f"DG{number}" for number, one in compared.items() if one is result)
