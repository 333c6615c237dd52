"""The initramfs: its archive, its drivers, what the loader chooses, what a test lays over it."""

import stat
import subprocess
from pathlib import Path

import pytest

from image_build import boot_slots, cpio, disk, elf, emulator, initramfs, layout, modules
from image_build.boot_slots import TRIAL, Slots
from image_build.disk import Placed
from image_build.steps import BuildError

NEEDS = {
    "kernel/drivers/md/dm-verity.ko": [
        "kernel/drivers/md/dm-bufio.ko",
        "kernel/drivers/md/dm-mod.ko",
    ],
    "kernel/drivers/md/dm-bufio.ko": ["kernel/drivers/md/dm-mod.ko"],
    "kernel/drivers/md/dm-mod.ko": [],
    "kernel/drivers/infiniband/core/ib_core.ko": [],
}


def test_an_archive_lists_as_cpio_lists_it(tmp_path):
    made = cpio.archive(
        [
            cpio.file("init", b"#!/bin/sh\n", runs=True),
            cpio.character_device("dev/console", 5, 1),
            cpio.file("modules/order", b"x\n"),
        ]
    )
    assert len(made) % 512 == 0
    assert made[:6] == b"070701"
    if not Path("/usr/bin/cpio").exists() and not Path("/bin/busybox").exists():
        pytest.skip("no cpio on this machine")
    tool = ["cpio"] if Path("/usr/bin/cpio").exists() else ["busybox", "cpio"]
    out = subprocess.run([*tool, "-t"], input=made, capture_output=True, check=True).stdout
    assert out.decode().split() == ["dev", "dev/console", "init", "modules", "modules/order"]


def test_a_module_is_loaded_after_what_it_needs():
    order = modules.load_order(["dm_verity", "loop"], NEEDS, {"loop"})
    assert [modules.module_name(path) for path in order] == ["dm_mod", "dm_bufio", "dm_verity"]
    with pytest.raises(BuildError, match="no module zram"):
        modules.load_order(["zram"], NEEDS, set())


def test_what_a_kept_module_needs_is_kept_and_the_rest_goes():
    kept = modules.kept(NEEDS, ["drivers/md/dm-verity*"])
    assert {modules.module_name(path) for path in kept} == {"dm_mod", "dm_bufio", "dm_verity"}


def test_no_pattern_of_ours_lets_a_test_driver_in():
    tests = {
        "kernel/drivers/media/test-drivers/vivid/vivid.ko": [],
        "kernel/drivers/usb/gadget/g.ko": [],
    }
    assert modules.kept(tests, modules.wishes()) == set()


def test_the_libraries_of_a_program_are_read_from_it():
    names = elf.needed(Path("/bin/sh").resolve().read_bytes())
    assert any(name.startswith("libc.so") for name in names)
    assert any(name.startswith("ld-") for name in names)


def test_init_is_a_script_that_a_shell_can_read_and_never_starts_unproven():
    text = initramfs.INIT.read_text(encoding="utf-8")
    assert initramfs.INIT.stat().st_mode & stat.S_IXUSR
    subprocess.run(["sh", "-n", initramfs.INIT], check=True)
    assert "verity 1" in text
    mounts = [line for line in text.splitlines() if "mount -t squashfs" in line]
    assert len(mounts) == 1
    assert "${opened%%/*}" in mounts[0]


def usb(root, name, **files):
    """A device as sysfs shows it: a folder below its bus, a link from the list of devices."""
    folder = root / "devices/pci/usb1" / name if name != "usb1" else root / "devices/pci/usb1"
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text)
    (root / "bus/usb/devices").mkdir(parents=True, exist_ok=True)
    (root / "bus/usb/devices" / name).symlink_to(folder)
    return folder


def test_usb_is_dead_when_the_system_starts_but_for_the_disk_that_it_started_from(tmp_path):
    root = tmp_path / "sys"
    hub = usb(root, "usb1", authorized_default="1", authorized="1", bDeviceClass="09")
    keyboard = usb(root, "1-1", authorized="1", bDeviceClass="00")
    disk = usb(root, "1-2", authorized="1", bDeviceClass="00")
    interface = usb(root, "1-2:1.0", authorized="1")
    module = root / "module/usbcore/parameters"
    module.mkdir(parents=True)
    text = initramfs.INIT.read_text(encoding="utf-8")
    function = text[text.index("close_usb() {") : text.index("# end of close_usb")]
    script = f'{function}\nclose_usb "$1" "$2"'
    words = ["sh", "-euc", script, "sh", root, f"{disk}/host0/block/sda/sda4"]
    subprocess.run(words, check=True)
    assert (module / "authorized_default").read_text() == "0\n"
    assert (hub / "authorized_default").read_text() == "0\n"
    said = [(one / "authorized").read_text() for one in (hub, keyboard, disk, interface)]
    assert said == ["1", "0\n", "1", "1"]


