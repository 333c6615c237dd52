"""Decides what a crossing comes to: done, or a person should look; each reason by a stable code."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from firmware_app.domain.biometrics import (
    Comparison,
    Finger,
    FingerMissing,
    FingerSample,
    Liveness,
    LivenessDecision,
    NotCaptured,
)
from firmware_app.domain.crossing import Party, ReadMethod, Visit
from firmware_app.domain.document_checks_catalogue import Check, Follow, Result, follow
from firmware_app.domain.mrz import Mrz


class Outcome(StrEnum):
    """What the event says happened."""

    COMPLETED = "completed"
    REFERRED = "referred"
    REFUSED_BY_OFFICER = "refused_by_officer"


class Reason(StrEnum):
    """Why an officer should look; the traveller's screens never say it."""

    DOCUMENT_CHECK_FAILED = "document_check_failed"
    DOCUMENT_NOT_JUDGED = "document_not_judged"
    DOCUMENT_READ_DOUBTFUL = "document_read_doubtful"
    DOCUMENT_SPECIMEN = "document_specimen"
    DOCUMENT_DISPUTED = "document_disputed"
    DOCUMENT_TYPED = "document_typed"
    NO_DOCUMENT = "no_document"
    FACE_NOT_TAKEN = "face_not_taken"
    FACE_NOT_MATCHED = "face_not_matched"
    FACE_NOT_COMPARED = "face_not_compared"
    LIVENESS_NOT_SURE = "liveness_not_sure"
    PRESENTATION_ATTACK = "presentation_attack"
    UNACCOMPANIED_MINOR = "unaccompanied_minor"
    COMPANION_REFERRED = "companion_referred"
    SUPERVISED = "supervised"
    ASKED_FOR_A_PERSON = "asked_for_a_person"


ADULT_YEARS = 18
READ_CONFIDENCE, SPECIMEN = "mrz.read_confidence", "document.specimen"
VISA_READ = "document.travel_document"
OWN_REASONS = {
    READ_CONFIDENCE: Reason.DOCUMENT_READ_DOUBTFUL,
    SPECIMEN: Reason.DOCUMENT_SPECIMEN,
}
"""Failures that say nothing against the document itself."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the post decided: which fingers, from which age, whether an officer sees referrals.

    read_doubtful_again: a camera's doubtful reading is tried again before an officer is asked.
    specimens: documents of Utopia count as real ones; for training and demonstration only.
    """

    fingers: tuple[int, ...] = (2,)
    finger_from_years: int = 12
    supervised: bool = True
    read_doubtful_again: bool = True
    specimens: bool = False


def age_years(mrz: Mrz, today: date) -> int | None:
    """Whole years by the document, unknown parts counted young; None without a birth year."""
    year, month, day = mrz.birth.split("-")
    if not year.isdigit():
        return None
    born = (int(month) if month.isdigit() else 12, int(day) if day.isdigit() else 31)
    return today.year - int(year) - ((today.month, today.day) < born)


def is_adult(visit: Visit, today: date) -> bool:
    """Whether the document says so; who does not say their age is none."""
    age = age_years(visit.document.mrz, today) if visit.document is not None else None
    return age is not None and age >= ADULT_YEARS


def is_minor(visit: Visit, today: date) -> bool:
    """Whether the document says so."""
    age = age_years(visit.document.mrz, today) if visit.document is not None else None
    return age is not None and age < ADULT_YEARS


def stops_at_officer(visit: Visit, today: date) -> bool:
    """A minor without an adult of the session: nothing more is asked or taken of a child alone."""
    return is_minor(visit, today) and not accompanied_by(visit, today)


def accompanied_by(visit: Visit, today: date) -> str:
    """The crossing of the adult of the session with whom a minor came; empty for everybody else."""
    adult = visit.party.adult if visit.party is not None else None
    return adult.crossing_id if adult is not None and is_minor(visit, today) else ""


def exemption(visit: Visit, policy: Policy, today: date) -> NotCaptured | None:
    """Why this traveller is asked for no finger: below the age limit or of unknown age; or None."""
    age = age_years(visit.document.mrz, today) if visit.document is not None else None
    if age is None:
        return NotCaptured.AGE_UNKNOWN
    return NotCaptured.TOO_YOUNG if age < policy.finger_from_years else None


