"""Root's part of an update by stick: one sensible file off it, whole or not at all."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "systemd" / "programs" / "update-media"
# A stick is a block device that udev calls one; here the medium is a folder, bound in its place.
IN_NAMESPACE = """
set -eu
mount --make-rprivate /
mount -t tmpfs -o size={room_kb}k tmpfs /var/lib
mkdir -p /var/lib/border-kiosk-update/brought
mount -t tmpfs tmpfs /run
mkdir /run/dev && mknod /run/dev/null c 1 3 && mknod /run/dev/sdz1 b 1 0
mount --bind /run/dev /dev
export PATH={at}/bin:$PATH
{program}
{again}
cp -a /var/lib/border-kiosk-update/brought {at}/brought
ls -A /run > {at}/left
"""
UDEVADM = "#!/bin/sh\necho ID_BUS=usb\necho ID_FS_TYPE=vfat\n"
MOUNT = """#!/bin/sh
echo "$*" >> {at}/mounts
exec {mount} --bind -o ro {at}/stick "$(eval echo \\${{$#}})"
"""
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="a mount namespace wants root",
)


@pytest.fixture
def stick(tmp_path):
    """A folder that is the stick; gives what the program said, and the folder of the outcome."""
    (tmp_path / "stick").mkdir()
    (tmp_path / "bin").mkdir()
    for name, text in (
        ("udevadm", UDEVADM),
        ("mount", MOUNT.format(at=tmp_path, mount=shutil.which("mount"))),
        ("df", '#!/bin/sh\necho Avail\nstat -f -c "%a * 4096 + 67108864" /var/lib | xargs expr\n'),
    ):
        path = tmp_path / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def plugged(room_kb=10_000, again=""):
        script = IN_NAMESPACE.format(at=tmp_path, program=PROGRAM, room_kb=room_kb, again=again)
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False
        )
        if "unshare failed" in done.stderr or "permitted" in done.stderr:
            pytest.skip("no mount namespace or device node here")
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout, tmp_path

    plugged.folder = tmp_path / "stick"
    return plugged


def brought(at):
    return {path.name: path.read_bytes() for path in (at / "brought").iterdir()}


def test_the_highest_version_by_name_is_copied_and_the_stick_is_mounted_read_only(stick):
    for name in ("border-kiosk-1.9.0-pi4.raucb", "border-kiosk-1.10.0-pi4.raucb"):
        (stick.folder / name).write_bytes(name.encode())
    said, at = stick()
    assert brought(at) == {"stick.raucb": b"border-kiosk-1.10.0-pi4.raucb"}
    assert "border-kiosk-1.10.0-pi4.raucb is here" in said
    assert (at / "mounts").read_text().split()[:4] == [
        *("-t", "vfat", "-o", "ro,nosuid,nodev,noexec,umask=0077"),
    ]
    assert "border-kiosk-stick" not in (at / "left").read_text()


def test_a_stick_without_a_bundle_is_left_alone(stick):
    (stick.folder / "provision.toml").write_bytes(b"x")
    said, at = stick()
    assert (said, brought(at)) == ("", {})


@pytest.mark.parametrize(
    "name", [".. .raucb", "a;reboot.raucb", "$(reboot).raucb", "x\n.raucb", "a.raucb\nb.raucb"]
)
def test_names_that_are_no_names_of_bundles_are_passed_over(stick, name):
    (stick.folder / name).write_bytes(b"x")
    assert brought(stick()[1]) == {}


def test_links_and_folders_are_no_bundles(stick):
    (stick.folder / "link.raucb").symlink_to("/etc/shadow")
    (stick.folder / "folder.raucb").mkdir()
    assert brought(stick()[1]) == {}


def test_what_does_not_fit_is_not_begun(stick):
    (stick.folder / "large.raucb").write_bytes(bytes(400_000))
    said, at = stick(room_kb=300)
    assert brought(at) == {}
    assert "there is room for" in said


def test_the_same_file_is_not_copied_again(stick):
    (stick.folder / "new.raucb").write_bytes(b"x")
    said, _ = stick(again=str(PROGRAM))
    assert said.count("is copied") == 1
    assert "is here already" in said


def test_what_a_power_cut_left_is_removed(stick):
    torn = "touch /var/lib/border-kiosk-update/brought/stick.raucb.new; "
    assert brought(stick(again=f"{torn}{PROGRAM}")[1]) == {}
