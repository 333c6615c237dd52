"""The zones of real documents cross a serial line in every framing and arrive as printed."""

import csv
from contextlib import suppress
from pathlib import Path

import pytest

from drivers import registry
from drivers.deadline import Deadline
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.simulated import leave_stage
from drivers.document_reader.wedge_typing import TYPING
from drivers.errors import DeviceTimeoutError
from drivers.stage import send_cue


def documents(data: Path) -> list[tuple[str, tuple[str, ...]]]:
    with (data / "mrz" / "ground_truth.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["file"], tuple(row[f"line{n}"] for n in (1, 2, 3) if row[f"line{n}"]))
            for row in csv.DictReader(file)
        ]


def laid_down(reader: DocumentReader, stage: Path, lines: tuple[str, ...]) -> tuple[str, ...]:
    """What the reader gives; on a busy machine a document can lie there before it looks: again."""
    for _ in range(3):
        send_cue(stage, present=lines, delay_s=0.05)
        with suppress(DeviceTimeoutError):
            return reader.read(Deadline.after("reader", 2)).lines
    return ()


@pytest.mark.slow
@pytest.mark.parametrize("framing", [*FRAMINGS, *TYPING])
def test_every_zone_arrives_identical(data, tmp_path, framing):
    stage = tmp_path / "reader"
    reader = registry.open_document_reader("reader", f"simulated://{stage}?framing={framing}")
    zones = documents(data)
    wrong = []
    for file, lines in zones:
        if laid_down(reader, stage, lines) != lines:
            wrong.append(file)
    reader.close()
    leave_stage(stage)
    assert len(zones) >= 28
    assert wrong == []
