"""What one screen is: message ids, buttons and pictures as values; no pixels, no texts, no I/O."""

from dataclasses import dataclass
from typing import Literal

RowKind = Literal["text", "name", "code", "day", "state", "sex", "message", "mark"]
ButtonKind = Literal["primary", "plain", "choice", "help"]
Alphabet = Literal["latin", "digits", "mrz", "arabic", "ethiopic"]


@dataclass(frozen=True, slots=True)
class Button:
    """One touch target: `id` comes back when it is touched, `message` is its Fluent id.

    `text` stands instead of the message where the words are not translated (a language's own name).
    """

    id: str
    message: str
    kind: ButtonKind = "plain"
    icon: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One line of the document as the traveller confirms it; the value is personal.

    kind: what the value is, so that the page can say it as its language does; message: a message
    id; mark: yes or no.
    """

    message: str
    value: str
    kind: RowKind = "text"

    def __repr__(self) -> str:
        """Say which row, never the value."""
        return f"Row({self.message})"


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One field that the traveller types; `value` is personal.

    field: what is typed, as in its message ids; wrong: positions (from 0) that a check digit
    doubts; hint: a message id.
    """

    field: str
    alphabet: Alphabet
    length_max: int
    value: str = ""
    wrong: tuple[int, ...] = ()
    hint: str = ""

    def __repr__(self) -> str:
        """Say which field, never what was typed."""
        return f"Entry({self.field})"


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything the page needs to draw one state.

    name: stable name, also the picture's and the sound's; title, cue: Fluent message ids;
    arguments: values for the messages, never personal; live: show the camera's mirror picture;
    step, steps: progress (0 of 0 hides it); countdown_s: seconds left on a warning;
    code: a slip's code; challenge: what the face is asked to do now; colour: of the whole display,
    as #rrggbb; done_pct: how much of all challenges is done; calm: nobody is near, drawn dim;
    pictures_only: no letter outside data; reference: the event's, for the traveller to keep; qr:
    rows of "0" and "1"; person, persons: which of a group (0 of 0 hides it); called: a person has
    been called; private: rows or entry are personal, never for a loudspeaker.
    """

    name: str
    title: str
    language: str = "en"
    cue: str = ""
    arguments: tuple[tuple[str, str | int], ...] = ()
    buttons: tuple[Button, ...] = ()
    rows: tuple[Row, ...] = ()
    picture: str = ""
    live: bool = False
    step: int = 0
    steps: int = 0
    countdown_s: int = 0
    code: str = ""
    challenge: str = ""
    colour: str = ""
    done_pct: int = 0
    calm: bool = False
    pictures_only: bool = False
    entry: Entry | None = None
    reference: str = ""
    qr: tuple[str, ...] = ()
    person: int = 0
    persons: int = 0
    called: bool = False
    private: bool = False
