"""The picture of a ZFM or R30x module: data packets to pixels. Pure.

Two pixels lie in a byte, the left one in its high half; 0 is black, 15 white. Modules with a window
of 256x288 pixels scan at 500 ppi (ZFM-20, R305, R307), round ones of 192x192 at 508 (R503); the
number of bytes tells which. Facts: the makers' manuals.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from drivers.errors import ProtocolError
from drivers.fingerprint.zfm_protocol import Kind, Packet

_GRAY_STEP = 17  # 15 becomes 255

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Format:
    """One size of picture."""

    height_px: int
    width_px: int
    ppi: int

    @property
    def bytes(self) -> int:
        """How much crosses the line, without packet heads."""
        return self.height_px * self.width_px // 2


FORMATS = (Format(288, 256, 500), Format(192, 192, 508))
MOST_PICTURE_BYTES = max(one.bytes for one in FORMATS)


@dataclass(slots=True)
class Upload:
    """Data packets in, the bytes of one picture out; holds at most one picture."""

    device: str
    _held: bytearray = field(default_factory=bytearray)

    @property
    def received_bytes(self) -> int:
        """How much has come."""
        return len(self._held)

    def add(self, packet: Packet) -> bytes | None:
        """Take the next packet; give the picture with the last one.

        Raises ProtocolError for a packet that carries no data and for more than a picture has.
        """
        if packet.kind not in (Kind.DATA, Kind.END):
            what = f"after {len(self._held)} bytes of a picture came {packet!r}."
            raise ProtocolError(self.device, what)
        if len(self._held) + len(packet.content) > MOST_PICTURE_BYTES:
            raise ProtocolError(self.device, "more bytes than a picture has.")
        self._held += packet.content
        return bytes(self._held) if packet.kind is Kind.END else None


def picture_format(device: str, data: bytes) -> Format:
    """Which size of picture these bytes are; raises ProtocolError where none has so many."""
    for one in FORMATS:
        if one.bytes == len(data):
            return one
    known = ", ".join(str(one.bytes) for one in FORMATS)
    raise ProtocolError(device, f"a picture of {len(data)} bytes; known are {known}.")


def is_picture(data: bytes) -> bool:
    """Whether a module's picture has so many bytes."""
    return any(one.bytes == len(data) for one in FORMATS)


def unpack(device: str, data: bytes) -> tuple[Gray, int]:
    """The picture, uint8 of shape (height, width) in steps of 17, and its ppi.

    Raises ProtocolError for a number of bytes that no picture has.
    """
    size = picture_format(device, data)
    pairs = np.frombuffer(data, np.uint8)
    pixels = np.stack([pairs >> 4, pairs & 0x0F], axis=1).reshape(size.height_px, size.width_px)
    return np.ascontiguousarray(pixels * np.uint8(_GRAY_STEP)), size.ppi


def pack(pixels: Gray) -> bytes:
    """The bytes of a picture, uint8 of shape (height, width), width even."""
    halves = (pixels >> 4).reshape(-1, 2)
    return np.asarray(halves[:, 0] << 4 | halves[:, 1], np.uint8).tobytes()
