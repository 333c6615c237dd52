"""The site's mosquitto with lines of the test's own in its configuration."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from mqtt.central.mosquitto import SBIN, configuration_text
from mqtt.central.site import Site


@contextmanager
def running(site: Site, *more: str, listen: str = "127.0.0.1") -> Iterator[None]:
    """Until the block ends; `more` lines belong to its one listener."""
    text = configuration_text(site.broker, site.port)
    text = text.replace(f"listener {site.port} 127.0.0.1", f"listener {site.port} {listen}")
    file = site.broker.configuration
    file.write_text(text + "".join(f"{line}\n" for line in more))
    program = shutil.which("mosquitto", path=SBIN)
    assert program is not None
    process = subprocess.Popen([program, "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        _await(process, site.port)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _await(process: subprocess.Popen, port: int) -> None:
    pause, give_up_s = threading.Event(), time.monotonic() + 20
    while time.monotonic() < give_up_s:
        assert process.poll() is None, "mosquitto ended"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        pause.wait(0.05)
    raise AssertionError("mosquitto does not listen")
