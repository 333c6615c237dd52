"""How a card is divided, as pure arithmetic: which partition lies where."""

import struct
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_DNS, UUID, uuid5

SECTOR_BYTES: Final = 512
MIB: Final = 1 << 20
ALIGN_BYTES: Final = 4 * MIB  # an SD card erases in pieces of this size
_BASIC_DATA: Final = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
_ROOT_ARM64: Final = "B921B045-1DF0-41C3-AF44-4C6F280D3FAE"
# name, size, type; `data` follows at the first start (repart.d), in all that is left
_PLAN: Final = (
    ("bootconfig", 64 * MIB, _BASIC_DATA),
    ("boot_a", 128 * MIB, _BASIC_DATA),
    ("boot_b", 128 * MIB, _BASIC_DATA),
    ("system_a", 768 * MIB, _ROOT_ARM64),
    ("system_b", 768 * MIB, _ROOT_ARM64),
)
_MBR_ENTRY: Final = 446
_FAT32_LBA: Final = 0x0C


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition; start and size are multiples of ALIGN_BYTES."""

    name: str
    start_bytes: int
    size_bytes: int
    type_id: str
    unique_id: UUID


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole card as the image lays it out."""

    disk_id: UUID
    partitions: tuple[Partition, ...]

    def named(self, name: str) -> Partition:
        """Give the partition of that name; raises KeyError."""
        return {one.name: one for one in self.partitions}[name]

    @property
    def size_bytes(self) -> int:
        """Up to and with the second table at the end."""
        last = self.partitions[-1]
        return last.start_bytes + last.size_bytes + ALIGN_BYTES

    def script(self) -> str:
        """What sfdisk is told."""
        lines = ["label: gpt", f"label-id: {self.disk_id}", "first-lba: 34"]
        lines += [
            f"start={one.start_bytes // SECTOR_BYTES}, size={one.size_bytes // SECTOR_BYTES}, "
            f"type={one.type_id}, uuid={one.unique_id}, name={one.name}"
            for one in self.partitions
        ]
        return "\n".join(lines) + "\n"


def plan(seed: str) -> Layout:
    """Divide a card; every identity in it comes from `seed`, so that two builds are equal."""
    partitions, at = [], ALIGN_BYTES
    for name, size, type_id in _PLAN:
        partitions.append(
            Partition(name, at, size, type_id, uuid5(NAMESPACE_DNS, f"{seed} {name}"))
        )
        at += size
    return Layout(uuid5(NAMESPACE_DNS, seed), tuple(partitions))


def hybrid(mbr: bytes, first: Partition) -> bytes:
    """Name the first partition in the protective MBR too, for a ROM that reads nothing else.

    Takes and gives the first 512 bytes of the card. The protective entry keeps the rest.
    """
    rest = struct.unpack_from("<8sII", mbr, _MBR_ENTRY)
    start, size = first.start_bytes // SECTOR_BYTES, first.size_bytes // SECTOR_BYTES
    entry = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", _FAT32_LBA, b"\xfe\xff\xff", start, size)
    protective = struct.pack("<8sII", rest[0], 1, start - 1)
    return mbr[:_MBR_ENTRY] + entry + protective + bytes(32) + mbr[-2:]
