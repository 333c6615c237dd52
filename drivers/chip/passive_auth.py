"""Passive authentication: whether a state signed what a chip holds (Doc 9303-11, 5.1; -12, 6).

Each question is asked by itself and answered by a finding; the verdict follows from the findings.
What nobody here can judge is "not done", never "failed", and nothing is valid by default.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from drivers.chip import cms, groups, inquiry, sod
from drivers.chip.cms import SignedData
from drivers.chip.errors import ChipDataError, NotJudgedError
from drivers.chip.inquiry import Inquiry, Store
from drivers.chip.passive_result import Found, PassiveResult, Question, Verdict

CARD_SECURITY = "0.4.0.127.0.7.3.2.1"


def check(
    sod_bytes: bytes, files: Mapping[int, bytes], store: Store, at: datetime
) -> PassiveResult:
    """Judge EF.SOD and the data groups that were read (whole files by number; others are ignored).

    `at` is now, aware. Raises nothing on any bytes; StoreError where the store itself is spoilt.
    """
    asked = Inquiry(sod_bytes, files, store, at)
    signed = _structure(asked)
    if signed is not None:
        inquiry.ask(asked, signed)
        _groups(asked, signed)
    return inquiry.result(asked)


def check_card_security(data: bytes, store: Store, at: datetime) -> PassiveResult:
    """Judge EF.CardSecurity, which holds the key of PACE's chip-authentication mapping.

    Its signer must be a document signer too (Doc 9303-11, 4.4.3.5). Raises as `check`.
    """
    asked = Inquiry(data, {}, store, at)
    try:
        signed = cms.parse(data)
    except ChipDataError as error:
        found = Found.NOT_DONE if isinstance(error, NotJudgedError) else Found.FAILED
        asked.note(Question.STRUCTURE, found, f"EF.CardSecurity cannot be read: {error}")
        return inquiry.result(asked)
    if signed.content_type != CARD_SECURITY or not signed.signers:
        why = "EF.CardSecurity is signed by nobody, or something else."
        asked.note(Question.STRUCTURE, Found.FAILED, why)
        return inquiry.result(asked)
    asked.note(Question.STRUCTURE, Found.PASSED, "EF.CardSecurity can be read.")
    inquiry.ask(asked, signed)
    return inquiry.result(asked)


def card_security_judge(store: Store, now: Callable[[], datetime]) -> Callable[[bytes], bool]:
    """What ChipReader asks of EF.CardSecurity: a store that is spoilt vouches for none."""

    def good(data: bytes) -> bool:
        try:
            return check_card_security(data, store, now()).verdict is Verdict.VALID
        except ChipDataError:
            return False

    return good


def _structure(asked: Inquiry) -> SignedData | None:
    try:
        signed = sod.signed_data(asked.data)
    except ChipDataError as error:
        found = Found.NOT_DONE if isinstance(error, NotJudgedError) else Found.FAILED
        asked.note(Question.STRUCTURE, found, f"EF.SOD cannot be read: {error}")
        return None
    if not signed.signers:
        asked.note(Question.STRUCTURE, Found.FAILED, "EF.SOD is signed by nobody.")
        return None
    if signed.content_type != sod.SECURITY_OBJECT:
        asked.notes.append(f"the signed content calls itself {signed.content_type}.")
    return signed


def _groups(asked: Inquiry, signed: SignedData) -> None:
    """Hash of each data group that was read."""
    try:
        held = sod.of(signed)
    except ChipDataError as error:
        found = Found.NOT_DONE if isinstance(error, NotJudgedError) else Found.FAILED
        asked.note(Question.STRUCTURE, found, f"EF.SOD cannot be read: {error}")
        return
    asked.note(Question.STRUCTURE, Found.PASSED, f"EF.SOD signs {len(held.hashes)} data groups.")
    asked.groups = groups.compare(held, asked.files)
    found, why = groups.judged(asked.groups)
    asked.note(Question.GROUPS, found, why)
