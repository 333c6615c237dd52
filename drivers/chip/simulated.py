"""A travel document's chip that is not there: bytes in, bytes out, whatever carries them."""

import secrets
from dataclasses import dataclass, field, replace

from drivers.chip import simulated_apdu as apdu
from drivers.chip.simulated_apdu import Command, Reply, StatusError
from drivers.chip.simulated_card import Card
from drivers.chip.simulated_curves import RandomBytes
from drivers.chip.simulated_document import ChipContents

# 3B 8D 80 01 and historical bytes, as a contactless reader makes it up (PC/SC, 3.1.3.2.3).
_ATR_START = bytes.fromhex("3B8D8001")
_HISTORICAL = {True: "80318065B0000000007300F040", False: "80318065B00000000073008090"}


class CardGoneError(Exception):
    """The card was taken away in the middle."""


@dataclass(slots=True, repr=False)
class SimulatedChip:
    """One chip; `answer` is all of it, and knows nothing of what carries the bytes."""

    contents: ChipContents
    random: RandomBytes = secrets.token_bytes
    apdus: int = 0
    protected_bytes: int = 0
    _card: Card = field(init=False)
    _last: bytes = b""

    def __post_init__(self) -> None:
        self._card = Card(self.contents, self.random)

    @property
    def atr(self) -> bytes:
        """Answer to reset, with its check byte."""
        body = _ATR_START + bytes.fromhex(_HISTORICAL[self.contents.profile.extended])
        check = 0
        for byte in body[1:]:
            check ^= byte
        return body + bytes((check,))

    def reset(self) -> None:
        """Power goes and comes: no session, no selected file, nothing counted."""
        self._card = Card(self.contents, self.random)
        self.apdus = 0
        self._last = b""

    def answer(self, command: bytes) -> bytes:
        """The response to a command; empty where a story keeps the chip silent.

        Raises CardGoneError where the story takes the card away.
        """
        self.apdus += 1
        manners = self.contents.manners
        if manners.gone_at and self.apdus >= manners.gone_at:
            raise CardGoneError("taken away.")
        if manners.silent_at and self.apdus >= manners.silent_at:
            return b""
        if self.apdus == manners.broken_at:
            return b"\x6f\x00"
        if self.apdus == manners.replay_at:
            return self._last
        self._last = self._whole(command)
        if self.apdus == manners.cut_at:
            return self._last[: len(self._last) // 2]
        return self._last

    def _whole(self, raw: bytes) -> bytes:
        try:
            command = Command.parse(raw, self.contents.profile.extended)
            if command.protected:
                return self._protected(command)
        except StatusError as error:
            self._card.end_session()
            return Reply(status=error.status).whole()
        if self._card.session is not None:
            self._card.end_session()
        reply = self._card.run(command)
        self._card.begin_session()
        return _fitting(command, reply).whole()

    def _protected(self, outer: Command) -> bytes:
        """A protected command, answered in its session even where it agrees the next one."""
        session = self._card.session
        if session is None:
            raise StatusError(apdu.NOT_ALLOWED)
        session.spoil = _flipped if self.apdus == self.contents.manners.wrong_mac_at else bytes
        inner = session.open(outer)
        room = session.room_bytes(outer)
        reply = self._card.run(replace(inner, le=min(inner.le, room)))
        answer = session.close(outer, reply)
        self._card.begin_session()
        return answer


def _fitting(command: Command, reply: Reply) -> Reply:
    """No more data than the terminal has room for."""
    if len(reply.data) > command.le:
        return Reply(status=apdu.WRONG_LENGTH)
    return reply


def _flipped(mac: bytes) -> bytes:
    return bytes((mac[0] ^ 1,)) + mac[1:]
