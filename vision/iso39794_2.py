"""Finger minutiae blocks in the manner of ISO/IEC 39794-2 (ASN.1, DER): written, not read.

Source: the blocks of part 1 and part 4 as published in open readers of travel documents (version
3 with its year, CHOICE of code or extension, registry numbers, samples for each unit). The ASN.1
module of part 2 could not be compared: where its tags differ from the table below, the table
changes and nothing else. Until then a block is for our own central only; what leaves for others
is ISO/IEC 19794-2 or ANSI INCITS 378. docs/finger_templates.md holds the module as we write it.
"""

from dataclasses import dataclass
from enum import IntEnum

from vision.finger_record import (
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    TemplateError,
    check_record,
    within,
)
from vision.finger_record_codec import Turn
from vision.finger_record_der import application, element, integer, sequence

COMPARED_WITH_THE_STANDARD = False
PART, GENERATION, YEAR = 2, 3, 2023
TURN = Turn(256)
CENTIMETRE = 1


class Block(IntEnum):
    """Tags of the whole block."""

    VERSION = 0
    REPRESENTATIONS = 1


class View(IntEnum):
    """Tags of one representation: one impression of one finger."""

    POSITION = 0
    IMPRESSION = 1
    IMAGE_SIZE = 2
    SAMPLING_RATE = 3
    MINUTIAE = 4
    QUALITY = 5


class Point(IntEnum):
    """Tags of one minutia."""

    KIND = 0
    COORDINATE = 1
    DIRECTION = 2
    QUALITY = 3


IMPRESSIONS = {
    ImpressionType.LIVE_PLAIN: 0,
    ImpressionType.LIVE_ROLLED: 1,
    ImpressionType.NONLIVE_PLAIN: 0,
    ImpressionType.NONLIVE_ROLLED: 1,
    ImpressionType.SWIPE: 8,
    ImpressionType.LIVE_CONTACTLESS: 24,
}


@dataclass(frozen=True, slots=True)
class RegistryId:
    """A quality algorithm in the register of ISO/IEC 19785-2: organisation and its number."""

    organization: int
    number: int


def encode(record: FingerRecord, quality_by: RegistryId | None = None) -> bytes:
    """Write the record; extended data is left out, quality too unless its algorithm is registered.

    Raises TemplateError where a value does not fit, or the two resolutions differ.
    """
    check_record(record)
    if record.x_px_per_cm != record.y_px_per_cm:
        raise TemplateError("the resolutions of x and y differ; this standard has one for both.")
    if quality_by is not None:
        within("organization", quality_by.organization, 1, 0xFFFF)
        within("algorithm", quality_by.number, 1, 0xFFFF)
    version = sequence(Block.VERSION, integer(0, GENERATION), integer(1, YEAR))
    views = (_view(view, record, quality_by) for view in record.views)
    return application(PART, version, sequence(Block.REPRESENTATIONS, *views))


def _view(view: FingerView, record: FingerRecord, quality_by: RegistryId | None) -> bytes:
    parts = [
        _code(View.POSITION, view.position),
        _code(View.IMPRESSION, IMPRESSIONS[view.impression]),
        sequence(View.IMAGE_SIZE, integer(0, record.width_px), integer(1, record.height_px)),
        sequence(View.SAMPLING_RATE, integer(0, record.x_px_per_cm), integer(1, CENTIMETRE)),
        sequence(View.MINUTIAE, *(_minutia(minutia) for minutia in view.minutiae)),
    ]
    if quality_by is not None and view.quality:
        parts.append(sequence(View.QUALITY, _quality(view.quality, quality_by)))
    return element(*parts)


def _minutia(minutia: Minutia) -> bytes:
    parts = [
        _code(Point.KIND, minutia.kind),
        sequence(Point.COORDINATE, integer(0, minutia.x_px), integer(1, minutia.y_px)),
        integer(Point.DIRECTION, TURN.written(minutia.direction_deg)),
    ]
    if minutia.quality:
        parts.append(integer(Point.QUALITY, minutia.quality))
    return element(*parts)


def _quality(score: int, algorithm: RegistryId) -> bytes:
    named = sequence(0, integer(0, algorithm.organization), integer(1, algorithm.number))
    return element(named, sequence(1, integer(0, score)))


def _code(number: int, code: int) -> bytes:
    """[number] CHOICE { code [0] ENUMERATED, extension [1] ... }."""
    return sequence(number, integer(0, code))
