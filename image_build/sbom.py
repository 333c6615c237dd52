"""What the image is made of: a CycloneDX list of Debian packages, wheels, models; licences."""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from image_build import debian
from image_build.packages import Package
from image_build.release import Release

FORMAT: Final = "1.5"
_CLASSIFIER: Final = re.compile(r"^Classifier: License :: (?:OSI Approved :: )?(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the image holds."""

    kind: str  # library | firmware | machine-learning-model | application
    name: str
    version: str
    purl: str
    licences: tuple[str, ...]
    sha256: str = ""
    remarks: dict[str, str] = field(default_factory=dict)


def debian_parts(root: Path, removed: Iterable[str]) -> list[Part]:
    """The Debian packages of the unpacked system, less those whose files were removed."""
    status = (root / "var/lib/dpkg/status").read_text(encoding="utf-8")
    gone = set(removed)
    return [
        Part(
            "library",
            one.name,
            one.version,
            f"pkg:deb/debian/{quote(one.name)}@{quote(one.version, safe='')}"
            f"?arch={one.architecture}&distro=bookworm",
            tuple(debian.licences(root, one.name)),
            remarks={"debian:source": one.source},
        )
        for one in debian.installed(status)
        if one.name not in gone
    ]


def apart_part(package: Package, what: str) -> Part:
    """A package of which only files were taken."""
    purl = (
        f"pkg:deb/debian/{quote(package.name)}@{quote(package.version, safe='')}"
        f"?arch={package.architecture}&distro=bookworm"
    )
    return Part(
        "firmware", package.name, package.version, purl, (), package.sha256, {"files": what}
    )


def wheel_parts(site: Path) -> list[Part]:
    """The Python packages below `site`, the project's own among them."""
    found = []
    for file in sorted(site.glob("*.dist-info/METADATA")):
        text = file.read_text(encoding="utf-8").split("\n\n")[0]
        name, version = _field(text, "Name"), _field(text, "Version")
        purl = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
        kind = "application" if name == "border-kiosk" else "library"
        found.append(Part(kind, name, version, purl, tuple(wheel_licences(text))))
    return found


def wheel_licences(metadata: str) -> list[str]:
    """Licence words of a wheel: the expression, else the classifiers, else the free word."""
    expression = _field(metadata, "License-Expression")
    if expression:
        return [expression]
    return _CLASSIFIER.findall(metadata) or [one for one in [_field(metadata, "License")] if one]


def models(table: Path) -> list[Part]:
    """The networks that MODELS.toml names."""
    return model_parts(tomllib.loads(table.read_text(encoding="utf-8")))


def model_parts(table: dict[str, Any]) -> list[Part]:
    """The networks of MODELS.toml."""
    return [
        Part(
            "machine-learning-model",
            str(one["name"]),
            str(one["sha256"])[:12],
            "",
            (str(one["licence"]),),
            str(one["sha256"]),
            {"made_by": str(one.get("made_by", "")), "file": str(one["file"])},
        )
        for one in table["model"]
    ]


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}: (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def document(release: Release, board: str, parts: Iterable[Part]) -> str:
    """The list as CycloneDX JSON; the same image gives the same bytes."""
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": FORMAT,
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{release.commit} {board}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(release.epoch_s, UTC).isoformat(),
            "component": {
                "type": "operating-system",
                "bom-ref": "image",
                "name": f"border-kiosk {board}",
                "version": release.version,
                "properties": [{"name": "git:commit", "value": release.commit}],
            },
        },
        "components": [_component(number, part) for number, part in enumerate(parts)],
    }
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _component(number: int, part: Part) -> dict[str, object]:
    told: dict[str, object] = {
        "type": part.kind,
        "bom-ref": part.purl or f"{part.kind}-{number}",
        "name": part.name,
        "version": part.version,
        "licenses": [{"license": {"name": one}} for one in part.licences],
        "properties": [
            {"name": key, "value": value} for key, value in sorted(part.remarks.items()) if value
        ],
    }
    if part.purl:
        told["purl"] = part.purl
    if part.sha256:
        told["hashes"] = [{"alg": "SHA-256", "content": part.sha256}]
    return told


def licence_list(parts: Iterable[Part]) -> str:
    """One line for each part, for people: what, which version, under which licences."""
    lines = [
        f"{part.name} {part.version}: {', '.join(part.licences) or 'see its copyright file'}"
        for part in parts
    ]
    head = (
        "Licences of what the image holds. The texts lie in the image:\n"
        "/usr/share/doc/PACKAGE/copyright, /usr/lib/border-kiosk/lib/python3.11/site-packages.\n\n"
    )
    return head + "\n".join(lines) + "\n"
