#!/usr/bin/python3 -I
"""RAUC's pre-install handler on the kiosk: versions only rise, unless a bundle's signer says so.

RAUC 1.8 knows no lowest version, and a check that a bundle brings along is only as new as the
bundle: so the running system decides, before anything is written. A file `older-allowed` in the
bundle, which the signature covers as all of it, is the signer's other word. It needs Python alone.
"""

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Final

OLDER_ALLOWED: Final = "older-allowed"
_VERSION: Final = re.compile(r"(\d+(?:\.\d+){1,3})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.+-]+)?")
_LONGEST: Final = 4

Key = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def key(version: str) -> Key:
    """What sorts versions as semver.org 2.0, 11 says; raises ValueError for what is none.

    Behind a plus stands what was built, not how new it is.
    """
    found = _VERSION.fullmatch(version)
    if not found:
        raise ValueError(f"{version!r} is no version like 1.2.0 or 1.2.0-rc.1")
    numbers = [int(one) for one in found[1].split(".")]
    words = (found[2] or "").split(".") if found[2] else []
    rest = tuple((not one.isdigit(), int(one) if one.isdigit() else 0, one) for one in words)
    return (*numbers, *[0] * (_LONGEST - len(numbers))), not words, rest


def refusal(running: str, offered: str, *, older_allowed: bool) -> str:
    """Why the offered version may not come onto the running one; empty where it may."""
    try:
        older = key(offered) < key(running)
    except ValueError as error:
        return str(error)
    if older and not older_allowed:
        return f"{offered} is older than {running}, and its signer did not allow that"
    return ""


def offered_version(bundle: Path) -> str:
    """The version that the bundle's manifest names; empty where it names none."""
    text = (bundle / "manifest.raucm").read_text(encoding="utf-8")
    update = text.partition("[update]")[2].partition("\n[")[0]
    found = re.search(r"^version=(.*)$", update, re.MULTILINE)
    return found[1].strip() if found else ""


def main() -> int:
    """Answer RAUC: 0 goes on, anything else ends the installation."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    own = Path(__file__).with_name("version")
    parser.add_argument("--running", type=Path, default=own, help="file with this system's version")
    parser.add_argument("handler_arguments", nargs="*", help="RAUC's; not used")
    chosen = parser.parse_args()
    bundle = Path(os.environ["RAUC_BUNDLE_MOUNT_POINT"])
    running = chosen.running.read_text(encoding="utf-8").strip()
    allowed = (bundle / OLDER_ALLOWED).is_file()
    why = refusal(running, offered_version(bundle), older_allowed=allowed)
    if why:
        print(f"<< error refused: {why}.", flush=True)
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
