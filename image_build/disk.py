"""The card's image: FAT by mtools, tables by sfdisk, all at its place; nothing is mounted."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build.layout import Layout, hybrid
from image_build.steps import run

_PIECE_BYTES: Final = 1 << 20
_TABLE_BYTES: Final = 34 * 512


@dataclass(frozen=True, slots=True)
class Placed:
    """A file whose bytes become a partition's; a `sparse` one may lose the zeros at its end."""

    partition: str
    file: Path
    sparse: bool


def fat(image: Path, size_bytes: int, label: str, files: Mapping[str, Path], epoch_s: int) -> None:
    """Write a FAT32 file system with `files` by their names; the same files give the same bytes."""
    image.unlink(missing_ok=True)
    with image.open("wb") as raw:
        raw.truncate(size_bytes)
    volume = f"{epoch_s & 0xFFFFFFFF:08x}"
    run(["mkfs.vfat", "-F", "32", "--invariant", "-i", volume, "-n", label.upper(), image])
    clock = {"SOURCE_DATE_EPOCH": str(epoch_s), "MTOOLS_SKIP_CHECK": "1"}
    folders = sorted({str(Path(name).parent) for name in files} - {"."})
    for folder in folders:
        run(["mmd", "-i", image, f"::{folder}"], extra=clock)
    for name in sorted(files):
        os.utime(files[name], (epoch_s, epoch_s))
        run(["mcopy", "-m", "-i", image, files[name], f"::{name}"], extra=clock)


def assemble(
    image: Path, layout: Layout, contents: Iterable[Placed], table: str
) -> list[tuple[int, int]]:
    """Write the whole card; give the byte ranges that hold something."""
    image.unlink(missing_ok=True)
    with image.open("wb") as raw:
        raw.truncate(layout.size_bytes)
    partition(image, layout.script())
    ranges = [(0, _TABLE_BYTES), (layout.size_bytes - _TABLE_BYTES, layout.size_bytes)]
    with image.open("r+b") as raw:
        if table == "hybrid":
            mbr = hybrid(raw.read(512), layout.partitions[0])
            raw.seek(0)
            raw.write(mbr)
        for placed in contents:
            start = layout.named(placed.partition).start_bytes
            used = used_bytes(placed.file) if placed.sparse else placed.file.stat().st_size
            raw.seek(start)
            _copy(placed.file, raw.fileno(), start, used)
            ranges.append((start, start + used))
    return ranges


def partition(image: Path, told: str) -> None:
    """Write a partition table of sfdisk's words into `image`, which has its size."""
    script = image.with_suffix(".sfdisk")
    script.write_text(told, encoding="utf-8")
    run(["sh", "-c", 'exec sfdisk --quiet --no-reread "$1" <"$2"', "sh", image, script])
    script.unlink()


def used_bytes(file: Path) -> int:
    """Up to the last piece that is not all zero: what lies behind need not be written to a card."""
    with file.open("rb") as raw:
        used = 0
        zero = bytes(_PIECE_BYTES)
        while piece := raw.read(_PIECE_BYTES):
            if piece != zero[: len(piece)]:
                used = raw.tell()
    return used


def _copy(file: Path, descriptor: int, start: int, size: int) -> None:
    with file.open("rb") as source:
        at = 0
        while at < size:
            piece = source.read(min(_PIECE_BYTES, size - at))
            os.pwrite(descriptor, piece, start + at)
            at += len(piece)
