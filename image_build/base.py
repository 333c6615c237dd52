"""Debian's part of the system: locked packages, fetched and checked, unpacked by mmdebstrap."""

import hashlib
import os
import platform
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from image_build import packages
from image_build.packages import Lock, Package
from image_build.steps import BuildError, run, step

FETCHERS: Final = 4
FETCH_LIMIT_S: Final = 120
_BINFMT: Final = Path("/proc/sys/fs/binfmt_misc")
# What changes the unpacked base without a change of the lock raises this.
RECIPE: Final = "1"


def fetch(lock: Lock, cache: Path) -> dict[str, Path]:
    """Give the file of each package by name; takes from the archive what is not in `cache` yet.

    Raises BuildError where the archive lacks a package or gives other bytes.
    """
    cache.mkdir(parents=True, exist_ok=True)
    base = packages.archive_base(os.environ, packages.machine_sources())
    missing = [one for one in lock.packages if not (cache / f"{one.sha256}.deb").exists()]
    if missing:
        size_mb = sum(one.size_bytes for one in missing) / 1e6
        with (
            step(f"fetching {len(missing)} Debian packages, {size_mb:.0f} MB"),
            ThreadPoolExecutor(FETCHERS) as pool,
        ):
            for _ in pool.map(lambda one: _fetch(one, base, cache), missing):
                pass
    return {one.name: cache / f"{one.sha256}.deb" for one in lock.packages}


def _fetch(package: Package, base: str, cache: Path) -> None:
    url = package.url(base)
    try:
        with urllib.request.urlopen(url, timeout=FETCH_LIMIT_S) as answer:  # noqa: S310 - http(s) of the parameter; the hash decides
            data = answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        what = f"{url}: {error}"
        mend = (
            "Old versions leave an ordinary archive: set KIOSK_ARCHIVE to a snapshot, or run "
            "`make lock-refresh`."
        )
        raise BuildError(what, mend) from error
    if hashlib.sha256(data).hexdigest() != package.sha256:
        raise BuildError(f"{url} is not what packages.lock names.", "Ask another archive.")
    part = cache / f"{package.sha256}.part"
    part.write_bytes(data)
    part.replace(cache / f"{package.sha256}.deb")


def key(lock: Lock) -> str:
    """Name the base that this lock makes."""
    lines = "\n".join(package.line() for package in lock.installed())
    return hashlib.sha256(f"{RECIPE} {lock.epoch_s}\n{lines}".encode()).hexdigest()[:16]


def base_tar(lock: Lock, debs: dict[str, Path], cache: Path) -> Path:
    """Give the unpacked system as a tar file; made once for each lock (minutes)."""
    made = cache / f"base-{key(lock)}.tar"
    if not made.exists():
        with step(f"unpacking {len(lock.installed())} Debian packages (minutes)"):
            _mmdebstrap(lock, debs, made)
    return made


def _mmdebstrap(lock: Lock, debs: dict[str, Path], made: Path) -> None:
    _can_run_arm64()
    folder = made.with_suffix(".packages")
    part = made.with_suffix(".part.tar")
    try:
        lay_repository(lock.installed(), debs, folder)
        run(
            [
                "mmdebstrap",
                "--architectures=arm64",
                "--variant=essential",
                "--format=tar",
                f"--include={','.join(one.name for one in lock.installed())}",
                "--aptopt=APT::Install-Recommends false",
                "--aptopt=APT::Sandbox::User root",
                "--dpkgopt=path-exclude=/usr/share/man/*",
                "--dpkgopt=path-exclude=/usr/share/locale/*",
                "--dpkgopt=path-exclude=/usr/share/info/*",
                "bookworm",
                part,
                f"deb [trusted=yes] copy://{folder.resolve()} ./",
            ],
            extra={"SOURCE_DATE_EPOCH": str(lock.epoch_s), "INITRD": "No"},
        )
        part.replace(made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        part.unlink(missing_ok=True)


def lay_repository(chosen: Iterable[Package], debs: dict[str, Path], folder: Path) -> None:
    """Make a flat archive of checked packages, so that apt has no other choice."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stanzas = []
    for package in sorted(chosen, key=lambda one: one.name):
        name = f"{package.name}_{package.sha256[:12]}.deb"
        os.link(debs[package.name], folder / name)
        control = run(["dpkg-deb", "--field", debs[package.name]]).rstrip()
        stanzas.append(
            f"{control}\nFilename: ./{name}\nSize: {package.size_bytes}\nSHA256: {package.sha256}\n"
        )
    index = "\n".join(stanzas).encode()
    (folder / "Packages").write_bytes(index)
    # mmdebstrap finds the essential packages by the archive's name
    release = (
        "Suite: bookworm\nCodename: bookworm\nSHA256:\n"
        f" {hashlib.sha256(index).hexdigest()} {len(index)} Packages\n"
    )
    (folder / "Release").write_text(release, encoding="utf-8")


def _can_run_arm64() -> None:
    """Say early that packages of another architecture cannot be set up here."""
    if platform.machine() == "aarch64" or (_BINFMT / "qemu-aarch64").exists():
        return
    mend = (
        "As root: mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc; "
        "update-binfmts --enable qemu-aarch64 (package qemu-user-static)."
    )
    raise BuildError("this machine cannot run programs for arm64.", mend)
