"""A V4L2 camera by its ioctl calls: mode, controls, buffers with the kernel's own time stamps.

Runs in the camera's process (v4l2_child.py), where a call that hangs is nobody else's. Only the
single-planar interface is known, which every UVC camera has; 64-bit systems, for the time stamps.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import cv2
import numpy as np

from drivers.camera import v4l2_abi as abi
from drivers.camera.mjpeg import Splitter
from drivers.camera.v4l2_choice import (
    CONTROLS,
    LOCK,
    POWER_LINE,
    Mode,
    Wishes,
    held,
    locked,
    nearest,
    stamp_s,
    within_range,
)
from drivers.camera.v4l2_order import Pixels, Reason, SourceError, Taken

_BUFFERS: Final = 4
_MOST: Final = 64
_BAD_IN_A_ROW: Final = 30
_WAIT_S: Final = 1.0
_SETTLED_FRAMES: Final = 45
"""Automatic exposure and white balance take about a second; then `lock` holds them."""
_MOST_EDGE: Final = 1 << 14


class V4l2Device:
    """An open, streaming camera; a Source of v4l2_order. Raises SourceError where it cannot be."""

    def __init__(self, path: str, wishes: Wishes) -> None:
        self._fd = _opened(path)
        _check_capture(self._fd)
        offered = list(_modes(self._fd, wishes))
        mode = nearest(offered, wishes)
        if mode is None:
            raise SourceError(Reason.NO_KNOWN_FORMAT)
        self._pix = _set_format(self._fd, mode)
        fps = _set_rate(self._fd, mode.fps)
        self._to_lock, lacking = _set_controls(self._fd, wishes)
        self._maps = _mapped(self._fd)
        _call(self._fd, abi.STREAMON, ctypes.c_int(abi.BUF_TYPE_CAPTURE))
        used = Mode(self._pix.pixelformat, self._pix.width, self._pix.height, fps)
        self.notes = (str(used), *(f"no control for {name}" for name in lacking))
        self._frames, self._before_s = 0, 0.0
        self._data = b""

    def take(self) -> Taken | None:
        """Wait for a frame, and take the newest of those that are there."""
        newest: Taken | None = None
        bad = 0
        try:
            while newest is None or self._ready(0):
                if newest is None and not self._ready(_WAIT_S):
                    continue
                taken = self._dequeue()
                bad = 0 if taken else bad + 1
                if bad >= _BAD_IN_A_ROW:
                    return None
                newest = taken or newest
        except OSError:  # ENODEV: it left the bus
            return None
        self._lock_what_settled()
        return newest

    def pixels(self) -> Pixels | None:
        """Decode the frame taken last."""
        pix = self._pix
        if pix.pixelformat == abi.YUYV:
            return _from_yuyv(self._data, pix.width, pix.height, pix.bytesperline)
        return _from_jpeg(self._data, pix.width, pix.height)

    def close(self) -> None:
        """Stop and give the device back."""
        with suppress(OSError):
            _call(self._fd, abi.STREAMOFF, ctypes.c_int(abi.BUF_TYPE_CAPTURE))
        for one in self._maps:
            one.close()
        os.close(self._fd)

    def _ready(self, wait_s: float) -> bool:
        return bool(select.select([self._fd], [], [], wait_s)[0])

    def _dequeue(self) -> Taken | None:
        """One buffer's bytes copied out and the buffer given back; None for a damaged one."""
        buffer = _buffer(0)
        _call(self._fd, abi.DQBUF, buffer)
        arrived_s = time.monotonic()
        whole = not buffer.flags & abi.BUF_FLAG_ERROR and buffer.bytesused
        if whole:
            self._data = self._maps[buffer.index][: buffer.bytesused]
        _call(self._fd, abi.QBUF, buffer)
        if not whole:
            return None
        self._frames += 1
        monotonic = buffer.flags & abi.TIMESTAMP_MASK == abi.TIMESTAMP_MONOTONIC
        driver_s = buffer.seconds + buffer.microseconds / 1e6 if monotonic else None
        at_s, stamped = stamp_s(driver_s, arrived_s, self._before_s)
        self._before_s = at_s
        return Taken(at_s, stamped)

    def _lock_what_settled(self) -> None:
        if self._to_lock and self._frames >= _SETTLED_FRAMES:
            for name in self._to_lock:
                now = abi.Control(id=CONTROLS[name].value_id)
                with suppress(OSError):
                    _call(self._fd, abi.G_CTRL, now)
                    _set(self._fd, locked(name, now.value))
            self._to_lock = ()


