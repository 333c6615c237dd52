"""Biometric information templates: DG2, DG3 and DG4 are lists of them, header and data block each.

Source: Doc 9303-10, 4.7.2 to 4.7.4, after the nested form of ISO/IEC 7816-11 and CBEFF.
"""

from dataclasses import dataclass

from drivers.chip.errors import LdsError
from drivers.chip.files import TAGS, FileId
from drivers.chip.lds_fields import COUNT, Fields, Leftover, file_content, number, raw

GROUP, TEMPLATE, HEADER = 0x7F61, 0x7F60, 0xA1
DATA, DATA_CONSTRUCTED = 0x5F2E, 0x7F2E
MOST_TEMPLATES = 16
BIOMETRIC_GROUPS = frozenset((FileId.DG2, FileId.DG3, FileId.DG4))


@dataclass(frozen=True, slots=True)
class TemplateHeader:
    """What the header says; None where it does not. Numbers are those of CBEFF's registers.

    Types: 2 face, 8 finger, 16 iris. In DG3 the subtype's low bits are hand and finger.
    """

    biometric_type: int | None
    biometric_subtype: int | None
    format_owner: int | None
    format_type: int | None
    leftover: Leftover


@dataclass(frozen=True, slots=True, repr=False)
class BiometricTemplate:
    """One template; `constructed` data are objects themselves (7F2E), others bytes (5F2E)."""

    header: TemplateHeader
    data: bytes
    constructed: bool

    def __repr__(self) -> str:
        """Say which kind and how long, never what."""
        kind = self.header.biometric_type
        return f"BiometricTemplate(type {kind}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Templates:
    """What a group holds; 02 in the leftover means that the chip counted otherwise."""

    templates: tuple[BiometricTemplate, ...]
    leftover: Leftover


def templates(data: bytes, group: FileId) -> Templates:
    """The templates of DG2, DG3 or DG4; none is allowed, as in chips without fingers.

    Raises LdsError, also where one template has no data block.
    """
    if group not in BIOMETRIC_GROUPS:
        raise LdsError(f"{group.name} holds no biometric templates.")
    outer = Fields.of(file_content(data, TAGS[group]))
    inner = outer.take(GROUP, Fields.of)
    if inner is None:
        raise LdsError(f"{group.name} without object 7F61.")
    count = inner.take(COUNT, number)
    found = inner.take_all(TEMPLATE, raw)
    if len(found) > MOST_TEMPLATES:
        raise LdsError(f"{len(found)} templates.")
    if count != len(found):
        inner.unread.append(COUNT)
    return Templates(tuple(_template(one) for one in found), inner.rest())


def _template(content: bytes) -> BiometricTemplate:
    fields = Fields.of(content)
    header = fields.take(HEADER, _header) or _header(b"")
    for tag in (DATA, DATA_CONSTRUCTED):
        data = fields.take(tag, raw)
        if data is not None:
            return BiometricTemplate(header, data, constructed=tag == DATA_CONSTRUCTED)
    raise LdsError("a template without data.")


def _header(content: bytes) -> TemplateHeader:
    fields = Fields.of(content)
    return TemplateHeader(
        biometric_type=fields.take(0x81, _up_to_three),
        biometric_subtype=fields.take(0x82, number),
        format_owner=fields.take(0x87, number),
        format_type=fields.take(0x88, number),
        leftover=fields.rest(),
    )


def _up_to_three(value: bytes) -> int:
    """A biometric type: one to three bytes. Raises LdsError."""
    if not 1 <= len(value) <= 3:
        raise LdsError(f"a biometric type of {len(value)} bytes.")
    return int.from_bytes(value)
