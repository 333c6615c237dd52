"""The update: a RAUC bundle (verity format) with boot partition and system of one version."""

import os
import shutil
from pathlib import Path
from typing import Final

from image_build import update_rule
from image_build.board import Board
from image_build.release import Release
from image_build.signing import Signer
from image_build.steps import run

_MANIFEST: Final = """[update]
compatible={compatible}
version={version}
build={commit}

[bundle]
format=verity

[image.boot]
filename=boot.vfat

[image.system]
filename=system.img
"""


def manifest(board: Board, release: Release) -> str:
    """What the bundle says of itself; RAUC adds sizes and hashes."""
    return _MANIFEST.format(
        compatible=board.compatible, version=release.version, commit=release.commit
    )


def make(
    bundle: Path,
    board: Board,
    release: Release,
    images: tuple[Path, Path],
    by: Signer,
    *,
    older_allowed: bool = False,
) -> None:
    """Write `bundle` from the images of boot partition and system.

    Kiosks with a newer system take it only where `older_allowed`, which the signature covers.
    """
    folder = bundle.with_suffix(".content")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for image, name in zip(images, ("boot.vfat", "system.img"), strict=True):
        os.link(image, folder / name)
    (folder / "manifest.raucm").write_text(manifest(board, release), encoding="utf-8")
    if older_allowed:
        (folder / update_rule.OLDER_ALLOWED).touch()
    bundle.unlink(missing_ok=True)
    run(["rauc", "bundle", f"--cert={by.certificate}", f"--key={by.key}", folder, bundle])
    shutil.rmtree(folder)
