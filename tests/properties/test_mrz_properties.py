"""Zones of every layout: what is written is read again, changes are found, noise stays an error."""

from datetime import date, timedelta
from itertools import zip_longest

from hypothesis import assume, given
from hypothesis import strategies as st

from firmware_app.domain.mrz import Mrz, MrzError, MrzFields, parse
from firmware_app.domain.mrz_digits import ALPHABET, covers
from firmware_app.domain.mrz_layouts import LAYOUTS, named
from firmware_app.domain.mrz_repair import Doubt, parse_settled, settle
from firmware_app.domain.mrz_writer import write

TODAY = date(2026, 11, 22)
SIGNS = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CENTURY_OF = {"1": 1900, "2": 1900, "5": 2000, "6": 2000}

word = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=7)
name = st.lists(word, min_size=1, max_size=2).map(" ".join)
code = st.sampled_from(["UTO", "D", "XXA", "EUE", "GBD", "RKS"])


def texts(longest: int, shortest: int = 0) -> st.SearchStrategy[str]:
    inner = st.text(SIGNS[1:], min_size=shortest, max_size=longest)
    return st.one_of(inner, inner.map(lambda text: text.replace("0", "<").strip("<") or text))


@st.composite
def documents(draw):
    """A document of any layout, its holder born at most 98 years before expiry and today."""
    layout = draw(st.sampled_from(LAYOUTS))
    ahead = 50 if layout.name in {"TD1", "TD2", "RO-ID"} else 20
    expiry = draw(st.dates(date(TODAY.year - 40, 1, 1), date(TODAY.year + ahead, 12, 31)))
    expires = "" if layout.expiry is None else draw(st.sampled_from([f"{expiry}", ""]))
    latest = min(expiry, TODAY) if expires else TODAY
    number = draw(texts(9, 1)).strip("<") or "A"
    optional = [draw(texts(field.end - field.start)).strip("<") for field in layout.optional]
    code_, state, nationality = layout.begins[0], draw(code), draw(code)
    if layout.long_number and draw(st.booleans()):
        number = draw(st.text(SIGNS[1:], min_size=10, max_size=12))
        optional[0] = optional[0][:2]
    if layout.name == "FR-ID":
        issued = draw(st.dates(date(1988, 1, 1), date(2021, 7, 31)))
        latest = date(issued.year, issued.month, 1)
        number = f"{issued:%y%m}" + draw(st.text("0123456789", min_size=8, max_size=8))
        code_, state, nationality = "ID", "FRA", "FRA"
    birth = latest - timedelta(days=draw(st.integers(0, 98 * 365)))
    if layout.name == "RO-ID":
        code_, state = "ID", "ROU"
        sex_digit = next(d for d, c in CENTURY_OF.items() if c == birth.year // 100 * 100)
        optional = [sex_digit + optional[0][:5].replace("<", "0")]
    shown = draw(st.sampled_from([f"{birth}", f"{birth.year}-XX-XX", "XXXX-XX-XX"]))
    return MrzFields(
        layout=layout.name,
        document_code=code_,
        issuing_state=state,
        surname=draw(name),
        given_names=draw(st.one_of(st.just(""), word, name.filter(lambda text: len(text) < 13))),
        number=number,
        nationality=nationality,
        birth=shown,
        sex=draw(st.sampled_from(["F", "M", "X", "unspecified"])),
        expiry=expires,
        optional=tuple(optional),
    )


@given(documents())
def test_what_is_written_is_read_again(fields):
    mrz = parse(write(fields), TODAY)
    assert mrz.fields == fields
    assert mrz.all_hold
    assert mrz.malformed == ()


@given(documents(), st.lists(word.map("A".__add__), min_size=8, max_size=9), st.booleans())
def test_a_truncated_name_begins_as_the_name_and_says_so(fields, words, in_surname):
    assume(fields.layout != "FR-ID")
    long = " ".join([*words, "ABCDEFGH" * 4])
    whole = MrzFields(
        **{slot: getattr(fields, slot) for slot in MrzFields.__slots__}
        | {"surname" if in_surname else "given_names": long}
    )
    mrz = parse(write(whole), TODAY)
    assert mrz.names_truncated
    assert mrz.all_hold
    for read, meant in ((mrz.surname, whole.surname), (mrz.given_names, whole.given_names)):
        pairs = zip_longest(read.split(), meant.split(), fillvalue="")
        assert all(full.startswith(cut) for cut, full in pairs)


@given(documents(), st.data())
def test_every_single_substitution_under_a_check_digit_is_found(fields, data):
    """Weights 7, 3 and 1 have no common factor with 10: only equal values modulo 10 escape."""
    lines = write(fields)
    layout = named(fields.layout)
    places = sorted({place for cover in covers(layout, lines) for place in cover.places})
    line, column = data.draw(st.sampled_from(places))
    was = lines[line][column]
    now = data.draw(st.sampled_from([sign for sign in SIGNS if _value(sign) != _value(was)]))
    text = lines[line][:column] + now + lines[line][column + 1 :]
    changed = (*lines[:line], text, *lines[line + 1 :])
    try:
        mrz = parse(changed, TODAY)
    except MrzError:
        return
    assert mrz.layout != fields.layout or not mrz.all_hold


def _value(sign: str) -> int:
    return max(ALPHABET.find(sign), 0) % 10


@given(documents())
def test_a_zone_that_is_right_is_never_repaired(fields):
    lines = write(fields)
    settled = settle(lines, today=TODAY)
    assert (settled.lines, settled.repairs) == (lines, ())


@given(documents(), st.data())
def test_a_repair_changes_only_what_was_doubted_and_says_each_change(fields, data):
    lines = write(fields)
    rows = [list(line) for line in lines]
    places = [(line, column) for line, row in enumerate(rows) for column in range(len(row))]
    doubted = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=5, unique=True))
    for line, column in doubted:
        rows[line][column] = data.draw(st.sampled_from(SIGNS + "?"))
    wrong = tuple("".join(row) for row in rows)
    doubts = tuple(
        Doubt(line, column, lines[line][column] + data.draw(st.text(SIGNS, max_size=2)))
        for line, column in doubted
    )
    settled = settle(wrong, doubts, today=TODAY)
    for one in settled.repairs:
        assert (one.line, one.column) in doubted
        assert wrong[one.line][one.column] == one.was
        rows[one.line][one.column] = one.now
    assert settled.lines == tuple("".join(row) for row in rows)


