"""Which release runs: its version, and the commit where it runs from a checkout."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parent.parent


def release() -> str:
    """The installed version of border-kiosk."""
    try:
        return version("border-kiosk")
    except PackageNotFoundError:
        return "0"


def git_commit() -> str:
    """The commit of this checkout; `unknown` in an installed release that carries none."""
    git = ROOT / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        loose = git / name
        if loose.exists():
            return loose.read_text().strip()
        packed = (git / "packed-refs").read_text().splitlines()
    except OSError:
        return "unknown"
    return next((line.split(" ")[0] for line in packed if line.endswith(name)), "unknown")
