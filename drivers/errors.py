"""What can go wrong with a device, each with the mend in one sentence."""

from typing import ClassVar


class DeviceError(Exception):
    """Something between the kiosk and a device; `device` is its name in kiosk.toml."""

    mend: ClassVar[str] = "Run `kiosk doctor` to see which device and why."

    def __init__(self, device: str, what: str) -> None:
        super().__init__(f"{device}: {what}")
        self.device = device
        self.what = what


class DeviceGoneError(DeviceError):
    """The device left the bus, or was never there."""

    mend = "Check its cable and power, then `kiosk doctor`; the kiosk reconnects by itself."


class DeviceRefusedError(DeviceError):
    """The operating system does not let us open it: no rights, or another program holds it."""

    mend = "Install the udev rules of systemd/ and stop the other program that uses the device."


class DeviceTimeoutError(DeviceError):
    """The device, or the person in front of it, gave nothing within the time limit."""

    mend = "Try once more; if the device stays silent, unplug it for five seconds."


class CancelledError(DeviceError):
    """The kiosk no longer wants the answer."""

    mend = "Nothing to mend: the kiosk took its question back."


class ProtocolError(DeviceError):
    """The device answered bytes that its protocol does not know; positions only, never contents."""

    mend = "If it happens each time, check make and speed in kiosk.toml, then replug the device."


class DeviceUrlError(DeviceError):
    """A device URL in kiosk.toml that nothing here can open."""

    mend = "Compare the URL with kiosk.example.toml."
