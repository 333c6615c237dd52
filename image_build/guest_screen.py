"""The guest's screen from outside: pictures of it, and a finger on it, by QEMU's QMP.

What the page shows is asked of the guest itself, by its event stream; where a button lies is found
in the picture, so that a touch goes the way of a real one: glass, kernel, cage, cog, page, kiosk.
"""

import json
import shlex
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from image_build.emulator import ConsoleError, Machine

_FULL_SCALE: Final = 0x7FFF  # of QEMU's absolute axes
_BESIDE: Final = 0.01
_LIMIT_S: Final = 60.0
# Keeps the newest screen that the page would draw in a file, as one line of JSON. In the shell that
# is there already: a start of Python would cost an emulated board seconds of the start it measures.
_WATCH: Final = r"""
while :; do
  {{
    printf 'GET /events HTTP/1.0\r\nHost: 127.0.0.1:8080\r\n\r\n' >&3
    while IFS= read -r -t 60 said <&3; do
      case $said in
      data:*'"serial"'*) printf '%s\n' "${{said#data:}}" >{screen}.new; mv {screen}.new {screen} ;;
      esac
    done
  }} 2>/dev/null 3<>/dev/tcp/127.0.0.1/8080
  rm -f {screen}
  sleep 1
done"""
_SCREEN: Final = "/run/kiosk-test/screen"


@dataclass(slots=True)
class Glass:
    """QEMU's control line of one machine, opened after the machine was started; `close` it."""

    socket_path: Path
    _line: socket.socket = field(init=False)
    _heard: bytes = b""

    def __post_init__(self) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(_LIMIT_S)
        self._line.connect(str(self.socket_path))
        self._answer("QMP")
        self.order("qmp_capabilities")

    def close(self) -> None:
        """Let the line go; safe to call twice."""
        self._line.close()

    def order(self, what: str, **words: object) -> None:
        """Give one order; raises ConsoleError where QEMU refuses."""
        self._line.sendall(json.dumps({"execute": what, "arguments": words}).encode())
        answer = self._answer("return", "error")
        if "error" in answer:
            raise ConsoleError(f"QEMU refuses {what}: {answer['error']}")

    def _answer(self, *keys: str) -> dict[str, Any]:
        while True:
            head, end, rest = self._heard.partition(b"\n")
            if end:
                self._heard = rest
                said: dict[str, Any] = json.loads(head)
                if any(key in said for key in keys):
                    return said
                continue
            data = self._line.recv(65536)
            if not data:
                raise ConsoleError("QEMU's control line has ended.")
            self._heard += data

    def picture(self, into: Path) -> Path:
        """What the screen shows now, as PNG."""
        self.order("screendump", filename=str(into), format="png")
        return into

    def touch(self, across: float, down: float) -> None:
        """A finger at that place: fractions of the screen's width and height.

        The tablet is a pointer to the guest, and cog learns where one is when it moves on the
        page, not when it comes onto it: it moves once more before it presses.
        """
        for step in (_BESIDE, 0.0):
            self.order("input-send-event", events=_place(across - step, down))
        for pressed in (True, False):
            press = _event("btn", button="left", down=pressed)
            self.order("input-send-event", events=[*_place(across, down), press])

    def press(self, *keys: str) -> None:
        """Keys pressed together on a keyboard, by QEMU's names."""
        self.order("send-key", keys=[{"type": "qcode", "data": key} for key in keys])


def _place(across: float, down: float) -> list[dict[str, object]]:
    places = {"x": across, "y": down}
    return [_event("abs", axis=axis, value=int(at * _FULL_SCALE)) for axis, at in places.items()]


def _event(kind: str, **data: object) -> dict[str, object]:
    return {"type": kind, "data": data}


def watch(guest: Machine) -> None:
    """Begin to look over the page's shoulder; before `shown`, once after each start."""
    words = shlex.quote(_WATCH.format(screen=_SCREEN))
    guest.ask(f"mkdir -p /run/kiosk-test; bash -c {words} >/dev/null 2>&1 & disown")


def shown(guest: Machine) -> dict[str, Any]:
    """The screen of now as the page gets it; {} while there is none. No process is started."""
    said = guest.ask(f'said=; [ -f {_SCREEN} ] && read -r said <{_SCREEN}; echo "$said"')[1]
    if not said:
        return {}
    screen: dict[str, Any] = json.loads(said)
    return screen


def awaited(guest: Machine, limit_s: float) -> dict[str, Any]:
    """The first screen that is there; raises ConsoleError."""
    ends_s = time.monotonic() + limit_s
    while not (screen := shown(guest)):
        if time.monotonic() > ends_s:
            raise ConsoleError("the page shows nothing.")
    return screen
