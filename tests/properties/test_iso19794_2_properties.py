"""The minutiae record: what is written is read; noise gives a value or TemplateError."""

from hypothesis import given, settings
from hypothesis import strategies as st

from vision.iso19794_2 import (
    DEGREES_PER_UNIT,
    FingerPosition,
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
    decode,
    encode,
)

WIDTH_PX, HEIGHT_PX = 388, 374
QUALITY = st.integers(0, 100)
MINUTIA = st.builds(
    Minutia,
    kind=st.sampled_from(MinutiaKind),
    x_px=st.integers(0, WIDTH_PX - 1),
    y_px=st.integers(0, HEIGHT_PX - 1),
    direction_deg=st.integers(0, 255).map(lambda unit: unit * DEGREES_PER_UNIT),
    quality=QUALITY,
)
VIEW = st.builds(
    FingerView,
    position=st.sampled_from(FingerPosition),
    minutiae=st.lists(MINUTIA, max_size=30).map(tuple),
    quality=QUALITY,
    impression=st.sampled_from(ImpressionType),
    number=st.just(0),
    extended=st.binary(max_size=12).map(
        lambda content: b"\x01\x00" + (len(content) + 4).to_bytes(2, "big") + content
    )
    | st.just(b""),
)
RECORD = st.builds(
    FingerRecord,
    width_px=st.just(WIDTH_PX),
    height_px=st.just(HEIGHT_PX),
    views=st.lists(VIEW, min_size=1, max_size=4, unique_by=lambda view: view.position).map(tuple),
    x_px_per_cm=st.integers(1, 0xFFFF),
    y_px_per_cm=st.integers(1, 0xFFFF),
    certification=st.integers(0, 0xF),
    device=st.integers(0, 0xFFF),
)


@given(RECORD)
def test_what_is_written_is_read(record: FingerRecord) -> None:
    assert decode(encode(record)) == record


@given(RECORD, st.data())
def test_a_cut_record_is_refused(record: FingerRecord, data: st.DataObject) -> None:
    whole = encode(record)
    keep = data.draw(st.integers(0, len(whole) - 1))
    try:
        decode(whole[:keep])
    except TemplateError:
        return
    raise AssertionError("a record that was cut was read as whole")


@given(RECORD, st.data())
def test_a_changed_byte_gives_a_value_that_is_written_alike_or_template_error(
    record: FingerRecord, data: st.DataObject
) -> None:
    noisy = bytearray(encode(record))
    for _ in range(data.draw(st.integers(1, 4))):
        noisy[data.draw(st.integers(0, len(noisy) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(noisy))
    except TemplateError:
        return
    assert encode(found) == bytes(noisy)


@settings(max_examples=300)
@given(st.binary(max_size=120), st.booleans())
def test_noise_gives_a_value_or_template_error(noise: bytes, with_header: bool) -> None:
    length = (12 + len(noise)).to_bytes(4, "big")
    data = b"FMR\0 20\0" + length + noise if with_header else noise
    try:
        found = decode(data)
    except TemplateError:
        return
    assert encode(found) == data
