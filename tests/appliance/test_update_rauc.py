"""The real rauc on this machine, with the kiosk's settings, backend and rule: takes, and refuses.

There is no device mapper here, so bundles have RAUC's plain format instead of verity; a guest
proves that one (image_build/update_test.py).
"""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from image_build import board, boot_slots, bundle, rauc_config, update_rule
from image_build.boot_slots import Slots
from image_build.rauc_config import Places
from image_build.release import Release

NEEDED = ("rauc", "dbus-run-session", "busctl", "mksquashfs", "openssl")
ABSENT = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(ABSENT), reason=f"not there: {', '.join(ABSENT)}"),
    pytest.mark.skipif(os.geteuid() != 0, reason="RAUC mounts bundles: root only"),
]
HERE = Path(bundle.__file__).parent
MIB = 1 << 20
RUNNING = "1.2.0"
SERVE = """
export DBUS_STARTER_BUS_TYPE=session
rauc --conf={conf} service --override-boot-slot=a >{folder}/service.log 2>&1 &
served=$!
there="busctl --user --address=$DBUS_SESSION_BUS_ADDRESS status de.pengutronix.rauc"
for _ in $(seq 200); do $there >/dev/null 2>&1 && break; sleep 0.1; done
rauc install {bundle}
done=$?
kill $served
exit $done
"""


def words(*told, **options):
    return subprocess.run([*map(str, told)], check=True, capture_output=True, text=True, **options)


class Kiosk:
    """A running slot a, an empty slot b, the boot partition's folder, and who is believed."""

    def __init__(self, folder, of="virt"):
        self.folder, self.board = folder, board.load(of)
        for name in ("boot", "dev", "data", "mnt"):
            (self.folder / name).mkdir()
        for slot in "ab":
            for kind in ("boot", "system"):
                content = slot.encode() * MIB if slot == "a" else bytes(MIB)
                (self.folder / "dev" / f"{kind}_{slot}").write_bytes(content)
        first = boot_slots.first_sector(Slots(), self.board.trial)
        (self.folder / "boot" / boot_slots.FIRST[self.board.trial]).write_bytes(first)
        (self.folder / "boot" / boot_slots.SLOTS).write_bytes(boot_slots.slots_sector(Slots()))
        (self.folder / "slot").write_text("a\n")
        (self.folder / "line").write_text(f"kiosk.trial={self.board.trial}\n")
        (self.folder / "version").write_text(f"{RUNNING}\n")
        self.key("ours")
        where = f"--boot {self.folder}/boot --running {self.folder}/slot"
        backend = f"{HERE}/boot_slots.py {where} --command-line {self.folder}/line"
        self.script("backend", f"{sys.executable} -I {backend}")
        rule = f"{HERE}/update_rule.py --running {self.folder}/version"
        self.script("rule", f"{sys.executable} -I {rule}")
        at = Places(
            backend=f"{self.folder}/backend",
            rule=f"{self.folder}/rule",
            keyring=f"{self.folder}/ours.pem",
            devices=f"{self.folder}/dev",
            data=f"{self.folder}/data",
            mount_prefix=f"{self.folder}/mnt",
            bundle_formats="plain",
        )
        (self.folder / "rauc.conf").write_text(rauc_config.system_conf(self.board, at))

    def script(self, name, command):
        path = self.folder / name
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)

    def key(self, name):
        made = [*("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")]
        made += ["-nodes", "-days", "30", "-subj", f"/CN={name}"]
        files = ["-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem"]
        words("openssl", *made, *files)

    def bundle(self, version, *, key="ours", of="virt", older_allowed=False):
        """A plain bundle of that version with 1 MiB of "n" for each partition."""
        content = self.folder / f"content-{version}"
        content.mkdir()
        told = bundle.manifest(board.load(of), Release(version, "0" * 40, 0))
        plain = told.replace("[bundle]\nformat=verity\n", "")
        assert plain != told
        (content / "manifest.raucm").write_text(plain)
        for name in ("boot.vfat", "system.img"):
            (content / name).write_bytes(b"n" * MIB)
        if older_allowed:
            (content / update_rule.OLDER_ALLOWED).touch()
        made = self.folder / f"{version}.raucb"
        by = [f"--cert={self.folder}/{key}.pem", f"--key={self.folder}/{key}.key"]
        words("rauc", "bundle", *by, content, made)
        return made

    def install(self, made):
        """Exit code, and what rauc and its service said."""
        conf = self.folder / "rauc.conf"
        script = textwrap.dedent(SERVE).format(conf=conf, folder=self.folder, bundle=made)
        told = ["dbus-run-session", "--", "sh", "-c", script]
        done = subprocess.run(told, capture_output=True, text=True, check=False)
        log = (self.folder / "service.log").read_text()
        return done.returncode, done.stdout + done.stderr + log

    def holds(self, slot):
        """The distinct bytes of both partitions of a slot."""
        parts = [self.folder / "dev" / f"{kind}_{slot}" for kind in ("boot", "system")]
        return [set(part.read_bytes()[:MIB]) for part in parts]

    def slots(self):
        loader = self.board.trial
        names = (boot_slots.FIRST[loader], boot_slots.SLOTS)
        return boot_slots.read(*((self.folder / "boot" / n).read_bytes() for n in names), loader)


