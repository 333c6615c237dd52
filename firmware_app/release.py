"""Which release runs: its version, and the commit that the image carries or the checkout is at."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parent.parent
SYSTEM = Path("/usr/lib/border-kiosk/version")
CARRIED = Path(__file__).with_name("commit.txt")


def release() -> str:
    """The installed version of border-kiosk."""
    try:
        return version("border-kiosk")
    except PackageNotFoundError:
        return "0"


def system_version(file: Path = SYSTEM) -> str:
    """The version of the image, by which updates go; where there is none, the release's."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return release()


def git_commit() -> str:
    """The commit of the image, or of this checkout; `unknown` in a release that carries none."""
    git = ROOT / ".git"
    try:
        if CARRIED.exists():
            return CARRIED.read_text().strip()
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
