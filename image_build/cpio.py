"""Archives as the kernel unpacks them at its start (cpio, `newc`), always with the same bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_DIRECTORY: Final = 0o040000
_FILE: Final = 0o100000
_CHARACTER: Final = 0o020000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, folder or device; `mode` holds its kind, `device` major and minor."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def folder(name: str) -> Entry:
    """A folder that all may enter."""
    return Entry(name, _DIRECTORY | 0o755)


def file(name: str, data: bytes, *, runs: bool = False) -> Entry:
    """A file; `runs`: a program."""
    return Entry(name, _FILE | (0o755 if runs else 0o644), data)


def character_device(name: str, major: int, minor: int) -> Entry:
    """A device node for the superuser."""
    return Entry(name, _CHARACTER | 0o600, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """Give the archive of `entries` by name, so that a folder precedes its files."""
    told = {entry.name: entry for entry in entries}
    parents = {
        "/".join(parts[:end])
        for parts in (name.split("/") for name in told)
        for end in range(1, len(parts))
    }
    whole = {**{name: folder(name) for name in parents}, **told}
    out = bytearray()
    for number, name in enumerate(sorted(whole), 1):
        _append(out, number, whole[name])
    _append(out, 0, Entry("TRAILER!!!", 0))
    out += bytes(-len(out) % 512)
    return bytes(out)


def _append(out: bytearray, number: int, entry: Entry) -> None:
    name = entry.name.encode() + b"\0"
    links = 2 if entry.mode & _DIRECTORY else 1
    fields = (
        number,
        entry.mode,
        0,
        0,
        links,
        0,
        len(entry.data),
        0,
        0,
        *entry.device,
        len(name),
        0,
    )
    out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
    out += bytes(-len(out) % 4)
    out += entry.data
    out += bytes(-len(out) % 4)
