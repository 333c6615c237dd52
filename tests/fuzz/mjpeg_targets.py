"""What the fuzzer does with an input: a stream of JPEG pictures, fed whole or in pieces."""

import struct

from drivers.camera.mjpeg import Splitter

KINDS = ("whole", "in pieces", "behind a picture", "in a scan", "with a small limit")
MOST_BYTES = 256


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


FRAME = segment(0xC0, struct.pack(">BHHB", 8, 48, 64, 1) + b"\1\x11\0")
SCAN = segment(0xDA, b"\1\1\0\0\x3f\0")
PICTURE = b"\xff\xd8" + segment(0xE0, b"JFIF\0") + FRAME + SCAN + b"\1\xff\0\2\xff\xd0\3\xff\xd9"


def seeds() -> list[bytes]:
    """One of each kind, and the faults that a stream may have."""
    bodies = (PICTURE, PICTURE[:40] + PICTURE, PICTURE + b"noise" + PICTURE, b"\xff\xff\xd8" * 3)
    return [bytes([kind]) + body for kind in range(len(KINDS)) for body in bodies]


def one(data: bytes) -> None:
    """However it is cut, the same pictures come out, and what is held stays small."""
    if not data:
        return
    kind, body = data[0] % len(KINDS), data[1:]
    if kind in {2, 3}:
        body = (PICTURE if kind == 2 else PICTURE[:-2]) + body
    whole = Splitter()
    found = [picture.data for picture in whole.feed(body, 0.0)]
    if kind == 4:
        small = Splitter(MOST_BYTES)
        for at in range(0, len(body), 7):
            small.feed(body[at : at + 7], float(at))
            if len(small._held) > MOST_BYTES:
                raise AssertionError("more is held than the limit allows")
        return
    cut = Splitter()
    step = 1 if kind == 1 else 13
    pieces = [cut.feed(body[at : at + step], float(at)) for at in range(0, len(body), step)]
    if [picture.data for piece in pieces for picture in piece] != found:
        raise AssertionError("where the bytes are cut matters")
