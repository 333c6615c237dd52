"""The way into a chip: PACE where it is offered, else basic access control (9303-11, 4.2)."""

from dataclasses import dataclass

from drivers.chip import bac, pace, security_infos
from drivers.chip.apdu import SUCCESS, Command
from drivers.chip.api import AccessAttempt, CanSecret, MrzSecret, Random, Secret
from drivers.chip.card import Card
from drivers.chip.errors import (
    ChipAccessError,
    ChipDataError,
    ChipProtocolError,
    ChipRefusedError,
    PaceUnavailableError,
)
from drivers.chip.key_groups import CurveGroup
from drivers.chip.security_infos import SecurityInfos

APPLICATION = bytes.fromhex("A0000002471001")
OPEN = "none"
BAC_AFTER_PACE = "bac_after_pace"
CARD_ACCESS_UNREADABLE = "card_access_unreadable"
_NO_SUCH_INSTRUCTION = frozenset((0x6D00, 0x6E00))


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """How the chip was opened; `attempts` did not open it, `warnings` are codes."""

    protocol: str
    offer: pace.Offer | None = None
    evidence: pace.MappingEvidence | None = None
    attempts: tuple[AccessAttempt, ...] = ()
    warnings: tuple[str, ...] = ()


def infos_of(card_access: bytes) -> SecurityInfos | None:
    """What EF.CardAccess says; None where it is there and says nothing that can be read."""
    if not card_access:
        return SecurityInfos()
    try:
        return security_infos.card_access(card_access)
    except ChipDataError:
        return None


def open_chip(card: Card, secret: Secret, card_access: bytes, random: Random) -> Access:
    """Open it. After PACE the application is still to be selected, after BAC it is.

    BAC follows an offered PACE only where PACE cannot run: no offer is known here, or the chip
    itself declines each. A wrong password or a wrong proof ends the reading.
    Raises ChipAccessError, ChipProtocolError.
    """
    infos = infos_of(card_access)
    warnings = () if infos is not None else (CARD_ACCESS_UNREADABLE,)
    if infos is None or not infos.pace:
        return _basic(card, secret, random, (), warnings)
    offers, attempts = sort_offers(infos)
    for offer in offers:
        try:
            evidence = _pace(card, secret, offer, infos, random)
        except PaceUnavailableError as error:
            attempts.append(AccessAttempt(offer.name, error.what))
            continue
        return Access(offer.name, offer, evidence, tuple(attempts))
    return _basic(card, secret, random, tuple(attempts), (BAC_AFTER_PACE,))


def select_application(card: Card) -> None:
    """The travel document's application, LDS1. Raises ChipRefusedError."""
    card.ask(Command(0, 0xA4, 0x04, 0x0C, APPLICATION), "the application of a travel document")


def sort_offers(infos: SecurityInfos) -> tuple[list[pace.Offer], list[AccessAttempt]]:
    """Those known here, the best first, and those that are not, with the reason."""
    known: list[pace.Offer] = []
    unknown: list[AccessAttempt] = []
    for info in infos.pace:
        try:
            known.append(pace.offer(info))
        except ChipDataError as error:
            unknown.append(AccessAttempt("PACE", f"not known here: {error}"))
    return sorted(known, key=_worth, reverse=True), unknown


def _worth(offer: pace.Offer) -> tuple[bool, bool, int, int]:
    """Chip authentication comes with it; curves before fields; longer keys before shorter."""
    return (
        offer.mapping is pace.Mapping.CHIP_AUTHENTICATION,
        isinstance(offer.group, CurveGroup),
        offer.suite.block_bytes,
        offer.suite.key_bytes,
    )


def _pace(
    card: Card, secret: Secret, offer: pace.Offer, infos: SecurityInfos, random: Random
) -> pace.MappingEvidence | None:
    ambiguous = sum(info.oid == offer.info.oid for info in infos.pace) > 1
    password = pace.password(secret, offer.suite)
    return pace.Pace(card, offer, password, random, ambiguous).establish()


def _basic(
    card: Card,
    secret: Secret,
    random: Random,
    attempts: tuple[AccessAttempt, ...],
    warnings: tuple[str, ...],
) -> Access:
    """Basic access control; a chip that has none at all is read as it is."""
    if isinstance(secret, CanSecret):
        raise ChipAccessError(card.device, "a card access number opens PACE alone; it cannot run.")
    select_application(card)
    try:
        _basic_access(card, secret, random)
    except ChipRefusedError as error:
        if error.status not in _NO_SUCH_INSTRUCTION or attempts:
            raise
        return Access(OPEN, attempts=attempts, warnings=warnings)
    return Access(bac.NAME, attempts=attempts, warnings=warnings)


def _basic_access(card: Card, secret: MrzSecret, random: Random) -> None:
    try:
        bac.authenticate(card, secret, random)
    except ChipDataError as error:
        raise ChipProtocolError(card.device, str(error)) from error


def select_master_file(card: Card) -> bool:
    """Back to the root, where PACE begins; whether the chip went there."""
    return card.send(Command(0, 0xA4, 0x00, 0x0C, b"\x3f\x00")).status == SUCCESS
