"""The zones of real documents arrive as printed over a serial line, and are parsed as printed."""

import csv
import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from drivers import registry
from drivers.deadline import Deadline
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.reader_errors import CutDocumentError
from drivers.document_reader.simulated import leave_stage
from drivers.document_reader.wedge_typing import TYPING
from drivers.errors import DeviceTimeoutError
from drivers.stage import send_cue
from firmware_app.domain.mrz import parse
from firmware_app.domain.mrz_repair import parse_settled
from firmware_app.domain.mrz_shapes import shapes

LAYOUT_OF = {"ROID": "RO-ID", "FRID": "FR-ID", "MRVA": "MRV-A", "MRVB": "MRV-B"}
DIGIT_OF = {"num": "number", "exp": "expiry", "comp": "composite"}
TODAY = date(2026, 11, 22)


def rows(data: Path) -> list[dict[str, str]]:
    with (data / "mrz" / "ground_truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines_of(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[f"line{n}"] for n in (1, 2, 3) if row[f"line{n}"])


def test_every_zone_is_parsed_and_fails_exactly_the_digits_that_are_printed_wrong(data):
    found = rows(data)
    assert len(found) >= 28
    for row in found:
        mrz = parse(lines_of(row), TODAY)
        wrong = re.findall(r"(\w+):", row["check_digit_mismatches_as_printed"])
        failed = {digit.field for digit in mrz.check_digits if not digit.holds}
        assert mrz.layout == LAYOUT_OF.get(row["kind"], row["kind"]), row["file"]
        assert failed == {DIGIT_OF[name] for name in wrong}, row["file"]
        assert mrz.surname, row["file"]


def test_no_zone_that_is_printed_is_repaired(data):
    for row in rows(data):
        mrz = parse_settled(lines_of(row), today=TODAY)
        assert (mrz.lines, mrz.repairs) == (lines_of(row), ()), row["file"]


def test_the_shapes_admit_what_documents_print(data):
    """All but the specimen whose expiry digit is a letter, because a column is missing."""
    by_name = {shape.name: shape for shape in shapes()}
    misfits = {}
    for row in rows(data):
        shape = by_name[LAYOUT_OF.get(row["kind"], row["kind"])]
        pairs = zip(
            "".join(lines_of(row)), (one for line in shape.lines for one in line), strict=True
        )
        if wrong := [place for place, (sign, likely) in enumerate(pairs) if sign not in likely]:
            misfits[row["file"]] = wrong
    assert misfits == {"mrz-detection_id_fail.png": [44]}


def laid_down(reader: DocumentReader, stage: Path, lines: tuple[str, ...]) -> tuple[str, ...]:
    """What the reader gives; on a busy machine a document can lie there before it looks: again."""
    for _ in range(3):
        send_cue(stage, present=lines, delay_s=0.05)
        with suppress(DeviceTimeoutError, CutDocumentError):
            return reader.read(Deadline.after("reader", 2)).lines
    return ()


@pytest.mark.slow
@pytest.mark.parametrize("framing", [*FRAMINGS, *TYPING])
def test_every_zone_arrives_identical(data, tmp_path, framing):
    stage = tmp_path / "reader"
    reader = registry.open_document_reader("reader", f"simulated://{stage}?framing={framing}")
    zones = [(row["file"], lines_of(row)) for row in rows(data)]
    wrong = []
    for file, lines in zones:
        if laid_down(reader, stage, lines) != lines:
            wrong.append(file)
    reader.close()
    leave_stage(stage)
    assert len(zones) >= 28
    assert wrong == []
