"""Any record can be matched: a score from 0 to 100, alike however the finger lay, and soon."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from vision.finger_match import compare, impressions
from vision.finger_match_gallery import Gallery
from vision.finger_record import (
    FingerPosition,
    FingerRecord,
    FingerView,
    Minutia,
    MinutiaKind,
)

SIDE_PX = 400
"""Five bytes make a minutia: drawn fast, and shrunk well."""


def _record(noise: bytes) -> FingerRecord:
    parts = zip(*(noise[start::5] for start in range(5)), strict=False)
    minutiae = tuple(
        Minutia(
            MinutiaKind(kind % 3),
            x * SIDE_PX // 256,
            y * SIDE_PX // 256,
            direction * 360 / 256,
            quality % 101,
        )
        for kind, x, y, direction, quality in parts
    )
    return FingerRecord(SIDE_PX, SIDE_PX, (FingerView(FingerPosition.UNKNOWN, minutiae),))


RECORD = st.binary(max_size=200).map(_record)


@settings(max_examples=60)
@given(RECORD, RECORD)
def test_any_two_records_have_a_score(one: FingerRecord, other: FingerRecord) -> None:
    found = compare(one, other)
    assert 0 <= found.score <= 100
    assert 0 <= found.pairs <= min(len(one.views[0].minutiae), len(other.views[0].minutiae))


@settings(max_examples=30)
@given(RECORD, RECORD, st.integers(0, 500), st.integers(0, 500))
def test_where_the_finger_lay_does_not_matter(
    one: FingerRecord, other: FingerRecord, right: int, down: int
) -> None:
    moved = tuple(
        replace(minutia, x_px=minutia.x_px + right, y_px=minutia.y_px + down)
        for minutia in other.views[0].minutiae
    )
    there = FingerRecord(1000, 1000, (replace(other.views[0], minutiae=moved),))
    assert abs(compare(one, there).score - compare(one, other).score) < 1


@settings(max_examples=30)
@given(st.integers(0, 1_000_000), st.integers(12, 40))
def test_a_record_matches_itself(seed: int, count: int) -> None:
    record = _record(random.Random(seed).randbytes(5 * count))
    assert compare(record, record).score > 50


@settings(max_examples=20)
@given(st.lists(RECORD, max_size=4), RECORD)
def test_a_gallery_names_only_what_it_holds(held: list[FingerRecord], probe: FingerRecord) -> None:
    gallery = Gallery()
    for row, record in enumerate(held):
        gallery.enrol(str(row), record)
    found = gallery.search(probe)
    assert {candidate.key for candidate in found} <= {str(row) for row in range(len(held))}
    assert all(candidate.match.score > 0 for candidate in found)


@settings(max_examples=40)
@given(RECORD)
def test_what_is_made_ready_is_finite(record: FingerRecord) -> None:
    (ready,) = impressions(record)
    assert ((ready.cylinders.cells >= 0) & (ready.cylinders.cells <= 1)).all()
    assert len(ready.points) == len(record.views[0].minutiae)
