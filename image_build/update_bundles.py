"""Bundles for the tests of updates: good ones, broken ones, refused ones, a way back."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build import board, bundle, signing
from image_build.release import Release
from image_build.signing import Signer
from image_build.steps import run

_MIB: Final = 1 << 20
_SMALL_BYTES: Final = 4 * _MIB
_PARTS: Final = ("boot.vfat", "system.img")
# Name on the stick -> a word of the reason that RAUC's service must give.
REFUSED: Final = {
    "older": "older than",
    "stranger": "signature",
    "foreign": "compatible",
    "flipped": "error",
}
_NEWEST: Final = "99.0.0"


@dataclass(frozen=True, slots=True)
class Bundles:
    """A FAT image with all of them, and the versions of the card and of its update."""

    stick: Path
    versions: tuple[str, str]


def make(own: Path, update: Path, folder: Path) -> Bundles:
    """From the card's own bundle and a newer one, both of the same key: development's."""
    by = signing.signer(None, None)
    here, there, versions = _opened(own, update, folder)

    def build(name: str, version: str, images: Path, signer: Signer, of: str = "virt") -> Path:
        return _build(folder / f"{name}.raucb", version, images, signer, of)

    small = folder / "small"
    small.mkdir()
    for part in _PARTS:
        (small / part).write_bytes(os.urandom(_SMALL_BYTES))
    stranger = _stranger(folder)
    flipped = build("flipped", _NEWEST, small, by)
    _flip(flipped)
    made = [
        shutil.copy(update, folder / "next.raucb"),
        _build(folder / "back.raucb", versions[0], here, by, older_allowed=True),
        build("older", "0.0.1", small, by),
        build("stranger", _NEWEST, small, stranger),
        build("foreign", _NEWEST, small, by, of="pi4"),
        flipped,
        build("broken", _NEWEST, _changed(there, folder / "broken", "kiosk.verity=", ""), by),
        build("never-good", _NEWEST, _changed(there, folder / "never", "", _MASK), by),
    ]
    return Bundles(_stick(folder / "stick.img", [Path(one) for one in made]), versions)


def way_back(own: Path, update: Path, folder: Path) -> tuple[Path, tuple[str, str]]:
    """The card's own system, allowed onto the newer one; and both versions."""
    here, _, versions = _opened(own, update, folder)
    by = signing.signer(None, None)
    made = _build(folder / "back.raucb", versions[0], here, by, older_allowed=True)
    return made, versions


def _opened(own: Path, update: Path, folder: Path) -> tuple[Path, Path, tuple[str, str]]:
    """What is in both bundles, in a new folder, and their versions."""
    folder.mkdir()
    here, there = _unpack(own, folder / "own"), _unpack(update, folder / "update")
    return here, there, (_version(here), _version(there))


def _build(
    made: Path,
    version: str,
    images: Path,
    signer: Signer,
    of: str = "virt",
    *,
    older_allowed: bool = False,
) -> Path:
    parts = images / _PARTS[0], images / _PARTS[1]
    told = Release(version, "0" * 40, 0)
    bundle.make(made, board.load(of), told, parts, signer, older_allowed=older_allowed)
    return made


_MASK: Final = " systemd.mask=border-kiosk.service"


def _unpack(made: Path, into: Path) -> Path:
    """A bundle begins with a squashfs, whatever is behind it."""
    run(["unsquashfs", "-quiet", "-no-progress", "-dest", into, made])
    return into


def _version(unpacked: Path) -> str:
    told = (unpacked / "manifest.raucm").read_text(encoding="utf-8")
    found = re.search(r"^version=(.*)$", told, re.MULTILINE)
    if found is None:
        raise ValueError(f"{unpacked} has no version.")
    return found[1]


def _changed(images: Path, into: Path, spoilt: str, more: str) -> Path:
    """The same system behind another command line: its root hash spoilt, or with more words."""
    into.mkdir()
    os.link(images / _PARTS[1], into / _PARTS[1])
    shutil.copy(images / _PARTS[0], into / _PARTS[0])
    line = into.parent / "cmdline.txt"
    run(["mcopy", "-n", "-o", "-i", into / _PARTS[0], "::cmdline.txt", line])
    words = line.read_text(encoding="utf-8").strip()
    if spoilt:
        start = words.index(spoilt)
        end = words.find(" ", start)
        last = words[start : None if end < 0 else end]
        words = words.replace(last, last[:-8] + "00000000")
    line.write_text(f"{words}{more}\n", encoding="utf-8")
    run(["mcopy", "-n", "-o", "-i", into / _PARTS[0], line, "::cmdline.txt"])
    return into


def _stranger(folder: Path) -> Signer:
    key, certificate = folder / "stranger.key", folder / "stranger.pem"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    files: list[str | Path] = ["-keyout", key, "-out", certificate]
    run(["openssl", "req", "-x509", *made, "-subj", "/CN=a stranger", *files])
    return Signer(key, certificate, development=True)


def _flip(made: Path) -> None:
    """One bit in the middle of what would be written."""
    with made.open("r+b") as raw:
        raw.seek(made.stat().st_size // 2)
        byte = raw.read(1)
        raw.seek(-1, 1)
        raw.write(bytes([byte[0] ^ 1]))


def _stick(image: Path, files: list[Path]) -> Path:
    size_bytes = sum(file.stat().st_size for file in files) + 64 * _MIB
    with image.open("wb") as raw:
        raw.truncate(size_bytes // _MIB * _MIB)
    run(["mkfs.vfat", "-F", "32", image])
    copied: list[str | Path] = ["mcopy", "-i", image, *files, "::"]
    run(copied)
    for file in files:
        file.unlink()
    return image
