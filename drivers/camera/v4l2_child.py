"""The camera's own process: takes and decodes pictures, so that its hangs are nobody else's.

Started by drivers.camera.v4l2; its standard input is the life line: when that ends, so does this.
"""

import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import cv2
import numpy as np

from drivers.camera.libcamera_child import Program
from drivers.camera.v4l2_choice import Wishes
from drivers.camera.v4l2_device import V4l2Device
from drivers.camera.v4l2_order import Kind, Order, Pixels, Reason, Source, SourceError, Taken
from drivers.camera.v4l2_slots import LONGEST_PX, Notice, Slots, size_bytes

_LIFE_LINE = 0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_UNASKED_S = 2.0  # nobody waits for a picture: frames are taken off the queue, but not decoded
_BAD_IN_A_ROW = 30


def main(words: Sequence[str]) -> None:
    """Serve one camera until it is gone or nobody holds the life line."""
    _die_with_the_kiosk()
    order = Order.parse(words)
    os.set_blocking(order.notices, False)
    cv2.setNumThreads(1)
    _say(order, Notice(Notice.LOADED))
    try:
        source = _opened(order)
        taken, picture = _first_picture(source)
    except SourceError as error:
        _say(order, Notice(Notice.FAILED, error.reason))
        return
    height_px, width_px = picture.shape[:2]
    os.ftruncate(order.memory, size_bytes(width_px, height_px))
    slots = Slots(order.memory, width_px, height_px)
    slots.ask(time.monotonic())
    slots.note(source.notes)
    _say(order, Notice(Notice.STARTED, width_px, height_px))
    _give(order, slots, 1, taken, picture)
    _serve(order, source, slots)


def _serve(order: Order, source: Source, slots: Slots) -> None:
    number, bad = 1, 0
    while bad < _BAD_IN_A_ROW and (taken := source.take()) is not None:
        if time.monotonic() - slots.asked_at_s > _UNASKED_S:
            continue
        picture = source.pixels()
        bad = bad + 1 if picture is None else 0
        if picture is None:
            continue
        if picture.shape != slots.shape:
            return  # the camera changed its size: the kiosk opens it anew
        number += 1
        _give(order, slots, number, taken, picture)


def _give(order: Order, slots: Slots, number: int, taken: Taken, picture: Pixels) -> None:
    slot, pixels = slots.blank(number)
    pixels[...] = picture
    slots.done(slot, number)
    kind = Notice.STAMPED if taken.stamped else Notice.PICTURE
    _say(order, Notice(kind, slot, number, taken.at_s, time.monotonic()))


def _opened(order: Order) -> Source:
    if order.kind is Kind.DEVICE:
        return V4l2Device(order.path, Wishes.parse(order.wishes))
    if order.kind is Kind.PROGRAM:
        return Program(order.path, order.arguments)
    return Film(order.path, Wishes.parse(order.wishes).fps)


class Film:
    """A file of moving pictures at its own pace; a Source of v4l2_order."""

    notes: tuple[str, ...] = ()

    def __init__(self, path: str, fps: int) -> None:
        self._capture = cv2.VideoCapture(path)
        self._period_s = 1.0 / fps
        self._due_s = time.monotonic() - self._period_s

    def take(self) -> Taken | None:
        """The next frame when it is due; None after the last."""
        self._due_s = _wait_until(self._due_s + self._period_s)
        return Taken(time.monotonic(), stamped=False) if self._capture.grab() else None

    def pixels(self) -> Pixels | None:
        """Decode it."""
        taken, picture = self._capture.retrieve()
        return np.asarray(picture) if taken else None


def _first_picture(source: Source) -> tuple[Taken, Pixels]:
    """The first frame that can be decoded. Raises SourceError."""
    for _ in range(_BAD_IN_A_ROW):
        taken = source.take()
        if taken is None:
            break
        picture = source.pixels()
        if picture is not None and picture.ndim == 3 and picture.shape[2] == 3:
            if picture.dtype == np.uint8 and max(picture.shape) <= LONGEST_PX:
                return taken, picture
            break
    raise SourceError(Reason.NO_PICTURE)


def _wait_until(due_s: float) -> float:
    """A film is played at its pace; what is late stays late, so that no picture is hurried."""
    select.select([], [], [], max(0.0, due_s - time.monotonic()))
    return max(due_s, time.monotonic())


def _say(order: Order, notice: Notice) -> None:
    """One notice; a pipe that is full holds enough old ones."""
    with suppress(BlockingIOError):
        os.write(order.notices, notice.packed())


def _die_with_the_kiosk() -> None:
    """Two ways, for OpenCV may hang: the kernel's signal, and a thread that holds the life line."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_hold_the_life_line, daemon=True).start()


def _hold_the_life_line() -> None:
    while os.read(_LIFE_LINE, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main(sys.argv[1:])
