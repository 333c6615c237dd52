"""The data partition: what the first start decides and the later ones keep to."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_app.services.provision_take import Places, look
from image_build import board, boot, data_test, tpm_tree

LAID = Path(data_test.__file__).parent / "rootfs_files"
PROGRAM = LAID / "usr/lib/border-kiosk/data-partition"
UNITS = LAID / "usr/lib/systemd/system"
CRYPTSETUP = Path("/lib/systemd/systemd-cryptsetup")
GENERATOR = Path("/usr/lib/systemd/system-generators/systemd-fstab-generator")
CARD_SECTORS = 8_000_000
FULL_SECTORS = 7_950_000
# A board as the program sees it: its card in sysfs, nodes in /dev, the kernel's command line.
IN_NAMESPACE = """
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/kiosk && echo card >/run/kiosk/disk
mount --bind {at}/cmdline /proc/cmdline
mount --bind {at}/bin/systemd-cryptsetup {cryptsetup}
mount --bind {at}/sys /sys
mkdir /run/dev && mknod /run/dev/null c 1 3 && touch /run/dev/card
[ ! -e {at}/data ] || cp {at}/data /run/dev/card6
[ ! -e {at}/tpm ] || mknod /run/dev/tpmrm0 c 1 3
mount --bind /run/dev /dev
export PATH={at}/bin:$PATH AT={at}
code=0
{program} open || code=$?
{program} say >{at}/said
cp -a /run/kiosk/data {at}/room
exit $code
"""
# Instead of the real one, which wants a disk.
REPART = """#!/bin/sh
echo "repart $*" >>$AT/called
cat /run/kiosk/data/repart.d/50-data.conf >>$AT/recipe
mkdir -p /sys/block/card/card6 && echo PARTNAME=data >/sys/block/card/card6/uevent
if grep -q ^Encrypt $AT/recipe; then printf 'LUKS\\272\\276' >/dev/card6; else : >/dev/card6; fi
"""
STUBS = {
    "systemd-repart": REPART,
    "systemd-cryptsetup": """#!/bin/sh
