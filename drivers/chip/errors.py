"""What can go wrong with a chip and with what it says; never with any of its contents."""

from typing import ClassVar

from drivers.errors import DeviceError


class ChipDataError(Exception):
    """Bytes of a chip, a list or a certificate that are not what their standard says."""

    mend: ClassVar[str] = "Read the chip again; if it repeats, an officer should look at it."


class TlvError(ChipDataError):
    """Not BER-TLV, or longer than what is there; positions and tags only."""


class ChipAccessError(DeviceError):
    """The chip does not open with this MRZ or CAN."""

    mend = "Read the printed lines again; the chip opens only with the right ones."


class ChipProtocolError(DeviceError):
    """The chip, or something between, broke its protocol: wrong MAC, length, status word."""

    mend = "Lay the document down again; if it repeats, an officer should look at it."


class LdsError(ChipDataError):
    """A file of the chip that Doc 9303-10 does not know so; tags and positions only."""


class FaceRecordError(ChipDataError):
    """Biometric data that are no record of ISO/IEC 19794-5 or 39794-5; positions only."""
