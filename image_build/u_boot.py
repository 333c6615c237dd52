"""U-Boot for a board whose own loader counts no starts: its settings and its script, as files."""

import struct
import zlib
from pathlib import Path
from typing import Final

from image_build import boot_slots

SCRIPT: Final = Path(__file__).parent / "u_boot_files/start.cmd"
# Debian's U-Boot keeps its environment in this file of the first partition, of exactly this size.
ENVIRONMENT: Final = "uboot.env"
ENVIRONMENT_BYTES: Final = 0x4000
# Instead of its own: no key stops it, it looks at the card alone (not at USB, not at a network), a
# kernel may have 64 MiB. A start that comes to nothing begins anew.
SETTINGS: Final = {
    "bootdelay": "-2",
    "bootcmd": "load mmc 0:1 ${scriptaddr} boot.scr && source ${scriptaddr}; sleep 10; reset",
    "kernel_addr_r": "0x08000000",
    "fdt_addr_r": "0x0d000000",
    "scriptaddr": "0x0d100000",
    "ramdisk_addr_r": "0x0e000000",
    "fdt_high": "ffffffffffffffff",  # the tree and the initramfs stay where they were read to
    "initrd_high": "ffffffffffffffff",
    "stdin": "serial",
    "stdout": "serial",
    "stderr": "serial",
}
_HEAD: Final = struct.Struct(">7I4B32s")  # include/image.h, legacy_img_hdr
_MAGIC: Final = 0x27051956
_LINUX_ARM64_SCRIPT_PLAIN: Final = (5, 22, 6, 0)


def script_image(text: str) -> bytes:
    """A script as U-Boot's `source` takes it: checksums of head and content, then the text."""
    told = text.encode("ascii")
    content = struct.pack(">2I", len(told), 0) + told
    about = (0, len(content), 0, 0, zlib.crc32(content), *_LINUX_ARM64_SCRIPT_PLAIN, b"start")
    return _HEAD.pack(_MAGIC, zlib.crc32(_HEAD.pack(_MAGIC, 0, *about)), *about) + content


def lay(folder: Path) -> dict[str, Path]:
    """Write settings and script into `folder`; gives the files by their names on the card."""
    told = {
        ENVIRONMENT: boot_slots.environment(SETTINGS, ENVIRONMENT_BYTES),
        "boot.scr": script_image(SCRIPT.read_text(encoding="ascii")),
    }
    for name, data in told.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in told}
