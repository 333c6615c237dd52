"""A simulated traveller: watches the page as a browser does, touches, and acts on the stage.

The kiosk cannot tell it from a person: it reads the page's event stream, posts touches, and gives
cues to the simulated devices (a document laid down, a head turned, a finger placed).
"""

import http.client
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.stage import send_cue
from firmware_app.engineer.story import Story
from firmware_app.errors import StoryError

COUNTED, STALE = 204, 409
STAGE_LIMIT_S = 3.0
AGAIN_S = 3.0
REACTION_S = 0.35
LINE_LIMIT_BYTES = 65_536

PAGE = "808080"
TYPING = "typing-"
LEFT: dict[str, object] = {"turn": "left"}
RIGHT: dict[str, object] = {"turn": "right"}
ACTS: dict[str, dict[str, object]] = {
    "turn_left": LEFT,
    "turn_right": RIGHT,
    "look_up": {"look": "up"},
    "blink": {"blink": True},
    "open_mouth": {"mouth": True},
    "colours": {},
}
"""What the body does when it is asked to, and what one does that does not listen."""
OTHERS = dict.fromkeys(ACTS, LEFT) | {"turn_left": RIGHT, "colours": {}}

ScreenNow = dict[str, Any]


@dataclass(slots=True)
class Traveller:
    """One story acted out. `hands` False: only the body acts, a person touches the buttons."""

    story: Story
    stage: Path
    port: int
    hands: bool = True
    on_screen: Callable[[str, float], None] = lambda _name, _at_s: None
    _visits: Counter[str] = field(default_factory=Counter)
    _last: str = ""
    _asked: str = ""
    _colour: str = ""
    _tried_at_s: float = math.inf
    _leaving: list[str] = field(init=False)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._leaving = list(self.story.at_challenge) if self.hands else []

    def stop(self) -> None:
        """Walk away within a second."""
        self._stopping.set()

    def walk(self, until: Callable[[str], bool]) -> None:
        """Act until a screen for which `until(its name)` holds is up; on that one nothing is done.

        Raises StoryError past the story's limit.
        """
        at_end_s = time.monotonic() + self.story.limit_s if self.hands else None
        for screen in self._screens():
            if screen is not None:
                name = str(screen["name"])
                if name != self._last:
                    self._visits[name] += 1
                    self.on_screen(name, time.monotonic())
                if until(name):
                    return
                self._act(screen, name)
            self._try_again()
            if self._stopping.is_set():
                return
            if at_end_s is not None and time.monotonic() > at_end_s:
                raise StoryError(f"nothing more happened at the screen {self._last!r}.")

    def _act(self, screen: ScreenNow, name: str) -> None:
        came_up = name != self._last
        self._last = name
        if came_up:
            for act in self.story.body:
                if act.screen == name and act.first <= self._visits[name] <= act.times:
                    self._cue(act.peer, **act.cue)
        self._follow(screen)
        if self.hands:
            button = self._typed(screen) or self._button(screen, name, came_up=came_up)
            if button:
                self._stopping.wait(self.story.pace_s)
                self._touch(int(screen["serial"]), button)

    def _follow(self, screen: ScreenNow) -> None:
        """Do what the face is asked to do, in the display's light; or touch that it cannot be."""
        asked, colour = str(screen.get("challenge", "")), str(screen.get("colour", ""))
        if colour != self._colour and self.story.lit:
            self._cue("camera", light=list(bytes.fromhex(colour[1:] or PAGE)))
        if asked and asked != self._asked:
            self._tried_at_s = math.inf
            if self._leaving:
                self._touch(int(screen["serial"]), self._leaving.pop(0))
            elif self.story.follow != "never":
                self._tried_at_s = time.monotonic()
                self._move((ACTS if self.story.follow == "asked" else OTHERS)[asked])
        self._asked, self._colour = asked, colour

    def _try_again(self) -> None:
        """What was not seen is done once more, as anybody does who still reads the same words."""
        waited_s = time.monotonic() - self._tried_at_s
        if self._asked and self.story.follow == "asked" and waited_s > AGAIN_S:
            self._tried_at_s = time.monotonic()
            self._move(ACTS[self._asked])

    def _move(self, act: dict[str, object]) -> None:
        """As soon as anybody can who first has to read."""
        if act:
            self._cue("camera", **act, delay_s=REACTION_S)

    def _cue(self, peer: str, **what: object) -> None:
        """Give a cue; a peer whose device is being opened gets a moment to come on stage."""
        until_s = time.monotonic() + STAGE_LIMIT_S
        while not send_cue(self.stage / peer, **what):
            if time.monotonic() > until_s or self._stopping.wait(0.05):
                raise StoryError(f"no simulated {peer} is on the stage.")

    def _typed(self, screen: ScreenNow) -> str:
        """What the story types on this screen, or touches there instead of typing."""
        field = str((screen["entry"] or {}).get("field", ""))
        if str(screen["picture"]).startswith(TYPING):
            field = str(screen["picture"]).removeprefix(TYPING)
        said = self.story.typing.get(field, "") if field else ""
        shown = {button["id"] for button in screen["buttons"]}
        return said if said.startswith("=") or said in shown else ""

    def _button(self, screen: ScreenNow, name: str, *, came_up: bool) -> str:
        if name == "question":
            shown = {button["id"] for button in screen["buttons"]}
            return next((answer for answer in self.story.answers if answer in shown), "")
        wanted = self.story.hands.get(name, "")
        if isinstance(wanted, list):
            index = self._visits[name] - 1
            wanted = wanted[index] if index < len(wanted) else ""
        elif self._visits[name] > 1 and name == "attract":
            wanted = ""
        return wanted if came_up else ""

    def _touch(self, serial: int, button: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5.0)
        try:
            text = {"button": "enter", "text": button[1:]} if button.startswith("=") else {}
            body = json.dumps({"serial": serial, "button": button, **text})
            origin = f"http://127.0.0.1:{self.port}"
            headers = {"Content-Type": "application/json", "Origin": origin}
            connection.request("POST", "/touch", body, headers)
            status = connection.getresponse().status
        except OSError as error:
            raise StoryError(f"the page did not take a touch: {error}.") from error
        finally:
            connection.close()
        if status not in {COUNTED, STALE}:
            raise StoryError(f"the page refused a touch with {status}.")

    def _screens(self) -> Iterator[ScreenNow | None]:
        """Each screen as it comes; None where a heartbeat passed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10.0)
        try:
            connection.request("GET", "/events")
            response = connection.getresponse()
            while True:
                line = response.readline(LINE_LIMIT_BYTES)
                if not line:
                    raise StoryError("the page went away.")
                shown = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
                yield json.loads(shown) if shown else None
        except (OSError, http.client.HTTPException) as error:
            raise StoryError(f"the page went away: {error}.") from error
        finally:
            connection.close()
