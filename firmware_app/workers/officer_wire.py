"""An officer's deed in the wire's words; pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import structs

from firmware_app.domain.officer import Deed, Proof
from mqtt import groups
from mqtt.officer_proof import challenge_of


def officer_actions(deeds: Sequence[Deed]) -> tuple[groups.OfficerAction, ...]:
    """The officer group of a crossing event, oldest first."""
    return tuple(officer_action(deed) for deed in deeds)


def refusal_reason(deeds: Sequence[Deed]) -> groups.RefusalReason | None:
    """The letter of the last deed, where it refused."""
    letter = deeds[-1].refusal_reason if deeds else ""
    return letter or None  # type: ignore[return-value] # one of domain's letters


def officer_action(deed: Deed) -> groups.OfficerAction:
    """One deed with its proof."""
    return structs.replace(_unproven(deed), proof=_proof(deed.proof))


def deed_challenge(kiosk: str, deed: Deed) -> bytes:
    """What the officer's key signs for this deed; of its proof only the nonce counts."""
    return challenge_of(kiosk, deed.crossing_id, _unproven(deed), deed.proof.nonce)


def in_ms(at_utc: datetime) -> datetime:
    """A time as the wire keeps it, so that what was signed is what is read."""
    at_utc = at_utc.astimezone(UTC)
    return at_utc.replace(microsecond=at_utc.microsecond // 1000 * 1000)


def _unproven(deed: Deed) -> groups.OfficerAction:
    return groups.OfficerAction(
        officer_id=deed.officer_id,
        action=deed.action.value,
        reason=deed.reason,
        at=deed.at_utc,
        override_of=deed.override_of or None,
        overrides=deed.overrides,
        refusal_reason=deed.refusal_reason or None,  # type: ignore[arg-type] # a letter of domain
    )


def _proof(proof: Proof) -> groups.OfficerProof:
    return groups.OfficerProof(
        credential_id=proof.credential_id,
        nonce=proof.nonce,
        authenticator_data=proof.authenticator_data,
        client_data=proof.client_data,
        signature=proof.signature,
    )
