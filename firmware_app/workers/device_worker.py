"""Owns one device in one thread: one job at a time, reopened with backoff, its loss said once."""

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from drivers.deadline import Deadline
from drivers.errors import (
    CancelledError,
    DeviceError,
    DeviceGoneError,
    DeviceTimeoutError,
    ProtocolError,
)
from firmware_app import log

BACKOFF_S = (0.2, 0.5, 1.0, 2.0)
GONE_LIMIT_S = 6.0
LOOK_AFTER_S = 5.0
FAULT_MEND = "Keep this line and tell the maker; the kiosk goes on without this step."


class Closable(Protocol):
    """Whatever a driver opens."""

    def close(self) -> None:
        """Give the device back."""


D = TypeVar("D", bound=Closable)


@dataclass(frozen=True, slots=True)
class Job(Generic[D]):
    """One thing asked of the device.

    work: does it and posts what happened; give_up: posts what is to be said when the device is
    gone or the time is over; limit_s: for all of it, reopening included.
    """

    work: Callable[[D, Deadline], None]
    give_up: Callable[[DeviceError], None]
    limit_s: float
    cancel: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Report:
    """Open, being opened, or away for so long; why: the error's name. Nothing of a traveller."""

    state: Literal["open", "opening", "away"]
    away_s: float
    why: str


@dataclass(slots=True)
class DeviceWorker(Generic[D]):
    """A device, its thread and its inbox of one: a new job takes back the one before.

    is_there: whether the system still has the device; asked now and then while nobody needs it.
    """

    name: str
    open_device: Callable[[], D]
    is_there: Callable[[], bool] = lambda: True
    _device: D | None = None
    _job: Job[D] | None = None
    _running: Job[D] | None = None
    _lost_at_s: float | None = None
    _why: str = ""
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; it opens the device, so that one that is absent is said at once."""
        self._thread = threading.Thread(target=self._run, name=f"device-{self.name}", daemon=True)
        self._thread.start()

    @property
    def away_s(self) -> float:
        """For how long the device has been away; 0 while it is there."""
        lost_at_s = self._lost_at_s
        return 0.0 if lost_at_s is None else time.monotonic() - lost_at_s

    @property
    def report(self) -> Report:
        """How it stands with the device, for whoever looks after the kiosk."""
        away_s = self.away_s
        if away_s:
            return Report("away", round(away_s, 1), self._why)
        return Report("open" if self._device is not None else "opening", 0.0, "")

    def ask(self, job: Job[D]) -> None:
        """Do this now; what was asked before is taken back."""
        with self._wake:
            self._take_back()
            self._job = job
            self._wake.notify()

    def cancel(self) -> None:
        """Take back what was asked; the device stays open."""
        with self._wake:
            self._take_back()

    def stop(self) -> None:
        """Take back, close the device, join the thread."""
        self._stopping.set()
        with self._wake:
            self._take_back()
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(timeout=3.0)

    def _take_back(self) -> None:
        for job in (self._job, self._running):
            if job is not None:
                job.cancel.set()
        self._job = None

    def _run(self) -> None:
        self._look_after()
        while not self._stopping.is_set():
            with self._wake:
                self._wake.wait_for(
                    lambda: self._job is not None or self._stopping.is_set(), LOOK_AFTER_S
                )
                self._running, self._job = self._job, None
            if self._running is not None:
                self._do(self._running)
                self._running = None
            elif not self._stopping.is_set():
                self._look_after()
        self._close()

    def _look_after(self) -> None:
        """Open before anybody asks, and again what was lost since; jobs meet what fails anew."""
        try:
            if self._device is not None and not self.is_there():
                self._close()
            self._opened()
        except DeviceError as error:
            self._say_lost(error)
        except Exception as error:  # noqa: BLE001 - likewise: without its thread the step is dead
            if self._lost_at_s is None:
                self._lost_at_s = time.monotonic()
                self._say_fault(error)

    def _do(self, job: Job[D]) -> None:
        """Try until it is done, given up, or taken back; a lost device is opened anew meanwhile."""
        deadline = Deadline.after(self.name, job.limit_s, job.cancel.is_set)
        attempt, gone = 0, deadline
        while (error := self._attempt(job, deadline)) is not None:
            self._say_lost(error)
            self._close()
            gone = deadline.sooner(GONE_LIMIT_S) if attempt == 0 else gone
            if not self._pause(job, gone, attempt):
                job.give_up(error)
                return
            attempt += 1

    def _attempt(self, job: Job[D], deadline: Deadline) -> DeviceError | None:
        """One go; the error where the device is away and might come back.

        A job that was taken back does not open a device any more: while that is away, nothing
        else would ever end it.
        """
        if job.cancel.is_set():
            return None
        try:
            job.work(self._opened(), deadline)
        except CancelledError:
            pass
        except DeviceTimeoutError as error:
            job.give_up(error)
        except ProtocolError as error:
            what, mend = error.what, error.mend
            log.say("device_confused", "warning", device=self.name, what=what, mend=mend)
            self._close()
            job.give_up(error)
        except DeviceError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a fault of ours must not strand a traveller
            self._fault(job, error)
        return None

    def _fault(self, job: Job[D], error: Exception) -> None:
        """A fault in our own code: say where, start the device anew, let the traveller go on."""
        what = self._say_fault(error)
        self._close()
        job.give_up(DeviceGoneError(self.name, what))

    def _say_fault(self, error: Exception) -> str:
        self._why = type(error).__name__
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {where.name}:{where.lineno}"
        log.say("worker_fault", "error", device=self.name, what=what, mend=FAULT_MEND)
        return what

    def _pause(self, job: Job[D], deadline: Deadline, attempt: int) -> bool:
        """Wait before the next try; False where the job's time would be over."""
        wait_s = BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)]
        if job.cancel.wait(wait_s):
            return True  # the next attempt sees that the job was taken back
        try:
            deadline.slice_s()
        except DeviceTimeoutError:
            return False
        except CancelledError:
            return True
        return True

    def _opened(self) -> D:
        if self._device is None:
            self._device = self.open_device()
            if self._lost_at_s is not None:
                self._lost_at_s = None
                log.say("device_back", device=self.name)
        return self._device

    def _say_lost(self, error: DeviceError) -> None:
        self._why = type(error).__name__
        if self._lost_at_s is None:
            self._lost_at_s = time.monotonic()
            log.say("device_lost", "warning", device=self.name, what=error.what, mend=error.mend)

    def _close(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        try:
            device.close()
        except Exception as error:  # noqa: BLE001 - a device that cannot even be closed is gone
            self._say_fault(error)


def is_away(error: DeviceError) -> bool:
    """Whether the device itself is away, so that another try would only keep the traveller."""
    return not isinstance(error, DeviceTimeoutError | ProtocolError)
