"""The lamp on a thread of its own: a board that hangs delays nobody."""

from dataclasses import dataclass

from drivers.deadline import Deadline
from drivers.errors import DeviceError
from drivers.lamp.api import Lamp
from firmware_app.workers.device_worker import DeviceWorker, Job

LIMIT_S = 30.0


@dataclass(slots=True)
class LampWorker:
    """Lights it and puts it out; one that is away is tried again for half a minute."""

    device: DeviceWorker[Lamp]

    def shine(self, *, on: bool) -> None:
        """From any thread; never waits."""

        def work(lamp: Lamp, deadline: Deadline) -> None:
            lamp.shine(deadline, on=on)

        self.device.ask(Job(work, _unlit, LIMIT_S))


def _unlit(_error: DeviceError) -> None:
    """The worker has said in the log that the lamp is away; page and alert call all the same."""
