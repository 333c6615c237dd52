"""What dpkg knows of the unpacked system: which packages, which files, under which licence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LICENCE: Final = re.compile(r"^License:[ \t]*(\S[^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Installed:
    """One Debian package that is installed."""

    name: str
    version: str
    architecture: str
    source: str


def installed(status: str) -> list[Installed]:
    """Read /var/lib/dpkg/status; sorted by name."""
    found = []
    for stanza in status.split("\n\n"):
        fields: dict[str, str] = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.MULTILINE))
        if fields.get("Status", "").endswith(" installed"):
            source = fields.get("Source", fields["Package"]).split(" ")[0]
            found.append(
                Installed(fields["Package"], fields["Version"], fields["Architecture"], source)
            )
    return sorted(found, key=lambda one: one.name)


def files_of(root: Path, names: Iterable[str]) -> Iterator[Path]:
    """Files and links of these packages below `root`, but no folder and no link to one (`/bin`)."""
    for name in names:
        for listing in (root / "var/lib/dpkg/info").glob(f"{name}*.list"):
            if listing.stem.split(":")[0] != name:
                continue
            for line in listing.read_text(encoding="utf-8").splitlines():
                path = root / line.lstrip("/")
                if not path.is_dir() and (path.is_symlink() or path.is_file()):
                    yield path


def licences(root: Path, name: str) -> list[str]:
    """The licence words of a package's copyright file; [] where it is not machine-readable."""
    file = root / "usr/share/doc" / name / "copyright"
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return sorted({found.strip() for found in _LICENCE.findall(text)})
