"""What a piece of bytes between two separators can be: lines of Doc 9303, or not; pure.

Lengths are what Doc 9303-4 to -7 fix: 2 x 44 (TD3, MRV-A), 2 x 36 (TD2, MRV-B, the French and
Romanian cards), 3 x 30 (TD1). Characters: A-Z, 0-9, `<`. `_` and space need a word: in a document
that has no `<` at all they are its filler; 3M pads shorter lines with `_`; anywhere else they stand
for something that was not read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drivers.document_reader.mrz_lines import UNREAD, MrzLines

SHAPES = ((3, 30), (2, 36), (2, 44))  # lines, characters
LINE_SIZES = frozenset(size for _, size in SHAPES)
TEXT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<_ ")

_UNSEPARATED = {count * size: size for count, size in SHAPES}
_SIZES = LINE_SIZES | _UNSEPARATED.keys()
_RUN = re.compile(rb"[A-Z0-9<_ ]+")
_PADS = b"_ "

_LEAD_LIMIT = 4  # characters that may stand before the first line: BCC, 3M's "OU" and flag, noise
_TAIL_LIMIT = 4  # blanks that may stand behind a line
_JUNK_LIMIT = 6  # shorter pieces between lines are no lines (DESKO: more than 6 characters)


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line as it came; `sizes` are the lengths of the standard that it may have."""

    raw: bytes
    sizes: tuple[int, ...]

    @property
    def text(self) -> str:
        """For comparing lines with one another: every blank as the filler."""
        return plain_text(self.raw)


def lines_of(part: bytes, *, may_lead: bool) -> list[Line]:
    """The lines in a piece between separators; none where its length is not of the standard.

    `may_lead` says that the rest of a frame's head may stick to its front.
    """
    exact = _exact(part, may_lead=may_lead)
    size = _UNSEPARATED.get(len(exact), len(exact))
    cut = [exact[at : at + size] for at in range(0, len(exact), size)] if exact else []
    return [Line(raw, _sizes(raw)) for raw in cut if plain_text(raw).strip("<?")]


def document_of(lines: Sequence[Line]) -> MrzLines | None:
    """The document that the last of `lines` complete, or None."""
    for count, size in SHAPES:
        tail = lines[-count:]
        if len(tail) == count and all(size in line.sizes for line in tail):
            raws = [line.raw[:size] for line in tail]
            blanks_fill = not any(b"<" in raw for raw in raws)
            texts = tuple(_text(raw, blanks_fill=blanks_fill) for raw in raws)
            if _in_order(texts):
                return MrzLines(texts)
    return None


def plain_text(part: bytes) -> str:
    """The piece with every blank as the filler and every unknown character as `?`."""
    return _text(part, blanks_fill=True)


def is_junk(text: str) -> bool:
    """Whether a piece is too short or too empty to be what is left of a line."""
    return len(text) <= _JUNK_LIMIT or not text.strip("<?")


def _text(part: bytes, *, blanks_fill: bool) -> str:
    blank = "<" if blanks_fill else UNREAD
    return "".join(
        blank if byte in _PADS else chr(byte) if byte in TEXT else UNREAD for byte in part
    )


def _exact(part: bytes, *, may_lead: bool) -> bytes:
    """The run of bytes in `part` that has a length of the standard; empty where there is none.

    First as it came (marks for unknown characters among them), then without what cannot be printed
    (noise between characters), then the stretches between odd bytes, then without blanks behind or
    a few characters in front.
    """
    printable = bytes(byte for byte in part if 0x20 <= byte <= 0x7E)
    clean = bytes(byte for byte in part if byte in TEXT)
    runs: list[bytes] = _RUN.findall(part)
    for text, sizes in ((part, _SIZES), (printable, LINE_SIZES)):
        if len(text) in sizes and len(clean) * 3 >= len(text) * 2:
            return text
    for text in (_once(clean), *runs, *_trimmed(clean, *runs)):
        if len(text) in _SIZES:
            return text
    return _without_lead(clean, *runs[-1:]) if may_lead else b""


def _trimmed(*texts: bytes) -> Iterator[bytes]:
    """Each text with 1 to 4 of the blanks behind it taken off."""
    for text in texts:
        blanks = min(_TAIL_LIMIT, len(text) - len(text.rstrip(_PADS)))
        yield from (text[:-count] for count in range(1, blanks + 1))


def _without_lead(*texts: bytes) -> bytes:
    for text in texts:
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


def _sizes(raw: bytes) -> tuple[int, ...]:
    """The lengths a line may have: without padding, as it is, or both where the text does not tell.

    3M pads every line of a two-line document with `_` to 44 while the filler inside stays `<`. A
    line of 36 without any filler tells nothing: the other line must fit. Where both tell nothing,
    36 is right: the second line of a passport ends in a digit, and its first is never full.
    """
    bare = raw.rstrip(_PADS)
    if len(bare) == len(raw) or len(bare) not in LINE_SIZES:
        return (len(raw),)
    if b"<" in bare:
        return (len(bare),)
    return (len(raw),) if any(pad in bare for pad in _PADS) else (len(bare), len(raw))


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _in_order(texts: Sequence[str]) -> bool:
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
