"""Basic access control on the chip's side (Doc 9303-11, 4.3), for the virtual chip."""

import hmac
from dataclasses import dataclass

from Crypto.Hash import SHA1

from drivers.chip.simulated_apdu import AUTHENTICATION_FAILED, WRONG_LENGTH, StatusError
from drivers.chip.simulated_curves import RandomBytes
from drivers.chip.simulated_messaging import AUTHENTICATE, ENCRYPT, TRIPLE_DES, Session

_CHALLENGE_BYTES = 8
_KEY_BYTES = 16
_SEALED_BYTES = 32


def mrz_information(lines: tuple[str, ...]) -> str:
    """Number, birth and expiry with their check digits, as BAC and PACE take them from the MRZ."""
    if len(lines) == 3:
        return _number(lines[0][5:15], lines[0][15:30]) + lines[1][0:7] + lines[1][8:15]
    second = lines[1]
    goes_on = second[28:35] if len(second) == 36 else ""
    return _number(second[0:10], goes_on) + second[13:20] + second[21:28]


def password_of(information: str) -> bytes:
    """The hash that PACE takes as a password; its first sixteen bytes are BAC's seed."""
    return SHA1.new(information.encode("ascii")).digest()


@dataclass(slots=True, repr=False)
class Bac:
    """One document's BAC: gives challenges, answers the mutual authentication."""

    password: bytes
    random: RandomBytes
    _challenge: bytes = b""

    def challenge(self) -> bytes:
        """Eight fresh bytes."""
        self._challenge = self.random(_CHALLENGE_BYTES)
        return self._challenge

    def authenticate(self, data: bytes) -> tuple[bytes, Session]:
        """The answer and the session that begins with it; raises StatusError.

        `data` is what the terminal encrypted (its challenge, ours, its half of the key) and a MAC.
        """
        if len(data) != _SEALED_BYTES + 8:
            raise StatusError(WRONG_LENGTH)
        encrypting, authenticating = self._keys()
        sealed, mac = data[:_SEALED_BYTES], data[_SEALED_BYTES:]
        right = TRIPLE_DES.mac(authenticating, TRIPLE_DES.pad(sealed))
        plain = TRIPLE_DES.decrypt(encrypting, sealed)
        theirs, ours, their_half = plain[:8], plain[8:16], plain[16:]
        expected, self._challenge = self._challenge, b""
        if not hmac.compare_digest(right, mac) or not expected or ours != expected:
            raise StatusError(AUTHENTICATION_FAILED)
        our_half = self.random(_KEY_BYTES)
        answer = TRIPLE_DES.encrypt(encrypting, ours + theirs + our_half)
        secret = bytes(one ^ other for one, other in zip(their_half, our_half, strict=True))
        counter = int.from_bytes(ours[4:] + theirs[4:])
        reply = answer + TRIPLE_DES.mac(authenticating, TRIPLE_DES.pad(answer))
        return reply, Session(TRIPLE_DES, secret, counter)

    def _keys(self) -> tuple[bytes, bytes]:
        seed = self.password[:_KEY_BYTES]
        return TRIPLE_DES.derive(seed, ENCRYPT), TRIPLE_DES.derive(seed, AUTHENTICATE)


def _number(field: str, optional: str) -> str:
    """A card's number longer than nine goes on in the optional data; its check digit comes last."""
    rest = optional.split("<", maxsplit=1)[0]
    if field[9] != "<" or not rest:
        return field
    return field[:9] + rest
