"""What every device says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Make, model, serial and firmware as the device reports them; empty where it does not."""

    make: str
    model: str
    serial: str = ""
    firmware: str = ""
