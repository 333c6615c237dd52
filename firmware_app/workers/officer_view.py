"""The live visit as the officer sees it: what was done, what was not, and what came of it; pure."""

from firmware_app.domain.biometrics import FaceSample, FingerMissing
from firmware_app.domain.crossing import Document, Visit
from firmware_app.domain.rules import decide
from firmware_app.workers import officer_frames as frames
from firmware_app.workers.officer_decisions import Seen
from firmware_app.workflow.vocabulary import Called, State, StillThere

Roles = tuple[frames.PictureRole, ...]


def now(seen: Seen, state: State, screen: str, pictures: Roles, now_s: float) -> frames.Now:
    """Everything of the visit that an officer looks at; personal."""
    visit = seen.visit
    _, reasons = decide(visit, seen.terms.policy, seen.terms.today)
    return frames.Now(
        crossing=visit.crossing_id,
        screen=screen,
        language=visit.language,
        visit_age_s=max(0.0, now_s - seen.began_s),
        step_age_s=max(0.0, now_s - seen.step_began_s),
        tries_left=_tries_left(state),
        called=isinstance(state, Called),
        helped=isinstance(state, Called) and state.helped,
        rows=_rows(visit.document) if visit.document is not None else (),
        checks=_checks(visit.document) if visit.document is not None else (),
        liveness=_liveness(visit),
        challenges=_challenges(visit),
        compared=_compared(visit),
        fingers=_fingers(visit),
        reasons=tuple(reason.value for reason in reasons),
        pictures=pictures,
    )


def _tries_left(state: State) -> int:
    inner = state.back_to if isinstance(state, Called | StillThere) else state
    return int(getattr(inner, "tries_left", 0))


def _rows(document: Document) -> tuple[frames.Row, ...]:
    mrz = document.mrz
    named = (
        ("surname", mrz.surname),
        ("given-names", mrz.given_names),
        ("birth", mrz.birth),
        ("nationality", mrz.nationality),
        ("number", mrz.number),
        ("issuer", mrz.issuing_state),
        ("expiry", mrz.expiry or ""),
        ("read-by", document.read_method.value),
    )
    return tuple(frames.Row(name=name, value=value[:400]) for name, value in named)


def _checks(document: Document) -> tuple[frames.Check, ...]:
    return tuple(
        frames.Check(code=one.code, result=one.result.value, why=one.why or "")
        for one in document.checks
    )


def _liveness(visit: Visit) -> str:
    if visit.liveness is not None:
        return visit.liveness.decision.value
    return "not_done" if visit.face is None or isinstance(visit.face, FaceSample) else "no_face"


def _challenges(visit: Visit) -> tuple[frames.Check, ...]:
    asked = visit.liveness.challenges if visit.liveness is not None else ()
    return tuple(frames.Check(code=one.code, result=one.became.value) for one in asked)


def _compared(visit: Visit) -> frames.Compared:
    one = visit.comparison
    if one is None:
        return frames.Compared(decision="not_done")
    decision = "match" if one.matched else "no_match"
    return frames.Compared(decision=decision, score=one.score, threshold=one.threshold)


def _fingers(visit: Visit) -> tuple[frames.Check, ...]:
    return tuple(
        frames.Check(
            code=one.position.name.lower(),
            result="not_done" if isinstance(one, FingerMissing) else "passed",
            why=one.reason.value if isinstance(one, FingerMissing) else "",
        )
        for one in visit.fingers
    )
