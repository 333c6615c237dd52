"""The real U-Boot chooses and counts on emulated boards; the kernel says its name, and no more.

Debian's u-boot-qemu on -M virt (`apt-get install u-boot-qemu qemu-system-arm`), and the Raspberry
Pi 3's own, as the image's build fetched it, on -M raspi3b. Both read one script.
"""

import os
import shutil
import struct
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from image_build import board, boot, boot_slots, disk, emulator, layout, packages, release, u_boot
from image_build.boot_slots import BAD, COMMITTED, GOOD, SLOTS, TRIAL, Slots
from image_build.disk import Placed
from image_build.emulator import Machine

NEEDED = ("qemu-system-aarch64", "mcopy", "mkfs.vfat", "sfdisk")
ABSENT = [name for name in NEEDED if shutil.which(name, path="/usr/sbin:/usr/bin:/bin") is None]
MARKS = (
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(ABSENT), reason=f"not there: {', '.join(ABSENT)}"),
)
START_LIMIT_S = 240.0  # a second or two on a machine that has nothing else to do
PLAN = layout.plan("u-boot")
CARD_BYTES = 2 << 30  # an emulated SD card has a power of two
PI_3_TREE = "broadcom/bcm2837-rpi-3-b.dtb"  # as U-Boot names what it finds on -M raspi3b
HEAD = struct.pack("<2I3Q", 0x14000010, 0, 0, 0x10000, 0xA) + bytes(24) + b"ARMd" + bytes(4)
CODE = (
    0xAA0003E5,  # mov x5, x0           the device tree
    0x58000223,  # ldr x3, uart
    0x10000244,  # adr x4, name
    0x94000009,  # bl print
    0xB84044A2,  # find: ldr w2, [x5], #4
    0x18000161,  # ldr w1, mark
    0x6B01005F,  # cmp w2, w1           the command line begins with it
    0x54FFFFA1,  # b.ne find
    0xD10010A4,  # sub x4, x5, #4
    0x94000003,  # bl print
    0xD503207F,  # stop: wfi
    0x17FFFFFF,  # b stop
    0x38401482,  # print: ldrb w2, [x4], #1
    0xB9000062,  # str w2, [x3]
    0x35FFFFC2,  # cbnz w2, print
    0xD65F03C0,  # ret
    0x736F696B,  # mark: "kios"
    0xD503201F,
)


@dataclass(frozen=True)
class Kind:
    """An emulated board: where its serial line takes a byte, what stands on its first partition."""

    uart: int
    table: str
    first: dict[str, Path]
    words: list[str]


def kernel(name, uart):
    """An arm64 Image that prints its name and its command line, and waits for the power to go."""
    return HEAD + struct.pack("<18IQ", *CODE, uart) + f"kernel {name}\n\0".encode()


def tree():
    """The smallest device tree that U-Boot writes a command line into."""
    cells = b"".join(struct.pack(">4I", 3, 4, at, 1) for at in (0, 15))
    body = struct.pack(">2I", 1, 0) + cells + struct.pack(">2I", 2, 9)
    names = b"#address-cells\0#size-cells\0"
    sizes = (56 + len(body) + len(names), 56, 56 + len(body), 40, 17, 16, 0, len(names), len(body))
    return struct.pack(">10I", 0xD00DFEED, *sizes) + bytes(16) + body + names


def on_a_board(test):
    """What needs an emulator: it says why where it is skipped."""
    for mark in MARKS:
        test = mark(test)
    return test


def told(slot):
    return f"kiosk.board=pi3 kiosk.trial=counted of={slot} {boot.COMMON} kiosk.verity=7:{'5a' * 48}"


def virt(_folder):
    found = Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
    if not found.exists():
        pytest.skip("not there: Debian's u-boot-qemu")
    words = ["-M", "virt", "-cpu", "cortex-a72", "-bios", str(found), "-nic", "none"]
    return Kind(0x09000000, "gpt", {}, [*words, "-device", "virtio-blk-pci,drive=card"])


def raspi3b(folder):
    """The first partition as the build makes it; U-Boot is where the build keeps its packages."""
    locked = packages.load().named("u-boot-rpi")
    cache = Path(os.environ.get("KIOSK_CACHE", release.ROOT / "build/cache"))
    deb = cache / f"debs/{locked.sha256}.deb"
    if not deb.exists():
        pytest.skip("not there: u-boot-rpi, which `make image BOARD=pi3` fetches")
    subprocess.run(["dpkg-deb", "--extract", deb, folder / "u-boot"], check=True)
    u_boot_bin = folder / f"u-boot/usr/lib/u-boot/{board.load('pi3').u_boot}/u-boot.bin"
    words = ["-M", "raspi3b", "-kernel", str(u_boot_bin), "-serial", "null"]
    return Kind(0x3F215040, "hybrid", u_boot.lay(folder), words)


