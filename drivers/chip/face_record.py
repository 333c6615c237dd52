"""DG2: the portraits of a chip, from either kind of record (Doc 9303-10, 4.7.2)."""

from dataclasses import dataclass

from drivers.chip import face_record_19794, face_record_39794
from drivers.chip.biometric_template import BiometricTemplate, templates
from drivers.chip.errors import FaceRecordError
from drivers.chip.face_image import MOST_FACES, FaceImage
from drivers.chip.files import FileId
from drivers.chip.lds_fields import Leftover


@dataclass(frozen=True, slots=True)
class Faces:
    """All portraits in their order, at least one; the first is the one that is printed."""

    images: tuple[FaceImage, ...]
    leftover: Leftover


def faces(dg2: bytes) -> Faces:
    """Raises LdsError where the file is no DG2, FaceRecordError where it holds no portrait."""
    found = templates(dg2, FileId.DG2)
    images = tuple(face for one in found.templates for face in _of(one))
    if not 1 <= len(images) <= MOST_FACES:
        raise FaceRecordError(f"{len(images)} faces.")
    return Faces(images, found.leftover)


def _of(template: BiometricTemplate) -> tuple[FaceImage, ...]:
    """By the record's first bytes: the header's format numbers are often those of another."""
    if template.data.startswith(face_record_19794.IDENTIFIER):
        return face_record_19794.faces(template.data)
    return face_record_39794.faces(template.data)