@pytest.fixture(scope="module", autouse=True)
def _mounts(tmp_path_factory):
    """RAUC mounts a plain bundle by a loop device, which a container may lack."""
    folder = tmp_path_factory.mktemp("mounts")
    (folder / "content").mkdir()
    words("mksquashfs", folder / "content", folder / "image")
    told = ["mount", "-o", "loop,ro", folder / "image", folder / "content"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no loop mounts of squashfs here: {done.stderr.strip()}")
    words("umount", folder / "content")


@pytest.fixture
def kiosk(tmp_path):
    return Kiosk(tmp_path)


def untouched(kiosk):
    return kiosk.holds("a") == [{ord("a")}] * 2 and kiosk.slots().next == "a"


@pytest.mark.parametrize("version", ["1.2.0", "1.2.1", "1.10.0"])
def test_a_version_that_is_no_older_is_written_and_tried(kiosk, version):
    code, said = kiosk.install(kiosk.bundle(version))
    assert code == 0, said
    assert kiosk.holds("b") == [{ord("n")}] * 2
    assert kiosk.holds("a") == [{ord("a")}] * 2
    assert kiosk.slots() == Slots("a", boot_slots.TRIAL, boot_slots.TRIES["counted"])


def test_an_older_version_is_refused_before_anything_is_written(kiosk):
    code, said = kiosk.install(kiosk.bundle("1.1.9"))
    assert code != 0
    assert "older than" in said
    assert untouched(kiosk)
    assert kiosk.holds("b") == [{0}] * 2


def test_an_older_version_that_its_signer_allows_is_taken(kiosk):
    code, said = kiosk.install(kiosk.bundle("1.1.9", older_allowed=True))
    assert code == 0, said
    assert kiosk.slots().next == "b"


def test_a_bundle_of_another_key_is_refused(kiosk):
    kiosk.key("stranger")
    code, said = kiosk.install(kiosk.bundle("1.3.0", key="stranger"))
    assert code != 0
    assert "signature" in said.lower()
    assert untouched(kiosk)
    assert kiosk.holds("b") == [{0}] * 2


def test_a_bundle_for_another_board_is_refused(kiosk):
    code, said = kiosk.install(kiosk.bundle("1.3.0", of="pi4"))
    assert code != 0
    assert "compatible" in said.lower()
    assert untouched(kiosk)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_bundle_with_a_flipped_byte_is_refused(kiosk, share):
    made = kiosk.bundle("1.3.0")
    data = bytearray(made.read_bytes())
    data[int(len(data) * share)] ^= 1
    made.write_bytes(data)
    code, _ = kiosk.install(made)
    assert code != 0
    assert untouched(kiosk)


@pytest.mark.parametrize("name", board.names())
def test_every_board_takes_an_update_and_tries_it(tmp_path, name):
    kiosk = Kiosk(tmp_path, name)
    code, said = kiosk.install(kiosk.bundle("1.3.0", of=name))
    assert code == 0, said
    assert kiosk.slots() == Slots("a", boot_slots.TRIAL, boot_slots.TRIES[kiosk.board.trial])


def test_where_nobody_counts_no_update_is_begun(kiosk):
    (kiosk.folder / "line").write_text("quiet\n")
    code, said = kiosk.install(kiosk.bundle("1.3.0"))
    assert code != 0
    assert untouched(kiosk)
    assert "says who counts" in said
