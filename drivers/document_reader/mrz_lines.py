"""The machine readable zone as a reader sent it: a value that codecs and readers share."""

from dataclasses import dataclass

UNREAD = "?"  # stands where the reader saw something and could not read it
READABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")  # Doc 9303-3, 4.3

Position = tuple[int, int]  # line, column, both from 0


@dataclass(frozen=True, slots=True, repr=False)
class MrzLines:
    """The machine readable zone as the device sent it: 2 or 3 lines of A-Z, 0-9, `<`, not judged.

    `?` stands for a character that the reader could not read; `doubts` lists where. `hint` is what
    an engineer should set differently although the document was read; it holds no text of it.
    """

    lines: tuple[str, ...]
    hint: str = ""

    @property
    def doubts(self) -> tuple[Position, ...]:
        """Where the reader could not read what it saw, in the order of reading."""
        return tuple(
            (number, column)
            for number, line in enumerate(self.lines)
            for column, sign in enumerate(line)
            if sign not in READABLE
        )

    def __repr__(self) -> str:
        """Say the shape, never the text: the lines are personal data."""
        unread = f", {len(self.doubts)} unread" if self.doubts else ""
        return f"MrzLines({[len(line) for line in self.lines]} characters{unread})"
