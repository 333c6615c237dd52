"""The finger step: live advice, the best of a few pictures, an ISO record; never a gate."""

import statistics
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceTimeoutError
from drivers.fingerprint.api import FingerPicture, FingerScanner
from firmware_app import log
from firmware_app.domain.biometrics import (
    CaptureDevice,
    Finger,
    FingerSample,
    NotCaptured,
    Quality,
)
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
from vision.finger_pipeline import FingerLook
from vision.finger_quality_advice import FingerAdvice as Advice
from vision.finger_quality_ink import same_touch

GOOD_QUALITY = 40
PICTURES = 3
SPARE_QUALITY = 15
"""From here on a print that advice refused is better than none, once the time is over."""
LEAST_MINUTIAE = 5
"""With fewer nothing can be compared: such a finger is unreadable."""
LIFT_LIMIT_S = 6.0
EXTRACT_S = 2.0
"""Kept from a try's time for the template, once there is a picture to make it of."""
USUAL_OF, LEAST_USUAL = 15, 3
FAINT_SHARE = 1 / 3
"""Of this scanner's usual contrast; no print of four public sets is below 0.40 of its set's."""
CUE_WELL_DONE = "finger-cue-well-done"
CUE_AGAIN = "finger-cue-again"
CUE_LIFT = "finger-cue-lift"
NO_FINGERS = frozenset({Advice.NO_FINGER, Advice.LATENT, Advice.ONE_FINGER})
"""What is not one finger is never kept."""


@dataclass(slots=True)
class _Glass:
    """What one visit knows of the glass: whether a finger lies there, and what was lifted last."""

    still_lies: bool = False
    lifted: FingerPicture | None = None


@dataclass(slots=True)
class _Seen:
    """What one try has brought so far; only the best picture is kept."""

    position: Finger
    glass: _Glass
    pictures: int = 0
    usable: int = 0
    rank: tuple[bool, int] = (False, SPARE_QUALITY - 1)
    best: FingerPicture | None = None
    device: CaptureDevice | None = None

    @property
    def enough(self) -> bool:
        """A good picture ends the try at once, else the best of PICTURES does."""
        return self.rank >= (True, GOOD_QUALITY) or self.usable >= PICTURES

    def keep(self, picture: FingerPicture, look: FingerLook, device: CaptureDevice) -> None:
        """Hold the picture if it is the best; any usable one beats one that advice refused."""
        usable = look.advice is None
        self.usable += usable
        if (usable, look.quality) > self.rank:
            self.best, self.rank, self.device = picture, (usable, look.quality), device