@given(documents(), st.integers(0, 5), st.data())
def test_a_lost_digit_of_a_date_is_found_again(fields, column, data):
    """Of ten digits exactly one fits the check digit: the place need not be seen at all."""
    birth = named(fields.layout).birth
    lines = write(fields)
    was = birth.of(lines)[column]
    assume(was != "<")
    text = lines[birth.line]
    at = birth.start + column
    lost = (*lines[: birth.line], f"{text[:at]}?{text[at + 1 :]}", *lines[birth.line + 1 :])
    mrz = parse_settled(lost, (Doubt(birth.line, at, "0123456789"),), today=TODAY)
    assert mrz.lines == lines
    assert [(one.line, one.column, one.was, one.now) for one in mrz.repairs] == [
        (birth.line, at, "?", was)
    ]


@given(documents(), st.data())
def test_a_zone_with_any_signs_changed_gives_a_value_or_an_mrz_error(fields, data):
    rows = [list(line) for line in write(fields)]
    for _ in range(data.draw(st.integers(1, 8))):
        row = data.draw(st.sampled_from(rows))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.sampled_from(SIGNS + "*a é"))
    lines = tuple("".join(row) for row in rows)
    said = []
    for read in (parse, lambda lines, today: parse_settled(lines, today=today)):
        try:
            assert isinstance(read(lines, TODAY), Mrz)
        except MrzError as error:
            said.append(str(error))
    assert not [part for part in lines if len(part) > 4 and part in " ".join(said)]


@given(
    st.lists(st.text(max_size=48), max_size=5),
    st.lists(st.tuples(st.integers(-2, 4), st.integers(-2, 99), st.text(max_size=5)), max_size=4),
)
def test_noise_gives_a_value_or_an_mrz_error(lines, places):
    doubts = tuple(Doubt(*place) for place in places)
    try:
        assert isinstance(parse_settled(tuple(lines), doubts, today=TODAY), Mrz)
    except MrzError:
        return
