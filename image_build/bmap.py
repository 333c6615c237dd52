"""The block map: which parts of the image bmaptool must write, each with its hash (format 2.0)."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

BLOCK_BYTES: Final = 4096
_PLACE: Final = "0" * 64
_HEAD: Final = """<?xml version="1.0" ?>
<bmap version="2.0">
    <ImageSize> {size} </ImageSize>
    <BlockSize> {block} </BlockSize>
    <BlocksCount> {blocks} </BlocksCount>
    <MappedBlocksCount> {mapped} </MappedBlocksCount>
    <ChecksumType> sha256 </ChecksumType>
    <BmapFileChecksum> {checksum} </BmapFileChecksum>
    <BlockMap>
"""
_TAIL: Final = "    </BlockMap>\n</bmap>\n"


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Byte ranges (start, end) as ranges of whole blocks (first, last), sorted and joined."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        first, last = start // BLOCK_BYTES, -(-end // BLOCK_BYTES) - 1
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out


def describe(image: Path, ranges: Iterable[tuple[int, int]]) -> str:
    """Give the map of `image` where only `ranges` (bytes) hold something that must be written."""
    blocks = merged(ranges)
    size = image.stat().st_size
    lines = []
    with image.open("rb") as file:
        for first, last in blocks:
            file.seek(first * BLOCK_BYTES)
            digest = sha256(file.read((last - first + 1) * BLOCK_BYTES)).hexdigest()
            lines.append(f'        <Range chksum="{digest}"> {first}-{last} </Range>\n')
    head = _HEAD.format(
        size=size,
        block=BLOCK_BYTES,
        blocks=-(-size // BLOCK_BYTES),
        mapped=sum(last - first + 1 for first, last in blocks),
        checksum=_PLACE,
    )
    text = head + "".join(lines) + _TAIL
    return text.replace(_PLACE, sha256(text.encode()).hexdigest(), 1)
