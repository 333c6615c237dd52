"""What the FAT partitions hold: the choice of slot; each slot's kernel, initramfs, firmware."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from image_build import boot_slots, initramfs, tpm_tree, u_boot
from image_build.board import Board
from image_build.boot_slots import Slots
from image_build.steps import BuildError, run
from image_build.system import Built

COMMON: Final = (
    # a system that hangs or panics starts again, so that a one-shot trial ends where it began
    "ro quiet panic=10 systemd.gpt_auto=no systemd.show_status=no "
    "init_on_alloc=1 slab_nomerge lockdown=integrity "
    # large pages on request: else each process of a small board takes some that it never fills
    "transparent_hugepage=madvise "
    # where usbcore is a module, modprobe reads this word; what the initramfs loaded, init closes
    "usbcore.authorized_default=0"
)
ABOUT: Final = """border-kiosk: this small partition is read before all others.
Put provision.toml here to set the kiosk up (`kiosk provision make` writes it).
{first} and {slots} say which of the two systems starts; the kiosk changes them.
"""


def command_line(board: Board, built: Built) -> str:
    """What the kernel is told; the same for both slots, because the root hash finds the system."""
    ours = f"kiosk.board={board.name} kiosk.trial={board.trial} {built.verity.word()}"
    ours += " kiosk.tpm=required" if board.tpm else ""
    return f"{board.console} {COMMON} {ours}"


def slot_files(board: Board, built: Built, debs: Mapping[str, Path], work: Path) -> dict[str, Path]:
    """Files of a boot partition by their names."""
    folder = work / f"boot-{board.name}"
    folder.mkdir(exist_ok=True)
    busybox = _taken(debs["busybox-static"], work / "apart-busybox") / "bin/busybox"
    init = initramfs.INIT.read_text(encoding="utf-8")
    archive = initramfs.build(built.root, built.kernel_release, busybox, board.modules, init)
    files = {
        "vmlinuz": built.kernel,
        "initrd.img": initramfs.compress(archive, folder / "initrd.img"),
    }
    files["cmdline.txt"] = _text(folder / "cmdline.txt", command_line(board, built) + "\n")
    if board.u_boot:  # it looks for them by the kernel's own names
        trees = _trees(board, built, folder)
        files |= {f"broadcom/{name}": tree for name, tree in trees.items()}
    else:
        files |= _for_firmware(board, built, folder)
    if board.firmware:
        files |= {name: firmware(debs, work) / name for name in board.firmware}
    return _present(files)


def first_files(
    board: Board, built: Built, debs: Mapping[str, Path], work: Path
) -> dict[str, Path]:
    """Files of the first partition by their names."""
    folder = work / f"first-{board.name}"
    folder.mkdir(exist_ok=True)
    first = boot_slots.FIRST[board.trial]
    about = ABOUT.format(first=first, slots=boot_slots.SLOTS)
    files = {
        first: _data(folder / first, boot_slots.first_sector(Slots(), board.trial)),
        boot_slots.SLOTS: _data(folder / boot_slots.SLOTS, boot_slots.slots_sector(Slots())),
        "README.txt": _text(folder / "README.txt", about),
    }
    if board.loader_firmware:
        files |= {name: firmware(debs, work) / name for name in board.loader_firmware}
    if board.u_boot:
        taken = _taken(debs["u-boot-rpi"], work / "apart-u-boot")
        files |= _for_firmware(board, built, folder) | u_boot.lay(folder)
        files["u-boot.bin"] = taken / f"usr/lib/u-boot/{board.u_boot}/u-boot.bin"
        files["LICENCE.u-boot"] = taken / "usr/share/doc/u-boot-rpi/copyright"
    return _present(files)


def _for_firmware(board: Board, built: Built, folder: Path) -> dict[str, Path]:
    """What the Raspberry Pi's own firmware reads, where the board has one."""
    files = _trees(board, built, folder)
    if board.config:
        files["config.txt"] = _text(folder / "config.txt", board.config.lstrip())
    return files


def _trees(board: Board, built: Built, folder: Path) -> dict[str, Path]:
    trees = built.root / f"usr/lib/linux-image-{built.kernel_release}/broadcom"
    given = {name: trees / name for name in board.device_trees}
    return {
        name: tpm_tree.with_tpm(tree, folder / name) if board.tpm else tree
        for name, tree in given.items()
    }


def firmware(debs: Mapping[str, Path], work: Path) -> Path:
    """The folder with the Raspberry Pi's own firmware."""
    folder = _taken(debs["raspi-firmware"], work / "apart-firmware")
    place = folder / "usr/lib/raspi-firmware"
    licence = folder / "usr/share/doc/raspi-firmware/copyright"
    (place / "LICENCE.broadcom").write_bytes(licence.read_bytes())
    return place


def _taken(deb: Path, folder: Path) -> Path:
    run(["dpkg-deb", "--extract", deb, folder])
    return folder


def _text(file: Path, text: str) -> Path:
    return _data(file, text.encode())


def _data(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


def _present(files: dict[str, Path]) -> dict[str, Path]:
    for name, file in files.items():
        if not file.exists():
            raise BuildError(f"{name} is not in the locked packages.", "Look at the board's file.")
    return files
