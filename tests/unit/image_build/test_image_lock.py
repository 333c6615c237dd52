"""packages.lock: what is read, what is refused, and that ours is whole."""

import pytest

from image_build import base, packages
from image_build.packages import Lock, Package
from image_build.steps import BuildError

LINE = (
    f"bash 5.2+b13 arm64 1444200 {'ab' * 32} install debian pool/main/b/bash/bash_5.2+b13_arm64.deb"
)


def test_a_lock_is_read_as_it_was_written():
    lock = packages.parse(f"# a word\nepoch 1795227046\n{LINE}\n")
    assert lock.epoch_s == 1795227046
    assert packages.parse(lock.text()) == lock
    assert lock.named("bash").size_bytes == 1444200


@pytest.mark.parametrize(
    "line",
    [
        "bash 5.2 arm64",
        LINE.replace("1444200", "many"),
        LINE.replace("ab" * 32, "ab"),
        LINE.replace(" install ", " perhaps "),
        LINE.replace("pool/main", "pool/../main"),
    ],
)
def test_what_is_no_package_is_named_by_its_line(line):
    with pytest.raises(BuildError, match="line 2"):
        packages.parse(f"epoch 1\n{line}\n")


def test_an_empty_lock_says_what_mends_it():
    with pytest.raises(BuildError) as caught:
        packages.parse("# nothing\n")
    assert "lock-refresh" in caught.value.mend


def test_the_archive_is_told_or_taken_from_this_machine_or_debians_own():
    snapshot = "http://snapshot.debian.org/archive/{archive}/20261122T000000Z"
    listed = "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm\n"
    old = "deb [signed-by=/k.gpg] https://deb.debian.org/debian bookworm main\n"
    other = "deb https://example.org/tools stable main\n"
    assert packages.archive_base({"KIOSK_ARCHIVE": snapshot}, [listed]) == snapshot
    told = packages.archive_base({"KIOSK_ARCHIVE": "http://deb.debian.org/"})
    assert told == "http://deb.debian.org/{archive}"
    assert packages.archive_base({}, [other, listed]) == "http://deb.debian.org/{archive}"
    assert packages.archive_base({}, [old]) == "https://deb.debian.org/{archive}"
    assert packages.archive_base({}, [other]) == packages.DEFAULT_ARCHIVE


def test_a_package_is_asked_for_by_a_quoted_path_of_its_archive():
    package = packages.parse(f"epoch 1\n{LINE}\n").named("bash")
    url = package.url("http://snapshot.debian.org/archive/{archive}/20261122T000000Z")
    assert url.startswith("http://snapshot.debian.org/archive/debian/20261122T000000Z/pool/")
    assert url.endswith("bash_5.2%2Bb13_arm64.deb")


def test_a_paragraph_of_apt_says_whether_it_is_installed_and_from_which_archive():
    text = (
        "Package: tar\nVersion: 1.34\nArchitecture: arm64\nSize: 5\nDescription: files\n"
        f"Filename: pool/updates/main/t/tar.deb\nSHA256: {'0' * 64}\n"
    )
    assert packages.from_stanza(text, {"tar": "1.34"}).archive == "debian-security"
    assert packages.from_stanza(text, {"tar": "1.34"}).use == "install"
    assert packages.from_stanza(text, {}).use == "apart"


def test_ours_holds_what_the_appliance_needs_and_no_tools():
    names = {package.name for package in packages.load().installed()}
    assert {"systemd", "rauc", "python3.11-minimal", "cog", "cage", "nftables"} <= names
    assert any(name.startswith("linux-image-6.1") for name in names)
    assert not names & {"apt", "gcc", "gcc-12", "python3-pip", "openssh-server", "sudo", "make"}


def test_another_version_makes_another_base():
    one = packages.parse(f"epoch 1\n{LINE}\n")
    other = Lock(1, (Package(*(*["bash", "5.3", "arm64"], 1, "0" * 64, "install", "debian", "p")),))
    assert base.key(one) != base.key(other)
    assert base.key(one) == base.key(packages.parse(one.text()))
