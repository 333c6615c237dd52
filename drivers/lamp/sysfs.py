"""A lamp that the kernel knows as a LED: /sys/class/leds/NAME."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError, DeviceGoneError, DeviceRefusedError


@dataclass(slots=True)
class SysfsLamp:
    """Full brightness or none; a trigger of the kernel's own is taken off it."""

    device: str
    folder: Path
    _full: str

    @classmethod
    def open(cls, device: str, folder: Path) -> "SysfsLamp":
        """Take it and be dark; raises DeviceGoneError, DeviceRefusedError."""
        try:
            full = (folder / "max_brightness").read_text(encoding="ascii").strip()
        except OSError as error:
            raise _problem(device, error) from error
        lamp = cls(device, folder, full)
        with suppress(OSError):  # a LED without triggers has no such file
            (folder / "trigger").write_text("none", encoding="ascii")
        lamp._write("0")
        return lamp

    @property
    def info(self) -> DeviceInfo:
        """The kernel's name for it."""
        return DeviceInfo("", self.folder.name)

    def shine(self, deadline: Deadline, *, on: bool) -> None:
        """On, or off."""
        deadline.slice_s()
        self._write(self._full if on else "0")

    def close(self) -> None:
        """Dark."""
        with suppress(DeviceError):
            self._write("0")

    def _write(self, brightness: str) -> None:
        try:
            (self.folder / "brightness").write_text(brightness, encoding="ascii")
        except OSError as error:
            raise _problem(self.device, error) from error


def _problem(device: str, error: OSError) -> DeviceError:
    if isinstance(error, PermissionError):
        return DeviceRefusedError(device, "no right to switch this LED.")
    return DeviceGoneError(device, "there is no such LED.")
