"""Which shared libraries a program needs, read from its ELF header (64 bit, little-endian)."""

import struct
from pathlib import Path
from typing import Final

_PT_LOAD: Final = 1
_PT_DYNAMIC: Final = 2
_PT_INTERP: Final = 3
_DT_NEEDED: Final = 1
_DT_STRTAB: Final = 5
LIBRARIES: Final = ("lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib")


def needed(data: bytes) -> tuple[str, ...]:
    """Names of the loader and of the libraries that the ELF file `data` asks for itself."""
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    headers = [
        struct.unpack_from("<IIQQQQ", data, start + number * size) for number in range(count)
    ]
    loads = [
        (address, offset, length)
        for kind, _, offset, address, _, length in headers
        if kind == _PT_LOAD
    ]
    names = []
    for kind, _, offset, _, _, length in headers:
        if kind == _PT_INTERP:
            names.append(Path(data[offset : offset + length - 1].decode()).name)
        elif kind == _PT_DYNAMIC:
            names += _dynamic(data, offset, length, loads)
    return tuple(names)


def _dynamic(data: bytes, offset: int, length: int, loads: list[tuple[int, int, int]]) -> list[str]:
    entries = [
        struct.unpack_from("<QQ", data, place) for place in range(offset, offset + length, 16)
    ]
    address = next(value for tag, value in entries if tag == _DT_STRTAB)
    base = next(
        at + address - start for start, at, size in loads if start <= address < start + size
    )
    wanted = [base + value for tag, value in entries if tag == _DT_NEEDED]
    return [data[place : data.index(b"\0", place)].decode() for place in wanted]


def closure(program: str, root: Path) -> list[Path]:
    """Give the files below `root` that the program at `root/program` needs to run, itself first."""
    folders = [
        root / name for name in ("lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib")
    ]
    found, waiting, seen = [root / program], [root / program], set[str]()
    while waiting:
        for name in needed(waiting.pop().read_bytes()):
            if name not in seen:
                seen.add(name)
                place = next(one / name for one in folders if (one / name).exists())
                found.append(place)
                waiting.append(place)
    return found
