"""A stream of JPEG pictures: cuts do not matter, noise gives pictures or nothing, nothing grows."""

import random

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.camera.mjpeg import Jpeg, Splitter


def jpeg(seed: int, width: int = 48, height: int = 32, quality: int = 80) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def with_thumbnail(data: bytes, inner: bytes) -> bytes:
    """A whole picture inside an APP1 segment of another, as cameras put it there."""
    return data[:2] + b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner + data[2:]


PICTURES = [jpeg(1), jpeg(2, 64, 48), with_thumbnail(jpeg(3), jpeg(4)), jpeg(5, quality=98)]
STREAM = b"".join(PICTURES)


def fed(data: bytes, cuts: list[int], most_bytes: int = 1 << 20) -> tuple[Splitter, list[Jpeg]]:
    splitter, found, begin = Splitter(most_bytes), [], 0
    for number, end in enumerate([*sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        found += splitter.feed(data[begin:end], float(number))
        begin = end
    return splitter, found


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_where_the_bytes_are_cut_does_not_matter(cuts):
    splitter, found = fed(STREAM, cuts)
    assert [one.data for one in found] == PICTURES
    assert [(one.width_px, one.height_px) for one in found] == [
        (48, 32),
        (64, 48),
        (48, 32),
        (48, 32),
    ]
    assert (splitter.dropped, len(splitter._held)) == (0, 0)


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_a_picture_is_as_old_as_its_first_byte(cuts):
    _, found = fed(STREAM, cuts)
    ends = [*sorted(cuts), len(STREAM)]
    begin = 0
    for picture in found:
        first_came = next(number for number, end in enumerate(ends) if end > begin)
        assert picture.at_s == first_came
        begin += len(picture.data)


@given(st.binary(max_size=600), st.lists(st.integers(0, 600), max_size=6))
def test_noise_gives_nothing_or_what_is_framed_as_a_picture(noise, cuts):
    splitter, found = fed(noise, cuts)
    for picture in found:
        assert picture.data.startswith(b"\xff\xd8")
        assert picture.data.endswith(b"\xff\xd9")
    assert len(splitter._held) <= len(noise)


@given(st.binary(max_size=200).filter(lambda noise: b"\xff" not in noise), st.integers(1, 3))
def test_what_stands_between_pictures_is_passed_over(noise, times):
    splitter, found = fed((PICTURES[0] + noise) * times, [7, 100])
    assert [one.data for one in found] == [PICTURES[0]] * times
    assert splitter.dropped == 0


@given(st.integers(2, len(PICTURES[3]) - 2))
def test_half_a_picture_costs_no_more_than_the_longest_segment(cut):
    """Its last length may be half, and so name as much as a length can say: 64 KiB."""
    _, found = fed(PICTURES[3][:cut] + STREAM * 8, [])
    assert [one.data for one in found][-len(PICTURES) :] == PICTURES


def test_a_picture_without_an_end_is_let_go_and_the_next_one_comes():
    endless = PICTURES[0][:-2] + random.Random(5).randbytes(300_000).replace(b"\xff", b"\x00")
    splitter = Splitter(most_bytes=100_000)
    for at in range(0, len(endless), 4096):
        assert splitter.feed(endless[at : at + 4096], 0.0) == []
        assert len(splitter._held) <= 100_000
    assert splitter.dropped == 1
    assert [one.data for one in splitter.feed(STREAM, 1.0)] == PICTURES


@pytest.mark.parametrize(
    "piece", [b"\xff\xd8", b"\xff", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\xff\xff"]
)
def test_hostile_streams_cost_bounded_time_and_memory(piece):
    splitter = Splitter(most_bytes=1 << 19)
    data = piece * (32_768 // len(piece))
    for number in range(17):
        assert splitter.feed(data, float(number)) == []
        assert len(splitter._held) <= (1 << 19) + len(data)


def test_a_picture_says_nothing_of_the_face():
    assert repr(fed(PICTURES[0], [])[1][0]) == f"Jpeg(48x32, {len(PICTURES[0])} bytes)"
