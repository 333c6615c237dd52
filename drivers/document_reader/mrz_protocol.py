"""Takes the MRZ lines out of whatever framing a document reader wraps them in; pure.

Readers agree on little: DESKO sends SOD STX lines ETX EOD (DESKO protocol description, 1.4), 3M
sends SOH length "OU" STX flag lines ETX BCC with `_` as padding (RTE6701-OEM manual, 9.1.1),
Elyctis a tag `I` with two bytes of length, others plain lines with CR, LF, CR LF or nothing after.
All of them carry the same lines, whose lengths ICAO Doc 9303 fixes. So this decoder looks for
lines, not for frames, and needs no setting. It checks no check digit and no BCC: the domain judges
the lines, and a wrong checksum must not cost a traveller a reading whose check digits are right.

What it does to a line: padding behind a shorter line goes, the filler of a document that has no `<`
becomes `<` (Doc 9303-3, 4.3), and what the reader could not read becomes `?`, whichever mark it
sent for it (MrzLines.doubts). Nothing else is changed, added or guessed.
"""

import re
from dataclasses import dataclass, field, replace

from drivers.document_reader import parity
from drivers.document_reader.mrz_lines import MrzLines
from drivers.document_reader.mrz_pieces import (
    TEXT,
    Line,
    document_of,
    is_junk,
    lines_of,
    plain_text,
)
from drivers.document_reader.reader_errors import (
    CutDocumentError,
    WrongKeysError,
    WrongParityError,
    WrongSpeedError,
)
from drivers.errors import ProtocolError

IDLE_S = 0.15  # silence after which a burst is over: 140 characters at 9600 baud
LIMIT_BYTES = 4096  # more than this without one document is a flood, not a reader


@dataclass(frozen=True, slots=True)
class Garble:
    """When odd bytes mean that the two ends do not agree, and which error says so.

    least: so many odd bytes, and one_in: at least one odd byte in so many.
    """

    least: int
    one_in: int
    error: type[ProtocolError]
    what: str


LINE_GARBLE = Garble(40, 2, WrongSpeedError, "are no MRZ text: wrong speed or parity?")
KEYS_GARBLE = Garble(8, 8, WrongKeysError, "are on no MRZ key: another country's keyboard?")

_LINE_END = frozenset(b"\r\n")
_FRAME_END = frozenset([*range(0x01, 0x08), *range(0x10, 0x20)])  # SOH STX ETX ... SYN ... US
# Tag, then the length in either byte order: a document with 0 to 2 characters behind each line.
_TLV = re.compile(rb"I(?:\x00[HIJLXYZ\\\]^`]|[HIJLXYZ\\\]^`]\x00)")
_CUT_LIMIT = 20  # so many characters that were lost are worth a word to the engineer


