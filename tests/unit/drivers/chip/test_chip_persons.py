"""DG11, DG12, DG16: any script, partial dates, counted lists; a bad field spoils no other."""

import pytest

from drivers.chip.errors import LdsError
from drivers.chip.lds_fields import MOST_TEXT_BYTES, Encoding
from drivers.chip.lds_persons import dg11, dg12, dg16
from drivers.chip.tlv import write


def field(tag, text):
    return write(tag, text if isinstance(text, bytes) else text.encode())


def person(*parts):
    return dg11(write(0x6B, *parts))


def document(*parts):
    return dg12(write(0x6C, *parts))


@pytest.mark.parametrize(
    ("written", "primary", "secondary"),
    [
        ("SMITH<<JOHN<T", "SMITH", "JOHN T"),
        ("Müller<von<Aß<<Jörg", "Müller von Aß", "Jörg"),
        ("Бабић<<Ђорђе", "Бабић", "Ђорђе"),
        ("الشامي<<ليلى", "الشامي", "ليلى"),
        ("王<<小明", "王", "小明"),
        ("አበበ", "አበበ", ""),
    ],
)
def test_a_name_is_read_in_its_own_script(written, primary, secondary):
    name = person(field(0x5F0E, written)).full_name
    assert (name.primary, name.secondary) == (primary, secondary)
    assert name.written.text == written


def test_text_that_is_no_utf8_is_latin1_and_says_so():
    found = person(field(0x5F11, "Málaga<ESP".encode("latin-1")), field(0x5F42, "Malmö<SWE"))
    assert found.place_of_birth.text == "Málaga<ESP"
    assert found.place_of_birth.encoding is Encoding.LATIN_1
    assert found.place_of_birth.parts == ("Málaga", "ESP")
    assert found.address.encoding is Encoding.UTF_8


def test_signs_that_would_turn_or_break_a_screen_are_replaced():
    found = person(field(0x5F13, "smith\u202e\x1b[2Jnurse\u2067"))
    assert found.profession.text == "smith\ufffd\ufffd[2Jnurse\ufffd"
    assert person(field(0x5F13, "doctor\0\0  ")).profession.text == "doctor"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (b"19740812", "1974-08-12"),
        (bytes.fromhex("19740812"), "1974-08-12"),
        (b"19740000", "1974-XX-XX"),
        (b"197408XX", "1974-08-XX"),
        (b"1974<<<<", "1974-XX-XX"),
        (b"1974    ", "1974-XX-XX"),
        (b"00000000", "XXXX-XX-XX"),
        (b"<<<<<<<<", "XXXX-XX-XX"),
        (bytes.fromhex("19740000"), "1974-XX-XX"),
        (b"19740230", "1974-02-30"),
    ],
)
def test_dates_are_read_packed_or_not_and_in_part(written, means):
    assert person(field(0x5F2B, written)).birth == means


@pytest.mark.parametrize(
    "written",
    [b"", b"740812", b"19741312", b"19740832", b"19A40812", b"1974081", b"\xff" * 8, b"\xff" * 4],
)
def test_what_is_no_date_is_left_over_and_spoils_nothing(written):
    found = person(field(0x5F2B, written), field(0x5F14, "Dr"))
    assert found.birth is None
    assert found.leftover.unread == (0x5F2B,)
    assert found.title.text == "Dr"


def test_every_field_of_dg11_has_its_place():
    tags = {
        "personal_number": 0x5F10, "telephone": 0x5F12, "profession": 0x5F13, "title": 0x5F14,
        "personal_summary": 0x5F15, "other_document_numbers": 0x5F17, "custody": 0x5F18,
        "place_of_birth": 0x5F11, "address": 0x5F42,
    }  # fmt: skip
    parts = [field(tag, name) for name, tag in tags.items()]
    found = person(write(0x5C, b"\x5f\x0e\x5f\x10"), *parts, field(0x5F16, b"JPEG"))
    assert {name: getattr(found, name).text for name in tags} == {name: name for name in tags}
    assert found.proof_of_citizenship == b"JPEG"
    assert found.listed == (0x5F0E, 0x5F10)
    assert found.leftover.unread == found.leftover.unknown == ()


def test_other_names_are_a_counted_list_or_as_early_chips_had_them():
    two = field(0x5F0F, "SMITH<<J") + field(0x5F0F, "JONES<<J")
    right = person(write(0xA0, write(2, b"\2"), two))
    assert [name.primary for name in right.other_names] == ["SMITH", "JONES"]
    assert right.leftover.unread == ()
    assert [name.primary for name in person(two).other_names] == ["SMITH", "JONES"]
    miscounted = person(write(0xA0, write(2, b"\3"), two))
    assert len(miscounted.other_names) == 2
    assert miscounted.leftover.unread == (2,)


