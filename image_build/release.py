"""Which commit the image is of, and its files."""

import shutil
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from image_build import update_rule
from image_build.steps import BuildError, run

ROOT: Final = Path(__file__).parent.parent
HERE: Final = Path(__file__).parent
RECIPE: Final = (
    "boot_slots.py",
    "contents.py",
    "debian.py",
    "drivers.toml",
    "modules.py",
    "rauc_config.py",
    "rootfs.py",
    "system.py",
    "update_rule.py",
    "verity.py",
    "wheels.py",
)


@dataclass(frozen=True, slots=True)
class Release:
    """`epoch_s` is the commit's time: no file of the image is younger."""

    version: str
    commit: str
    epoch_s: int

    @property
    def name(self) -> str:
        """Stem of every file that leaves the build."""
        return f"border-kiosk-{self.version}"


def of(commit: str, version: str | None) -> Release:
    """Look `commit` up in this checkout; the version is pyproject's where none is given.

    Where the files of image_build differ from that commit's, the version says `+dirty`.
    """
    full = run(["git", "rev-parse", f"{commit}^{{commit}}"], cwd=ROOT).strip()
    epoch_s = int(run(["git", "show", "--no-patch", "--format=%ct", full], cwd=ROOT))
    if version is None:
        project = tomllib.loads(file_of(full, "pyproject.toml"))["project"]
        version = str(project["version"])
    try:
        update_rule.key(version)
    except ValueError as error:  # a kiosk could not tell whether it is newer
        raise BuildError(f"{error}.", "Give --version X.Y.Z.") from error
    changed = run(["git", "status", "--porcelain", "--", "image_build"], cwd=ROOT).strip()
    behind = run(["git", "diff", "--name-only", full, "--", "image_build"], cwd=ROOT).strip()
    return Release(f"{version}+dirty" if changed or behind else version, full, epoch_s)


def file_of(commit: str, path: str) -> str:
    """Text of a file as that commit has it."""
    return run(["git", "show", f"{commit}:{path}"], cwd=ROOT)


def checkout(commit: str, into: Path) -> None:
    """Lay the files of `commit` into an empty folder."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    tar = into.with_suffix(".tar")
    run(["git", "archive", f"--output={tar}", commit], cwd=ROOT)
    run(["tar", "--extract", "--file", tar, "--directory", into])
    tar.unlink()


def recipe_hash() -> str:
    """Name everything below image_build that the system image depends on."""
    digest = sha256()
    laid_over = (path for path in (HERE / "rootfs_files").rglob("*") if path.is_file())
    boards = (HERE / "boards").glob("*.toml")  # RAUC's settings are made from them
    for file in sorted([*(HERE / name for name in RECIPE), *boards, *laid_over]):
        digest.update(f"{file.relative_to(HERE)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
