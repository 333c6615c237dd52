"""ANSI and ISO records hold the same values; noise gives a value or TemplateError, soon."""

from hypothesis import given, settings
from hypothesis import strategies as st

from vision import ansi378, iso19794_2, iso39794_2
from vision.finger_record import (
    FingerPosition,
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
    portable,
)

WIDTH_PX, HEIGHT_PX = 388, 374
MINUTIA = st.builds(
    Minutia,
    kind=st.sampled_from(MinutiaKind),
    x_px=st.integers(0, WIDTH_PX - 1),
    y_px=st.integers(0, HEIGHT_PX - 1),
    direction_deg=st.integers(0, 179).map(lambda unit: unit * 2.0),
    quality=st.integers(0, 100),
)
AREA = st.tuples(st.sampled_from((1, 2, 0x100)), st.binary(max_size=8)).map(
    lambda area: area[0].to_bytes(2, "big") + (len(area[1]) + 4).to_bytes(2, "big") + area[1]
)
VIEW = st.builds(
    FingerView,
    position=st.sampled_from(FingerPosition),
    minutiae=st.lists(MINUTIA, max_size=20).map(tuple),
    quality=st.integers(0, 100),
    impression=st.sampled_from(ImpressionType),
    number=st.just(0),
    extended=st.lists(AREA, max_size=3).map(b"".join),
)
RECORD = st.builds(
    FingerRecord,
    width_px=st.just(WIDTH_PX),
    height_px=st.just(HEIGHT_PX),
    views=st.lists(VIEW, min_size=1, max_size=3, unique_by=lambda view: view.position).map(tuple),
    x_px_per_cm=st.just(197),
    y_px_per_cm=st.just(197),
    certification=st.integers(0, 0xF),
    device=st.integers(0, 0xFFF),
)
PRODUCT = st.builds(ansi378.Product, st.integers(1, 0xFFFF), st.integers(0, 0xFFFF))


@given(RECORD, PRODUCT)
def test_what_is_written_is_read(record: FingerRecord, product: ansi378.Product) -> None:
    assert ansi378.decode(ansi378.encode(record, product)) == (record, product)


@given(RECORD, PRODUCT)
def test_iso_and_back_gives_the_same_ansi_record(
    record: FingerRecord, product: ansi378.Product
) -> None:
    ansi = portable(record)
    iso = iso19794_2.decode(iso19794_2.encode(ansi))
    assert ansi378.decode(ansi378.encode(iso, product))[0] == ansi


@given(RECORD, PRODUCT, st.data())
def test_a_cut_record_is_refused(
    record: FingerRecord, product: ansi378.Product, data: st.DataObject
) -> None:
    whole = ansi378.encode(record, product)
    try:
        ansi378.decode(whole[: data.draw(st.integers(0, len(whole) - 1))])
    except TemplateError:
        return
    raise AssertionError("a record that was cut was read as whole")


@given(RECORD, PRODUCT, st.data())
def test_a_changed_byte_gives_a_value_that_is_written_alike_or_template_error(
    record: FingerRecord, product: ansi378.Product, data: st.DataObject
) -> None:
    noisy = bytearray(ansi378.encode(record, product))
    for _ in range(data.draw(st.integers(1, 4))):
        noisy[data.draw(st.integers(0, len(noisy) - 1))] = data.draw(st.integers(0, 255))
    _read(bytes(noisy))


@settings(max_examples=300)
@given(st.binary(max_size=120), st.integers(0, 2))
def test_noise_gives_a_value_or_template_error(noise: bytes, header: int) -> None:
    short = b"FMR\0 20\0" + (10 + len(noise)).to_bytes(2, "big")
    long = b"FMR\0 20\0\0\0" + (14 + len(noise)).to_bytes(4, "big")
    _read((b"", short, long)[header] + noise)


def _read(data: bytes) -> None:
    try:
        record, product = ansi378.decode(data)
    except TemplateError:
        return
    if product.owner:
        assert ansi378.encode(record, product) == data


@given(RECORD)
def test_a_block_of_39794_says_its_own_length(record: FingerRecord) -> None:
    data = iso39794_2.encode(record)
    assert data[0] == 0x62
    size, head = data[1], 2
    if size & 0x80:
        head += size & 0x7F
        size = int.from_bytes(data[2:head], "big")
    assert head + size == len(data)