def _opened(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SourceError(Reason.BUSY if error.errno == errno.EBUSY else Reason.GONE) from error


def _call(fd: int, code: int, value: Any) -> None:  # noqa: ANN401 - any structure of v4l2_abi
    fcntl.ioctl(fd, code, value, True)


def _begin(reason: Reason, fd: int, code: int, value: Any) -> None:  # noqa: ANN401 - likewise
    """A call without which nothing works."""
    try:
        _call(fd, code, value)
    except OSError as error:
        busy = error.errno == errno.EBUSY
        raise SourceError(Reason.BUSY if busy else reason) from error


def _check_capture(fd: int) -> None:
    """A camera may have several nodes: metadata and codecs give no picture."""
    found = abi.Capability()
    _begin(Reason.NO_CAMERA_NODE, fd, abi.QUERYCAP, found)
    caps = found.device_caps if found.capabilities & abi.DEVICE_CAPS else found.capabilities
    if not caps & abi.CAPTURE or not caps & abi.STREAMING:
        raise SourceError(Reason.NO_CAMERA_NODE)


def _counted(fd: int, code: int, make: Callable[[int], Any]) -> Iterator[Any]:
    """What an enumeration gives, until it refuses a number."""
    for index in range(_MOST):
        one = make(index)
        try:
            _call(fd, code, one)
        except OSError:
            return
        yield one


def _modes(fd: int, wishes: Wishes) -> Iterator[Mode]:
    """Everything on offer; of a range the size and rate nearest to what is wished."""
    kind = abi.BUF_TYPE_CAPTURE
    for one in _counted(fd, abi.ENUM_FMT, lambda n: abi.Fmtdesc(index=n, type=kind)):
        number = one.pixelformat
        for width_px, height_px in _sizes(fd, number, wishes):
            for fps in _rates(fd, number, width_px, height_px, wishes):
                yield Mode(number, width_px, height_px, fps)


def _sizes(fd: int, number: int, wishes: Wishes) -> Iterator[tuple[int, int]]:
    def make(index: int) -> Any:  # noqa: ANN401 - a structure of v4l2_abi
        return abi.Frmsizeenum(index=index, pixel_format=number)

    for one in _counted(fd, abi.ENUM_FRAMESIZES, make):
        sizes = list(one.sizes)
        if one.type == abi.DISCRETE:
            yield sizes[0], sizes[1]
            continue
        yield within_range(wishes.width_px, *sizes[:3]), within_range(wishes.height_px, *sizes[3:])
        return


def _rates(fd: int, number: int, width_px: int, height_px: int, wishes: Wishes) -> Iterator[float]:
    """Frames a second; what the wish says where the driver does not tell."""
    told = False

    def make(index: int) -> Any:  # noqa: ANN401 - a structure of v4l2_abi
        return abi.Frmivalenum(index=index, pixel_format=number, width=width_px, height=height_px)

    for one in _counted(fd, abi.ENUM_FRAMEINTERVALS, make):
        told = True
        top, bottom, slow_top, slow_bottom = list(one.fractions)[:4]
        if one.type == abi.DISCRETE:
            yield bottom / max(top, 1)
            continue
        yield float(min(max(wishes.fps, slow_bottom / max(slow_top, 1)), bottom / max(top, 1)))
        return
    if not told:
        yield float(wishes.fps)


def _set_format(fd: int, mode: Mode) -> Any:  # noqa: ANN401 - struct v4l2_pix_format
    wanted = abi.Format(type=abi.BUF_TYPE_CAPTURE)
    wanted.fmt.pix.width, wanted.fmt.pix.height = mode.width_px, mode.height_px
    wanted.fmt.pix.pixelformat = mode.fourcc
    _begin(Reason.NO_KNOWN_FORMAT, fd, abi.S_FMT, wanted)
    pix = wanted.fmt.pix  # the driver wrote what it will really do
    known = pix.pixelformat in {abi.MJPG, abi.JPEG, abi.YUYV}
    if not known or not 0 < pix.width <= _MOST_EDGE or not 0 < pix.height <= _MOST_EDGE:
        raise SourceError(Reason.NO_KNOWN_FORMAT)
    return pix


def _set_rate(fd: int, fps: float) -> float:
    """What was set; a driver without rates is left as it is."""
    wanted = abi.Streamparm(
        type=abi.BUF_TYPE_CAPTURE, numerator=1000, denominator=round(fps * 1000)
    )
    with suppress(OSError):
        _call(fd, abi.S_PARM, wanted)
    return float(round(wanted.denominator / max(wanted.numerator, 1), 2))


def _set_controls(fd: int, wishes: Wishes) -> tuple[tuple[str, ...], list[str]]:
    """Meet the wishes: which are still to be locked, which the camera cannot meet."""
    numbers = [abi.CID_POWER_LINE_FREQUENCY]
    numbers += [
        n for one in CONTROLS.values() for n in (one.value_id, one.auto_id) if n is not None
    ]
    offered = [number for number in numbers if _is_offered(fd, number)]
    to_lock, lacking = [], []
    for name, value in wishes.controls:
        settings = held(name, value, offered)
        if settings is None or not _set(fd, settings):
            lacking.append(name)
        elif name != POWER_LINE and value == LOCK:
            to_lock.append(name)
    return tuple(to_lock), lacking


def _is_offered(fd: int, number: int) -> bool:
    asked = abi.Queryctrl(id=number)
    try:
        _call(fd, abi.QUERYCTRL, asked)
    except OSError:
        return False
    return not asked.flags & (abi.CTRL_FLAG_DISABLED | abi.CTRL_FLAG_READ_ONLY)


def _set(fd: int, settings: tuple[tuple[int, int], ...]) -> bool:
    try:
        for number, value in settings:
            _call(fd, abi.S_CTRL, abi.Control(id=number, value=value))
    except OSError:  # out of the camera's range
        return False
    return True


def _mapped(fd: int) -> list[mmap.mmap]:
    """Ask for buffers, map each, hand all to the camera."""
    asked = abi.Requestbuffers(count=_BUFFERS, type=abi.BUF_TYPE_CAPTURE, memory=abi.MEMORY_MMAP)
    _begin(Reason.NO_PICTURE, fd, abi.REQBUFS, asked)
    maps = []
    for index in range(min(asked.count, _MOST)):
        buffer = _buffer(index)
        _begin(Reason.NO_PICTURE, fd, abi.QUERYBUF, buffer)
        maps.append(mmap.mmap(fd, buffer.length, offset=buffer.place.offset))
        _begin(Reason.NO_PICTURE, fd, abi.QBUF, buffer)
    return maps


def _buffer(index: int) -> Any:  # noqa: ANN401 - struct v4l2_buffer
    return abi.Buffer(index=index, type=abi.BUF_TYPE_CAPTURE, memory=abi.MEMORY_MMAP)


def _from_yuyv(data: bytes, width_px: int, height_px: int, line_bytes: int) -> Pixels | None:
    line_bytes = max(line_bytes, width_px * 2)
    if width_px % 2 or len(data) < line_bytes * (height_px - 1) + width_px * 2:
        return None
    lines = np.frombuffer(data.ljust(line_bytes * height_px, b"\0"), np.uint8)
    lines = lines[: line_bytes * height_px].reshape(height_px, line_bytes)[:, : width_px * 2]
    pairs = np.ascontiguousarray(lines).reshape(height_px, width_px, 2)
    return np.asarray(cv2.cvtColor(pairs, cv2.COLOR_YUV2BGR_YUYV), np.uint8)


def _from_jpeg(data: bytes, width_px: int, height_px: int) -> Pixels | None:
    """A picture of the size that was agreed on; its head is looked at before it is decoded."""
    whole = Splitter(most_bytes=len(data)).feed(data, 0.0)
    if not whole or (whole[0].width_px, whole[0].height_px) != (width_px, height_px):
        return None
    return decoded(whole[0].data)


def decoded(data: bytes) -> Pixels | None:
    """One JPEG picture, whose size was judged before."""
    # OpenCV's types leave out that damaged bytes give None
    found: object = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return found if isinstance(found, np.ndarray) and found.dtype == np.uint8 else None
