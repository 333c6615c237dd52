"""Our records before NIST's BiomDI, which reads, judges and converts them.

The programs are built by hand (they are never shipped), in a copy of the public repository
usnistgov/BiomDI:

    S=fingerminutia/src; B=<our repository>/.oracles/biomdi; mkdir -p $B
    for p in prfmr fmr2fmr; do gcc -O1 -w -D_GNU_SOURCE -Icommon/src/include -I$S/include \
        $S/$p/*.c $S/libfmr/*.c common/src/libbiomdi/*.c -lm -o $B/$p; done

Without them the tests are skipped and say so.
"""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from vision import ansi378, iso19794_2
from vision.finger_record import (
    FingerPosition,
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
)

BUILT = Path(__file__).resolve().parent.parent.parent / ".oracles" / "biomdi"
PRODUCT = ansi378.Product(0x0042, 0x0011)
RECORDS = 20
AREAS = (b"", b"\x00\x01\x00\x0b\x01\x01\x02\x0c\x01\x02\x05", b"\x01\x00\x00\x05x")


def _program(name: str) -> str:
    found = shutil.which(name, path=str(BUILT)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} of NIST's BiomDI is not built (see this file's first lines).")
    return found


def _record(chance: random.Random) -> FingerRecord:
    width, height = chance.randint(150, 1000), chance.randint(150, 1000)
    positions = chance.sample(list(FingerPosition), chance.randint(1, 4))
    views = tuple(_view(chance, position, width, height) for position in positions)
    return FingerRecord(width, height, views, device=chance.randint(0, 0xFFF))


def _view(chance: random.Random, position: FingerPosition, width: int, height: int) -> FingerView:
    minutiae = tuple(
        Minutia(
            chance.choice(list(MinutiaKind)),
            chance.randrange(width),
            chance.randrange(height),
            chance.uniform(0, 360),
            chance.randint(0, 100),
        )
        for _ in range(chance.choice((2, 40, 255)))
    )
    impression = chance.choice(list(ImpressionType))
    return FingerView(
        position, minutiae, chance.randint(0, 100), impression, 0, chance.choice(AREAS)
    )


def _judged(program: str, kind: str, data: bytes, folder: Path) -> str:
    file = folder / "record.fmr"
    file.write_bytes(data)
    said = subprocess.run(
        [program, "-v", "-ti", kind, str(file)], capture_output=True, text=True, check=False
    )
    return said.stdout if said.returncode == 0 else f"refused: {said.stdout[-200:]}{said.stderr}"


def test_biomdi_calls_every_record_valid(tmp_path: Path) -> None:
    program, chance = _program("prfmr"), random.Random(5)
    for _ in range(RECORDS):
        record = _record(chance)
        for kind, data in (
            ("ISO", iso19794_2.encode(record)),
            ("ANSI", ansi378.encode(record, PRODUCT)),
        ):
            said = _judged(program, kind, data, tmp_path)
            assert "Record is valid" in said
            assert "WARNING" not in said
            assert f"Image Size\t\t: {record.width_px}x{record.height_px}" in said


def test_biomdi_refuses_what_we_refuse(tmp_path: Path) -> None:
    program, chance = _program("prfmr"), random.Random(6)
    data = bytearray(ansi378.encode(_record(chance), PRODUCT))
    data[34] = 200  # a direction of 400 degrees
    with pytest.raises(TemplateError, match="direction"):
        ansi378.decode(bytes(data))
    assert _judged(program, "ANSI", bytes(data), tmp_path).startswith("refused")


def test_biomdi_converts_iso_to_ansi_as_we_do(tmp_path: Path) -> None:
    program, chance = _program("fmr2fmr"), random.Random(7)
    for _ in range(RECORDS):
        record = _record(chance)
        before, after = tmp_path / "before.fmr", tmp_path / "after.fmr"
        before.write_bytes(iso19794_2.encode(record))
        after.unlink(missing_ok=True)
        subprocess.run(
            [program, "-i", before, "-ti", "ISO", "-o", after, "-to", "ANSI"],
            capture_output=True,
            check=True,
        )
        theirs, _ = ansi378.decode(after.read_bytes())
        ours, _ = ansi378.decode(ansi378.encode(iso19794_2.decode(before.read_bytes()), PRODUCT))
        assert _places(theirs) == _places(ours)
        assert max(_turns(theirs, ours)) <= 2.0


def _places(record: FingerRecord) -> list[tuple[int, int, int, int]]:
    return [(m.kind, m.x_px, m.y_px, m.quality) for view in record.views for m in view.minutiae]


def _turns(one: FingerRecord, other: FingerRecord) -> list[float]:
    return [
        abs((a.direction_deg - b.direction_deg + 180) % 360 - 180)
        for left, right in zip(one.views, other.views, strict=True)
        for a, b in zip(left.minutiae, right.minutiae, strict=True)
    ]
