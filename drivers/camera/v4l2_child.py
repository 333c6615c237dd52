"""The camera's own process: takes pictures with OpenCV, so that its hangs are nobody else's.

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
from dataclasses import dataclass

import cv2
import numpy as np

from drivers.camera.v4l2_slots import LONGEST_PX, Notice, Slots, size_bytes

_LIFE_LINE = 0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_UNASKED_S = 2.0  # nobody waits for a picture: frames are taken off the queue, but not decoded
_BAD_IN_A_ROW = 30


@dataclass(frozen=True, slots=True)
class Order:
    """What the kiosk asks of this process; `memory` and `notices` are inherited descriptors."""

    path: str
    is_device: bool
    width_px: int
    height_px: int
    fps: int
    memory: int
    notices: int

    def words(self) -> list[str]:
        """The command line's end; `parse` is its inverse."""
        numbers = (self.width_px, self.height_px, self.fps, self.memory, self.notices)
        return [self.path, str(int(self.is_device)), *map(str, numbers)]

    @classmethod
    def parse(cls, words: Sequence[str]) -> "Order":
        """Take a command line apart."""
        path, is_device, *numbers = words
        width_px, height_px, fps, memory, notices = map(int, numbers)
        return cls(path, is_device == "1", width_px, height_px, fps, memory, notices)


def main(words: Sequence[str]) -> None:
    """Serve one camera until it is gone or nobody holds the life line."""
    _die_with_the_kiosk()
    order = Order.parse(words)
    os.set_blocking(order.notices, False)
    capture = _opened(order)
    picture = _first_picture(capture)
    if picture is None:
        _say(order, Notice(Notice.FAILED))
        return
    height_px, width_px = picture.shape[:2]
    os.ftruncate(order.memory, size_bytes(width_px, height_px))
    slots = Slots(order.memory, width_px, height_px)
    slots.ask(time.monotonic())
    slot, pixels = slots.blank(1)
    pixels[...] = picture
    slots.done(slot, 1)
    _say(order, Notice(Notice.STARTED, width_px, height_px))
    _say(order, Notice(Notice.PICTURE, slot, 1, time.monotonic()))
    _serve(order, capture, slots)


def _serve(order: Order, capture: cv2.VideoCapture, slots: Slots) -> None:
    number, bad = 1, 0
    due_s = time.monotonic()
    while bad < _BAD_IN_A_ROW:
        if not order.is_device:
            due_s = _wait_until(due_s + 1.0 / order.fps)
        if not capture.grab():
            return
        at_s = time.monotonic()
        if at_s - slots.asked_at_s > _UNASKED_S:
            continue
        slot, pixels = slots.blank(number + 1)
        taken, picture = capture.retrieve(pixels)
        bad = 0 if taken else bad + 1
        if not taken:
            continue
        if picture.shape != pixels.shape or picture.dtype != np.uint8:
            return  # the camera changed its size: the kiosk opens it anew
        if picture is not pixels:
            pixels[...] = picture
        number += 1
        slots.done(slot, number)
        _say(order, Notice(Notice.PICTURE, slot, number, at_s))


def _opened(order: Order) -> cv2.VideoCapture:
    cv2.setNumThreads(1)
    if not order.is_device:
        return cv2.VideoCapture(order.path)
    capture = cv2.VideoCapture(order.path, cv2.CAP_V4L2)
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, order.width_px)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, order.height_px)
    capture.set(cv2.CAP_PROP_FPS, order.fps)
    return capture


def _first_picture(capture: cv2.VideoCapture) -> cv2.typing.MatLike | None:
    """The first picture that can be decoded; None where there is none of a kind we know."""
    for _ in range(_BAD_IN_A_ROW):
        if not capture.grab():
            return None
        taken, picture = capture.retrieve()
        if taken:
            known = picture.ndim == 3 and picture.shape[2] == 3 and picture.dtype == np.uint8
            return picture if known and max(picture.shape) <= LONGEST_PX else None
    return None


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
