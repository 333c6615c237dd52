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
from drivers.camera.api import Frame, TimedBy
from drivers.camera.v4l2_choice import Wishes
from drivers.camera.v4l2_order import Kind, Order, Reason
from drivers.camera.v4l2_slots import Notice, Slots
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError, DeviceRefusedError, DeviceUrlError
from drivers.url import Params

_ROOT: Final = Path(drivers.__file__).parent.parent
_SYS_CLASS: Final = Path("/sys/class/video4linux")
_BY_ID: Final = Path("/dev/v4l/by-id")
_V4L2_MAJOR: Final = 81  # Linux Documentation/admin-guide/devices.txt
_LOAD_LIMIT_S: Final = 90.0  # a small board reads everything off a slow card when it starts
_START_LIMIT_S: Final = 10.0  # from then to the first picture
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

    mend = "Stop the other program that uses the camera, or unplug the camera for five seconds."


class CameraNodeError(DeviceRefusedError):
    """A node that gives no pictures; a camera may have several nodes."""

    mend = (
        "Name the node that gives pictures: of /dev/v4l/by-id/ the one that ends in -video-index0"
        " (docs/cameras.md)."
    )


class CameraFormatError(DeviceRefusedError):
    """The camera offers neither YUYV nor MJPEG, or not the one that `format=` asks for."""

    mend = (
        "Leave `format=` out of the URL; if that changes nothing, the camera is of no known kind."
    )


class CameraProgramError(DeviceRefusedError):
    """The program that should give the camera's pictures cannot be run."""

    mend = "Install the Debian package rpicam-apps, or name the program in the URL (`program=`)."


_REFUSALS: Final = {
    Reason.NO_PICTURE: (CameraBusyError, "the camera gives no picture."),
    Reason.BUSY: (CameraBusyError, "another program uses the camera."),
    Reason.NO_CAMERA_NODE: (CameraNodeError, "the node is none of a camera's pictures."),
    Reason.NO_KNOWN_FORMAT: (CameraFormatError, "the camera has no pixel format that is known."),
    Reason.GONE: (DeviceGoneError, "the camera left before it was opened."),
    Reason.NO_PROGRAM: (CameraProgramError, "the program is not there or may not be run."),
}


def open_v4l2(name: str, path: Path, params: Params) -> "V4l2Camera":
    """Open `v4l2:///dev/v4l/by-id/...-video-index0?width=1280&height=720&fps=30` (the defaults).

    The camera takes the nearest mode that it has; further parameters are those of v4l2_choice. A
    `path` that is no device is played as a film at `fps`. Raises DeviceUrlError, DeviceGoneError,
    CameraRightsError, CameraBusyError, CameraNodeError, CameraFormatError, and DeviceTimeoutError
    where its process is not loaded after 90 s, or there is no picture 10 s later.
    """
    wishes = check_params(params)
    kind = _check(name, path)
    info = device_info(path, _SYS_CLASS) if kind is Kind.DEVICE else _FILM
    return open_process(name, info, Order(str(path), kind, wishes.words(), 0, 0))


def open_process(name: str, info: DeviceInfo, order: Order) -> "V4l2Camera":
    """Start a camera's process and wait for its first picture; as open_v4l2 raises.

    The process lives no longer than the thread that opened it.
    """
    try:
        started = _start(order)
    except OSError as error:
        raise DeviceGoneError(name, f"its process cannot start ({error.strerror}).") from error
    camera = V4l2Camera(name, info, *started)
    try:
        camera.wait_for_start(order.kind)
    except BaseException:
        camera.close()
        raise
    return camera


def check_params(params: Params) -> Wishes:
    """What the URL asks for; raises DeviceUrlError."""
    return Wishes.of(params)


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
    _timed_by: TimedBy = TimedBy.ARRIVAL
    _closed: bool = field(default=False, init=False)

    @property
    def pid(self) -> int:
        """The camera's process, for `kiosk doctor`."""
        return self._process.pid

    @property
    def notes(self) -> tuple[str, ...]:
        """For `kiosk doctor`: the mode, what the camera cannot do, who says when frames are of."""
        if self._slots is None:
            return ()
        return (*self._slots.notes, f"frames are timed by the {self._timed_by}")

    def wait_for_start(self, kind: Kind) -> None:
        """Wait until the camera gave its first picture; called once, by `open_process`."""
        _loaded, *heard = self._listen(Deadline.after(self.name, _LOAD_LIMIT_S))
        notice = (heard or self._listen(Deadline.after(self.name, _START_LIMIT_S)))[0]
        if notice.kind == Notice.FAILED and kind is Kind.FILM:
            raise DeviceUrlError(self.name, "the file is no film.")
        if notice.kind == Notice.FAILED:
            refusal, what = _REFUSALS[Reason(notice.first)]
            raise refusal(self.name, what)
        self._slots = Slots(self._memory, notice.first, notice.second)

    def grab(self, deadline: Deadline) -> Frame:
        """The newest picture that was not given before; waits for it.

        Raises DeviceTimeoutError, CancelledError, and DeviceGoneError where the camera left, its
        process died, or it hung for 5 s of waiting (the process is then ended: open anew).
        """
        while True:
            newest = self._listen(deadline)[-1]
            if newest.told_s < time.monotonic() - _STALE_S or self._slots is None:
                continue
            pixels = self._slots.copy(newest.first, newest.second)
            if pixels is not None:
                stamped = newest.kind == Notice.STAMPED
                self._timed_by = TimedBy.DRIVER if stamped else TimedBy.ARRIVAL
                return Frame(pixels, newest.at_s, self._timed_by)

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


def _check(name: str, path: Path) -> Kind:
    """Whether `path` is a V4L2 device or a film; raises what is wrong with it."""
    try:
        status = path.stat()
    except PermissionError as error:
        raise CameraRightsError(name, f"no right to look at {path}.") from error
    except OSError as error:
        raise DeviceGoneError(name, f"there is no {path}; {_there(_BY_ID)}.") from error
    is_device = stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == _V4L2_MAJOR
    if not is_device and not stat.S_ISREG(status.st_mode):
        raise DeviceUrlError(name, f"{path} is neither a camera nor a film.")
    if not os.access(path, os.R_OK | (os.W_OK if is_device else 0)):
        raise CameraRightsError(name, f"no right to open {path}.")
    return Kind.DEVICE if is_device else Kind.FILM


def _there(folder: Path) -> str:
    """Which cameras have a stable name."""
    try:
        names = sorted(one.name for one in folder.iterdir() if one.name.endswith("-index0"))
    except OSError:
        names = []
    return f"in {folder} there are {', '.join(names)}" if names else "no camera is plugged in"


def _start(order: Order) -> tuple[subprocess.Popen[bytes], int, int]:
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
