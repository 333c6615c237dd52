"""What one visit has gathered so far, and the crossing it becomes; frozen, personal, RAM only."""

from dataclasses import dataclass
from enum import StrEnum

from firmware_app.domain.biometrics import (
    Comparison,
    FaceSample,
    FingerMissing,
    FingerSample,
    Liveness,
    NotCaptured,
)
from firmware_app.domain.document_checks_catalogue import Check
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.mrz import Mrz
from firmware_app.domain.officer import Deed
from firmware_app.domain.questions import Answer


class ReadMethod(StrEnum):
    """How the document's lines came in."""

    SERIAL = "serial"
    CAMERA = "camera"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class ChipRecord:
    """What opened and what proved the chip, and whose signatures: nothing of the person.

    protocols: by the code of the check that used it; ids and digest are SHA-256, hexadecimal;
    issued: DG12's date, YYYY-MM-DD, "" where no known state signed one.
    """

    protocols: tuple[tuple[str, str], ...]
    csca_id: str
    signer_id: str
    sod_sha256: str
    issued: str


@dataclass(frozen=True, slots=True, repr=False)
class ChipPerson:
    """What the chip says of the person in full and in Unicode; empty where it says nothing."""

    surname: str
    given_names: str
    place_of_birth: str

    def __repr__(self) -> str:
        """Nothing of it."""
        return "ChipPerson()"


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A parsed and checked document.

    `confidence` is a camera's doubt, `chip` and `person` what was read by radio, the latter only
    where the state's signature covers it; None where none was.
    """

    mrz: Mrz
    checks: tuple[Check, ...]
    read_method: ReadMethod
    confidence: Confidence | None = None
    chip: ChipRecord | None = None
    person: ChipPerson | None = None

    def __repr__(self) -> str:
        """Say how it was read, never whose it is."""
        return f"Document({self.mrz.layout}, {self.read_method})"


@dataclass(frozen=True, slots=True)
class Stored:
    """A crossing of this session that is on disk: what may be said of it aloud.

    code: for the slip; adult: by the document, and so may accompany a minor.
    """

    crossing_id: str
    code: str
    referred: bool
    adult: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """Who crossed one after the other in a session, and what they share.

    All that outlives a visit: no document, no face, no finger of anybody.
    """

    stored: tuple[Stored, ...]
    language: str = "en"
    pictures_only: bool = False
    direction: str = "ENTRY"
    transport: str = ""
    answers: tuple[Answer, ...] = ()
    called: bool = False

    def __repr__(self) -> str:
        """Say how many, never what they answered."""
        return f"Party({len(self.stored)})"

    @property
    def referred(self) -> bool:
        """Whether any of them is to see an officer: nobody walks on without the others."""
        return any(one.referred for one in self.stored)

    @property
    def adult(self) -> Stored | None:
        """Who accompanies a minor: the first adult who may walk on, else the first adult."""
        adults = [one for one in self.stored if one.adult]
        return next((one for one in adults if not one.referred), adults[0] if adults else None)


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """One traveller at the kiosk, from the first touch; grows step by step, wiped at the end.

    transport: a code, "" where the post does not ask; called: a person was called on the way;
    party: who crossed before in this session; deeds: what an officer decided.
    """

    crossing_id: str
    language: str = "en"
    pictures_only: bool = False
    direction: str = "ENTRY"
    transport: str = ""
    document: Document | None = None
    disputed: bool = False
    portrait_found: bool = False
    face: FaceSample | NotCaptured | None = None
    liveness: Liveness | None = None
    comparison: Comparison | None = None
    fingers: tuple[FingerSample | FingerMissing, ...] = ()
    answers: tuple[Answer, ...] = ()
    asked_for_person: bool = False
    called: bool = False
    extensions: int = 0
    retakes: int = 0
    party: Party | None = None
    deeds: tuple[Deed, ...] = ()

    def __repr__(self) -> str:
        """Say the crossing's id, never the traveller."""
        return f"Visit({self.crossing_id})"

    @property
    def face_taken(self) -> bool:
        """Whether a live face was captured."""
        return isinstance(self.face, FaceSample)
