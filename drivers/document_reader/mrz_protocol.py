"""Takes the MRZ lines out of whatever framing a serial document reader wraps them in; pure.

Readers agree on little: DESKO sends SOD STX lines ETX EOD (DESKO protocol description, 1.4), 3M
sends SOH length "OU" STX flag lines ETX BCC with `_` as padding (RTE6701-OEM manual, 9.1.1),
Elyctis a tag `I` with two bytes of length, others plain lines with CR, LF, CR LF or nothing after.
All of them carry the same lines, whose lengths ICAO Doc 9303 fixes: 2 x 44 (TD3, MRV-A), 2 x 36
(TD2, MRV-B, the French and Romanian cards) and 3 x 30 (TD1). So this decoder looks for lines, not
for frames, and needs no setting. It checks no check digit and no BCC: the domain judges the lines,
and a wrong checksum must not cost a traveller a reading whose check digits are right.

What it does to a line: padding behind a shorter line goes, `_` and space elsewhere become the
filler `<` (Doc 9303-3, 4.3), the printable marks that a reader sends for an unknown character stay
as they came, and a byte that cannot be printed becomes `?` where that gives the line its length.
Nothing else is changed, added or guessed.
"""

import re
from dataclasses import dataclass, field

from drivers.document_reader.mrz_lines import MrzLines
from drivers.errors import ProtocolError

IDLE_S = 0.15  # silence after which a burst is over: 140 characters at 9600 baud
LIMIT_BYTES = 4096  # more than this without one document is a flood, not a reader


@dataclass(frozen=True, slots=True)
class Commands:
    """What the host says to make a reader look for a document, and to make it rest."""

    arm: bytes = b""
    rest: bytes = b""


ARM: dict[str, Commands] = {
    "plain": Commands(),  # reads whenever a document lies on it: DESKO, 3M native, most others
    "honeywell": Commands(arm=b"\x16T\r", rest=b"\x16U\r"),  # SYN T CR trigger, SYN U CR release
    "elyctis": Commands(arm=b"I\x00\x00"),  # inquire: the tag of the answer with no data
}

_SHAPES = ((3, 30), (2, 36), (2, 44))  # lines, characters: what Doc 9303-4 to -7 allow
_UNSEPARATED = {count * size: size for count, size in _SHAPES}
_LINE_SIZES = {size for _, size in _SHAPES}
_SIZES = _LINE_SIZES | _UNSEPARATED.keys()

_TEXT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<_ ")
_RUN = re.compile(rb"[A-Z0-9<_ ]+")
_LINE_END = frozenset(b"\r\n")
_FRAME_END = frozenset([*range(0x01, 0x08), *range(0x10, 0x20)])  # SOH STX ETX ... SYN ... US
# Tag, then the length in either byte order: a document with 0 to 2 characters behind each line.
_TLV = re.compile(rb"I(?:\x00[HIJLXYZ\\\]^`]|[HIJLXYZ\\\]^`]\x00)")

_LEAD_LIMIT = 4  # characters that may stand before the first line: BCC, 3M's "OU" and flag, noise
_JUNK_LIMIT = 6  # shorter pieces between lines are no lines (DESKO: more than 6 characters)
_CUT_LIMIT = 20  # a piece this long that was lost is worth a word to the engineer


@dataclass(frozen=True, slots=True, repr=False)
class _Line:
    """One line; `sizes` are the lengths of the standard that it may have without its padding."""

    text: str
    sizes: tuple[int, ...]


