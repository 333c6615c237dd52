"""What follows the kernel: busybox, dmsetup and a few drivers; opens the system by dm-verity."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from image_build import cpio, elf
from image_build.steps import BuildError, run

INIT: Final = Path(__file__).parent / "initramfs_files/init"
ALWAYS: Final = ("dm_verity", "squashfs", "overlay", "sha256_arm64", "sha2_ce")


def module_name(path: str) -> str:
    """`kernel/drivers/md/dm-verity.ko` is the module dm_verity."""
    return Path(path).name.split(".ko")[0].replace("-", "_")


def load_order(wanted: Iterable[str], dependencies: str, builtin: str) -> list[str]:
    """Paths of modules.dep to load, each after what it needs; what is in the kernel is not named.

    Raises BuildError where the kernel has no such module.
    """
    inside = {module_name(line) for line in builtin.split()}
    table: dict[str, tuple[str, list[str]]] = {}
    for line in dependencies.splitlines():
        path, _, needs = line.partition(":")
        table[module_name(path)] = (path, needs.split())
    order: list[str] = []
    for name in wanted:
        if name in inside:
            continue
        if name not in table:
            raise BuildError(f"the kernel has no module {name}.", "Look at image_build/boards/.")
        path, needs = table[name]
        # modules.dep names what is needed directly first, so what comes last is loaded first
        order += [one for one in (*reversed(needs), path) if one not in order]
    return order


def build(root: Path, release: str, busybox: Path, modules: Sequence[str], init: str) -> bytes:
    """Give the archive, not yet compressed, from the unpacked system at `root`."""
    folder = root / "usr/lib/modules" / release
    order = load_order(
        (*ALWAYS, *modules),
        (folder / "modules.dep").read_text(encoding="utf-8"),
        (folder / "modules.builtin").read_text(encoding="utf-8"),
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