@dataclass(slots=True, repr=False)
class Decoder:
    """Bytes from the reader in, whole documents out; holds at most `LIMIT_BYTES`.

    Where the bytes are cut does not matter. A document that is repeated in one burst is given once.
    """

    device: str
    garble: Garble = LINE_GARBLE
    _raw: bytearray = field(default_factory=bytearray)
    _piece: bytearray = field(default_factory=bytearray)
    _at_frame: bool = True
    _lines: list[Line] = field(default_factory=list)
    _cut: str = ""
    _last: MrzLines | None = None
    _lost: list[int] = field(default_factory=list)
    _odd_bytes: int = 0
    _illegible_bytes: int = 0

    @property
    def illegible_bytes(self) -> int:
        """How many bytes that are no text came in bursts without a document."""
        return self._illegible_bytes + self._odd_bytes

    @property
    def holding(self) -> bool:
        """Whether bytes wait for more; then call `flush` after `IDLE_S` of silence."""
        return bool(self._raw)

    @property
    def full(self) -> bool:
        """Whether `LIMIT_BYTES` came without a document; nothing is taken in until `flush`."""
        return len(self._raw) >= LIMIT_BYTES

    def feed(self, data: bytes) -> list[MrzLines]:
        """Take bytes in; give the documents that became whole."""
        found: list[MrzLines] = []
        for byte in data:
            if self.full:
                break
            self._raw.append(byte)
            if byte in _LINE_END or byte in _FRAME_END:
                found += self._end_piece(at_frame=byte in _FRAME_END)
            else:
                self._odd_bytes += byte not in TEXT
                self._piece.append(byte)
        return found

    def skip(self, data: bytes) -> None:
        """Take in the beginning of a burst whose whole documents nobody asked for."""
        self.feed(data)
        self._last = None

    def flush(self) -> list[MrzLines]:
        """The line is silent: give what is whole and forget the rest.

        Raises ProtocolError where a document was lost, with the lengths of its pieces.
        """
        raw, odd_bytes = bytes(self._raw), self._odd_bytes
        flooded = self.full
        found = self._end_piece(at_frame=True)
        lost = self._lost
        self._start_over()
        self._last = None
        self._at_frame = True
        if found or not raw:
            return found
        self._illegible_bytes += odd_bytes
        return self._bared(raw) or self._complain(len(raw), odd_bytes, lost, flooded=flooded)

    def _bared(self, raw: bytes) -> list[MrzLines]:
        """The documents of a burst from which a parity bit was taken; raises WrongParityError."""
        bared = parity.bare(raw)
        if bared is None:
            return []
        inner = Decoder(self.device, self.garble)
        setting = f"the reader sends a parity bit: add {bared.setting} to its URL."
        try:
            found = inner.feed(bared.text) or inner.flush()
        except ProtocolError:
            found = []
        if not found:
            raise WrongParityError(self.device, setting)
        return [replace(document, hint=setting) for document in found]

    def _end_piece(self, *, at_frame: bool) -> list[MrzLines]:
        piece, started_at_frame = bytes(self._piece), self._at_frame
        self._piece.clear()
        self._at_frame = at_frame or (started_at_frame and not piece)
        found: list[MrzLines] = []
        for index, part in enumerate(_TLV.split(piece)):
            lines = lines_of(part, may_lead=started_at_frame or index > 0)
            if not lines:
                self._note_cut(part)
            for line in lines:
                found += self._take(line)
        return found

    def _note_cut(self, part: bytes) -> None:
        """Remember a piece that is no line, so that a repeat of the same line can heal it."""
        text = plain_text(part)
        if not is_junk(text):
            if self._cut:
                self._lines.clear()
            self._cut = text
            self._lost = [*self._lost, len(text)][-8:]

    def _take(self, line: Line) -> list[MrzLines]:
        if self._cut:
            neighbours = [line.text, *(other.text for other in self._lines[-1:])]
            if not any(text.startswith(self._cut) for text in neighbours):
                self._lines.clear()
            self._cut = ""
        before = self._lines[-1].text if self._lines else ""
        if before and line.text.startswith(before):
            del self._lines[-1]  # the same line again, or whole after it came cut
        if len(line.text) >= len(before) or not before.startswith(line.text):
            self._lines = [*self._lines, line][-3:]
            self._lost = [*self._lost, len(line.text)][-8:]
        document = document_of(self._lines)
        if document is None:
            return []
        self._start_over()
        repeated, self._last = document == self._last, document
        return [] if repeated else [document]

    def _start_over(self) -> None:
        """Forget all but the last document and where the current piece began."""
        self._raw.clear()
        self._piece.clear()
        self._lines.clear()
        self._lost = []
        self._cut = ""
        self._odd_bytes = 0

    def _complain(
        self, size: int, odd_bytes: int, lost: list[int], *, flooded: bool
    ) -> list[MrzLines]:
        """Nothing, where no document was lost."""
        if flooded:
            what = f"{LIMIT_BYTES} bytes came without a document."
            raise ProtocolError(self.device, what)
        if odd_bytes >= self.garble.least and odd_bytes * self.garble.one_in >= size:
            what = f"{odd_bytes} of {size} characters {self.garble.what}"
            raise self.garble.error(self.device, what)
        if sum(lost) >= _CUT_LIMIT:
            raise CutDocumentError(
                self.device, f"no whole document in pieces of {lost} characters."
            )
        return []
