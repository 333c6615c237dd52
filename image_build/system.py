"""From the commit to the protected system image; the boot partitions take from the same tree."""

import json
import shutil
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from image_build import base, rauc_config, release, rootfs, sbom, verity, wheels
from image_build.packages import Lock
from image_build.release import Release
from image_build.sbom import Part
from image_build.steps import step
from image_build.verity import Verity


@dataclass(frozen=True, slots=True)
class Built:
    """The system image (squashfs and hash tree) and the tree that it was made of."""

    image: Path
    verity: Verity
    root: Path
    kernel_release: str
    kernel: Path
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a system image depends on; equal ones give equal bytes."""

    release: Release
    lock: Lock
    requirements: str
    keyring: bytes

    def key(self) -> str:
        """Name this system among the cached ones."""
        commit, version = self.release.commit, self.release.version
        told = (commit, version, base.key(self.lock), self.requirements, release.recipe_hash())
        return sha256("\n".join(told).encode() + self.keyring).hexdigest()[:16]


def build(wanted: Wanted, debs: dict[str, Path], cache: Path, work: Path) -> Built:
    """Give the system of `wanted`; taken as it is where the last build in `work` made the same."""
    stamp = work / "system.json"
    key = wanted.key()
    if not (stamp.exists() and json.loads(stamp.read_text(encoding="utf-8"))["key"] == key):
        stamp.unlink(missing_ok=True)
        _make(wanted, debs, cache, work)
    told = json.loads(stamp.read_text(encoding="utf-8"))
    return Built(
        work / "system.img",
        Verity(**told["verity"]),
        work / "root",
        told["kernel_release"],
        work / "vmlinuz",
        tuple(Part(**{**one, "licences": tuple(one["licences"])}) for one in told["parts"]),
    )


def _make(wanted: Wanted, debs: dict[str, Path], cache: Path, work: Path) -> None:
    root, checkout = work / "root", work / "checkout"
    tar = base.base_tar(wanted.lock, debs, cache)
    with step("laying out the system"):
        rootfs.unpack(tar, root)
        parts = sbom.debian_parts(root, rootfs.REMOVED)
        shutil.copyfile(next((root / "boot").glob("vmlinuz-*")), work / "vmlinuz")
        kernel_release = rootfs.reduce_modules(root)
        rootfs.reduce(root)
    fetched = wheels.fetch(wheels.runtime_requirements(wanted.requirements), cache)
    with step("installing the program"):
        release.checkout(wanted.release.commit, checkout)
        parts += _program(wanted, fetched, checkout, work)
        rootfs.install_units(checkout / "systemd", root)
        rauc_config.lay(root, wanted.release.version, wanted.keyring)
        rootfs.settle(root)
    with step("compressing the system"):
        image = work / "system.img"
        rootfs.squash(root, image, wanted.release.epoch_s)
        protected = verity.protect(image)
    told = {
        "key": wanted.key(),
        "verity": asdict(protected),
        "kernel_release": kernel_release,
        "parts": [asdict(part) for part in parts],
    }
    (work / "system.json").write_text(json.dumps(told), encoding="utf-8")


def _program(wanted: Wanted, fetched: Path, checkout: Path, work: Path) -> list[Part]:
    models = sbom.models(checkout / "vision/models/MODELS.toml")
    own = work / "own"
    shutil.rmtree(own, ignore_errors=True)
    wheel = wheels.own_wheel(checkout, own)
    chosen = [*sorted(fetched.glob("*.whl")), wheel]
    wheels.install(chosen, work / "root", checkout, wanted.release.commit)
    return [*sbom.wheel_parts(work / "root" / wheels.SITE), *models]