def test_a_board_without_usb_starts_too(tmp_path):
    text = initramfs.INIT.read_text(encoding="utf-8")
    function = text[text.index("close_usb() {") : text.index("# end of close_usb")]
    subprocess.run(["sh", "-euc", f'{function}\nclose_usb "$1" x', "sh", tmp_path], check=True)


AUTOBOOT = "# a word\n[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"


@pytest.mark.parametrize(
    ("text", "trial", "number"),
    [
        (AUTOBOOT, False, 2),
        (AUTOBOOT, True, 3),
        ("boot_partition=3 # after an update\n", False, 3),
        ("[all]\nboot_partition=2\n", True, 2),
        ("[pi5]\nboot_partition=9\n[all]\nboot_partition=2\n", False, 2),
    ],
)
def test_the_loader_takes_the_partition_that_autoboot_names(text, trial, number):
    assert boot_slots.named(text, trial=trial) == number


def test_the_tests_shell_is_one_more_step_of_the_same_init(tmp_path):
    init = initramfs.INIT.read_text(encoding="utf-8")
    told = emulator.with_shell(init, "/dev/ttyAMA0")
    assert set(init.splitlines()) <= set(told.splitlines())
    file = tmp_path / "init"
    file.write_text(told, encoding="utf-8")
    subprocess.run(["sh", "-n", file], check=True)
    with pytest.raises(BuildError, match="init has changed"):
        emulator.with_shell("exec switch_root\n", "/dev/ttyAMA0")


def test_a_second_archive_follows_the_first_on_four_bytes(tmp_path):
    first = tmp_path / "initrd.img"
    first.write_bytes(b"\x28\xb5\x2f\xfd" + b"z" * 3)
    both = emulator.overlay(first, "#!/bin/sh\n", [], tmp_path / "both.img").read_bytes()
    assert both[:8] == first.read_bytes() + b"\0"
    assert both[8:14] == b"070701"


def test_a_card_for_no_pi_3_is_not_started_as_one(tmp_path):
    size = layout.plan("").named("bootconfig").size_bytes
    first = tmp_path / "first.vfat"
    disk.fat(first, size, "bootconfig", {}, 0)
    card = tmp_path / "card.img"
    disk.assemble(card, layout.plan(""), [Placed("bootconfig", first, sparse=True)], "gpt")
    with pytest.raises(BuildError, match="no U-Boot"):
        emulator.raspi3b(card, tmp_path)


def test_the_loader_that_is_played_counts_as_u_boot_does(tmp_path):
    card = tmp_path / "card.img"
    first = tmp_path / "first.vfat"
    sectors = {
        boot_slots.COMMITTED: boot_slots.first_sector(Slots("a"), "counted"),
        boot_slots.SLOTS: boot_slots.slots_sector(Slots("a", TRIAL, 1)),
    }
    for name, data in sectors.items():
        (tmp_path / name).write_bytes(data)
    size = layout.plan("").named("bootconfig").size_bytes
    disk.fat(first, size, "bootconfig", {name: tmp_path / name for name in sectors}, 0)
    disk.assemble(card, layout.plan(""), [Placed("bootconfig", first, sparse=True)], "gpt")
    assert [emulator.choose(card, tmp_path) for _ in range(3)] == ["b", "a", "a"]
    left = emulator.take(card, "bootconfig", boot_slots.SLOTS, tmp_path).read_bytes()
    assert left == boot_slots.slots_sector(Slots("a", TRIAL, 0))


def test_a_guest_is_heard_asked_and_cut(tmp_path):
    words = ["sh", "-c", f"echo {emulator.HERE}; exec sh 2>&1"]
    with emulator.Machine(words, tmp_path / "console.log") as guest:
        guest.ready(60)
        assert guest.ask("echo one; exit_code() { return 3; }; exit_code", 60) == (3, "one")
        assert guest.ask("echo two", 60) == (0, "two")
        guest.type("exit")
        with pytest.raises(emulator.ConsoleError, match="has stopped"):
            guest.expect("never", 60)