KINDS = {"virt": virt, "raspi3b": raspi3b}


class Card:
    """A card with two systems, and the board that it is in."""

    def __init__(self, image, folder, kind):
        self.disk, self.folder, self.kind = folder / "card.img", folder, kind
        subprocess.run(["cp", "--sparse=always", image, self.disk], check=True)

    def drive(self, logged):
        """QEMU's words for the card; each write goes to a file of its own where `logged`."""
        file = f"file={self.disk},format=raw"
        if logged:
            file = f"driver=blklogwrites,file.driver=file,file.filename={self.disk}"
            file += f",log.driver=file,log.filename={self.folder / 'writes'}"
            (self.folder / "writes").touch()
        where = "if=none,id=card" if "virt" in self.kind.words else "if=sd"
        return ["-drive", f"{where},{file}"]

    def start(self, *, logged=False):
        """Start the board, read what its kernel says, cut the power; gives the slot."""
        line = ["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"]
        words = ["qemu-system-aarch64", *self.kind.words, *line, "-m", "1024"]
        with Machine([*words, *self.drive(logged)], self.folder / "console.log") as machine:
            found = machine.expect(r"kernel (\w)\n\0?(kiosk.board=[^\0]*)\0", START_LIMIT_S)
        slot = found[1].decode()
        assert found[2].decode() == f"{told(slot)} kiosk.slot={slot}"
        return slot

    def put(self, partition, name, data):
        (self.folder / name).write_bytes(data)
        emulator.put(self.disk, partition, self.folder / name)

    def files(self):
        taken = [emulator.take(self.disk, "bootconfig", n, self.folder) for n in (COMMITTED, SLOTS)]
        return [file.read_bytes() for file in taken]

    def set(self, slots):
        self.put("bootconfig", COMMITTED, boot_slots.first_sector(slots, "counted"))
        self.put("bootconfig", SLOTS, boot_slots.slots_sector(slots))

    def state(self):
        return boot_slots.read(*self.files(), "counted")


def fat(folder, partition, files):
    """A file system of ours for that partition, with files of these bytes."""
    image = folder / f"{partition}.vfat"
    (folder / "broadcom").mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    size = PLAN.named(partition).size_bytes
    disk.fat(image, size, partition[:11], {name: folder / name for name in files}, 1_700_000_000)
    return Placed(partition, image, sparse=True)


