"""The root's part of first boot: files from the boot partition in, what was taken wiped off it."""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
PROGRAM = SYSTEMD / "programs" / "provision-media"
IN_NAMESPACE = """
set -eu
mount --make-rprivate /
mount --bind {at}/users /etc/passwd
mount --bind {at}/groups /etc/group
mount --bind {at}/var /var/lib
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /boot
cp {at}/boot/provision.toml /boot
mount -o remount,ro /boot
{program} bring
stat -c '%U %a' /run/border-kiosk-setup/boot/provision.toml > {at}/rights 2>&1 || true
cp -r /run/border-kiosk-setup/boot {at}/brought
{program} return
ls /run/border-kiosk-setup > {at}/left
ls /boot > {at}/after
! touch /boot/still-writable 2>/dev/null
"""
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="a mount namespace wants root",
)


@pytest.fixture
def life(tmp_path):
    """One start with a boot partition and a list of what was taken."""
    for name in ("boot", "var/border-kiosk/setup"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "users").write_text("root:x:0:0::/:/bin/sh\nborder-kiosk:x:800:800::/:/bin/sh\n")
    (tmp_path / "groups").write_text("root:x:0:\nborder-kiosk:x:800:\n")

    def lived(data, taken=()):
        (tmp_path / "boot" / "provision.toml").write_bytes(data)
        listed = tmp_path / "var/border-kiosk/setup/taken"
        listed.write_text("".join(f"{sha256(one).hexdigest()}\n" for one in taken))
        script = IN_NAMESPACE.format(at=tmp_path, program=PROGRAM)
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False
        )
        if "unshare failed" in done.stderr or "mount: permission denied" in done.stderr:
            pytest.skip("no mount namespace here")
        assert (done.returncode, done.stderr) == (0, "")
        return tmp_path

    return lived


def test_it_comes_to_the_kiosks_user_and_stays_until_it_was_taken(life):
    at = life(b"token = 1\n")
    assert (at / "rights").read_text() == "border-kiosk 600\n"
    assert (at / "brought" / "provision.toml").read_bytes() == b"token = 1\n"
    assert (at / "after").read_text() == "provision.toml\n"
    assert (at / "left").read_text() == "medium\n"


def test_what_was_taken_is_wiped(life):
    at = life(b"token = 1\n", taken=[b"else", b"token = 1\n"])
    assert (at / "after").read_text() == ""


def test_what_a_cut_left_overwritten_is_removed(life):
    at = life(bytes(700))
    assert (at / "after").read_text() == ""


def test_what_is_too_large_to_be_meant_is_left_alone(life):
    at = life(b"x" * 2_000_000)
    assert not (at / "brought" / "provision.toml").exists()
    assert (at / "after").read_text() == "provision.toml\n"
