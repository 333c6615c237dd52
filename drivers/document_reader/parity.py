"""Finds a parity bit that a port of 8 bits took for text, and takes it off; pure.

A reader that sends 7 bits and a parity bit to a port of 8 bits without one (7E1 to 8N1) arrives
without a framing error: its eighth bit is the parity. That is certain once many bytes agree.
"""

from collections.abc import Callable
from dataclasses import dataclass

LEAST_BYTES = 60  # the shortest document has 72; by chance so many bytes agree once in 2**60
_LOW = 0x7F


@dataclass(frozen=True, slots=True)
class Bared:
    """Text without its parity bit, and what to say in the URL so that the port takes it off."""

    text: bytes
    setting: str


_RULES: dict[str, Callable[[int], bool]] = {
    "bits=7&parity=E": lambda byte: byte.bit_count() % 2 == 0,
    "bits=7&parity=O": lambda byte: byte.bit_count() % 2 == 1,
    "bits=7&parity=N&stop=2": lambda byte: byte > _LOW,  # mark: like a first stop bit
}


def bare(data: bytes) -> Bared | None:
    """The text where every byte of `data` obeys one parity; None where that is not certain."""
    if len(data) < LEAST_BYTES or max(data) <= _LOW:
        return None
    for setting, obeys in _RULES.items():
        if all(map(obeys, data)):
            return Bared(bytes(byte & _LOW for byte in data), setting)
    return None
