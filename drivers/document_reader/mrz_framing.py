"""How each make of document reader wraps MRZ lines: bytes as the devices send them; pure.

The kiosk's decoder needs none of this; simulated readers and tests do.
"""

from collections.abc import Callable
from functools import reduce
from operator import xor

Lines = tuple[str, ...]


def desko(lines: Lines) -> bytes:
    """SOD STX line CR line CR ETX EOD (DESKO protocol description, 1.4); here SI and SO."""
    return b"\x0f\x02" + _each(lines, b"\r") + b"\x03\x0e"


def three_m(lines: Lines) -> bytes:
    """SOH length "OU" STX flag line CR line CR line CR ETX BCC (3M RTE6701-OEM manual, 9.1.1).

    The bottom line of the document is always the third, an absent one keeps its CR, and two-line
    documents are padded with `_` to 44 characters. The length is the low and the high seven bits,
    the BCC the exclusive or from the length to ETX.
    """
    width = 30 if len(lines) == 3 else 44
    padded = tuple(line.ljust(width, "_") for line in lines)
    text = _each(("",) * (3 - len(lines)) + padded, b"\r")
    body = b"OU\x020" + text + b"\x03"
    size = len(body) + 3
    block = bytes((size & 0x7F, size >> 7)) + body
    return b"\x01" + block + bytes([reduce(xor, block)])


def elyctis(lines: Lines) -> bytes:
    """Tag `I`, two bytes of length, lines with CR between."""
    data = "\r".join(lines).encode("ascii")
    return b"I" + len(data).to_bytes(2, "big") + data


def honeywell(lines: Lines) -> bytes:
    """All lines without a separator, then CR."""
    return "".join(lines).encode("ascii") + b"\r"


def plain(lines: Lines) -> bytes:
    """Line CR LF line CR LF."""
    return _each(lines, b"\r\n")


FRAMINGS: dict[str, Callable[[Lines], bytes]] = {
    "desko": desko,
    "3m": three_m,
    "elyctis": elyctis,
    "honeywell": honeywell,
    "plain": plain,
}


def _each(lines: Lines, end: bytes) -> bytes:
    return b"".join(line.encode("ascii") + end for line in lines)
