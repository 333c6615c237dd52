"""EF.COM and the data groups that hold no person's details beyond their pictures and keys.

Source: Doc 9303-10, 4 (DG1, DG5, DG7, DG13, DG15). DG2 is face_record.py, DG11, DG12 and DG16 are
lds_persons.py, DG14 is security_infos.py. Nothing here is trusted before passive authentication.
"""

from dataclasses import dataclass

from drivers.chip.errors import LdsError, TlvError
from drivers.chip.files import TAGS, FileId
from drivers.chip.lds_fields import (
    COUNT,
    TAG_LIST,
    Fields,
    Leftover,
    file_content,
    number,
    raw,
    tags,
)
from drivers.chip.tlv import only

LDS_VERSION, UNICODE_VERSION, MRZ = 0x5F01, 0x5F36, 0x5F1F
DISPLAYED = {FileId.DG5: 0x5F40, FileId.DG7: 0x5F43}
MOST_DISPLAYED = 16
SEQUENCE = 0x30
COLUMNS_BY_LENGTH = {90: 30, 72: 36, 88: 44}
"""TD1 has three lines, TD2 and TD3 have two."""

_GROUPS = {tag: group for group, tag in TAGS.items() if group in range(1, 17)}


@dataclass(frozen=True, slots=True)
class Com:
    """EF.COM: nobody signed it, so it may hide a group; the security object says what there is.

    Versions as "1.7" and "4.0.0", "" where they are missing or no digits; `groups` those of
    `listed` that are data groups.
    """

    lds_version: str
    unicode_version: str
    listed: tuple[int, ...]
    groups: tuple[FileId, ...]
    leftover: Leftover


@dataclass(frozen=True, slots=True, repr=False)
class Dg1:
    """The machine readable zone as the chip has it: two lines or three, not yet parsed."""

    lines: tuple[str, ...]

    def __repr__(self) -> str:
        """Say the shape, never what it says."""
        return f"Dg1({len(self.lines)} lines of {len(self.lines[0])})"


@dataclass(frozen=True, slots=True, repr=False)
class Displayed:
    """DG5 or DG7: pictures of the holder or of the signature, for display; their bytes."""

    pictures: tuple[bytes, ...]
    leftover: Leftover

    def __repr__(self) -> str:
        """Say how many."""
        return f"Displayed({len(self.pictures)} pictures)"


def com(data: bytes) -> Com:
    """EF.COM. Raises LdsError where it is no file 60; what is odd inside is left over."""
    fields = Fields.of(file_content(data, TAGS[FileId.COM]))
    version = fields.take(LDS_VERSION, _lds_version)
    unicode_version = fields.take(UNICODE_VERSION, _unicode_version)
    listed = fields.take(TAG_LIST, tags) or ()
    groups = tuple(_GROUPS[tag] for tag in listed if tag in _GROUPS)
    return Com(version or "", unicode_version or "", listed, groups, fields.rest())


def dg1(data: bytes) -> Dg1:
    """The lines of the zone: 90, 72 or 88 characters tell TD1, TD2 or TD3. Raises LdsError."""
    value = Fields.of(file_content(data, TAGS[FileId.DG1])).take(MRZ, raw)
    if value is None:
        raise LdsError("DG1 without object 5F1F.")
    columns = COLUMNS_BY_LENGTH.get(len(value))
    if columns is None:
        raise LdsError(f"a zone of {len(value)} characters is none of TD1, TD2, TD3.")
    odd = next((at for at, sign in enumerate(value) if not 0x20 < sign < 0x7F), None)
    if odd is not None:
        raise LdsError(f"the zone is no text at {odd}.")
    zone = value.decode("ascii")
    return Dg1(tuple(zone[at : at + columns] for at in range(0, len(zone), columns)))


def displayed(data: bytes, group: FileId) -> Displayed:
    """DG5 or DG7. Raises LdsError; a count that is wrong is left over as tag 02."""
    fields = Fields.of(file_content(data, TAGS[group]))
    count = fields.take(COUNT, number)
    pictures = fields.take_all(DISPLAYED[group], raw)
    if len(pictures) > MOST_DISPLAYED:
        raise LdsError(f"{len(pictures)} pictures.")
    if count != len(pictures):
        fields.unread.append(COUNT)
    return Displayed(pictures, fields.rest())


def dg13(data: bytes) -> bytes:
    """What the state put there; its meaning is the state's own. Raises LdsError."""
    return file_content(data, TAGS[FileId.DG13])


def dg15(data: bytes) -> bytes:
    """The public key for active authentication: a whole SubjectPublicKeyInfo. Raises LdsError."""
    key = file_content(data, TAGS[FileId.DG15])
    try:
        only(key, SEQUENCE)
    except TlvError as error:
        raise LdsError(f"DG15 is no key: {error}") from error
    return key


def _lds_version(value: bytes) -> str:
    """aabb: "0107" is 1.7."""
    return _dotted(value, 2)


def _unicode_version(value: bytes) -> str:
    """aabbcc: "040000" is 4.0.0."""
    return _dotted(value, 3)


def _dotted(value: bytes, parts: int) -> str:
    if len(value) != 2 * parts or not value.isdigit():
        raise LdsError(f"a version of {len(value)} bytes.")
    return ".".join(str(int(value[at : at + 2])) for at in range(0, 2 * parts, 2))
