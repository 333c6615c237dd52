"""The page in cog, the browser of the appliance: it draws, follows the stream, shows the camera."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts

pytestmark = pytest.mark.slow

PATIENCE_S = 90.0
PICTURES = 45
PSS_LIMIT_MIB = 260
"""148 to 225 MiB were seen: when it collects its garbage is the browser's affair."""


class Camera:
    """A camera of 15 pictures a second that counts how many of them the page has fetched.

    The server asks it often, and answers the page with the first picture that is new.
    """

    def __init__(self, pictures: list[bytes]) -> None:
        self.pictures = pictures
        self.fetched = 0
        self._newest = 0

    def __call__(self) -> bytes:
        newest = int(time.monotonic() * 15)
        self.fetched += newest != self._newest
        self._newest = newest
        return self.pictures[newest % len(self.pictures)]


def until(wanted: Callable[[], bool]) -> None:
    """Wait until it is so; fails after a long while."""
    end_s = time.monotonic() + PATIENCE_S
    while not wanted():
        assert time.monotonic() < end_s
        time.sleep(0.1)  # noqa: TID251 (another process is waited for)


def pss_mib(group: int) -> float:
    """The proportional memory of every process of the group: browser, web and network process."""
    total_kib = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) != group:
                continue
            lines = (folder / "smaps_rollup").read_text().splitlines()
        except (ProcessLookupError, FileNotFoundError, PermissionError):
            continue
        total_kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kib / 1024


def test_cog_shows_the_page_and_the_camera(
    pictures: ModuleType, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    cog = shutil.which("cog")
    if cog is None:
        pytest.skip("no cog: apt install cog")
    camera = Camera([pictures.drawn_face(shift_px=shift) for shift in range(0, 40, 4)])
    server = PageServer("127.0.0.1", 0, Texts.load(), lambda _button, _text=None: None, camera)
    server.start()
    server.show(pictures.gallery("ar")["typing-number"])
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), "PATH": os.environ["PATH"]}
    page = f"http://127.0.0.1:{server.port}/"
    browser = subprocess.Popen(
        [cog, "--platform=headless", page],
        env=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: server._web.clients == 1)  # its script runs and listens
        assert camera.fetched == 0
        server.show(pictures.gallery("en")["face-turn"])
        until(lambda: camera.fetched > PICTURES)  # one at a time
        memory_mib = pss_mib(browser.pid)
        record_property("cog_pss_mib", round(memory_mib))
        assert memory_mib < PSS_LIMIT_MIB
        server.show(pictures.gallery("fr")["attract"])
        until(lambda: stands_still(camera))  # the picture leaves with its screen
        assert server._web.clients == 1
        assert browser.poll() is None
    finally:
        os.killpg(browser.pid, signal.SIGTERM)
        browser.wait(PATIENCE_S)
        server.stop()


def stands_still(camera: Camera) -> bool:
    """Whether nobody asks for pictures any more."""
    before = camera.fetched
    time.sleep(1.0)  # noqa: TID251 (a second in which nothing may happen)
    return camera.fetched == before
