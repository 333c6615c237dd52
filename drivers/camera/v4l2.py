"""The shipped camera driver: a process of its own takes the pictures, shared memory brings them."""

import os
import select
import stat
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import drivers
from drivers.camera import v4l2_child
from drivers.camera.api import Frame
from drivers.camera.v4l2_slots import LONGEST_PX, Notice, Slots
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError, DeviceRefusedError, DeviceUrlError
from drivers.url import Params

_ROOT: Final = Path(drivers.__file__).parent.parent
_SYS_CLASS: Final = Path("/sys/class/video4linux")
_V4L2_MAJOR: Final = 81  # Linux Documentation/admin-guide/devices.txt
_START_LIMIT_S: Final = 10.0
_HANG_S: Final = 5.0  # of waiting without a picture, over several calls
_STALE_S: Final = 0.2  # an older picture waited in the pipe: nobody had asked for it
_END_LIMIT_S: Final = 1.0
_READ_BYTES: Final = 65_536
_FILM: Final = DeviceInfo("border-kiosk", "film")


class CameraRightsError(DeviceRefusedError):
    """The user that the kiosk runs as may not open this camera."""

    mend = "Install the udev rules of systemd/, or add the service's user to the group video."


class CameraBusyError(DeviceRefusedError):
    """The camera is there, yet gives no picture."""

    mend = (
        "Stop the other program that uses the camera; of the nodes that one camera has,"
        " name the one that gives pictures (`v4l2-ctl --list-devices`)."
    )


def open_v4l2(name: str, path: Path, params: Params) -> "V4l2Camera":
    """Open `v4l2:///dev/video0?width=1280&height=720&fps=30` (these are the defaults).

    The camera takes the nearest size that it has. A `path` that is no device is played as a film at
    `fps`. The camera's process lives no longer than the thread that opened it. Raises
    DeviceUrlError, DeviceGoneError, CameraRightsError, CameraBusyError, and DeviceTimeoutError
    after 10 s.
    """
    width_px, height_px, fps = check_params(params)
    is_device = _check(name, path)
    info = device_info(path, _SYS_CLASS) if is_device else _FILM
    order = v4l2_child.Order(str(path), is_device, width_px, height_px, fps, 0, 0)
    try:
        started = _start(order)
    except OSError as error:
        raise DeviceGoneError(name, f"its process cannot start ({error.strerror}).") from error
    camera = V4l2Camera(name, info, *started)
    try:
        camera.wait_for_start(Deadline.after(name, _START_LIMIT_S), is_device=is_device)
    except BaseException:
        camera.close()
        raise
    return camera


def check_params(params: Params) -> tuple[int, int, int]:
    """Width, height and frames a second of the URL; raises DeviceUrlError."""
    params.only("width", "height", "fps")
    width_px = params.whole("width", 1280, 16, LONGEST_PX)
    height_px = params.whole("height", 720, 16, LONGEST_PX)
    return width_px, height_px, params.whole("fps", 30, 1, 240)


