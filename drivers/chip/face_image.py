"""A portrait out of a chip as a value, whichever record it travelled in; its pixels stay packed."""

from dataclasses import dataclass
from enum import StrEnum

MOST_FACES = 16
MOST_POINTS = 512


class ImageFormat(StrEnum):
    """How the picture is packed, told by its own first bytes."""

    JPEG = "jpeg"
    JPEG_2000 = "jpeg2000"
    OTHER = "other"


class Landmark(StrEnum):
    """Whose numbers name a point."""

    MPEG_4 = "mpeg4"
    ANTHROPOMETRIC = "anthropometric"
    OTHER = "other"


@dataclass(frozen=True, slots=True, repr=False)
class FeaturePoint:
    """A point of the face; pixels from the picture's top left corner.

    `code` is "2.11" for MPEG-4's feature point 2.11, a table's number for others.
    """

    landmark: Landmark
    code: str
    x_px: int
    y_px: int

    def __repr__(self) -> str:
        """Say nothing of where it lies."""
        return f"FeaturePoint({self.landmark} {self.code})"


@dataclass(frozen=True, slots=True, repr=False)
class FaceImage:
    """One portrait. What the record says of sex, eyes, hair and pose is not taken out of it.

    width_px and height_px are the record's words, 0 where it has none: the picture knows its own
    size, and only that counts for a decoder. `told_format` is the record's word for the packing.
    """

    picture: bytes
    format: ImageFormat
    told_format: ImageFormat
    width_px: int
    height_px: int
    points: tuple[FeaturePoint, ...]
    record: str

    def __repr__(self) -> str:
        """Say how it is packed and how large, nothing of the face."""
        size = f"{self.width_px}x{self.height_px}"
        return f"FaceImage({self.record}, {self.format}, {size}, {len(self.picture)} bytes)"


def format_of(picture: bytes) -> ImageFormat:
    """JPEG (ITU-T T.81), JPEG 2000 as file or bare codestream (ITU-T T.800), or neither."""
    if picture.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if picture.startswith((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")):
        return ImageFormat.JPEG_2000
    return ImageFormat.OTHER
