"""A board: what its boot partitions hold, how its card is divided; read from boards/NAME.toml."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import msgspec

from image_build.steps import BuildError

FOLDER: Final = Path(__file__).parent / "boards"
MISSING: Final = {
    "pi5": "Debian's kernel 6.1 has no driver for its south bridge (RP1), so neither USB nor cable "
    "would work; it needs Raspberry Pi's own kernel (linux-image-rpi-2712 of their archive), and "
    "raspi-firmware of 2023 or later."
}


@dataclass(frozen=True, slots=True)
class Board:
    """One board; `table` is gpt, or hybrid where the boot ROM reads an MBR only."""

    name: str
    says: str
    compatible: str
    table: str
    console: str
    proven: str
    modules: tuple[str, ...]
    device_trees: tuple[str, ...]
    firmware: tuple[str, ...]
    loader_firmware: tuple[str, ...]
    config: str  # read by the firmware: from the slot, or where U-Boot is, from the first partition
    u_boot: str  # which of Debian's U-Boots the firmware loads; "" for none
    trial: str  # who counts a new system's starts: tryboot, counted (boot_slots.TRIES)
    tpm: bool = False  # it has a TPM on SPI, and makes no data partition without it (tpm_tree.py)


def names() -> list[str]:
    """The boards that there are."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str) -> Board:
    """Read one board; raises BuildError, which says what is missing for a board that cannot be."""
    if name in MISSING:
        raise BuildError(f"there is no image for {name} yet: {MISSING[name]}", "Take a Pi 4.")
    file = FOLDER / f"{name}.toml"
    if name not in names():
        raise BuildError(f"there is no board {name!r}.", f"There are {', '.join(names())}.")
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    if "like" in told:  # another board, but for what this file says
        other = FOLDER / f"{told.pop('like')}.toml"
        told = tomllib.loads(other.read_text(encoding="utf-8")) | told
    known = {field.name for field in fields(Board)}
    if {"tpm"} | told.keys() != known:
        odd = ", ".join(sorted(({"tpm"} | told.keys()) ^ known))
        raise BuildError(f"{file.name}: {odd} is missing or unknown.", "Compare it with pi4.toml.")
    lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    return msgspec.convert(told | lists, Board)
