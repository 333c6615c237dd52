"""What the system holds for its updates: RAUC's settings for each board, backend, version."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build import board, boot_slots
from image_build.board import Board

HERE: Final = Path(__file__).parent
PROGRAMS: Final = "usr/lib/border-kiosk"
BOARDS: Final = "etc/rauc/boards"
BACKEND: Final = f"{PROGRAMS}/boot-slots"
RULE: Final = f"{PROGRAMS}/update-rule"
VERSION: Final = f"{PROGRAMS}/version"
KEYRING: Final = "etc/rauc/keyring.pem"
_CONF: Final = """# {says}. Made by the image's build; update-service chooses it by kiosk.board=.
[system]
compatible={compatible}
bootloader=custom
bundle-formats={bundle_formats}
mountprefix={mount_prefix}
data-directory={data}

[keyring]
path={keyring}

[handlers]
bootloader-custom-backend={backend}
pre-install={rule}
"""
_SLOT: Final = """
[slot.system.{number}]
device={devices}/system_{name}
type=raw
bootname={name}

[slot.boot.{number}]
device={devices}/boot_{name}
type=raw
parent=system.{number}
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where RAUC finds what it needs; as the image has it."""

    backend: str = f"/{BACKEND}"
    rule: str = f"/{RULE}"
    keyring: str = f"/{KEYRING}"
    devices: str = "/dev/kiosk"
    data: str = "/var/lib/rauc"
    mount_prefix: str = "/run/rauc"
    bundle_formats: str = "verity"  # every block is checked while it is read


def system_conf(told: Board, at: Places) -> str:
    """RAUC's system.conf: two slots of boot partition and system; data belongs to neither."""
    text = _CONF.format(
        says=told.says,
        compatible=told.compatible,
        bundle_formats=at.bundle_formats,
        mount_prefix=at.mount_prefix,
        data=at.data,
        keyring=at.keyring,
        backend=at.backend,
        rule=at.rule,
    )
    slots = (
        _SLOT.format(number=number, name=name, devices=at.devices)
        for number, name in enumerate(boot_slots.PARTITIONS)
    )
    return text + "".join(slots)


def lay(root: Path, version: str, keyring: bytes) -> None:
    """Put it all into the system at `root`: the same for every board, which the start chooses."""
    for name in board.names():
        _write(root / BOARDS / f"{name}.conf", system_conf(board.load(name), Places()).encode())
    _write(root / KEYRING, keyring)
    _write(root / VERSION, f"{version}\n".encode())
    for name, place in (("boot_slots.py", BACKEND), ("update_rule.py", RULE)):
        _write(root / place, (HERE / name).read_bytes(), runs=True)


def _write(file: Path, data: bytes, *, runs: bool = False) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    file.chmod(0o755 if runs else 0o644)
