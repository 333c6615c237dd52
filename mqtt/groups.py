"""The groups of fields that a crossing event is made of (pure).

The words are those of the contract (mqtt/contract/event.cddl). Fields are added, meanings never
change, unknown fields are tolerated. Every struct here stands in the sealed part, so none shows its
content in a repr.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

SCHEMA_VERSION = 1


class Result(StrEnum):
    """What became of a check; `not_done` and `not_applicable` say why beside it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


# `$(?!\n)`: Python's `$` alone would let a line feed through; JSON Schema reads this form too.
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:/+-]{1,64}$(?!\n)")]
Text = Annotated[str, Meta(max_length=400)]
State = Annotated[str, Meta(pattern=r"^[A-Z]{1,3}$(?!\n)", description="Doc 9303-3, section 5")]
Uuid = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)")]
KioskId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}$(?!\n)")]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
PartialDay = Annotated[
    str,
    Meta(pattern=r"^([0-9]{4}|XXXX)-([0-9]{2}|XX)-([0-9]{2}|XX)$(?!\n)", description="X: unknown"),
]
MrzSign = Annotated[str, Meta(pattern=r"^[0-9A-Z<]$(?!\n)", description="Doc 9303-3, 4.3")]
Utc = Annotated[datetime, Meta(tz=True)]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
Score = Annotated[float, Meta(ge=-1e9, le=1e9)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
RefusalReason = Literal["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"]


class Closed(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of all that is sealed: its repr names the group and shows nothing of it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


class Envelope(Closed, frozen=True, kw_only=True):
    """Which event, from where.

    `post` is UN/LOCODE and the national code, `supersedes` an earlier event_id.
    """

    event_id: Uuid
    kiosk_id: KioskId
    post: Code
    authority: Code
    epoch: Uuid
    sequence: Count
    schema_version: Count = SCHEMA_VERSION
    lane: Code | None = None
    supersedes: Uuid | None = None


class Time(Closed, frozen=True, kw_only=True):
    """When, and how well the kiosk knew it.

    A later time_anchor corrects by boot_id and monotonic_ns.
    """

    captured_at: Utc
    clock_source: Literal["rtc", "ntp", "gnss", "manual", "floor"]
    clock_uncertainty_ms: Count
    boot_id: Uuid
    monotonic_ns: Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Crossing(Closed, frozen=True, kw_only=True):
    """What was attempted and how it ended; `duration_s` by step of the workflow.

    `group_reference` is shared by those who crossed one after the other in one session (alone, too)
    and is the first one's event_id, `group_person` counts them from 1; `accompanied_by` is the
    event_id of the adult of the session with whom a minor came.
    """

    direction: Literal["ENTRY", "EXIT", "REFUSED", "TRANSIT"]
    mode: Literal["LAND", "AIR", "SEA", "RAIL"]
    outcome: Literal["completed", "referred", "refused_by_officer"]
    referral_reasons: tuple[Code, ...]
    duration_s: dict[Code, Annotated[float, Meta(ge=0, le=1e9)]]
    assisted: bool
    training: bool
    refusal_reason: RefusalReason | None = None
    transport: Code | None = None
    transport_reference: Text | None = None
    group_reference: Code | None = None
    group_person: Annotated[int, Meta(ge=1, le=99)] | None = None
    accompanied_by: Uuid | None = None


class Name(Closed, frozen=True, kw_only=True):
    """A name as the MRZ has it (fillers as spaces), and Unicode where DG11 or the page has it."""

    mrz: Text
    unicode: Text | None = None


class Traveller(Closed, frozen=True, kw_only=True):
    """Who, as the document says; `sex` is unspecified where the document does not say.

    `nationality` is empty where no letters stand there; the check document.nationality failed.
    """

    surname: Name
    given_names: Name
    date_of_birth: PartialDay
    sex: Literal["F", "M", "X", "unspecified"]
    nationality: Annotated[tuple[State, ...], Meta(max_length=8)]
    place_of_birth: Text | None = None
    country_of_residence: State | None = None


class Permit(Closed, frozen=True, kw_only=True):
    """A visa or residence permit that was presented with the document."""

    kind: Code
    number: Code
    issuer: State
    expiry: Day
    entries: Code | None = None
    duration_days: Count | None = None


class Repair(Closed, frozen=True, kw_only=True):
    """A character that was settled after reading: `was` stood at line and column (from 1).

    `was` may be what a reader prints for a character that it could not read.
    """

    line: Annotated[int, Meta(ge=1, le=3)]
    column: Annotated[int, Meta(ge=1, le=48)]
    was: Annotated[str, Meta(min_length=1, max_length=1)]
    now: MrzSign
    why: Code


class ReadConfidence(Closed, frozen=True, kw_only=True):
    """How sure a camera was: its least sure character's, and how many were below `sure`."""

    least: Annotated[float, Meta(ge=0, le=1)]
    sure: Annotated[float, Meta(ge=0, le=1)]
    doubtful: Count


class Document(Closed, frozen=True, kw_only=True):
    """The travel document as it was read; `check_digits` by field of the MRZ.

    `repairs` undone in `mrz_lines` give the lines as they were read; `read_confidence` is there
    where a camera read.
    """

    kind: Code
    number: Annotated[str, Meta(min_length=1, max_length=40)]
    issuing_state: State
    expiry: PartialDay
    mrz_lines: Annotated[tuple[Annotated[str, Meta(max_length=48)], ...], Meta(max_length=3)]
    check_digits: dict[Code, Result]
    read_method: Literal["serial", "camera", "chip_bac", "chip_pace", "typed"]
    issue_date: Day | None = None
    permit: Permit | None = None
    repairs: Annotated[tuple[Repair, ...], Meta(max_length=144)] = ()
    read_confidence: ReadConfidence | None = None


class DocumentCheck(Closed, frozen=True, kw_only=True):
    """One check of BSI TR-03135 by its code in docs/document_checks.md, and the inputs it used.

    Those that were not done are listed too and say `why`. `csca_id` and `ds_id` are the SHA-256 of
    the two certificates, hexadecimal; `protocol` is what the chip was opened or proven with.
    """

    code: Code
    result: Result
    why: Code | None = None
    inputs: tuple[Code, ...] = ()
    csca_id: Code | None = None
    ds_id: Code | None = None
    sod_sha256: Digest | None = None
    protocol: Code | None = None

    def __post_init__(self) -> None:
        if self.result in {Result.NOT_DONE, Result.NOT_APPLICABLE} and self.why is None:
            raise ValueError("a check that was not done says why.")


class Quality(Closed, frozen=True, kw_only=True):
    """Sample quality after ISO/IEC 29794-1, 0 (worst) to 100."""

    algorithm: Code
    version: Code
    score: Annotated[int, Meta(ge=0, le=100)]


class Device(Closed, frozen=True, kw_only=True):
    """What captured; empty text where the device does not say."""

    make: Text
    model: Text
    serial: Text = ""
    firmware: Text = ""


class Model(Closed, frozen=True, kw_only=True):
    """The network or algorithm that made the template."""

    id: Code
    version: Code
    sha256: Digest | None = None


class Biometric(Closed, frozen=True, kw_only=True):
    """One sample, or the reason why there is none.

    `position` is the ISO/IEC 19794-2 finger code: 1 to 5 right thumb to little, 6 to 10 left; each
    finger that the post asks for is listed. docs/finger_quality.md lists the reasons.
    """

    modality: Literal["face", "finger", "iris"]
    position: Annotated[int, Meta(ge=0, le=15)] | None = None
    format: Code | None = None
    data: Annotated[bytes, Meta(max_length=65_536)] | None = field(default=None, name="bytes")
    quality: Quality | None = None
    device: Device | None = None
    model: Model | None = None
    reason_not_captured: Code | None = None

    def __post_init__(self) -> None:
        if (self.data is None) == (self.reason_not_captured is None):
            raise ValueError("a biometric has its bytes, or the reason why it has none.")
        if self.data is not None and self.format is None:
            raise ValueError("biometric bytes name their format.")


class Challenge(Closed, frozen=True, kw_only=True):
    """One thing the traveller was asked to do, such as turn_left, and what was seen."""

    code: Code
    result: Result
    why: Code | None = None


class Liveness(Closed, frozen=True, kw_only=True):
    """Presentation attack detection (ISO/IEC 30107-3); `scores` by cue."""

    method: Code
    challenges: tuple[Challenge, ...]
    scores: dict[Code, Score]
    decision: Literal["live", "not_sure", "attack"]
    model: Model | None = None


class Comparison(Closed, frozen=True, kw_only=True):
    """What was compared with what; one that was not done says why.

    `fmr` is the false match rate of the threshold (ISO/IEC 19795-1).
    """

    probe: Code
    reference: Code
    decision: Literal["match", "no_match", "not_done"]
    score: Score | None = None
    threshold: Score | None = None
    algorithm: Code | None = None
    fmr: Annotated[float, Meta(ge=0, le=1)] | None = None
    why: Code | None = None

    def __post_init__(self) -> None:
        if self.decision == "not_done" and self.why is None:
            raise ValueError("a comparison that was not done says why.")


class Answer(Closed, frozen=True, kw_only=True):
    """One question and the code of its answer; `text` only where it asks for free text."""

    question: Code
    version: Count
    answer: Code
    text: Text | None = None


class Watchlist(Closed, frozen=True, kw_only=True):
    """Which list was asked and what it said; no `version` and `age_s` where it was not_done."""

    result: Literal["clear", "hit", "not_done"]
    version: Code | None = None
    age_s: Count | None = None
    query_id: Uuid | None = None
    why: Code | None = None

    def __post_init__(self) -> None:
        if self.result == "not_done" and self.why is None:
            raise ValueError("a list that was not asked says why.")


class Indicator(Closed, frozen=True, kw_only=True):
    """A rule that applied, and the codes that it looked at."""

    rule: Code
    version: Code
    inputs: tuple[Code, ...] = ()


class Lists(Closed, frozen=True, kw_only=True):
    """Lists and indicators that were consulted."""

    watchlist: Watchlist
    indicators: tuple[Indicator, ...] = ()


class OfficerProof(Closed, frozen=True, kw_only=True):
    """The officer's own signature (WebAuthn, ES256) over the decision; officer_proof.py checks it.

    What was signed is a hash of kiosk, crossing, `nonce` and the action without its proof.
    """

    credential_id: Annotated[bytes, Meta(min_length=1, max_length=1023)]
    nonce: Annotated[bytes, Meta(min_length=16, max_length=16)]
    authenticator_data: Annotated[bytes, Meta(min_length=37, max_length=2048)]
    client_data: Annotated[bytes, Meta(min_length=1, max_length=2048)]
    signature: Annotated[bytes, Meta(min_length=8, max_length=80)]


class OfficerAction(Closed, frozen=True, kw_only=True):
    """What an officer did, and what it overrides."""

    officer_id: Code
    action: Code
    reason: Code
    at: Utc
    override_of: Code | None = None
    overrides: tuple[Code, ...] = ()
    refusal_reason: RefusalReason | None = None
    proof: OfficerProof | None = None


class Law(Closed, frozen=True, kw_only=True):
    """On what ground, and what the traveller was told; `consents` to optional parts."""

    legal_basis: Code
    notice_version: Code
    notice_language: Code
    consents: tuple[Code, ...] = ()
    retention_until: Day | None = None


class Software(Closed, frozen=True, kw_only=True):
    """What ran, so that every decision can be traced; `models` by name of the network."""

    release: Code
    git_commit: Code
    configuration_sha256: Digest
    models: dict[Code, Digest]
    slot: Code | None = None
