"""Writes JPEG pictures to its output one after another, as `rpicam-vid --codec mjpeg -o -` does.

JPEG_STREAM is a folder: `log` gets the words that it was called with, `manners` holds what it does:
words such as `die=5` (end after five pictures), `hang=5` (write no more), `half` (each second
picture is cut off), `garbage` (bytes between), `resize=5` (another size from then on), `huge` (a
head that claims 60000 pixels), `endless` (after one picture one that never ends), `none` (end at
once).
"""

import os
import random
import struct
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

FOLDER = Path(os.environ["JPEG_STREAM"])


def manners() -> dict[str, int]:
    """Words and their numbers; 0 where a word has none."""
    words = (FOLDER / "manners").read_text(encoding="utf-8").split()
    return {name: int(number or 0) for name, _, number in (word.partition("=") for word in words)}


def picture(number: int, width: int, height: int) -> bytes:
    """As bright as its number, so that a test sees which one it is."""
    pixels = np.full((height, width, 3), 20 + number % 200, np.uint8)
    return bytes(cv2.imencode(".jpg", pixels)[1].tobytes())


def claiming(data: bytes, side: int) -> bytes:
    """The same with another size in its frame header."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", side, side) + data[at + 4 :]


def stream(told: dict[str, int], width: int, height: int) -> Iterator[bytes]:
    """What is written, piece by piece."""
    dice = random.Random(1)
    number = 0
    while number != told.get("die", -1):
        size = (
            (width // 2, height // 2) if number >= told.get("resize", 1 << 30) else (width, height)
        )
        data = picture(number, *size)
        data = claiming(data, 60_000) if "huge" in told else data
        yield data[: len(data) // 2] if "half" in told and number % 2 else data
        if "garbage" in told:
            yield dice.randbytes(500).replace(b"\xff", b"")
        while "endless" in told:
            yield data[:-2] + bytes(100_000)
            yield bytes(1_000_000)
        number += 1
        if number == told.get("hang", -1):
            threading.Event().wait()


def main() -> None:
    """Write at the asked rate until told otherwise."""
    words = sys.argv[1:]
    with (FOLDER / "log").open("a", encoding="utf-8") as log:
        log.write(" ".join(words) + "\n")
    told = manners()
    if "none" in told:
        raise SystemExit(255)
    asked = dict(pairwise(words))
    width, height, fps = (int(asked[f"--{name}"]) for name in ("width", "height", "framerate"))
    pause = threading.Event()
    for piece in stream(told, width, height):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        pause.wait(1 / fps)


if __name__ == "__main__":
    main()
