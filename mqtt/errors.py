"""What can go wrong with the wire, keys and outbox, each with its mend and without any content."""

from typing import ClassVar


class WireError(Exception):
    """Bytes from outside that the contract does not have; says where, never what they held."""

    mend: ClassVar[str] = "Nothing to mend here: keep the bytes, and look at who sent them."


class MessageError(WireError):
    """No event of mqtt/contract/: not CBOR, too large, a wrong type or value."""

    mend = (
        "Compare the sender's release with mqtt/contract/; the sealed bytes are kept as they came."
    )


class EnvelopeError(WireError):
    """A wire that is misshapen, not signed by its kiosk, or not sealed for our keys."""

    mend = (
        "Check that the registry holds this kiosk's present key; the bytes are kept as they came."
    )


class ReceiptError(WireError):
    """A receipt that is misshapen or not signed by the centre; its rows stay unreceipted."""

    mend = (
        "Check the centre's public key in the provisioning bundle; the kiosk sends its rows again."
    )


class BundleError(WireError):
    """A bundle that the programme's root did not sign, or that is expired, older or misplaced."""

    mend = "Bring the newest bundle (`kiosk-central keys rotate` makes it); the one in use goes on."


class CommandError(WireError):
    """A command that the centre did not sign, or that is for others, expired, or out of order."""

    mend = "See at the centre who sent it (`kiosk-central command list`); nothing was done."


class EnrolError(WireError):
    """A request, an answer or a token of enrolment that does not hold."""

    mend = "Make a new token with `kiosk-central keys enrol`, then enrol the kiosk again."


class EnrolLinkError(EnrolError):
    """The enrolment desk was not reached, or did not answer; nothing was lost."""

    mend = "Check link and address (--url), then say it again: the token is still good."


class KeyFileError(Exception):
    """A key file that cannot be used: unreadable, open to others, or not a P-256 key."""

    mend: ClassVar[str] = (
        "Give the file to its service alone (chmod 600), or provision the key anew."
    )


class OutboxError(Exception):
    """Something between the kiosk and its store of sealed rows."""

    mend: ClassVar[str] = "Run `kiosk doctor` and look at the card and its free space."


class OutboxNoneError(OutboxError):
    """The file is no outbox; the card is not to blame."""

    mend = "Name an outbox: that of [storage] in kiosk.toml, a copy, or *.unreadable-N beside it."


class OutboxBusyError(OutboxError):
    """Another process owns the outbox."""

    mend = "Stop the other border-kiosk process; an outbox has one owner."


class OutboxFullError(OutboxError):
    """No room below the high-water mark; nothing was written."""

    mend = "Bring the link or the centre back so that rows are receipted, or raise outbox_limit_mb."


class OutboxChainError(OutboxError):
    """Sealed rows that do not follow the stored head; nothing was written."""

    mend = (
        "Seal again from outbox.head(), or use outbox.append, which holds the lock between the two."
    )


class OutboxForeignError(OutboxError):
    """The outbox belongs to another kiosk id."""

    mend = "Put the card back into its own kiosk, or move the file aside before this kiosk starts."


class OutboxVersionError(OutboxError):
    """The outbox was written by a newer release."""

    mend = "Go back to the newer release, let it drain the outbox, then change the release."


class OutboxCorruptError(OutboxError):
    """The file is no readable database; it was moved aside, not deleted."""

    mend = "Send the file that was moved aside to the centre's engineers, and replace the card."


class OutboxDiskError(OutboxError):
    """The disk refused to read or write."""

    mend = "Replace the card or disk; what was confirmed before is on it and still sealed."


class OutboxRoomError(OutboxError):
    """The partition is smaller than what the outbox may take."""

    mend = "Lower outbox_limit_mb or ballast_mb under [storage], or use a larger card."


class OutboxMirrorError(OutboxError):
    """The second medium does not hold what the first one holds; no traveller may start."""

    mend = (
        "Put the mirror's medium back (`kiosk outbox status` says what is wrong with it); it"
        ' catches up by itself. To serve without it: without_mirror = "go_on" under [storage].'
    )


class OutboxLostError(OutboxMirrorError):
    """The mirror holds a chain that the outbox lacks: its card was changed or set back."""

    mend = "Run `kiosk outbox restore`, which begins again from the mirror; nothing is deleted."


class OutboxCourierError(OutboxError):
    """A stick, or a file on it, cannot be used; the outbox is as it was."""

    mend = "Use another stick, and look at the file's name: each kiosk has its own."
