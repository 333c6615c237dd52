"""A file of the chip, read piece by piece with limits (Doc 9303-10, 3.6; ISO/IEC 7816-4, 11.3)."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.chip import tlv
from drivers.chip.apdu import END_OF_FILE, MOST_ANSWER, SUCCESS, Command, Response
from drivers.chip.card import Card
from drivers.chip.errors import (
    ChipDataError,
    ChipProtocolError,
    ChipRefusedError,
    FileMissingError,
    FileProtectedError,
    FileSizeError,
)
from drivers.chip.files import TAGS, FileId, file_id, short_id
from drivers.chip.read_size import ReadSize

MOST_FILE_BYTES = 512 * 1024
_READ = 0xB0
_READ_FAR = 0xB1
_SELECT = 0xA4
_OFFSET = 0x54
_DISCRETIONARY = 0x53
_FAR = 0x8000
_HEAD_BYTES = 8
_LEAST_PIECE_BYTES = 64
_MOST_CRUMBS = 8
_NOT_FOUND = frozenset((0x6A82, 0x6A83))
_CLOSED = frozenset((0x6982, 0x6985))
_BEHIND_THE_END = 0x6B00
_TOO_LONG = frozenset((0x6700, 0x6B00, 0x6F00))


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads one file after another from a card that is open to us."""

    card: Card
    size: ReadSize

    def read(self, file: FileId, so_far: Callable[[int, int], None]) -> bytes:
        """The whole file as its own first length says; `so_far` takes bytes read and in all.

        Raises FileMissingError, FileProtectedError, FileSizeError, and what Card.send raises.
        """
        data = bytearray(self._first(file))
        total = self._total(file, data)
        so_far(min(len(data), total), total)
        most, crumbs = self._most(), 0
        while len(data) < total:
            wanted = min(most, total - len(data))
            piece = self._piece(file, len(data), wanted)
            crumbs += len(piece) < min(wanted, _LEAST_PIECE_BYTES)
            if not piece or crumbs > _MOST_CRUMBS:
                what = f"{file.name} ends at {len(data)} of {total} bytes."
                raise FileSizeError(self.card.device, what)
            if _LEAST_PIECE_BYTES <= len(piece) < wanted:
                most = len(piece)
            data += piece[:wanted]
            so_far(len(data), total)
        return bytes(data[:total])

    def loose(self, file: FileId) -> bytes:
        """What one command gives of a file without a length of its own; empty where refused."""
        return self.card.send(self._by_short_id(file, self._most())).data

    def _most(self) -> int:
        secured = self.card.secured
        return self.size.at_most(None if secured is None else secured.keys.suite.block_bytes)

    def _first(self, file: FileId) -> bytes:
        """From the beginning, by the short identifier, which also selects the file."""
        response = self.card.send(self._by_short_id(file, self._most()))
        if response.status in _TOO_LONG:
            response = self.card.send(self._by_short_id(file, _HEAD_BYTES))
        if not _holds(response):
            response = self._selected(file)
        return response.data

    def _by_short_id(self, file: FileId, most: int) -> Command:
        return Command(0, _READ, 0x80 | short_id(file), 0, answer_bytes=most)

    def _selected(self, file: FileId) -> Response:
        """From the beginning, after SELECT, for chips that know no short identifiers."""
        select = Command(0, _SELECT, 0x02, 0x0C, file_id(file).to_bytes(2))
        self._sort(file, self.card.send(select))
        response = self.card.send(Command(0, _READ, 0, 0, answer_bytes=_HEAD_BYTES))
        self._sort(file, response)
        return response

    def _total(self, file: FileId, head: bytearray) -> int:
        """How long the file says it is."""
        try:
            tag, value_at, length = tlv.header(bytes(head[:_HEAD_BYTES]))
        except ChipDataError as error:
            raise FileSizeError(self.card.device, f"{file.name}: {error}") from error
        if tag != TAGS.get(file, tag):
            raise ChipProtocolError(self.card.device, f"{file.name} begins with {tag:X}.")
        if value_at + length > MOST_FILE_BYTES:
            raise FileSizeError(self.card.device, f"{file.name} says {length} bytes.")
        return value_at + length

    def _piece(self, file: FileId, at: int, wanted: int) -> bytes:
        if at < _FAR:
            answer = self.card.send(Command(0, _READ, at >> 8, at & 0xFF, answer_bytes=wanted))
            if answer.status == _BEHIND_THE_END:
                raise FileSizeError(self.card.device, f"{file.name} ends before {at + wanted}.")
            self._sort(file, answer)
            return answer.data
        return self._far_piece(file, at, wanted)

    def _far_piece(self, file: FileId, at: int, wanted: int) -> bytes:
        """Beyond 32767 bytes, where the offset travels as data and the answer in an object."""
        offset = tlv.write(_OFFSET, at.to_bytes(max(2, (at.bit_length() + 7) // 8)))
        head = len(tlv.write(_DISCRETIONARY, bytes(wanted))) - wanted
        asked = min(wanted + head, max(self._most(), _HEAD_BYTES), MOST_ANSWER)
        response = self.card.send(Command(0, _READ_FAR, 0, 0, offset, asked))
        self._sort(file, response)
        try:
            return tlv.only(response.data, _DISCRETIONARY)
        except ChipDataError as error:
            raise ChipProtocolError(self.card.device, f"{file.name} at {at}: {error}") from error

    def _sort(self, file: FileId, response: Response) -> None:
        """Nothing for a success, else the error that the status word means."""
        if response.status in {SUCCESS, END_OF_FILE}:
            return
        if response.status in _NOT_FOUND:
            raise FileMissingError(self.card.device, f"{file.name} is not there.")
        if response.status in _CLOSED:
            raise FileProtectedError(self.card.device, f"{file.name} is closed to us.")
        raise ChipRefusedError(self.card.device, file.name, response.status)


def _holds(response: Response) -> bool:
    """Whether a first piece came."""
    return response.status in {SUCCESS, END_OF_FILE} and bool(response.data)
