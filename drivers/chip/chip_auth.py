"""Chip authentication, version 1: the chip shows that it owns the key of DG14 (9303-11, 6.2)."""

from dataclasses import dataclass

from drivers.chip import tlv
from drivers.chip.apdu import MOST_ANSWER, MOST_SHORT_ANSWER, Command
from drivers.chip.api import Random
from drivers.chip.card import Card
from drivers.chip.errors import ChipDataError, UnsupportedChipError
from drivers.chip.files import FileId, short_id
from drivers.chip.key_groups import CurveGroup
from drivers.chip.public_keys import GroupKey, parse
from drivers.chip.secure_messaging import SecureMessaging
from drivers.chip.security_infos import (
    CHIP_AUTHENTICATION,
    PUBLIC_KEY,
    ChipAuthenticationInfo,
    ChipKeyInfo,
    SecurityInfos,
)
from drivers.chip.suites import BY_NUMBER, TRIPLE_DES, SessionKeys, Suite

_VERSION = 1
_KEY_ID = 0x84
_ROOM = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """The key and the cipher that are used; `oid` is None where DG14 names the key alone."""

    key: GroupKey
    suite: Suite
    oid: bytes | None
    key_id: int | None

    @property
    def name(self) -> str:
        """The protocol in words."""
        kind = "ECDH" if isinstance(self.key.group, CurveGroup) else "DH"
        return f"CA {kind} {self.suite.name} {self.key.group.name}"


def choose(infos: SecurityInfos) -> Choice | None:
    """The strongest that is offered and known; None where no key is offered.

    Raises UnsupportedChipError where all keys are of unknown groups.
    """
    found, reasons = [], []
    for key_info in infos.keys:
        try:
            found += _choices(infos, key_info)
        except ChipDataError as error:
            reasons.append(str(error))
    if not found and infos.keys:
        raise UnsupportedChipError("; ".join(reasons) or "no known chip authentication.")
    return max(found, key=_strength, default=None)


def authenticate(card: Card, choice: Choice, random: Random) -> None:
    """Agree on new keys and see the chip use them; the card is secured anew.

    Raises ChipRefusedError, SecureMessagingError and ChipProtocolError where the chip fails the
    proof, ChipDataError where its key is no key.
    """
    group = choice.key.group
    private = group.draw(random)
    ours = group.times(private, group.base)
    secret = group.secret(group.times(private, choice.key.element))
    if choice.suite is TRIPLE_DES:
        _set_key_agreement(card, choice, ours)
    else:
        _set_and_agree(card, choice, ours)
    card.secured = SecureMessaging(SessionKeys.from_secret(choice.suite, secret))
    # Whatever it answers, it answers under the new keys or not at all.
    card.send(Command(0, 0xB0, 0x80 | short_id(FileId.SOD), 0, answer_bytes=4))


def _choices(infos: SecurityInfos, key_info: ChipKeyInfo) -> list[Choice]:
    key = parse(key_info.public_key)
    if not isinstance(key, GroupKey):
        raise UnsupportedChipError("a key of chip authentication that agrees on nothing.")
    kind = key_info.oid[len(PUBLIC_KEY) :]
    fitting = [one for one in infos.chip if _fits(one, kind, key_info.key_id)]
    found = [
        Choice(key, BY_NUMBER[one.oid[-1]], one.oid, key_info.key_id)
        for one in fitting
        if one.version == _VERSION and one.oid[-1] in BY_NUMBER
    ]
    if not infos.chip:
        found.append(Choice(key, TRIPLE_DES, None, key_info.key_id))
    return found


def _fits(info: ChipAuthenticationInfo, kind: bytes, key_id: int | None) -> bool:
    """Whether that protocol goes with a key of that kind and number."""
    arcs = info.oid[len(CHIP_AUTHENTICATION) :]
    same_key = info.key_id is None or info.key_id == key_id
    return len(arcs) == 2 and arcs[:1] == kind and same_key


def _strength(choice: Choice) -> tuple[int, int, int]:
    return (
        choice.suite.block_bytes,
        choice.suite.key_bytes,
        isinstance(choice.key.group, CurveGroup),
    )


def _set_key_agreement(card: Card, choice: Choice, ours: bytes) -> None:
    """MSE:Set KAT, the way of 3DES."""
    data = tlv.write(0x91, ours) + _reference(choice)
    card.ask(Command(0, 0x22, 0x41, 0xA6, data), choice.name)


def _set_and_agree(card: Card, choice: Choice, ours: bytes) -> None:
    """MSE:Set AT and general authenticate, the way of AES."""
    data = tlv.write(0x80, choice.oid or b"") + _reference(choice)
    card.ask(Command(0, 0x22, 0x41, 0xA4, data), choice.name)
    longest = MOST_ANSWER if len(ours) > _ROOM else MOST_SHORT_ANSWER
    body = tlv.write(0x7C, tlv.write(0x80, ours))
    card.ask(Command(0, 0x86, 0, 0, body, longest), choice.name)


def _reference(choice: Choice) -> bytes:
    """Which key, where the chip has several."""
    if choice.key_id is None:
        return b""
    size = max(1, (choice.key_id.bit_length() + 7) // 8)
    return tlv.write(_KEY_ID, choice.key_id.to_bytes(size))