def test_a_list_of_too_many_names_is_left_over_and_not_given():
    found = person(write(0xA0, write(2, b"\x46"), field(0x5F0F, "A") * 70), field(0x5F14, "Dr"))
    assert found.other_names == ()
    assert 0xA0 in found.leftover.unread
    assert found.title.text == "Dr"


def test_a_text_longer_than_any_is_left_over():
    found = person(field(0x5F15, b"a" * (MOST_TEXT_BYTES + 1)))
    assert found.personal_summary is None
    assert found.leftover.unread == (0x5F15,)


def test_unknown_objects_and_second_ones_are_kept_aside():
    found = person(field(0x5F14, "Dr"), field(0x5F14, "Prof"), field(0x5F77, "new"))
    assert found.title.text == "Dr"
    assert [(one.tag, one.value) for one in found.leftover.unknown] == [
        (0x5F14, b"Prof"),
        (0x5F77, b"new"),
    ]


def test_dg12_tells_of_the_document():
    found = document(
        field(0x5F19, "Préfecture de Haute-Savoie"),
        field(0x5F26, b"20190517"),
        write(0xA0, write(2, b"\1"), field(0x5F1A, "SMITH<<BABY")),
        field(0x5F1B, "none"),
        field(0x5F1C, "exit"),
        field(0x5F1D, b"front"),
        field(0x5F1E, b"rear"),
        field(0x5F55, b"20190517102233"),
        field(0x5F56, "SYS-1"),
    )
    assert found.issuing_authority.text == "Préfecture de Haute-Savoie"
    assert (found.issued, found.personalized) == ("2019-05-17", "2019-05-17T10:22:33")
    assert found.other_persons[0].secondary == "BABY"
    assert (found.endorsements.text, found.tax_or_exit.text) == ("none", "exit")
    assert (found.front, found.rear) == (b"front", b"rear")
    assert found.personalization_system.text == "SYS-1"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (bytes.fromhex("20190517102233"), "2019-05-17T10:22:33"),
        (bytes.fromhex("20190517"), "2019-05-17"),
        (b"20190517", "2019-05-17"),
        (b"20190517242233", None),
        (b"20190517106033", None),
        (b"20191317102233", None),
        (b"2019051710", None),
        (b"2019051710223x", None),
    ],
)
def test_the_moment_of_personalization_is_read_packed_or_not(written, means):
    found = document(field(0x5F55, written))
    assert found.personalized == means
    assert found.leftover.unread == (() if means else (0x5F55,))


def test_dg16_lists_persons_to_notify():
    one = field(0x5F50, b"20200101") + field(0x5F51, "SMITH<<MARY") + field(0x5F52, "+44 20")
    two = field(0x5F51, "ዘመድ") + field(0x5F53, "Street 1<London")
    found = dg16(write(0x70, write(2, b"\2"), write(0xA1, one), write(0xA2, two)))
    assert [person.name.primary for person in found.persons] == ["SMITH", "ዘመድ"]
    assert found.persons[0].recorded == "2020-01-01"
    assert found.persons[0].telephone.text == "+44 20"
    assert found.persons[1].address.parts == ("Street 1", "London")
    assert found.leftover.unread == ()
    assert dg16(write(0x70, write(0xA1, one))).leftover.unread == (2,)


@pytest.mark.parametrize("read", [dg11, dg12, dg16])
def test_what_is_another_file_or_broken_is_the_error(read):
    for data in (b"", write(0x61), write(0x6B)[:1], b"\x6b\x02\x5f", b"\x6c\x02\x5f"):
        with pytest.raises(LdsError):
            read(data)


def test_nothing_personal_is_shown():
    found = person(field(0x5F0E, "SMITH<<JOHN"), field(0x5F2B, b"19740812"), field(0x5F77, "SMITH"))
    assert repr(found) == "PersonDetails(full_name, birth, leftover)"
    assert repr(found.full_name) == "Name(11 characters)"
    assert "SMITH" not in repr(found.leftover)
    assert "SMITH" not in repr(found.full_name.written)
    notified = dg16(write(0x70, write(0xA1, field(0x5F51, "SMITH"))))
    assert "SMITH" not in repr(notified.persons[0]) + repr(notified)
