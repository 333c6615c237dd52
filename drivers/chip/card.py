"""One conversation with a chip: commands out, answers checked, secured once there are keys."""

from drivers.chip import apdu
from drivers.chip.apdu import SUCCESS, Command, Response
from drivers.chip.api import Channel
from drivers.chip.errors import (
    ChipDataError,
    ChipProtocolError,
    ChipRefusedError,
    SecureMessagingError,
)
from drivers.chip.secure_messaging import SecureMessaging
from drivers.deadline import Deadline

_MORE = 0x61
_OTHER_LENGTH = 0x6C
_GET_RESPONSE = 0xC0
_MOST_PIECES = 300


class Card:
    """Sends commands over a channel and counts them; `secured` is None until access is given.

    Each method raises what Channel.transmit raises, and ChipProtocolError where the chip breaks its
    protocol (SecureMessagingError where its answer is not proven to be its own).
    """

    def __init__(self, channel: Channel, deadline: Deadline) -> None:
        self._channel = channel
        self.deadline = deadline
        self.secured: SecureMessaging | None = None
        self.apdus = 0

    @property
    def device(self) -> str:
        """The name of the reader in kiosk.toml."""
        return self.deadline.device

    @property
    def atr(self) -> bytes:
        """What the chip answered to reset."""
        return self._channel.atr

    def send(self, command: Command) -> Response:
        """Any answer of the chip, also a refusal."""
        if self.secured is None:
            return self._exchange(command)
        try:
            answer = self._exchange(self.secured.protect(command))
            return self.secured.unprotect(answer)
        except ChipDataError as error:
            raise SecureMessagingError(self.device, f"{command!r}: {error}") from error

    def ask(self, command: Command, what: str) -> bytes:
        """The data of an answer that is a success. Raises ChipRefusedError."""
        response = self.send(command)
        if response.status != SUCCESS:
            raise ChipRefusedError(self.device, what, response.status)
        return response.data

    def _exchange(self, command: Command) -> Response:
        response = self._transmit(command)
        if response.status >> 8 == _OTHER_LENGTH and not response.data:
            length = response.status & 0xFF or 256
            response = self._transmit(
                Command(command.cla, command.ins, command.p1, command.p2, command.data, length)
            )
        return self._whole(response)

    def _whole(self, response: Response) -> Response:
        """With what a chip on a slow protocol still holds back (61xx)."""
        data = bytearray(response.data)
        for _ in range(_MOST_PIECES):
            if response.status >> 8 != _MORE:
                break
            left = response.status & 0xFF or 256
            response = self._transmit(Command(0, _GET_RESPONSE, 0, 0, answer_bytes=left))
            data += response.data
            if len(data) > apdu.MOST_ANSWER:
                raise ChipProtocolError(self.device, f"an answer of {len(data)} bytes.")
        return Response(bytes(data), response.status)

    def _transmit(self, command: Command) -> Response:
        self.deadline.slice_s()
        self.apdus += 1
        answer = self._channel.transmit(apdu.encode(command), self.deadline)
        try:
            return apdu.decode(answer)
        except ChipDataError as error:
            raise ChipProtocolError(self.device, f"{command!r}: {error}") from error
