"""Records what crosses a byte stream, and plays a recording in the device's place."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TextIO

from drivers.deadline import Deadline
from drivers.errors import DeviceUrlError, ProtocolError
from drivers.transport.base import Port
from drivers.transport.trace import HEADER, Step, TraceError, Way, read, write_step
from drivers.url import DeviceUrl


@dataclass(slots=True)
class Recorder:
    """Passes everything on to `port` and writes it down; an engineer's tool.

    A recording of a document reader is personal data (see drivers.transport.trace); the file is
    made anew, readable for its owner alone.
    """

    port: Port
    path: Path
    _file: TextIO = field(init=False)
    _start_s: float = field(init=False)

    def __post_init__(self) -> None:
        number = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(number, "w", encoding="ascii", buffering=1)
        self._file.write(HEADER + "\n")
        self._start_s = time.monotonic()

    def read(self, deadline: Deadline) -> bytes:
        """As the port gives it."""
        data = self.port.read(deadline)
        self._note(Way.FROM_DEVICE, data)
        return data

    def write(self, data: bytes, deadline: Deadline) -> None:
        """As the port takes it."""
        self._note(Way.TO_DEVICE, data)
        self.port.write(data, deadline)

    def waiting(self) -> bytes:
        """As the port gives it."""
        data = self.port.waiting()
        self._note(Way.WAITING, data)
        return data

    def close(self) -> None:
        """Close the port and the file; safe to call twice."""
        self.port.close()
        self._file.close()

    def _note(self, way: Way, data: bytes = b"") -> None:
        at_ms = round((time.monotonic() - self._start_s) * 1000)
        self._file.write(write_step(Step(way, at_ms, data)) + "\n")


@dataclass(slots=True)
class Player:
    """The device of a recording: compares what the host writes, answers what the device answered.

    Silences last as long as they did in the recording, for they can carry meaning; after the last
    step the device is silent.
    """

    device: str
    steps: tuple[Step, ...]
    _next: int = 0
    _compared_bytes: int = 0
    _stepped_at_s: float = field(default_factory=time.monotonic)

    @classmethod
    def open(cls, url: DeviceUrl) -> "Player":
        """Open `replay:///path/to/recording.trace`; raises DeviceUrlError."""
        path = url.file()
        try:
            return cls(url.device, read(path.read_text("ascii")))
        except TraceError as error:
            raise DeviceUrlError(url.device, f"{path}: {error}") from None
        except (OSError, UnicodeDecodeError):
            raise DeviceUrlError(url.device, f"{path} cannot be read as a trace.") from None

    def read(self, deadline: Deadline) -> bytes:
        """What the device sent next; raises DeviceTimeoutError, CancelledError."""
        while True:
            wait_s = deadline.slice_s()
            step = self._step()
            if step is not None and step.way is Way.FROM_DEVICE:
                due_s = self._due_s() - time.monotonic()
                if due_s <= 0:
                    self._go_on()
                    return step.data
                wait_s = min(wait_s, due_s)
            Event().wait(wait_s)

    def write(self, data: bytes, deadline: Deadline) -> None:
        """Compare with the host's bytes; raises ProtocolError with the place of a difference."""
        deadline.slice_s()
        for byte in data:
            step = self._step()
            if step is None or step.way is not Way.TO_DEVICE:
                raise self._differs("the host writes where the recording has no such write")
            if step.data[self._compared_bytes] != byte:
                raise self._differs("the host writes another byte than in the recording")
            self._compared_bytes += 1
            if self._compared_bytes == len(step.data):
                self._go_on()

    def waiting(self) -> bytes:
        """Skip to the recording's next such question, where one comes before its next write."""
        for index in range(self._next, len(self.steps)):
            if self.steps[index].way is Way.TO_DEVICE:
                break
            if self.steps[index].way is Way.WAITING:
                self._next = index
                self._go_on()
                return self.steps[index].data
        return b""

    def close(self) -> None:
        """Nothing to give back."""

    def _step(self) -> Step | None:
        """The step that is due; a question that the host did not ask is passed over."""
        while self._next < len(self.steps) and (
            self.steps[self._next].way is Way.WAITING or not self.steps[self._next].data
        ):
            self._next += 1
        return self.steps[self._next] if self._next < len(self.steps) else None

    def _due_s(self) -> float:
        before_ms = self.steps[self._next - 1].at_ms if self._next else 0
        return self._stepped_at_s + (self.steps[self._next].at_ms - before_ms) / 1000

    def _go_on(self) -> None:
        self._next += 1
        self._compared_bytes = 0
        self._stepped_at_s = time.monotonic()

    def _differs(self, what: str) -> ProtocolError:
        where = f"step {self._next + 1}, byte {self._compared_bytes + 1}"
        return ProtocolError(self.device, f"{what} ({where}).")
