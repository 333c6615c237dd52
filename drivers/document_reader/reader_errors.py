"""What a document reader's bytes say when they are no document: each with the mend that fits."""

from drivers.errors import DeviceRefusedError, DeviceTimeoutError, ProtocolError


class CutDocumentError(ProtocolError):
    """Lines came, and no whole document among them."""

    mend = "Lay the document down again; if it happens each time, clean the glass, check the cable."


class WrongSpeedError(ProtocolError):
    """Most bytes are no text: the two ends of the line do not agree."""

    mend = (
        "Set `baud`, `bits` and `parity` in the reader's URL as the reader has them;"
        " try 9600, 19200, 38400, 57600, 115200 (docs/document_readers.md)."
    )


class WrongParityError(WrongSpeedError):
    """Every byte carries a parity bit that the port was not told of."""

    mend = "Add what the line above says to the reader's URL, or set the reader to 8N1."


class WrongKeysError(ProtocolError):
    """A reader that types like a keyboard types that of another country."""

    mend = "Set `keys` in the reader's URL to us, fr or de, whichever the reader is set to."


class IllegibleError(DeviceTimeoutError):
    """No document came in time, and what did come was no text."""

    mend = WrongSpeedError.mend


class SetupRefusedError(ProtocolError):
    """The reader did not take a setting that the URL wants it to take."""

    mend = "Compare `setup` in the reader's URL with the reader's manual, or leave it out."


class KeyboardRightsError(DeviceRefusedError):
    """The user that the kiosk runs as may not open this input device."""

    mend = "Add a udev rule for the reader (docs/document_readers.md), or the group input."


class KeyboardBusyError(DeviceRefusedError):
    """Another program has taken this input device for itself."""

    mend = "Stop the other program that holds the input device (a second kiosk, evtest --grab)."
