"""What the host says to a document reader on a serial line, and how the reader answers; pure."""

import re
from dataclasses import dataclass

_TAKEN, _NO_SUCH_COMMAND, _NO_SUCH_VALUE = b"\x06", b"\x05", b"\x15"  # ACK ENQ NAK
_MENU = b"\x16M\r"  # SYN M CR
_VOLATILE = b"!"  # until the reader loses power; "." would wear its memory out
_SETUP = re.compile(r"[A-Z0-9]{6,}(?:[,;][A-Z0-9]{3,})*")


@dataclass(frozen=True, slots=True)
class Commands:
    """What makes a reader look for a document, and what makes it rest.

    again_s: after so long without a document `arm` is said again: a reader's own read time-out has
    ended the search by then, or it lost power for a moment. 0: never.
    """

    arm: bytes = b""
    rest: bytes = b""
    again_s: float = 0.0
    takes_setup: bool = False


# Honeywell serial trigger commands: SYN T CR looks until something is read, until SYN U CR, or
# until the read time-out, 30 s as shipped. Elyctis scanner command set 1.7: C switches continuous
# reading, which ends with each reading; a document that stays in the slot is read again only after
# it was switched off and on.
_ELYCTIS_ON, _ELYCTIS_OFF = b"C\x00\x01\x01", b"C\x00\x01\x00"

ARM: dict[str, Commands] = {
    "plain": Commands(),  # reads whenever a document is laid down: DESKO, 3M native, most others
    "honeywell": Commands(b"\x16T\r", b"\x16U\r", again_s=10.0, takes_setup=True),
    "elyctis": Commands(_ELYCTIS_OFF + _ELYCTIS_ON, _ELYCTIS_OFF, again_s=10.0),
}


def is_setup(words: str) -> bool:
    """Whether `words` could be menu commands: tags and data such as `TRGMOD0;OCRENA1`."""
    return _SETUP.fullmatch(words) is not None


def setup_command(words: str) -> bytes:
    """Menu commands for a Honeywell-type reader, kept until it loses power."""
    return _MENU + words.encode("ascii") + _VOLATILE


def setup_answer(heard: bytes) -> bool | None:
    """Whether the reader took its menu commands; None while it has not said.

    It repeats the commands with ACK, ENQ or NAK in front of each `,`, `;` and of the last `!`.
    """
    if _NO_SUCH_COMMAND in heard or _NO_SUCH_VALUE in heard:
        return False
    return True if heard.rstrip().endswith(_TAKEN + _VOLATILE) else None
