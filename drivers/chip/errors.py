"""What can go wrong with a chip and with what it says; never with any of its contents."""

from typing import ClassVar

from drivers.errors import DeviceError, DeviceGoneError, DeviceRefusedError


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


class UnsupportedChipError(ChipDataError):
    """A key, curve or protocol that the standard knows and this reader does not."""

    mend = "Nothing to mend: the check is reported as not done, with the reason."


class ChipRefusedError(ChipProtocolError):
    """The chip answered with a status word that is no success."""

    def __init__(self, device: str, what: str, status: int) -> None:
        super().__init__(device, f"{what}: the chip answered {status:04X}.")
        self.status = status


class SecureMessagingError(ChipProtocolError):
    """A protected answer that is plain, cut, replayed or does not bear its MAC."""


class PaceUnavailableError(ChipProtocolError):
    """Each PACE that the chip offers is unknown here, or the chip itself declined it."""


class FileMissingError(ChipProtocolError):
    """The chip has no such file."""


class FileProtectedError(ChipProtocolError):
    """The file is there, and the chip wants more rights than ours."""


class FileSizeError(ChipProtocolError):
    """A file without end, one that ends before its own length, or larger than any document's."""


class LongCommandError(ChipProtocolError):
    """Reader or chip does not carry a command or an answer of extended length."""


class ChipRemovedError(DeviceGoneError):
    """The document was taken away while its chip was read."""

    mend = "Lay the document down again and leave it until the reading ends."


class NoChipError(DeviceGoneError):
    """No document with a chip lies on the reader."""

    mend = "Lay the open document flat on the reader; if it never answers, its chip may be broken."


class ReaderGoneError(DeviceGoneError):
    """The PC/SC service knows no such reader, or it was unplugged."""

    mend = "Check the reader's cable; `kiosk doctor` says whether it opens."


class ReaderServiceError(DeviceGoneError):
    """The PC/SC service does not answer, or was restarted."""

    mend = "Check `systemctl status pcscd`; the kiosk asks again by itself."


class PcscMissingError(DeviceRefusedError):
    """The library for PC/SC readers is not installed."""

    mend = "apt-get install pcscd python3-pyscard (docs/chip_readers.md)."


class NotJudgedError(ChipDataError):
    """Nothing is wrong that we know of, but nobody here can judge it: an algorithm, a curve."""

    mend = "Nothing to mend at the kiosk; an officer may judge it by other means."
