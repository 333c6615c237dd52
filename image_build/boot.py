"""What the FAT partitions hold: the choice of slot; each slot's kernel, initramfs, firmware."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from image_build import boot_slots, initramfs
from image_build.board import Board
from image_build.boot_slots import Slots
from image_build.steps import BuildError, run
from image_build.system import Built

COMMON: Final = (
    # a system that hangs or panics starts again, so that a one-shot trial ends where it began
    "ro quiet panic=10 systemd.gpt_auto=no systemd.show_status=no "
    "init_on_alloc=1 slab_nomerge lockdown=integrity "
    # where usbcore is a module, modprobe reads this word; what the initramfs loaded, init closes
    "usbcore.authorized_default=0"
)
ABOUT: Final = """border-kiosk: this small partition is read before all others.
Put provision.toml here to set the kiosk up (`kiosk provision make` writes it).
autoboot.txt and slots.txt say which of the two systems starts; the kiosk changes them.
"""


def command_line(board: Board, built: Built) -> str:
    """What the kernel is told; the same for both slots, because the root hash finds the system."""
    ours = f"kiosk.board={board.name} kiosk.trial={board.trial} {built.verity.word()}"
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
    if board.config:
        files["config.txt"] = _text(folder / "config.txt", board.config.lstrip())
    trees = built.root / f"usr/lib/linux-image-{built.kernel_release}/broadcom"
    files |= {name: trees / name for name in board.device_trees}
    if board.firmware or board.loader_firmware:
        files |= {name: firmware(debs, work) / name for name in board.firmware}
    return _present(files)


def first_files(board: Board, debs: Mapping[str, Path], work: Path) -> dict[str, Path]:
    """Files of the first partition by their names."""
    folder = work / f"boot-{board.name}"
    folder.mkdir(exist_ok=True)
    autoboot = boot_slots.sector(board.autoboot.lstrip())
    files = {
        boot_slots.AUTOBOOT: _text(folder / boot_slots.AUTOBOOT, autoboot),
        boot_slots.SLOTS: _text(folder / boot_slots.SLOTS, boot_slots.slots_text(Slots())),
        "README.txt": _text(folder / "README.txt", ABOUT),
    }
    files |= {name: firmware(debs, work) / name for name in board.loader_firmware}
    return _present(files)


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
    file.write_text(text, encoding="utf-8")
    return file


def _present(files: dict[str, Path]) -> dict[str, Path]:
    for name, file in files.items():
        if not file.exists():
            raise BuildError(f"{name} is not in the locked packages.", "Look at the board's file.")
    return files
