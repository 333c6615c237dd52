"""What an officer decided of a traveller, with his own signature; frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What the officer decided; both end the visit at the kiosk."""

    LET_PASS = "let_pass"  # noqa: S105 - no password, a word
    REFUSE = "refuse"


LET_PASS_REASONS = (
    "compared_by_eye",
    "document_checked_by_hand",
    "checked_at_the_desk",
    "fault_of_the_kiosk",
    "other_ground",
)
"""On what ground an officer lets pass what the kiosk referred."""

REFUSAL_REASONS = "ABCDEFGHIJ"
"""Letters of the standard form for refusal of entry: Schengen Borders Code, annex V, part B."""
ENTRY_REFUSED = "entry_refused"


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """The officer's signature (WebAuthn) over the decision; opaque to the workflow."""

    credential_id: bytes
    nonce: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    def __repr__(self) -> str:
        """Nothing of it."""
        return "Proof()"


@dataclass(frozen=True, slots=True)
class Deed:
    """One decision of one crossing, whose signature the kiosk has verified.

    overrides: the reasons that the officer saw and set aside; override_of: the outcome that would
    have been; refusal_reason: a letter, "" where it is no refusal.
    """

    crossing_id: str
    officer_id: str
    action: Action
    reason: str
    at_utc: datetime
    proof: Proof
    refusal_reason: str = ""
    override_of: str = ""
    overrides: tuple[str, ...] = ()
