"""While nobody is at the kiosk, the face camera looks now and then whether anybody comes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from drivers.camera.api import Camera
from drivers.deadline import Deadline
from drivers.errors import DeviceError
from firmware_app.workers.device_worker import DeviceWorker, Job
from firmware_app.workflow.events import Event, SomebodyNear
from vision.presence import Presence

LOOK_EVERY_S = 0.4
FRAME_LIMIT_S = 3.0
WATCH_LIMIT_S = 10 * 365 * 86_400.0


@dataclass(slots=True)
class PresenceWorker:
    """Shares the camera's thread with the face step; whatever is asked next takes it back."""

    device: DeviceWorker[Camera]
    post: Callable[[Event], None]

    def watch(self) -> None:
        """Until something moves; a camera that is away counts as somebody, so nobody is missed."""
        self.device.ask(Job(self._work, self._blind, WATCH_LIMIT_S))

    def _work(self, camera: Camera, deadline: Deadline) -> None:
        presence, rest = Presence(), threading.Event()
        while not presence.feed(camera.grab(deadline.sooner(FRAME_LIMIT_S)).pixels):
            rest.wait(deadline.slice_s(LOOK_EVERY_S))
        self.post(SomebodyNear())

    def _blind(self, _error: DeviceError) -> None:
        self.post(SomebodyNear())
