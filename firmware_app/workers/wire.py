"""A visit into the wire's words: the one place where domain values become event structs; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from firmware_app.clock import ClockQuality
from firmware_app.domain.biometrics import (
    Became,
    CaptureDevice,
    Challenge,
    FaceSample,
    FingerMissing,
    FingerSample,
    Model,
    Quality,
)
from firmware_app.domain.crossing import ChipPerson, ChipRecord, Document, Visit
from firmware_app.domain.document_checks_chip_codes import PASSIVE
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.mrz import CheckDigit
from firmware_app.workers.officer_wire import officer_actions, refusal_reason
from firmware_app.workflow.runner import Durations
from firmware_app.workflow.vocabulary import StoreCrossing
from mqtt import events, groups
from mqtt.envelope import Head

UNKNOWN_DAY = "XXXX-XX-XX"
NO_LANGUAGE = "zxx"  # ISO 639-2: no linguistic content
FINGER_FORMAT = "iso-19794-2-2005"
NO_PERSON = ChipPerson("", "", "")


@dataclass(frozen=True, slots=True)
class Site:
    """What stays the same from crossing to crossing."""

    kiosk_id: str
    post: str
    authority: str
    lane: str
    mode: str
    training: bool
    legal_basis: str
    notice_version: str
    retention_days: int
    software: groups.Software


@dataclass(frozen=True, slots=True)
class Moment:
    """When the crossing was stored, and how good that time is."""

    at_utc: datetime
    quality: ClockQuality
    boot_id: str
    monotonic_ns: int

    def on_wire(self) -> groups.Time:
        """The event's time group."""
        return groups.Time(
            captured_at=self.at_utc,
            clock_source=self.quality.source,
            clock_uncertainty_ms=self.quality.uncertainty_ms,
            boot_id=self.boot_id,
            monotonic_ns=self.monotonic_ns,
        )


def crossing_event(
    site: Site, command: StoreCrossing, durations: Durations, moment: Moment, head: Head
) -> events.CrossingEvent:
    """The event of one visit at its place in the chain."""
    visit = command.visit
    groups_seen: list[tuple[str, object]] = [
        ("traveller", visit.document),
        ("document", visit.document),
        ("liveness", visit.liveness),
    ]
    return events.CrossingEvent(
        envelope=_envelope(site, visit, head),
        time=moment.on_wire(),
        crossing=_crossing(site, command, durations),
        document_checks=_checks(visit.document),
        biometrics=(*_face(visit), *_fingers(visit)),
        comparison=(_comparison(visit),),
        answers=tuple(
            groups.Answer(question=one.question, version=one.version, answer=one.code)
            for one in visit.answers
        ),
        lists=groups.Lists(watchlist=groups.Watchlist(result="not_done", why="no_list_installed")),
        officer=officer_actions(visit.deeds),
        law=_law(site, visit, moment),
        software=site.software,
        traveller=_traveller(visit.document) if visit.document else None,
        document=_document(visit.document) if visit.document else None,
        liveness=_liveness(visit),
        not_captured=tuple(
            events.NotCaptured(group=name, reason="not_reached")  # type: ignore[arg-type]
            for name, value in groups_seen
            if value is None
        ),
    )


def _envelope(site: Site, visit: Visit, head: Head) -> groups.Envelope:
    return groups.Envelope(
        event_id=visit.crossing_id,
        kiosk_id=site.kiosk_id,
        post=site.post,
        authority=site.authority,
        lane=site.lane,
        epoch=head.epoch,
        sequence=head.sequence,
    )


def _crossing(site: Site, command: StoreCrossing, durations: Durations) -> groups.Crossing:
    visit = command.visit
    before = visit.party.stored if visit.party is not None else ()
    return groups.Crossing(
        direction=visit.direction,  # type: ignore[arg-type] # the post's own words
        mode=site.mode,  # type: ignore[arg-type] # likewise
        outcome=command.outcome.value,
        referral_reasons=tuple(reason.value for reason in command.reasons),
        duration_s=dict(durations.by_state),
        assisted=visit.called or visit.asked_for_person,
        training=site.training,
        transport=visit.transport or None,
        group_reference=before[0].crossing_id if before else visit.crossing_id,
        group_person=len(before) + 1,
        accompanied_by=command.accompanied_by or None,
        refusal_reason=refusal_reason(visit.deeds),
    )


def _traveller(document: Document) -> groups.Traveller:
    mrz, chip = document.mrz, document.person or NO_PERSON
    return groups.Traveller(
        surname=groups.Name(mrz=mrz.surname, unicode=chip.surname or None),
        given_names=groups.Name(mrz=mrz.given_names, unicode=chip.given_names or None),
        place_of_birth=chip.place_of_birth or None,
        date_of_birth=mrz.birth,
        sex=mrz.sex,  # type: ignore[arg-type] # the parser gives no other
        nationality=(mrz.nationality,) if mrz.nationality else (),
    )


def _document(document: Document) -> groups.Document:
    mrz = document.mrz
    return groups.Document(
        kind=mrz.document_code,
        number=mrz.number,
        issuing_state=mrz.issuing_state,
        expiry=mrz.expiry or UNKNOWN_DAY,
        mrz_lines=mrz.lines,
        check_digits={digit.field: _digit(digit) for digit in mrz.check_digits},
        read_method=document.read_method.value,
        issue_date=(document.chip.issued or None) if document.chip else None,
        repairs=tuple(
            groups.Repair(
                line=one.line + 1, column=one.column + 1, was=one.was, now=one.now, why=one.why
            )
            for one in mrz.repairs
        ),
        read_confidence=_read_confidence(document.confidence),
    )


