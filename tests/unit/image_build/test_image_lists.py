"""The lists that leave with the image: parts, licences, places of units, the bundle's manifest."""

import json
from pathlib import Path

import pytest

from image_build import board, bundle, debian, release, rootfs, sbom
from image_build.release import Release
from image_build.sbom import Part
from image_build.steps import BuildError

OURS = Release("1.2.0", "c" * 40, 1_795_000_000)
STATUS = """Package: bash
Status: install ok installed
Architecture: arm64
Version: 5.2.15-2+b13
Source: bash (5.2.15-2)

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1
"""


def lay_system(root):
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS, encoding="utf-8")
    (root / "var/lib/dpkg/info/bash.list").write_text("/.\n/bin\n/bin/bash\n", encoding="utf-8")
    (root / "var/lib/dpkg/info/bash-doc.list").write_text("/bin/other\n", encoding="utf-8")
    (root / "bin").mkdir()
    (root / "bin/bash").touch()
    (root / "bin/other").touch()
    (root / "usr/share/doc/bash").mkdir(parents=True)
    words = "Format: dep5\nLicense: GPL-3+\n text\n\nFiles: *\nLicense: GPL-3+\n"
    (root / "usr/share/doc/bash/copyright").write_text(words, encoding="utf-8")


def test_debian_says_what_is_installed_and_whose_file_is_whose(tmp_path):
    lay_system(tmp_path)
    parts = sbom.debian_parts(tmp_path, [])
    assert [(part.name, part.licences) for part in parts] == [("bash", ("GPL-3+",))]
    assert parts[0].purl == "pkg:deb/debian/bash@5.2.15-2%2Bb13?arch=arm64&distro=bookworm"
    assert list(debian.files_of(tmp_path, ["bash"])) == [tmp_path / "bin/bash"]
    (tmp_path / "bin").rename(tmp_path / "usr/bin")
    (tmp_path / "bin").symlink_to("usr/bin")  # as on a merged /usr
    assert list(debian.files_of(tmp_path, ["bash"])) == [tmp_path / "bin/bash"]
    assert sbom.debian_parts(tmp_path, ["bash"]) == []


def test_the_list_of_parts_is_cyclonedx_and_always_the_same():
    parts = [
        Part("library", "bash", "5", "pkg:deb/debian/bash@5", ("GPL-3+",)),
        Part(
            "machine-learning-model", "face", "ab", "", ("MIT",), "ab" * 32, {"file": "face.tflite"}
        ),
    ]
    text = sbom.document(OURS, "pi4", parts)
    assert text == sbom.document(OURS, "pi4", parts)
    told = json.loads(text)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.5")
    assert told["serialNumber"].startswith("urn:uuid:")
    assert [one["type"] for one in told["components"]] == ["library", "machine-learning-model"]
    refs = [one["bom-ref"] for one in told["components"]]
    assert len(set(refs)) == len(refs)
    assert told["components"][1]["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]


def test_every_network_that_ships_is_in_the_list():
    parts = sbom.models(release.ROOT / "vision/models/MODELS.toml")
    files = {path.name for path in (release.ROOT / "vision/models").glob("*.tflite")}
    assert {part.remarks["file"] for part in parts} >= files
    assert all(part.licences and len(part.sha256) == 64 for part in parts)


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ("License-Expression: MIT\nClassifier: License :: OSI Approved :: BSD License\n", ["MIT"]),
        (
            "Classifier: License :: OSI Approved :: Apache Software License\n",
            ["Apache Software License"],
        ),
        ("License: BSD\n", ["BSD"]),
        ("Name: x\n", []),
    ],
)
def test_a_wheel_says_its_licence_in_one_of_three_ways(metadata, found):
    assert sbom.wheel_licences(metadata) == found


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("border-kiosk.service", "usr/lib/systemd/system/border-kiosk.service"),
        (
            "border-kiosk.service.d/trial.conf",
            "usr/lib/systemd/system/border-kiosk.service.d/trial.conf",
        ),
        ("70-border-kiosk.rules", "usr/lib/udev/rules.d/70-border-kiosk.rules"),
        ("border-kiosk.sysusers", "usr/lib/sysusers.d/border-kiosk.conf"),
        ("tmpfiles.d/border-kiosk.conf", "usr/lib/tmpfiles.d/border-kiosk.conf"),
        ("nftables.conf", "etc/nftables.conf"),
        ("journald.conf.d/10-kiosk.conf", "usr/lib/systemd/journald.conf.d/10-kiosk.conf"),
        ("rauc/system.conf", "etc/rauc/system.conf"),
        ("programs/health-check", "usr/lib/border-kiosk/health-check"),
    ],
)
def test_each_file_of_systemd_has_its_place(path, place):
    assert rootfs.place_of(Path(path)) == place


def test_a_file_without_a_place_stops_the_build():
    with pytest.raises(BuildError, match=r"systemd/notes\.doc"):
        rootfs.place_of(Path("notes.doc"))


def test_every_file_that_systemd_holds_now_has_a_place():
    folder = release.ROOT / "systemd"
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix != ".md":
            assert rootfs.place_of(file.relative_to(folder))


def test_the_manifest_names_board_and_version():
    text = bundle.manifest(board.load("pi4"), OURS)
    assert "compatible=border-kiosk-pi4\nversion=1.2.0\n" in text
    assert "format=verity" in text
