"""The specimen crossing of every example and vector: Anna Maria Eriksson of Utopia (Doc 9303-4)."""

from datetime import UTC, datetime

from mqtt import events, groups
from mqtt.groups import Result

KIOSK = "specimen-1"
EVENT_ID = "01920000-0000-7000-8000-000000000001"
PORTRAIT_ID = "01920000-0000-7000-8000-000000000002"
EPOCH = "01920000-0000-7000-8000-0000000000e0"
BOOT_ID = "01920000-0000-7000-8000-0000000000b0"
CAPTURED_AT = datetime(2026, 3, 1, 10, 42, 7, 125_000, tzinfo=UTC)
MRZ_LINES = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)

TIME = groups.Time(
    captured_at=CAPTURED_AT,
    clock_source="rtc",
    clock_uncertainty_ms=1500,
    boot_id=BOOT_ID,
    monotonic_ns=123_456_789_000,
)
SOFTWARE = groups.Software(
    release="0.1.0",
    git_commit="0000000",
    configuration_sha256=bytes(range(32)),
    models={"face_template": bytes(32)},
)
TRAVELLER = groups.Traveller(
    surname=groups.Name(mrz="ERIKSSON"),
    given_names=groups.Name(mrz="ANNA MARIA"),
    date_of_birth="1974-08-12",
    sex="F",
    nationality=("UTO",),
)
DOCUMENT = groups.Document(
    kind="P",
    number="L898902C3",
    issuing_state="UTO",
    expiry="2012-04-15",
    mrz_lines=MRZ_LINES,
    check_digits={"number": Result.PASSED, "composite": Result.PASSED},
    read_method="serial",
)
FACE = groups.Biometric(
    modality="face",
    format="vendor:mobilefacenet-192",
    data=bytes(range(192)),
    quality=groups.Quality(algorithm="own", version="1", score=71),
    model=groups.Model(id="mobilefacenet", version="1"),
)
NO_FINGER = groups.Biometric(modality="finger", position=2, reason_not_captured="finger_bandaged")


def crossing(sequence: int = 2, event_id: str = EVENT_ID) -> events.CrossingEvent:
    """An entry that was referred: the document of the specimen expired in 2012."""
    return events.CrossingEvent(
        envelope=groups.Envelope(
            event_id=event_id,
            kiosk_id=KIOSK,
            post="UTUTO/01",
            authority="specimen",
            epoch=EPOCH,
            sequence=sequence,
        ),
        time=TIME,
        crossing=groups.Crossing(
            direction="ENTRY",
            mode="LAND",
            outcome="referred",
            referral_reasons=("document_check_failed",),
            duration_s={"document": 3.5, "face": 4.25},
            assisted=False,
            training=True,
        ),
        traveller=TRAVELLER,
        document=DOCUMENT,
        document_checks=(
            groups.DocumentCheck(
                code="mrz.check_digit.number", result=Result.PASSED, inputs=("mrz.number",)
            ),
            groups.DocumentCheck(
                code="document.expiry",
                result=Result.FAILED,
                why="expired",
                inputs=("mrz.expiry", "today"),
            ),
            groups.DocumentCheck(
                code="chip.passive_authentication", result=Result.NOT_DONE, why="no_chip_reader"
            ),
        ),
        biometrics=(FACE, NO_FINGER),
        liveness=groups.Liveness(
            method="head_turn",
            challenges=(groups.Challenge(code="turn_left", result=Result.PASSED),),
            scores={"yaw_deg": 24.5},
            decision="live",
        ),
        comparison=(
            groups.Comparison(
                probe="live_face",
                reference="document_portrait",
                decision="match",
                score=0.5,
                threshold=0.375,
                algorithm="cosine",
                fmr=0.001,
            ),
        ),
        answers=(groups.Answer(question="purpose_of_visit", version=1, answer="family"),),
        lists=groups.Lists(watchlist=groups.Watchlist(result="not_done", why="no_list")),
        officer=(),
        law=groups.Law(legal_basis="specimen", notice_version="1", notice_language="en"),
        software=SOFTWARE,
    )


def portrait(picture: bytes) -> events.Attachment:
    """The document portrait of the specimen crossing."""
    return events.Attachment(
        event_id=PORTRAIT_ID,
        relates_to=EVENT_ID,
        role="document_portrait",
        media_type="image/jpeg",
        data=picture,
    )


def epoch_start() -> events.EpochStart:
    """The first event of the specimen epoch."""
    return events.EpochStart(
        event_id="01920000-0000-7000-8000-000000000000",
        kiosk_id=KIOSK,
        time=TIME,
        software=SOFTWARE,
    )