def make(folder, kind):
    """The card as it is built; each slot has a kernel that knows its name."""
    script = u_boot.script_image(u_boot.SCRIPT.read_text(encoding="ascii"))
    state = {
        "boot.scr": script,
        COMMITTED: boot_slots.first_sector(Slots(), "counted"),
        SLOTS: boot_slots.slots_sector(Slots()),
    }
    first = {name: file.read_bytes() for name, file in kind.first.items()}
    placed = [fat(folder, "bootconfig", state | first)]
    for slot in "ab":
        files = {
            "vmlinuz": kernel(slot, kind.uart),
            "initrd.img": b"initramfs",
            "cmdline.txt": f"{told(slot)}\n".encode(),
            PI_3_TREE: tree(),
        }
        placed.append(fat(folder, f"boot_{slot}", files))
    image = folder / "card.img"
    disk.assemble(image, PLAN, placed, kind.table)
    with image.open("r+b") as raw:
        raw.truncate(CARD_BYTES)
    return image


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Cards that are made once: kind of board -> card and kind."""
    done = {}

    def of(name):
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            kind = KINDS[name](folder)
            done[name] = make(folder, kind), kind
        return done[name]

    return of


@pytest.fixture
def card(made, tmp_path, request):
    image, kind = made(getattr(request, "param", "virt"))
    return Card(image, tmp_path, kind)


# ---- without a board -----------------------------------------------------------------------------


def test_a_script_has_the_head_that_u_boot_checks():
    image = u_boot.script_image("true\n")
    head, content = image[:64], image[64:]
    magic, head_sum, _, size, _, _, content_sum, *kind = struct.unpack(">7I4B32s", head)
    assert magic == 0x27051956
    assert zlib.crc32(head[:4] + bytes(4) + head[8:]) == head_sum
    assert (size, zlib.crc32(content)) == (len(content), content_sum)
    assert kind[:4] == [5, 22, 6, 0]  # Linux, arm64, script, not compressed
    assert content == struct.pack(">2I", 5, 0) + b"true\n"


def test_every_line_of_the_script_is_plain_and_short_enough_for_u_boots_shell():
    text = u_boot.SCRIPT.read_text(encoding="ascii")
    assert max(map(len, text.splitlines())) < 512
    assert text.rstrip().endswith("reset")  # never a prompt


def test_no_key_stops_u_boot_and_it_looks_at_the_card_alone():
    assert u_boot.SETTINGS["bootdelay"] == "-2"
    assert u_boot.SETTINGS["bootcmd"].endswith("reset")
    assert "preboot" not in u_boot.SETTINGS


@pytest.mark.parametrize("name", board.names())
def test_a_card_begins_with_the_state_that_the_backend_would_write(name):
    loader = board.load(name).trial
    first = boot_slots.first_sector(Slots(), loader)
    assert boot_slots.read(first, boot_slots.slots_sector(Slots()), loader) == Slots()


# ---- on a board ----------------------------------------------------------------------------------


@on_a_board
@pytest.mark.parametrize("card", KINDS, indirect=True)
def test_a_trial_has_three_starts_and_then_the_proven_one_starts_for_good(card):
    assert card.start() == "a"
    assert card.state() == Slots("a", BAD)
    card.set(slots := boot_slots.try_next(Slots("a"), "b", "a", boot_slots.TRIES["counted"]))
    for slot in "bbbaa":
        assert card.start() == slot
        wanted, slots = boot_slots.start(slots)
        assert wanted == slot
        assert card.files()[1] == boot_slots.slots_sector(slots)  # as Python would write it
    assert card.state().state("b", "a") == BAD


@on_a_board
def test_a_trial_that_was_found_good_starts_from_then_on_and_can_be_left_again(card):
    card.set(Slots("a", TRIAL, 3))
    assert card.start() == "b"
    card.set(boot_slots.judge(card.state(), "b", GOOD, "b"))
    assert card.start() == "b"
    card.set(boot_slots.try_next(boot_slots.judge(card.state(), "a", BAD, "b"), "a", "b", 3))
    assert card.start() == "a"
    assert card.state() == Slots("b", TRIAL, 2)


@on_a_board
def test_wherever_the_power_goes_while_a_try_is_taken_the_rule_holds(card):
    card.set(Slots("b", TRIAL, 2))
    before = dict(sectors(card.disk))
    assert card.start(logged=True) == "a"
    log = list(writes(card.folder / "writes"))
    first = PLAN.named("bootconfig")
    assert 1 <= len(log) <= 4
    assert all(first.start_bytes <= at < first.start_bytes + first.size_bytes for at, _ in log)
    changed = {at for at, data in log if before[at] != data}
    assert len(changed) == 1  # the state's one sector, in place; all else is as it was
    torn = [[*log[:count], (log[count][0], b"\xff" * 512)] for count in range(len(log))]
    cuts = [log[:count] for count in range(len(log) + 1)]
    cuts += [cut for cut in torn if cut[-1][0] in changed]
    found = []
    for cut in cuts:
        lay(card.disk, [(at, before[at]) for at, _ in log])
        lay(card.disk, cut)
        if (slots := card.state()) not in found:
            found.append(slots)
            assert card.start() == slots.next
    assert found == [Slots("b", TRIAL, 2), Slots("b", TRIAL, 1), Slots("b", BAD)]


@on_a_board
def test_a_damaged_file_tries_nothing(card):
    card.set(slots := Slots("b", TRIAL, 3))
    for name, good in zip((COMMITTED, SLOTS), card.files(), strict=True):
        damaged = bytearray(good)
        damaged[12] ^= 1
        for data in (bytes(damaged), b""):
            card.put("bootconfig", name, data)
            assert card.start() == "b"
        card.put("bootconfig", name, good)
    assert card.state() == slots


@on_a_board
@pytest.mark.parametrize("name", ["vmlinuz", "initrd.img", "cmdline.txt"])
def test_a_trial_that_cannot_be_loaded_falls_back_in_the_same_start(card, name):
    card.set(Slots("a", TRIAL, 3))
    where = f"{card.disk}@@{PLAN.named('boot_b').start_bytes}"
    subprocess.run(["mdel", "-i", where, f"::{name}"], check=True)
    assert card.start() == "a"
    assert card.state() == Slots("a", TRIAL, 2)


@on_a_board
def test_where_the_committed_one_is_gone_the_one_before_it_starts(card):
    card.put("boot_b", "vmlinuz", bytes(4096))
    card.set(Slots("b", GOOD))
    assert card.start() == "a"


def sectors(image):
    """The sectors of the first partition that hold something."""
    first = PLAN.named("bootconfig")
    with image.open("rb") as raw:
        raw.seek(first.start_bytes)
        data = raw.read(first.size_bytes)
    for at in range(0, len(data), 512):
        yield first.start_bytes + at, data[at : at + 512]


def lay(image, pieces):
    """Write sectors to their places."""
    with image.open("r+b") as raw:
        for at, data in pieces:
            raw.seek(at)
            raw.write(data)


def writes(log):
    """Each sector that was written, in order: place, bytes (kernel: device-mapper/log-writes)."""
    data, at = log.read_bytes(), 512
    while at + 32 <= len(data):
        sector, count, _, _ = struct.unpack_from("<4Q", data, at)
        at += 512
        for number in range(count):
            yield (sector + number) * 512, data[at : at + 512]
            at += 512
