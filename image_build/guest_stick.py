"""A USB stick for a guest: files are laid on it, it is plugged in and pulled out, and read again.

One FAT32 partition behind a table, as a shop sells them.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build import disk
from image_build.emulator import ConsoleError
from image_build.guest_screen import Glass
from image_build.steps import run

_MIB: Final = 1 << 20
_LEAST_BYTES: Final = 64 * _MIB  # FAT32 has a least size
_LET_GO_S: Final = 10.0
_ID: Final = "stick"  # of the plugged device and of what is on it, to QEMU


@dataclass(frozen=True, slots=True)
class Stick:
    """One stick, as a file; made by `make`."""

    image: Path

    def plugged(self) -> list[str]:
        """Words for QEMU: it is in the machine when the power comes. `pull` takes it out, too."""
        told = f"driver=raw,node-name={_ID},file.driver=file,file.filename={self.image}"
        return ["-blockdev", told, "-device", f"usb-storage,bus=usb.0,drive={_ID},id={_ID}"]

    def plug(self, glass: Glass) -> None:
        """Into a machine that runs."""
        file = {"driver": "file", "filename": str(self.image)}
        glass.order("blockdev-add", **{"driver": "raw", "node-name": _ID, "file": file})
        glass.order("device_add", driver="usb-storage", bus="usb.0", drive=_ID, id=_ID)

    def pull(self, glass: Glass) -> None:
        """Out of a machine that runs, without asking it."""
        glass.order("device_del", id=_ID)
        ends_s = time.monotonic() + _LET_GO_S
        while True:  # QEMU lets go of what was on it a moment later
            try:
                return glass.order("blockdev-del", **{"node-name": _ID})
            except ConsoleError:
                if time.monotonic() > ends_s:
                    raise
            threading.Event().wait(0.2)

    def names(self) -> set[str]:
        """What lies on it now."""
        return {*run(["mdir", "-b", "-i", self.partition, "::"]).replace("::/", "").split("\n")}

    def read(self, name: str, into: Path) -> Path:
        """Copy one file off it; raises BuildError where it is not there."""
        run(["mcopy", "-n", "-o", "-i", self.partition, f"::{name}", into])
        return into

    @property
    def partition(self) -> str:
        """Where its one partition lies, to mtools."""
        return f"{self.image}@@{_MIB}"


def make(image: Path, files: Sequence[Path]) -> Stick:
    """A new stick with these files in its top folder."""
    size_bytes = _LEAST_BYTES + sum(file.stat().st_size for file in files) // _MIB * _MIB
    with image.open("wb") as raw:
        raw.truncate(size_bytes)
    disk.partition(image, f"label: dos\nstart={_MIB // 512}, type=c\n")
    run(["mkfs.vfat", "-F", "32", "--offset", str(_MIB // 512), image])
    stick = Stick(image)
    run(["mcopy", "-i", stick.partition, *files, "::"])
    return stick