@dataclass(slots=True, eq=False, repr=False)
class V4l2Camera:
    """A Camera whose process can hang or die without the kiosk; `open_v4l2` makes it."""

    name: str
    info: DeviceInfo
    _process: subprocess.Popen[bytes]
    _notices: int
    _memory: int
    _slots: Slots | None = None
    _unanswered_s: float = 0.0
    _closed: bool = field(default=False, init=False)

    @property
    def pid(self) -> int:
        """The camera's process, for `kiosk doctor`."""
        return self._process.pid

    def wait_for_start(self, deadline: Deadline, *, is_device: bool) -> None:
        """Wait until the camera gave its first picture; called once, by `open_v4l2`."""
        notice = self._listen(deadline)[0]
        if notice.kind != Notice.STARTED:
            if is_device:
                raise CameraBusyError(self.name, "the camera gives no picture.")
            raise DeviceUrlError(self.name, "the file is no film.")
        self._slots = Slots(self._memory, notice.first, notice.second)

    def grab(self, deadline: Deadline) -> Frame:
        """The newest picture that was not given before; waits for it.

        Raises DeviceTimeoutError, CancelledError, and DeviceGoneError where the camera left, its
        process died, or it hung for 5 s of waiting (the process is then ended: open anew).
        """
        while True:
            newest = self._listen(deadline)[-1]
            if newest.at_s < time.monotonic() - _STALE_S or self._slots is None:
                continue
            pixels = self._slots.copy(newest.first, newest.second)
            if pixels is not None:
                return Frame(pixels, newest.at_s)

    def close(self) -> None:
        """End the process, however it is; safe to call twice, at most 1 s."""
        if self._closed:
            return
        self._closed = True
        self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):  # asleep in the kernel: it dies when it wakes
            self._process.wait(_END_LIMIT_S)
        os.close(self._notices)
        os.close(self._memory)
        if self._slots is not None:
            self._slots.close()

    def _listen(self, deadline: Deadline) -> list[Notice]:
        """All notices that wait, at least one, oldest first."""
        while True:
            slice_s = deadline.slice_s()
            if self._closed:
                raise DeviceGoneError(self.name, "the camera is closed.")
            since_s = time.monotonic()
            if self._slots is not None:
                self._slots.ask(since_s)
            ready, _, _ = select.select([self._notices], [], [], slice_s)
            if ready:
                self._unanswered_s = 0.0
                return self._read()
            self._count_silence(time.monotonic() - since_s)

    def _read(self) -> list[Notice]:
        notices = Notice.unpack_all(os.read(self._notices, _READ_BYTES))
        if not notices:
            self.close()
            raise DeviceGoneError(self.name, "the camera gives no more pictures.")
        return notices

    def _count_silence(self, waited_s: float) -> None:
        self._unanswered_s += waited_s
        if self._slots is not None and self._unanswered_s >= _HANG_S:
            self.close()
            raise DeviceGoneError(self.name, "the camera hung; its process was ended.")


def device_info(path: Path, sys_class: Path) -> DeviceInfo:
    """Make and model from sysfs: the driver's name for the camera, and the USB device above it."""
    node = sys_class / path.resolve().name
    return DeviceInfo(
        make=_line(node / "device" / ".." / "manufacturer"),
        model=_line(node / "name"),
        serial=_line(node / "device" / ".." / "serial"),
    )


def _line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _check(name: str, path: Path) -> bool:
    """Whether `path` is a V4L2 device (and not a film); raises what is wrong with it."""
    try:
        status = path.stat()
    except PermissionError as error:
        raise CameraRightsError(name, f"no right to look at {path}.") from error
    except OSError as error:
        raise DeviceGoneError(name, f"there is no {path}.") from error
    is_device = stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == _V4L2_MAJOR
    if not is_device and not stat.S_ISREG(status.st_mode):
        raise DeviceUrlError(name, f"{path} is neither a camera nor a film.")
    if not os.access(path, os.R_OK | (os.W_OK if is_device else 0)):
        raise CameraRightsError(name, f"no right to open {path}.")
    return is_device


def _start(order: v4l2_child.Order) -> tuple[subprocess.Popen[bytes], int, int]:
    """The process, our end of the notices, and the memory; no descriptor is left if it fails."""
    reading, writing = os.pipe()
    memory = os.memfd_create("camera")
    told = replace(order, memory=memory, notices=writing)
    try:
        process = subprocess.Popen(  # noqa: S603 (our own module; no shell reads the words)
            [sys.executable, "-m", v4l2_child.__name__, *told.words()],
            cwd=_ROOT,  # where `drivers` is found, installed or not
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # each idle thread would take memory
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(memory, writing),
        )
    except OSError:
        os.close(reading)
        os.close(memory)
        raise
    finally:
        os.close(writing)
    return process, reading, memory
