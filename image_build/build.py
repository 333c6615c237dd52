"""Makes the image of one board: card, block map, hash, signature, lists of parts, update bundle.

    sudo make image BOARD=pi4                                    a development image, for a desk
    python -m image_build.build --board pi4 --key K.pem --cert C.pem --version 1.2.0

Needs root (files of several owners) and the Debian packages that docs/image.md names; no container,
no mount but binfmt_misc. KIOSK_ARCHIVE says where Debian's packages are fetched, for example
'http://snapshot.debian.org/archive/{archive}/20261122T000000Z'.
"""

import argparse
import fcntl
import hashlib
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build import (
    base,
    bmap,
    board,
    boot,
    bundle,
    disk,
    layout,
    packages,
    release,
    sbom,
    signing,
    system,
)
from image_build.board import Board
from image_build.release import Release
from image_build.signing import Signer
from image_build.steps import BuildError, run, step
from image_build.system import Built, Wanted

REQUIREMENTS: Final = "requirements.lock"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    board: Board
    release: Release
    signer: Signer
    older_allowed: bool
    out: Path
    work: Path
    cache: Path

    def file(self, ending: str) -> Path:
        """A file that leaves the build."""
        return self.out / f"{self.release.name}-{self.board.name}{ending}"


def make(order: Order) -> None:
    """Run the whole build; waits for another one in the same folders; raises BuildError."""
    for folder in (order.out, order.work, order.cache):
        folder.mkdir(parents=True, exist_ok=True)
    with (order.cache / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make(order)


def _make(order: Order) -> None:
    lock = packages.load()
    debs = base.fetch(lock, order.cache / "debs")
    requirements = release.file_of(order.release.commit, REQUIREMENTS)
    wanted = Wanted(order.release, lock, requirements, order.signer.certificate.read_bytes())
    built = system.build(wanted, debs, order.cache, order.work)
    with step("making the boot partitions"):
        boot_image = _boot_image(order, built, debs)
        first = order.work / "bootconfig.vfat"
        files = boot.first_files(order.board, built, debs, order.work)
        _fat(order, first, "bootconfig", files)
    _card(order, built, first, boot_image)
    with step("making the update bundle"):
        bundle.make(
            order.file(".raucb"),
            order.board,
            order.release,
            (boot_image, built.image),
            order.signer,
            older_allowed=order.older_allowed,
        )
    _lists(order, built, lock)


def _boot_image(order: Order, built: Built, debs: dict[str, Path]) -> Path:
    image = order.work / "boot.vfat"
    files = boot.slot_files(order.board, built, debs, order.work)
    _fat(order, image, "boot_a", files, label="boot")
    return image


def _fat(
    order: Order, image: Path, partition: str, files: dict[str, Path], *, label: str | None = None
) -> None:
    size = layout.plan("").named(partition).size_bytes
    disk.fat(image, size, label or partition, files, order.release.epoch_s)


def _card(order: Order, built: Built, first: Path, boot_image: Path) -> None:
    plan = layout.plan(f"{order.release.name} {order.release.commit} {order.board.name}")
    room = plan.named("system_a").size_bytes
    if built.image.stat().st_size > room:
        what = f"the system has {built.image.stat().st_size} bytes, a slot {room}."
        raise BuildError(what, "Leave packages out, or make the slots larger (layout.py).")
    image = order.file(".img")
    placed = [
        disk.Placed("bootconfig", first, sparse=True),
        disk.Placed("boot_a", boot_image, sparse=True),
        disk.Placed("system_a", built.image, sparse=False),
    ]
    with step("assembling the card"):
        ranges = disk.assemble(image, plan, placed, order.board.table)
        order.file(".bmap").write_text(bmap.describe(image, ranges), encoding="utf-8")
    with step("compressing the card"):
        packed = order.file(".img.zst")
        run(["zstd", "--quiet", "-6", "-T2", "--force", image, "-o", packed])
        digest = _sha256(packed)
        told = order.file(".img.zst.sha256")
        told.write_text(f"{digest}  {packed.name}\n", encoding="utf-8")
        signing.sign(told, order.signer)


def _lists(order: Order, built: Built, lock: packages.Lock) -> None:
    parts = [*built.parts]
    parts.append(sbom.apart_part(lock.named("busybox-static"), "initrd.img: bin/busybox"))
    if firmware := (*order.board.loader_firmware, *order.board.firmware):
        parts.append(sbom.apart_part(lock.named("raspi-firmware"), " ".join(firmware)))
    if order.board.u_boot:
        parts.append(sbom.apart_part(lock.named("u-boot-rpi"), "u-boot.bin"))
    text = sbom.document(order.release, order.board.name, parts)
    order.file(".cdx.json").write_text(text, encoding="utf-8")
    order.file(".licences.txt").write_text(sbom.licence_list(parts), encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _say(order: Order, built_s: float) -> None:
    size_mb = order.file(".img.zst").stat().st_size / 1e6
    print(f"{order.file('.img.zst')}: {size_mb:.0f} MB for {order.board.says}, {built_s:.0f} s")
    print(f"  system sha256 {_sha256(order.work / 'system.img')}")
    print(f"  {' '.join(order.board.proven.split())}")
    if order.signer.development:
        print(f"  Signed by the development key in {signing.DEVELOPMENT}: never for a post.")


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "image_build.build", description=__doc__, formatter_class=shape
    )
    parser.add_argument("--board", default="pi4", help=f"{', '.join(board.names())} (pi4)")
    parser.add_argument("--commit", default="HEAD", help="what the image is of (HEAD)")
    parser.add_argument("--version", help="of the image (pyproject.toml's)")
    parser.add_argument("--key", type=Path, metavar="PEM", help="signs image and bundle")
    parser.add_argument("--cert", type=Path, metavar="PEM", help="what kiosks will believe")
    older = "the update may go onto a newer system"
    parser.add_argument("--allow-older", action="store_true", help=older)
    build = release.ROOT / "build"
    parser.add_argument("--out", type=Path, default=build / "image", help="build/image")
    parser.add_argument("--work", type=Path, default=build / "work", help="build/work")
    cache = Path(os.environ.get("KIOSK_CACHE", build / "cache"))
    parser.add_argument("--cache", type=Path, default=cache, help="build/cache, or KIOSK_CACHE")
    return parser


def main() -> int:
    """Speak with the engineer."""
    chosen = _parser().parse_args()
    began_s = time.monotonic()
    try:
        order = Order(
            board.load(chosen.board),
            release.of(chosen.commit, chosen.version),
            signing.signer(chosen.key, chosen.cert),
            chosen.allow_older,
            *(folder.resolve() for folder in (chosen.out, chosen.work, chosen.cache)),
        )
        make(order)
    except BuildError as error:
        print(f"{error}\n  mend: {error.mend}", file=sys.stderr)
        return 1
    _say(order, time.monotonic() - began_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
