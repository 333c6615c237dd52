"""The stage on which simulated devices act: a folder of sockets that take cues, one for each peer.

A simulated peer plays the device, never the product: it answers the device's bytes. What the person
in front of it does (lay a passport down, turn the head, pull the plug) reaches it as a cue, a small
JSON object in a datagram.
"""

import json
import math
import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from drivers.errors import DeviceUrlError

CUE_LIMIT_BYTES = 16_384
SEND_LIMIT_S = 1.0

Cue = dict[str, object]


@dataclass(slots=True)
class StageDoor:
    """The peer's end: a Unix datagram socket at `path` that is looked at between bytes."""

    path: Path
    _socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _make_way(self.path, stat.S_ISSOCK)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        with _short(self.path) as address:
            self._socket.bind(address)

    def fileno(self) -> int:
        """For `select`: readable when a cue waits."""
        return self._socket.fileno()

    def cues(self) -> list[Cue]:
        """All cues since the last look, oldest first; what is no JSON object is dropped."""
        found: list[Cue] = []
        while True:
            try:
                data = self._socket.recv(CUE_LIMIT_BYTES)
            except BlockingIOError:
                return found
            with suppress(ValueError, RecursionError):
                cue = json.loads(data)
                if isinstance(cue, dict):
                    found.append(cue)

    def close(self) -> None:
        """Leave the stage; safe to call twice."""
        self._socket.close()
        _make_way(self.path, stat.S_ISSOCK)


def remove_link(path: Path) -> None:
    """Take away a peer's earlier link; raises DeviceUrlError where anything else lies there."""
    _make_way(path, stat.S_ISLNK)


def _make_way(path: Path, ours: Callable[[int], bool]) -> None:
    """Remove what an earlier peer left, and never anything else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not ours(mode):
        raise DeviceUrlError(str(path), "something else lies where a simulated device would stand.")
    path.unlink(missing_ok=True)


def send_cue(path: Path, **what: object) -> bool:
    """Give one cue to the peer at `path`; False where none is on the stage, or none listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(SEND_LIMIT_S)
        try:
            with _short(path) as address:
                sender.sendto(json.dumps(what).encode(), address)
        except OSError:
            return False
    return True


def number_of(cue: Cue, key: str) -> float:
    """What a cue says there, from 0 up; 0 where it says nothing, or no number that is finite."""
    value = cue.get(key, 0)
    return max(0.0, float(value)) if isinstance(value, int | float) and _finite(value) else 0.0


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number with more digits than a float has room for
        return False


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for `path` that fits the 108 bytes a Unix socket's address may have."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
