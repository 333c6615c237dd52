"""A sink that is cut off (kill -9) right before or right after its first commit of events."""

import os
import signal
import sys
from pathlib import Path

from mqtt.central.settings import CentralSettings
from mqtt.central.store_sqlite import Store
from mqtt.notice import tell_stderr


class DyingStore(Store):
    """Stores as the real one does, and dies at the given side of the commit."""

    when = "before"

    def add(self, batch, received_utc):
        if self.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().add(batch, received_utc)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    settings = CentralSettings.load(Path(sys.argv[1]))
    DyingStore.when = sys.argv[2]
    settings.sink(DyingStore(settings.database), tell_stderr).run()