def fingers_owed(visit: Visit, policy: Policy, today: date) -> tuple[Finger, ...]:
    """The fingers still to be asked for, in the post's order; none of whoever is exempt."""
    if exemption(visit, policy, today) is not None:
        return ()
    done = {finger.position for finger in visit.fingers}
    return tuple(Finger(code) for code in policy.fingers if code not in done)


def fingers_told(
    visit: Visit, policy: Policy, today: date
) -> tuple[FingerSample | FingerMissing, ...]:
    """Every finger that the post asks for: what was given, or the reason why it was not."""
    done = {finger.position for finger in visit.fingers}
    reason = exemption(visit, policy, today) or NotCaptured.NOT_REACHED
    left = (Finger(code) for code in dict.fromkeys(policy.fingers) if code not in done)
    return (*visit.fingers, *(FingerMissing(finger, reason) for finger in left))


def decide(visit: Visit, policy: Policy, today: date) -> tuple[Outcome, tuple[Reason, ...]]:
    """The outcome with every reason; a missing finger alone never refers anybody."""
    reasons = [
        *_document_reasons(visit, policy, today),
        *_face_reasons(visit.face_taken, visit.liveness, visit.comparison),
    ]
    if visit.asked_for_person:
        reasons.append(Reason.ASKED_FOR_A_PERSON)
    if policy.supervised and reasons:
        reasons.append(Reason.SUPERVISED)
    return (Outcome.REFERRED if reasons else Outcome.COMPLETED), tuple(reasons)


def to_read_again(checks: tuple[Check, ...], policy: Policy) -> frozenset[str]:
    """The checks that another reading may mend; what stays is referred, never refused."""
    again = {check.code for check in checks if follow(check) is Follow.READ_AGAIN}
    return frozenset(again - (set() if policy.read_doubtful_again else {READ_CONFIDENCE}))


def _document_reasons(visit: Visit, policy: Policy, today: date) -> list[Reason]:
    if visit.document is None:
        return [Reason.NO_DOCUMENT]
    reasons = _check_reasons(visit.document.checks, policy)
    if visit.document.read_method is ReadMethod.TYPED:
        reasons.append(Reason.DOCUMENT_TYPED)
    if visit.disputed:
        reasons.append(Reason.DOCUMENT_DISPUTED)
    if is_minor(visit, today):
        reasons += _minor_reasons(visit.party)
    return reasons


def _minor_reasons(party: Party | None) -> list[Reason]:
    """A minor walks on only with an adult of the session who does."""
    adult = party.adult if party is not None else None
    if adult is None:
        return [Reason.UNACCOMPANIED_MINOR]
    return [Reason.COMPANION_REFERRED] if adult.referred else []


def _check_reasons(checks: tuple[Check, ...], policy: Policy) -> list[Reason]:
    """Each reason once, in the order of the checks; also for what must be judged and was not."""
    found = []
    for check in checks:
        if follow(check) is Follow.NOTHING or (check.code == SPECIMEN and policy.specimens):
            continue
        failed = OWN_REASONS.get(check.code, Reason.DOCUMENT_CHECK_FAILED)
        found.append(failed if check.result is Result.FAILED else Reason.DOCUMENT_NOT_JUDGED)
    return list(dict.fromkeys(found))


def _face_reasons(
    taken: bool, liveness: Liveness | None, comparison: Comparison | None
) -> list[Reason]:
    """A live face takes no reason away: it clears nobody, it only gives no reason of its own."""
    if not taken:
        return [Reason.FACE_NOT_TAKEN]
    reasons = []
    if liveness is not None and liveness.decision is LivenessDecision.ATTACK:
        reasons.append(Reason.PRESENTATION_ATTACK)
    elif liveness is None or liveness.decision is not LivenessDecision.LIVE:
        reasons.append(Reason.LIVENESS_NOT_SURE)
    if comparison is None:
        reasons.append(Reason.FACE_NOT_COMPARED)
    elif not comparison.matched:
        reasons.append(Reason.FACE_NOT_MATCHED)
    return reasons
