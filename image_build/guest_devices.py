"""What is plugged into a guest for a crossing: reader, camera, a glass to touch, a network.

The reader is a real FTDI adapter to the guest; at its far end, on this machine, stands a simulated
peer of drivers/. The camera is the kernel's own vivid: a module out of the locked kernel package,
brought by emulator.overlay, because no image holds it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.simulated_manners import Honeywell
from drivers.document_reader.simulated_peer import Peer
from drivers.stage import send_cue
from image_build import packages, release
from image_build.emulator import NETWORK, ConsoleError
from image_build.modules import module_name
from image_build.steps import BuildError, run

CAMERA: Final = "vivid"
# One device, one picture node, a webcam's input: nothing else of what it can play.
CAMERA_WORDS: Final = "n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0"
_DEPENDS: Final = re.compile(rb"\0depends=([^\0]*)\0")


def words(reader: Path, qmp: Path) -> list[str]:
    """For QEMU: a glass, the reader, a stranger's keyboard, a network that reaches this machine."""
    return [
        *("-device", "qemu-xhci,id=usb", "-device", "usb-tablet,bus=usb.0"),
        *("-chardev", f"serial,id=reader,path={reader}"),
        *("-device", "usb-serial,bus=usb.0,chardev=reader"),
        *("-device", "usb-kbd,bus=usb.0"),  # it must stay dead
        *("-qmp", f"unix:{qmp},server=on,wait=off"),
        *NETWORK,
    ]


@contextmanager
def reader_on(stage: Path) -> Iterator[Path]:
    """A simulated reader of documents; gives the end of its cable that QEMU opens."""
    peer = Peer(stage, FRAMINGS["honeywell"], Honeywell)
    try:
        yield peer.tty
    finally:
        peer.leave()


def lay_down(stage: Path, document: str = "specimen") -> None:
    """Put a document on the reader."""
    if not send_cue(stage, present=document):
        raise ConsoleError("no simulated reader is on the stage.")


def kernel_package() -> Path:
    """The locked one, where the build has laid it."""
    named = (one for one in packages.load().installed() if one.name.startswith("linux-image-6"))
    return release.ROOT / "build/cache/debs" / f"{next(named).sha256}.deb"


def camera_files(kernel_package: Path, folder: Path) -> list[Path]:
    """The camera's modules out of the kernel's package, each after what it needs."""
    return module_files(kernel_package, folder, CAMERA)


def module_files(kernel_package: Path, folder: Path, *names: str) -> list[Path]:
    """Modules that no image holds, out of the kernel's package, each after what it needs."""
    run(["dpkg-deb", "--extract", kernel_package, folder])
    files = {module_name(str(path)): path for path in folder.rglob("*.ko")}
    order: list[Path] = []
    for name in names:
        if name not in files:
            raise BuildError(f"the kernel's package has no {name}.", "Look at packages.lock.")
        _lay_in_order(name, files, order)
    return order


def _lay_in_order(name: str, files: dict[str, Path], order: list[Path]) -> None:
    """What is built into the kernel is not among `files`."""
    path = files.get(name.replace("-", "_"))
    if path is None or path in order:
        return
    found = _DEPENDS.search(path.read_bytes())
    for need in found[1].decode().split(",") if found else ():
        _lay_in_order(need, files, order)
    order.append(path)


def start_camera(order: list[Path]) -> str:
    """What the guest's shell types to load it; a module that is there already stays."""
    loads = [f"insmod /run/kiosk-test/{path.name}" for path in order[:-1]]
    loads = [f"{one} 2>/dev/null" for one in loads]
    return "; ".join([*loads, f"insmod /run/kiosk-test/{order[-1].name} {CAMERA_WORDS}"])
