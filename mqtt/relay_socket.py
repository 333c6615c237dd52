"""One end of the relay's Unix socket; the publisher has no more of the relay than this."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mqtt.relay_frames import Frame, FrameReader, encode

READ_BYTES = 256 * 1024


@dataclass(slots=True)
class FrameSocket:
    """One connection of the relay: frames in, frames out, never blocking; both ends use it."""

    line: socket.socket
    _reader: FrameReader = field(default_factory=FrameReader)
    _out: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.line.setblocking(False)

    @property
    def queued_bytes(self) -> int:
        """What waits to be written."""
        return len(self._out)

    def send(self, frames: Iterable[Frame]) -> None:
        """Queue frames and write what goes now; raises OSError where the other end is gone."""
        for frame in frames:
            self._out += encode(frame)
        self.write()

    def write(self) -> None:
        """Write what goes now; raises OSError where the other end is gone."""
        with suppress(BlockingIOError):
            while self._out:
                with memoryview(self._out) as queued:
                    sent = self.line.send(queued)
                del self._out[:sent]

    def read(self) -> list[Frame] | None:
        """The frames that came; None when the other end has closed. Raises FrameError, OSError."""
        try:
            data = self.line.recv(READ_BYTES)
        except BlockingIOError:
            return []
        return self._reader.feed(data) if data else None

    def close(self) -> None:
        """Close; safe to call twice."""
        self.line.close()


def connect(path: Path) -> FrameSocket:
    """The publisher's end; raises OSError where no owner listens."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.connect(str(path))
    except OSError:
        line.close()
        raise
    return FrameSocket(line)
