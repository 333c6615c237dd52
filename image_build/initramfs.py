"""What follows the kernel: busybox, dmsetup and a few drivers; opens the system by dm-verity."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from image_build import cpio, elf, modules
from image_build.steps import run

INIT: Final = Path(__file__).parent / "initramfs_files/init"
ALWAYS: Final = ("dm_verity", "squashfs", "overlay", "sha256_arm64", "sha2_ce")


def build(root: Path, release: str, busybox: Path, wanted: Sequence[str], init: str) -> bytes:
    """Give the archive, not yet compressed, from the unpacked system at `root`."""
    folder = root / "usr/lib/modules" / release
    needs = modules.parse_dep((folder / "modules.dep").read_text(encoding="utf-8"))
    builtin = (folder / "modules.builtin").read_text(encoding="utf-8").split()
    order = modules.load_order(
        (*ALWAYS, *wanted), needs, {modules.module_name(one) for one in builtin}
    )
    names = [f"{number:03d}-{Path(path).name}" for number, path in enumerate(order)]
    entries = [
        cpio.file("init", init.encode(), runs=True),
        cpio.file("bin/busybox", busybox.read_bytes(), runs=True),
        cpio.character_device("dev/console", 5, 1),
        cpio.file("modules/order", "".join(f"{name}\n" for name in names).encode()),
    ]
    entries += [
        cpio.file(f"modules/{name}", (folder / path).read_bytes())
        for name, path in zip(names, order, strict=True)
    ]
    for number, place in enumerate(elf.closure("usr/sbin/dmsetup", root)):
        name = "sbin/dmsetup" if number == 0 else f"lib/{place.name}"
        entries.append(cpio.file(name, place.resolve().read_bytes(), runs=True))
    return cpio.archive(entries)


def compress(archive: bytes, into: Path) -> Path:
    """Write it as the kernel takes it."""
    raw = into.with_suffix(".cpio")
    raw.write_bytes(archive)
    run(["zstd", "--quiet", "-19", "--force", "--rm", raw, "-o", into])
    return into
