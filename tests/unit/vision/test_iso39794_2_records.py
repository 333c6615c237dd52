"""The minutiae block is DER that another program reads, and holds each value once."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from vision.finger_record import (
    FingerPosition,
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
)
from vision.finger_record_der import integer, sequence
from vision.iso39794_2 import RegistryId, encode

MINUTIAE = (
    Minutia(MinutiaKind.ENDING, 144, 14, 112.5, 90),
    Minutia(MinutiaKind.BIFURCATION, 300, 255, 359.9),
)
VIEW = FingerView(FingerPosition.LEFT_INDEX, MINUTIAE, 77, ImpressionType.SWIPE)
RECORD = FingerRecord(388, 374, (VIEW,))
OPENSSL = shutil.which("openssl")


@pytest.mark.parametrize(
    ("value", "content"),
    [(0, "00"), (127, "7f"), (128, "0080"), (255, "00ff"), (256, "0100"), (0xFFFF, "00ffff")],
)
def test_integers_are_the_shortest_that_are_not_negative(value: int, content: str) -> None:
    data = integer(3, value)
    assert data.hex() == f"83{len(content) // 2:02x}{content}"
    assert int.from_bytes(data[2:], "big", signed=True) == value


def test_lengths_are_the_shortest() -> None:
    assert sequence(0, bytes(127))[:2].hex() == "a07f"
    assert sequence(0, bytes(128))[:3].hex() == "a08180"
    assert sequence(0, bytes(256))[:4].hex() == "a0820100"


def test_tags_and_values_that_do_not_fit_are_not_written() -> None:
    with pytest.raises(ValueError, match="tag"):
        integer(31, 0)
    with pytest.raises(ValueError, match="0 up"):
        integer(0, -1)


def _parsed(data: bytes, tmp_path: Path) -> list[tuple[int, str, bytes]]:
    """(depth, tag, content of a primitive), as OpenSSL's own parser sees them."""
    file = tmp_path / "block.der"
    file.write_bytes(data)
    said = subprocess.run(
        [str(OPENSSL), "asn1parse", "-inform", "DER", "-in", str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [_line(line, data) for line in said.stdout.splitlines()]


def _line(line: str, data: bytes) -> tuple[int, str, bytes]:
    """Such as `   12:d=3  hl=2 l=   1 prim: cont [ 0 ]`."""
    at, rest = line.split(":", 1)
    depth = int(rest.split("d=")[1].split()[0])
    head = int(rest.split("hl=")[1].split()[0])
    length = int(rest.split("l=")[2].split()[0])
    start = int(at) + head
    content = data[start : start + length] if " prim:" in rest else b""
    return depth, rest.split(":", 1)[1].strip(), content


@pytest.mark.skipif(OPENSSL is None, reason="the program openssl is not installed")
def test_openssl_reads_every_value_at_its_place(tmp_path: Path) -> None:
    parsed = _parsed(encode(RECORD, RegistryId(0x1234, 7)), tmp_path)
    assert parsed[0][:2] == (0, "appl [ 2 ]")
    values = [int.from_bytes(content, "big") for _, tag, content in parsed if content]
    assert values == [
        *(3, 2023),
        *(FingerPosition.LEFT_INDEX, 8),
        *(388, 374, 197, 1),
        *(MinutiaKind.ENDING, 144, 14, 80, 90),
        *(MinutiaKind.BIFURCATION, 300, 255, 0),
        *(0x1234, 7, 77),
    ]
    assert max(depth for depth, _, _ in parsed) == 6


@pytest.mark.skipif(OPENSSL is None, reason="the program openssl is not installed")
def test_openssl_reads_a_full_record(tmp_path: Path) -> None:
    views = tuple(
        replace(VIEW, position=position, minutiae=MINUTIAE[:1] * 255) for position in FingerPosition
    )
    parsed = _parsed(encode(replace(RECORD, views=views)), tmp_path)
    assert sum(tag == "SEQUENCE" for _, tag, _ in parsed) == 11 + 11 * 255


def test_quality_is_written_only_with_its_algorithm() -> None:
    without = encode(RECORD)
    assert encode(RECORD, RegistryId(1, 1)) != without
    assert encode(replace(RECORD, views=(replace(VIEW, quality=0),)), RegistryId(1, 1)) == without


@pytest.mark.parametrize(
    "wrong",
    [replace(RECORD, y_px_per_cm=198), replace(RECORD, views=()), replace(RECORD, width_px=100)],
)
def test_values_that_do_not_fit_are_not_written(wrong: FingerRecord) -> None:
    with pytest.raises(TemplateError):
        encode(wrong)
