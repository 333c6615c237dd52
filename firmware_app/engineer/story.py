"""A story: what a traveller does at each screen, as TOML; and what must come of it."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from firmware_app.errors import StoryError

STORIES = Path(__file__).parent / "stories"
Peer = Literal["reader", "page", "camera", "finger", "chip"]


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When `screen` comes up, `peer` gets `cue`, in the words of that simulated device.

    first, times: from which coming up, and up to which.
    """

    screen: str
    peer: Peer
    cue: dict[str, object]
    first: int = 1
    times: int = 1_000_000


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the centre must have stored; empty fields are not looked at. `none`: no event at all.

    checks: document checks by code, each with the result that it must have; liveness: the decision;
    challenges: what became of the challenges, each result as often as it must be there.
    """

    outcome: Literal["completed", "referred", "none"]
    reasons: tuple[str, ...] = ()
    decision: str = ""
    not_captured: tuple[str, ...] = ()
    checks: dict[str, str] = {}
    liveness: str = ""
    challenges: tuple[str, ...] = ()


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One traveller.

    hands: screen -> the button that is touched there (a list: one each time the screen comes up);
    answers: the buttons for question screens; body: cues to the simulated devices;
    typing: by field of a screen that is typed into: the button touched there, or "=" and the text;
    follow: whether the face does what the screen asks, something else, or nothing; at_challenge:
    buttons that are touched instead, one a challenge; lit: whether the display's light reaches it;
    pace_s: before each touch.
    """

    title: str
    hands: dict[str, str | list[str]]
    answers: tuple[str, ...]
    body: tuple[Act, ...]
    expect: Expect
    typing: dict[str, str] = {}
    follow: Literal["asked", "other", "never"] = "asked"
    at_challenge: tuple[str, ...] = ()
    lit: bool = True
    pace_s: float = 0.0
    limit_s: float = 60.0


def load(path: Path) -> Story:
    """Read a story file, or a shipped one by its bare name; raises StoryError."""
    shipped = STORIES / f"{path}.toml"
    path = shipped if not path.exists() and shipped.exists() else path
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Story)
    except FileNotFoundError as error:
        names = ", ".join(sorted(story.stem for story in STORIES.glob("*.toml")))
        raise StoryError(f"no story {path}; shipped ones: {names}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StoryError(f"{path}: {error}.") from error
    except msgspec.ValidationError as error:
        raise StoryError(f"{path}: {error}.") from error
