"""What can go wrong with a fingerprint module on a serial line, beyond what any device can."""

from typing import ClassVar

from drivers.errors import DeviceGoneError, DeviceRefusedError, ProtocolError


class ModuleSilentError(DeviceGoneError):
    """The port is there, and nobody answers on it."""

    mend: ClassVar[str] = (
        "Check the module's power and that its TD goes to the adapter's RXD and its RD to TXD."
    )


class IllegibleLineError(DeviceRefusedError):
    """Bytes come that no module sends, at any speed."""

    mend: ClassVar[str] = (
        "Check that the URL names the module's port, and that the two share a ground wire."
    )


class ModulePasswordError(DeviceRefusedError):
    """The module has another password."""

    mend: ClassVar[str] = "Write the module's password as password= and 8 hex digits into the URL."


class ModuleAddressError(DeviceRefusedError):
    """The module has another address."""

    mend: ClassVar[str] = "Write the address that the message names as address= into the URL."


class ModuleFailedError(ProtocolError):
    """The module understands and cannot."""

    mend: ClassVar[str] = "Clean the glass and try again; if it stays so, replug the module."


class DamagedPacketError(ProtocolError):
    """What was said did not arrive whole."""

    mend: ClassVar[str] = (
        "Shorten the wires, twist them with ground, or write a lower fast= into the URL."
    )