@dataclass(slots=True, repr=False)
class Decoder:
    """Bytes from the reader in, whole documents out; holds at most `LIMIT_BYTES`.

    Where the bytes are cut does not matter. A document that is repeated in one burst is given once.
    """

    device: str
    _piece: bytearray = field(default_factory=bytearray)
    _at_frame: bool = True
    _lines: list[_Line] = field(default_factory=list)
    _cut: str = ""
    _last: MrzLines | None = None
    _lost: list[int] = field(default_factory=list)
    _bytes: int = 0
    _odd_bytes: int = 0

    @property
    def holding(self) -> bool:
        """Whether bytes wait for more; then call `flush` after `IDLE_S` of silence."""
        return self._bytes > 0

    @property
    def full(self) -> bool:
        """Whether `LIMIT_BYTES` came without a document; nothing is taken in until `flush`."""
        return self._bytes >= LIMIT_BYTES

    def feed(self, data: bytes) -> list[MrzLines]:
        """Take bytes in; give the documents that became whole."""
        found: list[MrzLines] = []
        for byte in data:
            if self.full:
                break
            self._bytes += 1
            if byte in _LINE_END or byte in _FRAME_END:
                found += self._end_piece(at_frame=byte in _FRAME_END)
            else:
                self._odd_bytes += byte not in _TEXT
                self._piece.append(byte)
        return found

    def flush(self) -> list[MrzLines]:
        """The line is silent: give what is whole and forget the rest.

        Raises ProtocolError where a document was lost, with the lengths of its pieces.
        """
        found = self._end_piece(at_frame=True)
        complaint = None if found else self._complaint()
        self._start_over()
        self._last = None
        self._at_frame = True
        if complaint is not None:
            raise complaint
        return found

    def _end_piece(self, *, at_frame: bool) -> list[MrzLines]:
        piece, started_at_frame = bytes(self._piece), self._at_frame
        self._piece.clear()
        self._at_frame = at_frame or (started_at_frame and not piece)
        found: list[MrzLines] = []
        for index, part in enumerate(_TLV.split(piece)):
            lines = _lines_of(part, may_lead=started_at_frame or index > 0)
            if not lines:
                self._note_cut(part)
            for line in lines:
                found += self._take(line)
        return found

    def _note_cut(self, part: bytes) -> None:
        """Remember a piece that is no line, so that a repeat of the same line can heal it."""
        text = _normal(part)
        if not _is_junk(text):
            if self._cut:
                self._lines.clear()
            self._cut = text
            self._lost = [*self._lost, len(text)][-8:]

    def _take(self, line: _Line) -> list[MrzLines]:
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
        document = _document(self._lines)
        if document is None:
            return []
        self._start_over()
        repeated, self._last = document == self._last, document
        return [] if repeated else [document]

    def _start_over(self) -> None:
        """Forget all but the last document and where the current piece began."""
        self._piece.clear()
        self._lines.clear()
        self._lost.clear()
        self._cut = ""
        self._bytes = self._odd_bytes = 0

    def _complaint(self) -> ProtocolError | None:
        if self.full:
            return ProtocolError(self.device, f"{LIMIT_BYTES} bytes came without a document.")
        if self._odd_bytes > 40 and self._odd_bytes * 2 > self._bytes:
            what = (
                f"{self._odd_bytes} of {self._bytes} bytes are no MRZ text: wrong speed or parity?"
            )
            return ProtocolError(self.device, what)
        if max(self._lost, default=0) >= _CUT_LIMIT:
            return ProtocolError(
                self.device, f"no whole document in pieces of {self._lost} characters."
            )
        return None


def _normal(part: bytes) -> str:
    """The piece as text: padding to filler, what cannot be printed to `?`."""
    return "".join(
        "<" if byte in b"_ " else chr(byte) if 0x21 <= byte <= 0x7E else "?" for byte in part
    )


def _is_junk(text: str) -> bool:
    return len(text) <= _JUNK_LIMIT or not text.strip("<?")


def _lines_of(part: bytes, *, may_lead: bool) -> list[_Line]:
    """The lines in a piece between separators; none where its length is not of the standard."""
    exact = _exact(part, may_lead=may_lead)
    size = _UNSEPARATED.get(len(exact), len(exact))
    cut = [exact[at : at + size] for at in range(0, len(exact), size)] if exact else []
    return [_Line(_normal(text), _sizes(text)) for text in cut if _normal(text).strip("<?")]


def _exact(part: bytes, *, may_lead: bool) -> bytes:
    """The run of bytes in `part` that has a length of the standard; empty where there is none.

    First as it came (odd bytes are unknown characters), then without odd bytes (noise between
    characters), then the stretches between odd bytes, then without a few characters in front.
    """
    clean = bytes(byte for byte in part if byte in _TEXT)
    runs: list[bytes] = _RUN.findall(part)
    if len(part) in _SIZES and len(clean) * 3 >= len(part) * 2:
        return part
    unit = _once(clean)
    for text in (unit, *runs):
        if len(text) in _SIZES:
            return text
    if may_lead:
        for text in (clean, *runs[-1:]):
            for lead in range(1, _LEAD_LIMIT + 1):
                if len(text) - lead in _SIZES:
                    return text[lead:]
    return b""


def _once(text: bytes) -> bytes:
    """A document without separators that is repeated without separators, once."""
    for size in _UNSEPARATED:
        if len(text) > size and len(text) % size == 0 and text == text[:size] * (len(text) // size):
            return text[:size]
    return text


def _sizes(text: bytes) -> tuple[int, ...]:
    """The lengths a line may have: without padding, as it is, or both where the text does not tell.

    3M pads every line of a two-line document with `_` to 44 while the filler inside stays `<`.
    """
    bare = text.rstrip(b"_ ")
    if len(bare) == len(text) or len(bare) not in _LINE_SIZES or any(pad in bare for pad in b"_ "):
        return (len(text),)
    return (len(bare),) if b"<" in bare else (len(bare), len(text))


def _document(lines: list[_Line]) -> MrzLines | None:
    for count, size in _SHAPES:
        tail = lines[-count:]
        if len(tail) == count and all(size in line.sizes for line in tail):
            texts = tuple(line.text[:size] for line in tail)
            if _in_order(texts):
                return MrzLines(texts)
    return None


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _in_order(texts: tuple[str, ...]) -> bool:
    """Whether the lines can be one document, not the end of one and the start of the next.

    The line of dates has more digits than the line of names (Doc 9303-4, 4.2.2; -5, 4.2.2), and in
    TD1 it starts with a date where the others start with letters.
    """
    if len(texts) == 2:
        return _digits(texts[0]) < _digits(texts[1])
    upper, middle, lower = texts
    heads = [_digits(text[:5]) for text in texts]
    return (
        max(heads[0], heads[2]) <= heads[1] and _digits(lower) < _digits(middle) and upper != lower
    )