def _digit(digit: CheckDigit) -> groups.Result:
    if digit.absent:
        return groups.Result.NOT_APPLICABLE
    return groups.Result.PASSED if digit.holds else groups.Result.FAILED


def _read_confidence(confidence: Confidence | None) -> groups.ReadConfidence | None:
    if confidence is None:
        return None
    return groups.ReadConfidence(
        least=confidence.least, sure=confidence.sure, doubtful=len(confidence.doubtful)
    )


def _checks(document: Document | None) -> tuple[groups.DocumentCheck, ...]:
    if document is None:
        return ()
    return tuple(
        groups.DocumentCheck(
            code=check.code,
            result=groups.Result(check.result.value),
            why=check.why or None,
            inputs=check.inputs,
            **_chip_words(check.code, document.chip),
        )
        for check in document.checks
    )


class _ChipWords(TypedDict, total=False):
    """What a check on the chip says beside its result."""

    csca_id: str
    ds_id: str
    sod_sha256: bytes
    protocol: str


def _chip_words(code: str, chip: ChipRecord | None) -> _ChipWords:
    """Certificates and digest stand at the one check on all of them, a protocol at its own."""
    words: _ChipWords = {}
    if chip is None:
        return words
    if protocol := dict(chip.protocols).get(code):
        words["protocol"] = protocol
    if code == PASSIVE:
        if chip.csca_id:
            words["csca_id"] = chip.csca_id
        if chip.signer_id:
            words["ds_id"] = chip.signer_id
        if chip.sod_sha256:
            words["sod_sha256"] = bytes.fromhex(chip.sod_sha256)
    return words


def _face(visit: Visit) -> tuple[groups.Biometric, ...]:
    face = visit.face
    if face is None:
        return (groups.Biometric(modality="face", reason_not_captured="not_reached"),)
    if not isinstance(face, FaceSample):
        return (groups.Biometric(modality="face", reason_not_captured=face.value),)
    return (
        groups.Biometric(
            modality="face",
            format=f"vendor.{face.model.id}",
            data=face.template,
            quality=_quality(face.quality),
            device=_device(face.device),
            model=_model(face.model),
        ),
    )


def _fingers(visit: Visit) -> tuple[groups.Biometric, ...]:
    return tuple(_finger(finger) for finger in visit.fingers)


def _finger(finger: FingerSample | FingerMissing) -> groups.Biometric:
    if isinstance(finger, FingerMissing):
        return groups.Biometric(
            modality="finger",
            position=int(finger.position),
            reason_not_captured=finger.reason.value,
        )
    return groups.Biometric(
        modality="finger",
        position=int(finger.position),
        format=FINGER_FORMAT,
        data=finger.record,
        quality=_quality(finger.quality),
        device=_device(finger.device),
        model=_model(finger.model),
    )


def _quality(quality: Quality) -> groups.Quality:
    return groups.Quality(algorithm=quality.algorithm, version=quality.version, score=quality.score)


def _device(device: CaptureDevice) -> groups.Device:
    return groups.Device(
        make=device.make, model=device.model, serial=device.serial, firmware=device.firmware
    )


def _model(model: Model) -> groups.Model:
    digest = bytes.fromhex(model.sha256) if model.sha256 else None
    return groups.Model(id=model.id, version=model.version, sha256=digest)


def _liveness(visit: Visit) -> groups.Liveness | None:
    if visit.liveness is None:
        return None
    return groups.Liveness(
        method=f"{visit.liveness.method}/{visit.liveness.version}",
        challenges=tuple(_challenge(one) for one in visit.liveness.challenges),
        scores=dict(visit.liveness.scores),
        decision=visit.liveness.decision.value,
    )


def _challenge(one: Challenge) -> groups.Challenge:
    """Passed, failed; or not done, and why: the traveller had it replaced, or left it."""
    if one.became in {Became.REPLACED, Became.SKIPPED}:
        return groups.Challenge(code=one.code, result=groups.Result.NOT_DONE, why=one.became.value)
    passed = one.became is Became.OBEYED
    result = groups.Result.PASSED if passed else groups.Result.FAILED
    return groups.Challenge(code=one.code, result=result)


def _comparison(visit: Visit) -> groups.Comparison:
    one = visit.comparison
    if one is None:
        why = "no_portrait" if not visit.portrait_found else "no_live_face"
        return groups.Comparison(
            probe="live_face", reference="document_portrait", decision="not_done", why=why
        )
    return groups.Comparison(
        probe="live_face",
        reference=one.reference,
        decision="match" if one.matched else "no_match",
        score=one.score,
        threshold=one.threshold,
        algorithm=one.algorithm,
        fmr=one.false_match_rate,
    )


def _law(site: Site, visit: Visit, moment: Moment) -> groups.Law:
    until = moment.at_utc.date() + timedelta(days=site.retention_days)
    return groups.Law(
        legal_basis=site.legal_basis,
        notice_version=site.notice_version,
        notice_language=NO_LANGUAGE if visit.pictures_only else visit.language,
        retention_until=until.isoformat(),
    )
