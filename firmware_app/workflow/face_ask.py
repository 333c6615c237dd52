"""What the camera asks of the traveller right now, as the screen shows it; pure values."""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class FaceAsk:
    """challenge: its code while it is to be done, else empty; colour: red, green, blue (0-255).

    done_pct: how much of all challenges is done.
    """

    challenge: str = ""
    colour: Colour | None = None
    done_pct: int = 0


NOTHING_ASKED = FaceAsk()