@dataclass(slots=True)
class FingerWorker:
    """Turns the scanner's pictures into one FingerSample, or into the cue that helps.

    Each picture is only looked at; the template is made once, of the best.
    """

    device: DeviceWorker[FingerScanner]
    post: Callable[[Event], None]
    eyes: Eyes
    try_limit_s: float
    _glass: _Glass = field(default_factory=_Glass)
    _contrasts: deque[float] = field(default_factory=lambda: deque(maxlen=USUAL_OF))

    def scan(self, command: ScanFinger) -> None:
        """One try at one finger."""
        seen = _Seen(command.position, self._glass)
        self.device.ask(
            Job(
                lambda scanner, deadline: self._work(scanner, deadline, seen),
                lambda error: self._give_up(error, seen),
                self.try_limit_s,
            )
        )

    def forget(self) -> None:
        """The visit is over: whoever comes next has not touched the glass yet."""
        self._glass = _Glass()

    def _work(self, scanner: FingerScanner, deadline: Deadline, seen: _Seen) -> None:
        """Look until a picture is good, or the best of PICTURES is known, or time runs short.

        A finger that was taken must leave the glass first, or it would be taken for the next one.
        """
        glass = seen.glass
        if glass.still_lies:
            self.post(FingerAdvice(CUE_LIFT))
            self._await_lift(scanner, deadline, glass, glass.lifted)
        while not seen.enough:
            if seen.usable:
                self.post(FingerAdvice(CUE_AGAIN))
            try:
                self._look(scanner, _in_time(deadline, seen), seen)
            except DeviceTimeoutError:
                if seen.best is None:
                    raise
                break
        glass.still_lies = True
        self._take(seen)
        with suppress(DeviceTimeoutError):  # the light goes off when the glass is free
            self._await_lift(scanner, deadline.sooner(LIFT_LIMIT_S), glass, seen.best)

    def _await_lift(
        self,
        scanner: FingerScanner,
        deadline: Deadline,
        glass: _Glass,
        picture: FingerPicture | None,
    ) -> None:
        scanner.wait_for_lift(deadline)
        glass.still_lies, glass.lifted = False, picture

    def _look(self, scanner: FingerScanner, deadline: Deadline, seen: _Seen) -> None:
        """Look until one picture is usable; raises DeviceError at the deadline."""
        while True:
            picture = scanner.capture(deadline)
            seen.pictures += 1
            look = self._judged(picture, seen.glass)
            if look is not None:
                seen.keep(picture, look, capture_device(scanner.info))
            if look is not None and look.advice is None:
                self._contrasts.append(look.contrast)
                self.post(FingerAdvice(CUE_WELL_DONE))
                return
            self._await_lift(scanner, deadline, seen.glass, picture)

    def _judged(self, picture: FingerPicture, glass: _Glass) -> FingerLook | None:
        """The look at what is a finger, its cue given; None for what is none."""
        try:
            look = self.eyes.finger_look(picture.pixels, picture.ppi)
        except VisionError as error:
            log.say("finger_unusable", device=self.device.name, what=str(error))
            return None
        left = look.advice not in NO_FINGERS and (self._faint(look) or _left_behind(picture, glass))
        advice = Advice.LATENT if left else look.advice
        if advice is not None:
            self.post(FingerAdvice(f"finger-cue-{advice.value.replace('_', '-')}"))
        return None if advice in NO_FINGERS else look

    def _faint(self, look: FingerLook) -> bool:
        """Far fainter than what this scanner gives of fingers; known after LEAST_USUAL of them."""
        if len(self._contrasts) < LEAST_USUAL:
            return False
        return look.contrast < FAINT_SHARE * statistics.median(self._contrasts)

    def _take(self, seen: _Seen) -> None:
        """Make the template of the best picture; one without minutiae is an unreadable finger."""
        sample = self._sample(seen)
        readable = sample is not None and sample.minutiae >= LEAST_MINUTIAE
        if sample is not None and readable:
            self.post(FingerTaken(sample))
        else:
            self.post(FingerFailed(NotCaptured.QUALITY))

    def _sample(self, seen: _Seen) -> FingerSample | None:
        if seen.best is None or seen.device is None:
            return None
        try:
            template = self.eyes.finger_template(
                seen.best.pixels, seen.best.ppi, int(seen.position)
            )
        except VisionError as error:
            log.say("finger_unusable", device=self.device.name, what=str(error))
            return None
        return FingerSample(
            position=seen.position,
            record=template.record,
            quality=Quality(template.quality_algorithm, template.quality_version, template.quality),
            minutiae=template.minutiae,
            device=seen.device,
            model=model(self.eyes.finger_model),
        )

    def _give_up(self, error: DeviceError, seen: _Seen) -> None:
        """The best of what was usable counts; pictures that were not say that quality failed."""
        if seen.best is not None:
            self._take(seen)
            return
        reason = why_missing(error)
        poor = reason is NotCaptured.TIME and seen.pictures > 0
        self.post(FingerFailed(NotCaptured.QUALITY if poor else reason))


def _left_behind(picture: FingerPicture, glass: _Glass) -> bool:
    """Whether this is what was lifted last: its trace, or a picture that the scanner kept."""
    return glass.lifted is not None and same_touch(picture.pixels, glass.lifted.pixels)


def _in_time(deadline: Deadline, seen: _Seen) -> Deadline:
    """Once there is a picture to fall back on, end early enough to make its template."""
    if seen.best is None:
        return deadline
    left_s = deadline.at_s - time.monotonic() - EXTRACT_S
    return deadline.sooner(max(0.0, left_s))
