"""The finger step: live advice, the best of a few pictures, an ISO record; never a gate."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceTimeoutError
from drivers.fingerprint.api import FingerPicture, FingerScanner
from firmware_app import log
from firmware_app.domain.biometrics import Finger, FingerSample, NotCaptured, Quality
from firmware_app.workers.described import capture_device, model, why_missing
from firmware_app.workers.device_worker import DeviceWorker, Job
from firmware_app.workers.eyes import Eyes
from firmware_app.workflow.vocabulary import (
    Event,
    FingerAdvice,
    FingerFailed,
    FingerTaken,
    ScanFinger,
)
from vision.errors import VisionError

GOOD_QUALITY = 40
PICTURES = 3
LIFT_LIMIT_S = 6.0
CUE_WELL_DONE = "finger-cue-well-done"
CUE_AGAIN = "finger-cue-again"
CUE_LIFT = "finger-cue-lift"


@dataclass(slots=True)
class _Seen:
    """What one try has brought so far."""

    pictures: int = 0
    usable: int = 0
    best: FingerSample | None = None

    @property
    def good(self) -> bool:
        return self.best is not None and self.best.quality.score >= GOOD_QUALITY


@dataclass(slots=True)
class FingerWorker:
    """Turns the scanner's pictures into one FingerSample, or into the cue that helps."""

    device: DeviceWorker[FingerScanner]
    post: Callable[[Event], None]
    eyes: Eyes
    try_limit_s: float
    _still_lies: bool = False

    def scan(self, command: ScanFinger) -> None:
        """One try at one finger."""
        seen = _Seen()
        self.device.ask(
            Job(
                lambda scanner, deadline: self._work(scanner, deadline, command.position, seen),
                lambda error: self._give_up(error, seen),
                self.try_limit_s,
            )
        )

    def _work(
        self, scanner: FingerScanner, deadline: Deadline, position: Finger, seen: _Seen
    ) -> None:
        """Up to PICTURES usable ones; the first good one is taken at once, else the best.

        A finger that was taken must leave the glass first, or it would be taken for the next one.
        """
        if self._still_lies:
            self.post(FingerAdvice(CUE_LIFT))
            self._await_lift(scanner, deadline)
        while seen.usable < PICTURES and not seen.good:
            if seen.usable:
                self.post(FingerAdvice(CUE_AGAIN))
            sample = self._sample(scanner, deadline, position, seen)
            if seen.best is None or sample.quality.score > seen.best.quality.score:
                seen.best = sample
            seen.usable += 1
        if seen.best is not None:
            self._still_lies = True
            self.post(FingerTaken(seen.best))
            with suppress(DeviceTimeoutError):  # the light goes off when the glass is free
                self._await_lift(scanner, deadline.sooner(LIFT_LIMIT_S))

    def forget(self) -> None:
        """The visit is over: whoever comes next has not touched the glass yet."""
        self._still_lies = False

    def _await_lift(self, scanner: FingerScanner, deadline: Deadline) -> None:
        scanner.wait_for_lift(deadline)
        self._still_lies = False

    def _sample(
        self, scanner: FingerScanner, deadline: Deadline, position: Finger, seen: _Seen
    ) -> FingerSample:
        """Ask until one picture gives a template; raises DeviceError at the deadline."""
        while True:
            picture = scanner.capture(deadline)
            seen.pictures += 1
            try:
                sample = self._judge(scanner, picture, position)
            except VisionError as error:
                log.say("finger_unusable", device=self.device.name, what=str(error))
                sample = None
            if sample is not None:
                return sample
            scanner.wait_for_lift(deadline)

    def _judge(
        self, scanner: FingerScanner, picture: FingerPicture, position: Finger
    ) -> FingerSample | None:
        look = self.eyes.finger_look(picture.pixels, picture.ppi)
        if look.advice is not None:
            self.post(FingerAdvice(f"finger-cue-{look.advice.value.replace('_', '-')}"))
            return None
        self.post(FingerAdvice(CUE_WELL_DONE))
        template = self.eyes.finger_template(picture.pixels, picture.ppi, int(position))
        return FingerSample(
            position=position,
            record=template.record,
            quality=Quality(template.quality_algorithm, template.quality_version, template.quality),
            minutiae=template.minutiae,
            device=capture_device(scanner.info),
            model=model(self.eyes.finger_model),
        )

    def _give_up(self, error: DeviceError, seen: _Seen) -> None:
        """The best of what was usable counts; pictures that were not say that quality failed."""
        if seen.best is not None:
            self.post(FingerTaken(seen.best))
            return
        reason = why_missing(error)
        poor = reason is NotCaptured.TIME and seen.pictures > 0
        self.post(FingerFailed(NotCaptured.QUALITY if poor else reason))
