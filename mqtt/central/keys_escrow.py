"""The escrow key that needs two holders: a share alone says nothing of it (2-of-2, exclusive or).

The private number is the exclusive or of two shares, the first of which is 32 random bytes. So each
share by itself is as good as noise, whoever has all the time and machines of the world.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.central.keys_rooms import KeysError
from mqtt.keys import PrivateKey, PublicKey, thumbprint

_HEAD = "border-kiosk escrow share"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Share:
    """What one holder keeps; its repr hides it."""

    holder: int
    key_id: str
    value: bytes = field(repr=False)

    def text(self) -> str:
        """For paper and for a file: two lines of groups of four, and four signs against slips."""
        signs = self.value.hex()
        groups = [signs[at : at + 4] for at in range(0, len(signs), 4)]
        lines = [" ".join(groups[:8]), " ".join(groups[8:])]
        head = f"{_HEAD} {self.holder} of 2, key {self.key_id}"
        return "\n".join([head, *lines, f"check {self._check()}"]) + "\n"

    def _check(self) -> str:
        said = f"{self.holder} {self.key_id} {self.value.hex()}"
        return sha256(said.encode()).hexdigest()[:8]


def split() -> tuple[PublicKey, tuple[Share, Share]]:
    """A new escrow key, which exists nowhere but in its two shares."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = key.private_numbers().private_value.to_bytes(_BYTES, "big")
    noise = os.urandom(_BYTES)
    rest = bytes(one ^ other for one, other in zip(number, noise, strict=True))
    key_id = thumbprint(key.public_key()).hex()
    return key.public_key(), (Share(1, key_id, noise), Share(2, key_id, rest))


def read_share(text: str) -> Share:
    """A share as it was typed or read; raises KeysError, without any of its signs."""
    lines = [line.strip() for line in text.strip().splitlines()]
    try:
        head, *groups, check = lines
        holder, _, key_id = head.removeprefix(_HEAD).strip().partition(" of 2, key ")
        share = Share(int(holder), key_id.strip(), bytes.fromhex("".join(groups)))
    except ValueError:
        raise KeysError("that is no escrow share, or signs of it are missing.") from None
    if len(share.value) != _BYTES or share.text().splitlines()[-1] != check:
        raise KeysError("the check signs of the share do not fit: compare it with the paper.")
    return share


def join(shares: Iterable[Share]) -> PrivateKey:
    """The escrow key from the shares of both holders; raises KeysError."""
    given = sorted(shares, key=lambda one: one.holder)
    if [one.holder for one in given] != [1, 2] or len({one.key_id for one in given}) != 1:
        raise KeysError("it takes the two shares of one key, of two holders.")
    number = int.from_bytes(given[0].value, "big") ^ int.from_bytes(given[1].value, "big")
    try:
        key = ec.derive_private_key(number, ec.SECP256R1())
    except ValueError:
        raise KeysError("the two shares do not make a key.") from None
    if thumbprint(key.public_key()).hex() != given[0].key_id:
        raise KeysError("the two shares do not make the key that they name.")
    return key
