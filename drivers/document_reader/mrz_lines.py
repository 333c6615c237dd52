"""The machine readable zone as a reader sent it: a value that codecs and readers share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class MrzLines:
    """The machine readable zone as the device sent it: 1 to 3 lines, `<` as filler, not judged."""

    lines: tuple[str, ...]

    def __repr__(self) -> str:
        """Say the shape, never the text: the lines are personal data."""
        return f"MrzLines({[len(line) for line in self.lines]} characters)"
