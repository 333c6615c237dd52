"""DG11, DG12 and DG16: what a chip says of its holder, its document and whom to notify.

Source: Doc 9303-10, 4.7.11, 4.7.12 and 4.7.16. Every field may be missing (None or empty); one that
breaks its form is left over by its tag and never spoils the others; an unknown object is kept.
"""

from dataclasses import dataclass, fields

from drivers.chip.files import TAGS, FileId
from drivers.chip.lds_fields import (
    COUNT,
    TAG_LIST,
    Fields,
    Leftover,
    Name,
    Text,
    date_text,
    file_content,
    moment_text,
    name,
    number,
    raw,
    tags,
    text,
)

FIRST_PERSON, MOST_PERSONS = 0xA1, 15


@dataclass(frozen=True, slots=True, repr=False)
class _Private:
    """Says which fields are there and never what they hold."""

    def __repr__(self) -> str:
        there = (one.name for one in fields(self) if getattr(self, one.name) not in (None, ()))
        return f"{type(self).__name__}({', '.join(there)})"


@dataclass(frozen=True, slots=True, repr=False)
class PersonDetails(_Private):
    """DG11. Dates are YYYY-MM-DD with XX for what is unknown; pictures are their bytes."""

    full_name: Name | None
    other_names: tuple[Name, ...]
    personal_number: Text | None
    birth: str | None
    place_of_birth: Text | None
    address: Text | None
    telephone: Text | None
    profession: Text | None
    title: Text | None
    personal_summary: Text | None
    proof_of_citizenship: bytes | None
    other_document_numbers: Text | None
    custody: Text | None
    listed: tuple[int, ...]
    leftover: Leftover


@dataclass(frozen=True, slots=True, repr=False)
class DocumentDetails(_Private):
    """DG12. `personalized` is YYYY-MM-DDThh:mm:ss in the issuer's own time, or a date alone."""

    issuing_authority: Text | None
    issued: str | None
    other_persons: tuple[Name, ...]
    endorsements: Text | None
    tax_or_exit: Text | None
    front: bytes | None
    rear: bytes | None
    personalized: str | None
    personalization_system: Text | None
    listed: tuple[int, ...]
    leftover: Leftover


@dataclass(frozen=True, slots=True, repr=False)
class PersonToNotify(_Private):
    """One of DG16."""

    recorded: str | None
    name: Name | None
    telephone: Text | None
    address: Text | None
    leftover: Leftover


@dataclass(frozen=True, slots=True, repr=False)
class PersonsToNotify(_Private):
    """DG16."""

    persons: tuple[PersonToNotify, ...]
    leftover: Leftover


def dg11(data: bytes) -> PersonDetails:
    """Raises LdsError where the file is no DG11 at all."""
    found = Fields.of(file_content(data, TAGS[FileId.DG11]))
    return PersonDetails(
        listed=found.take(TAG_LIST, tags) or (),
        full_name=found.take(0x5F0E, name),
        other_names=found.take_listed(0x5F0F, name),
        personal_number=found.take(0x5F10, text),
        birth=found.take(0x5F2B, date_text),
        place_of_birth=found.take(0x5F11, text),
        address=found.take(0x5F42, text),
        telephone=found.take(0x5F12, text),
        profession=found.take(0x5F13, text),
        title=found.take(0x5F14, text),
        personal_summary=found.take(0x5F15, text),
        proof_of_citizenship=found.take(0x5F16, raw),
        other_document_numbers=found.take(0x5F17, text),
        custody=found.take(0x5F18, text),
        leftover=found.rest(),
    )


def dg12(data: bytes) -> DocumentDetails:
    """Raises LdsError where the file is no DG12 at all."""
    found = Fields.of(file_content(data, TAGS[FileId.DG12]))
    return DocumentDetails(
        listed=found.take(TAG_LIST, tags) or (),
        issuing_authority=found.take(0x5F19, text),
        issued=found.take(0x5F26, date_text),
        other_persons=found.take_listed(0x5F1A, name),
        endorsements=found.take(0x5F1B, text),
        tax_or_exit=found.take(0x5F1C, text),
        front=found.take(0x5F1D, raw),
        rear=found.take(0x5F1E, raw),
        personalized=found.take(0x5F55, moment_text),
        personalization_system=found.take(0x5F56, text),
        leftover=found.rest(),
    )


def dg16(data: bytes) -> PersonsToNotify:
    """Raises LdsError where the file is no DG16 at all; a wrong count is left over as tag 02."""
    found = Fields.of(file_content(data, TAGS[FileId.DG16]))
    count = found.take(COUNT, number)
    taken = (found.take(FIRST_PERSON + place, _person) for place in range(MOST_PERSONS))
    persons = tuple(person for person in taken if person is not None)
    if count != len(persons):
        found.unread.append(COUNT)
    return PersonsToNotify(persons, found.rest())


def _person(content: bytes) -> PersonToNotify:
    found = Fields.of(content)
    return PersonToNotify(
        recorded=found.take(0x5F50, date_text),
        name=found.take(0x5F51, name),
        telephone=found.take(0x5F52, text),
        address=found.take(0x5F53, text),
        leftover=found.rest(),
    )
