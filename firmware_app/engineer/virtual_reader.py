"""A PC/SC service of the demo's own with a virtual reader: its chips go the real way."""

import os
import select
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from drivers.chip.errors import ReaderGoneError
from drivers.chip.pcsc import PcscReader
from drivers.deadline import Deadline
from drivers.errors import DeviceError
from firmware_app.engineer.processes import Family
from firmware_app.errors import SetupError

NAME = "pcscd"
READER = "Virtual PCD"
START_LIMIT_S = 5.0
_LOOK_S = 0.1
_DEVICE = "chip_reader"
_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_CONFIG = """\
FRIENDLYNAME "{reader}"
DEVICENAME /dev/null:{port:#x}
LIBPATH {driver}
CHANNELID {port:#x}
"""


@dataclass(frozen=True, slots=True)
class VirtualReader:
    """pcscd on a socket that it inherits, as systemd starts it; `port` is where a card calls."""

    service: Path
    config: Path
    port: int

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Its files in `folder`, its port any that is free."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        made = cls(folder / "pcscd.comm", folder / "reader.conf", port)
        made.config.write_text(_CONFIG.format(reader=READER, port=port, driver=_DRIVER))
        return made

    @property
    def url(self) -> str:
        """What a kiosk's `chip_reader` is to say."""
        return f"pcsc://?reader={READER.split(maxsplit=1)[0]}&service={self.service}"

    def start(self, family: Family) -> None:
        """Start the service; it lives no longer than the family."""
        self.service.unlink(missing_ok=True)
        program = _program() or NAME
        inherit = 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" --foreground --config "$1" 3<&0'
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.service))
            listening.listen()
            with listening.makefile("rb") as line:
                family.start(NAME, ["/bin/sh", "-c", inherit, program, self.config], stdin=line)

    def await_service(self) -> None:
        """Return when the service shows its reader; raises DeviceError where it does not soon."""
        deadline = Deadline.after(_DEVICE, START_LIMIT_S)
        while True:
            try:
                PcscReader.open(_DEVICE, READER, deadline, self.service).close()
            except ReaderGoneError:  # it serves before it has begun to look for readers
                select.select([], [], [], deadline.slice_s(_LOOK_S))
            else:
                return


def is_installed() -> bool:
    """Whether this machine has pcscd and vpcd's driver for it (Debian: vsmartcard-vpcd)."""
    return _DRIVER.exists() and _program() is not None


def start(folder: Path, family: Family) -> VirtualReader | None:
    """A service that serves; None where this machine, or this user, can have none."""
    if not is_installed():
        return None
    reader = VirtualReader.at(folder)
    reader.start(family)
    try:
        reader.await_service()
        family.check()
    except (DeviceError, SetupError):  # no pyscard, or polkit lets only root to the service
        family.kill(family.children[-1])
        return None
    return reader


def _program() -> str | None:
    return shutil.which(NAME, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
