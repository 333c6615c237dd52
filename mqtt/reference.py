"""The reference of an event: what a traveller, an officer and the centre can all say of it (pure).

The last group of the event's id, 48 bits that say nothing, as ten signs of Crockford's base 32 and
two digits of ISO/IEC 7064, MOD 97-10: one wrong sign, or two that changed places, never fit.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS, DIGITS, GROUP = 10, 2, 4
BITS = 48
_READ_AS = str.maketrans("OIL", "011")
"""How Crockford's decoder reads what people take a zero or a one for."""


class NoReferenceError(ValueError):
    """No reference, or one with a slip in it; says which, never what stood there."""


def reference(event_id: str) -> str:
    """The reference of an event's id (a UUID), in groups of four: K7QM-2X9D-4T83."""
    number = int(event_id.rpartition("-")[2], 16)
    signs = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (SIGNS - 1), -1, -5))
    text = f"{signs}{98 - number * 100 % 97:02d}"
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def id_ending(text: str) -> str:
    """The last twelve hexadecimal digits of the event's id; raises NoReferenceError.

    Small letters, blanks and dashes do not matter, nor O for 0, I and L for 1.
    """
    bare = re.sub(r"[\s-]", "", text.upper()).translate(_READ_AS)
    if not re.fullmatch(f"[{ALPHABET}]{{{SIGNS}}}[0-9]{{{DIGITS}}}", bare):
        raise NoReferenceError("a reference has three groups of four, two digits at its end.")
    number = 0
    for sign in bare[:SIGNS]:
        number = number << 5 | ALPHABET.index(sign)
    if number >> BITS or (number * 100 + int(bare[SIGNS:])) % 97 != 1:
        raise NoReferenceError("the reference has a slip in it: its last two digits do not fit.")
    return f"{number:012x}"
