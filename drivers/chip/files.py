"""The files of a travel document's chip by number (Doc 9303-10, 3 and table 3)."""

from enum import IntEnum


class FileId(IntEnum):
    """A data group by its number, EF.COM and EF.SOD by their short identifier, the rest by theirs.

    EF.SOD and EF.CardSecurity bear the same file identifier, 011D, in two directories.
    """

    DG1 = 1
    DG2 = 2
    DG3 = 3
    DG4 = 4
    DG5 = 5
    DG6 = 6
    DG7 = 7
    DG8 = 8
    DG9 = 9
    DG10 = 10
    DG11 = 11
    DG12 = 12
    DG13 = 13
    DG14 = 14
    DG15 = 15
    DG16 = 16
    SOD = 0x1D
    COM = 0x1E
    CARD_ACCESS = 0x11C
    CARD_SECURITY = 0x11D
    DIR = 0x2F00
    ATR_INFO = 0x2F01


TAGS: dict[FileId, int] = {
    FileId.COM: 0x60,
    FileId.DG1: 0x61,
    FileId.DG2: 0x75,
    FileId.DG3: 0x63,
    FileId.DG4: 0x76,
    FileId.DG5: 0x65,
    FileId.DG6: 0x66,
    FileId.DG7: 0x67,
    FileId.DG8: 0x68,
    FileId.DG9: 0x69,
    FileId.DG10: 0x6A,
    FileId.DG11: 0x6B,
    FileId.DG12: 0x6C,
    FileId.DG13: 0x6D,
    FileId.DG14: 0x6E,
    FileId.DG15: 0x6F,
    FileId.DG16: 0x70,
    FileId.SOD: 0x77,
}
"""The tag that each file of the application begins with (Doc 9303-10, table 38)."""

NEEDS_TERMINAL_AUTHENTICATION = frozenset((FileId.DG3, FileId.DG4))
"""Fingers and irises: never read here; see the decision record on terminal authentication."""


def short_id(file: FileId) -> int:
    """The five bits by which READ BINARY selects it where it lies."""
    return file & 0x1F


def file_id(file: FileId) -> int:
    """The two bytes by which SELECT finds it."""
    return file if file > 0xFF else 0x0100 | file