echo "cryptsetup $*" >>$AT/called
[ ! -e $AT/locked ] || echo TPM2 device is in dictionary attack lockout mode.
[ ! -e $AT/refuses ]
""",
    "modprobe": "#!/bin/sh\n",
    "sleep": "#!/bin/sh\n[ ! -e $AT/late ] || [ -e /dev/tpmrm0 ] || mknod /dev/tpmrm0 c 1 3\n",
}
in_namespace = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None or not CRYPTSETUP.exists(),
    reason="a mount namespace wants root; systemd-cryptsetup is Debian's",
)


class Board:
    """A board with a card; `start` gives what its start did."""

    def __init__(self, at: Path) -> None:
        self.at = at
        (at / "cmdline").write_text("quiet\n")
        (at / "bin").mkdir()
        (at / "sys/block/card").mkdir(parents=True)
        (at / "sys/block/card/size").write_text(f"{CARD_SECTORS}\n")
        for name, text in STUBS.items():
            (at / "bin" / name).write_text(text)
            (at / "bin" / name).chmod(0o755)

    def has(self, *facts: str) -> "Board":
        for fact in facts:
            (self.at / fact).touch()
        return self

    def must_have_a_tpm(self) -> "Board":
        (self.at / "cmdline").write_text("quiet kiosk.tpm=required panic=10\n")
        return self

    def has_data(self, first_bytes: bytes, sectors: int = FULL_SECTORS) -> "Board":
        partition = self.at / "sys/block/card/card6"
        partition.mkdir()
        (partition / "uevent").write_text("DEVTYPE=partition\nPARTN=6\nPARTNAME=data\n")
        (partition / "start").write_text("8192\n")
        (partition / "size").write_text(f"{sectors}\n")
        (self.at / "data").write_bytes(first_bytes + bytes(64))
        return self

    def start(self, steps: str = IN_NAMESPACE) -> tuple[int, list[str], str]:
        """Exit code, what it started, what it said."""
        script = steps.format(at=self.at, program=PROGRAM, cryptsetup=CRYPTSETUP)
        words = ["unshare", "--mount", "sh", "-c", script]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if "unshare failed" in done.stderr or "permitted" in done.stderr:
            pytest.skip("no mount namespace or device node here")
        called = self.at / "called"
        return (
            done.returncode,
            called.read_text().splitlines() if called.exists() else [],
            done.stdout + done.stderr,
        )

    def recipe(self) -> str:
        return (self.at / "recipe").read_text()


@pytest.fixture
def kiosk(tmp_path):
    return Board(tmp_path)


LUKS = b"LUKS\xba\xbe\x00\x02"
EXT4 = bytes(8)


@in_namespace
def test_a_board_without_a_tpm_makes_a_plain_card_and_waits_for_nothing(kiosk):
    (kiosk.at / "bin/sleep").write_text("#!/bin/sh\necho slept >>$AT/called\n")
    code, called, _ = kiosk.start()
    assert code == 0
    assert len(called) == 1
    assert called[0].endswith("/dev/card")
    assert "\nEncrypt" not in kiosk.recipe()
    assert "Format=ext4" in kiosk.recipe()


@in_namespace
def test_a_partition_added_to_a_disk_in_use_has_no_name_at_the_kernel_and_is_found(kiosk):
    named = "echo PARTNAME=data >/sys/block/card/card6/uevent"
    by_udev = "mkdir /dev/kiosk && ln -s ../card6 /dev/kiosk/data"
    assert named in REPART
    (kiosk.at / "bin/systemd-repart").write_text(REPART.replace(named, by_udev))
    code, _, said = kiosk.start()
    assert code == 0, said


@in_namespace
def test_a_board_with_a_tpm_makes_a_closed_card_bound_to_it_alone_and_opens_it(kiosk):
    code, called, _ = kiosk.has("tpm").start()
    assert code == 0
    assert [one.split()[0] for one in called] == ["repart", "cryptsetup"]
    assert "--tpm2-device=/dev/tpmrm0 --tpm2-pcrs= " in called[0]
    assert kiosk.recipe().splitlines()[-1] == "Encrypt=tpm2"
    assert called[1].startswith("cryptsetup attach data /dev/card6 - tpm2-device=/dev/tpmrm0,")


@in_namespace
def test_a_tpm_that_the_board_must_have_is_waited_for(kiosk):
    code, _, _ = kiosk.must_have_a_tpm().has("late").start()
    assert code == 0
    assert "Encrypt=tpm2" in kiosk.recipe()


@in_namespace
def test_and_without_it_no_card_is_made(kiosk):
    code, called, said = kiosk.must_have_a_tpm().start()
    assert (code, called) == (1, [])
    assert "must have a TPM" in said


@in_namespace
@pytest.mark.parametrize("beside", [(), ("tpm",)])
def test_a_plain_card_stays_plain_and_nothing_is_started_for_it(kiosk, beside):
    code, called, said = kiosk.has_data(EXT4).has(*beside).start()
    assert (code, called, said) == (0, [], "")


@in_namespace
def test_a_plain_card_where_there_must_be_a_tpm_serves_and_says_so(kiosk):
    code, called, said = kiosk.has_data(EXT4).must_have_a_tpm().has("tpm").start()
    assert (code, called) == (0, [])
    assert "not encrypted" in said


@in_namespace
def test_only_a_card_with_much_room_behind_its_data_grows(kiosk):
    code, called, _ = kiosk.has_data(EXT4, FULL_SECTORS // 2).start()
    assert code == 0
    assert [one.split()[0] for one in called] == ["repart"]
    assert "\nEncrypt" not in kiosk.recipe()


@in_namespace
def test_a_closed_card_is_opened_by_a_tpm_that_no_word_promised(kiosk):
    code, called, _ = kiosk.has_data(LUKS).has("late").start()
    assert code == 0
    assert [one.split()[0] for one in called] == ["cryptsetup"]


@in_namespace
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (("tpm", "refuses"), "another TPM"),
        (("tpm", "refuses", "locked"), "locked itself"),
        ((), "none that answers"),
    ],
)
def test_in_another_board_it_stays_closed_untouched_and_says_why(kiosk, facts, reason):
    code, called, said = kiosk.has_data(LUKS).has(*facts).start()
    assert code == 1
    assert not [one for one in called if one.startswith("repart")]
    assert reason in said
    assert reason in (kiosk.at / "said").read_text()
    state = look(Places(kiosk.at / "room/kiosk.toml", kiosk.at / "publish.toml"))
    assert (state.name, state.code) == ("refused", "S5")


@in_namespace
def test_a_file_system_that_does_not_mount_has_a_sentence_too(kiosk):
    kiosk.has_data(EXT4).start()
    assert "cannot be mounted" in (kiosk.at / "said").read_text()


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """Debian's units with ours, and what fstab becomes."""
    root = tmp_path_factory.mktemp("root")
    units = root / "usr/lib/systemd/system"
    shutil.copytree("/usr/lib/systemd/system", units, symlinks=True)
    shutil.copytree(UNITS, units, dirs_exist_ok=True)
    for program in ("usr/lib/border-kiosk/data-partition", "usr/bin/kiosk"):
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        (root / program).write_text("#!/bin/sh\n")
        (root / program).chmod(0o755)
    return root


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd")
@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("border-kiosk-*")))
def test_systemd_understands_every_line(system, unit):
    words = ["systemd-analyze", "verify", f"--root={system}", "--recursive-errors=yes", "--man=no"]
    done = subprocess.run([*words, unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd")
def test_the_page_of_a_closed_card_can_do_as_little_as_any_of_ours(system):
    words = ["systemd-analyze", "security", f"--root={system}", "--offline=true"]
    page = "border-kiosk-data-closed.service"
    done = subprocess.run(
        [*words, "--threshold=15", page], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", ["service", "timer"])
def test_what_says_so_leads_to_no_mount_else_each_try_would_start_the_next(kind):
    told = (UNITS / f"border-kiosk-data-closed.{kind}").read_text()
    assert "DefaultDependencies=no" in told
    assert "RequiresMountsFor" not in told


@in_namespace
def test_a_second_try_of_the_same_start_changes_nothing(kiosk):
    kiosk.has_data(LUKS).has("tpm", "refuses")
    again = IN_NAMESPACE.replace("{program} open ||", "{program} open || {program} open ||")
    code, called, _ = kiosk.start(again)
    assert (code, len(called)) == (1, 1)


@pytest.mark.skipif(not GENERATOR.exists(), reason="no systemd")
def test_the_mounts_wait_for_the_open_partition_and_their_lack_stops_no_start(tmp_path):
    done = subprocess.run(
        [GENERATOR, tmp_path, tmp_path, tmp_path],
        env={"SYSTEMD_FSTAB": str(LAID / "etc/fstab"), "SYSTEMD_LOG_TARGET": "console"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    data = (tmp_path / "data.mount").read_text()
    assert "Requires=border-kiosk-data.service" in data
    assert "After=border-kiosk-data.service" in data
    assert "Requires=systemd-fsck@" in data
    check = UNITS / "systemd-fsck@.service.d/after-data.conf"
    assert "After=border-kiosk-data.service" in check.read_text()
    bound = sorted(tmp_path.glob("var-lib-*.mount"))
    assert len(bound) == 5
    for mount in bound:
        assert "RequiresMountsFor=/data" in mount.read_text()
        assert "Before=systemd-tmpfiles-setup.service" in mount.read_text()
    assert not list(tmp_path.glob("local-fs.target.requires/*"))


def test_the_file_system_has_one_name_closed_or_not():
    rules = (LAID / "usr/lib/udev/rules.d/72-border-kiosk-data.rules").read_text()
    assert rules.count('SYMLINK+="kiosk/data-open"') == 2
    assert "/dev/kiosk/data-open /data ext4" in (LAID / "etc/fstab").read_text()
    assert not (LAID / "usr/lib/repart.d").exists()


def test_a_board_that_has_a_tpm_says_so_to_the_kernel():
    class Built:
        class verity:  # noqa: N801 - a name of the system that is built
            @staticmethod
            def word() -> str:
                return "kiosk.verity=1:2:3"

    told = {name: boot.command_line(board.load(name), Built) for name in ("pi4", "pi4-tpm")}
    assert "kiosk.tpm=required" in told["pi4-tpm"].split()
    assert "tpm" not in told["pi4"]


def test_and_its_tree_names_the_chip(tmp_path):
    if shutil.which("dtc") is None:
        pytest.skip("no dtc: apt install device-tree-compiler")
    source = """/dts-v1/;
    / { soc { pins: gpio@7e200000 { phandle = <6>; spi0_gpio7 { brcm,pins = <7 8 9 10 11>; }; };
              spi@7e204000 { #address-cells = <1>; #size-cells = <0>; status = "disabled"; }; }; };
    """
    (tmp_path / "pi.dts").write_text(source)
    words = ["dtc", "-q", "-O", "dtb", "-o", tmp_path / "pi.dtb", tmp_path / "pi.dts"]
    subprocess.run(words, check=True)
    made = tpm_tree.with_tpm(tmp_path / "pi.dtb", tmp_path / "with.dtb")

    def asked(path, name, kind="s"):
        words = ["fdtget", "-t", kind, made, path, name]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    bus = "/soc/spi@7e204000"
    assert asked(bus, "status") == "okay"
    assert asked(f"{bus}/tpm@1", "compatible") == "infineon,slb9670"
    assert asked(bus, "cs-gpios", "u") == "6 8 1 6 7 1"
    assert asked(bus, "pinctrl-0", "u") == asked("/soc/gpio@7e200000/spi0_gpio7", "phandle", "u")


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_built_image_with_a_tpm_with_another_and_without(tmp_path):
    named = os.environ.get("KIOSK_IMAGE")
    if not named:
        pytest.skip("no image is named; docs/image.md says how one is made")
    assert data_test.examine(Path(named).resolve(), tmp_path / "console.log") == []
