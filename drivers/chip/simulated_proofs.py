"""What proves the chip: active and chip authentication on its side (Doc 9303-11, 6), virtual."""

from dataclasses import dataclass, field
from typing import Protocol

from drivers.chip.simulated_apdu import CONDITIONS_NOT_SATISFIED, WRONG_DATA, StatusError
from drivers.chip.simulated_curves import RandomBytes
from drivers.chip.simulated_der import der, objects, oid_value
from drivers.chip.simulated_keys import EcKey, RsaKey, SigningKey, digest
from drivers.chip.simulated_mapping import CurveGroup
from drivers.chip.simulated_messaging import SUITES, Session

_HEADER = 0x6A
_TRAILERS = {"sha1": b"\xbc", "sha224": b"\x38\xcc", "sha256": b"\x34\xcc"}
_CHIP_PROTOCOL = "0.4.0.127.0.7.2.2.3.2"
_SUITE_NUMBERS = {"3DES": 1, "AES-128": 2, "AES-192": 3, "AES-256": 4}


class ActiveKey(Protocol):
    """A key that answers challenges."""

    @property
    def key(self) -> SigningKey:
        """What DG15 says of it."""
        ...

    def answer(self, challenge: bytes, random: RandomBytes) -> bytes:
        """The signature over a challenge."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class RsaActive:
    """ISO/IEC 9796-2, scheme 1, with recovery of a part that the chip draws."""

    key: RsaKey

    def answer(self, challenge: bytes, random: RandomBytes) -> bytes:
        """As long as the modulus."""
        name, width = self.key.digest_name, self.key.key.size_in_bytes()
        trailer = _TRAILERS[name]
        drawn = random(width - 1 - len(digest(name, b"")) - len(trailer))
        hashed = digest(name, drawn + challenge)
        block = int.from_bytes(bytes((_HEADER,)) + drawn + hashed + trailer)
        return pow(block, self.key.key.d, self.key.key.n).to_bytes(width)


@dataclass(frozen=True, slots=True, repr=False)
class EcActive:
    """ECDSA, r and s side by side."""

    key: EcKey

    def answer(self, challenge: bytes, random: RandomBytes) -> bytes:  # noqa: ARG002 (RSA's needs it)
        """Twice as long as the curve's order."""
        return self.key.plain(challenge)


@dataclass(slots=True, repr=False)
class ChipProof:
    """Chip authentication version 1 with a static EC key: 3DES in one command, AES in two."""

    suite: str
    key: EcKey
    _chosen: bool = field(default=False)

    def choose(self, data: bytes) -> Session | None:
        """MSE:SET AT (chosen, None) or MSE:SET KAT (a session at once); raises StatusError."""
        said = _objects(data)
        if 0x91 in said:
            return self._agree(said[0x91], "3DES")
        wanted = oid_value(f"{_CHIP_PROTOCOL}.{_SUITE_NUMBERS[self.suite]}")
        if said.get(0x80) != wanted or self.suite == "3DES":
            raise StatusError(WRONG_DATA)
        self._chosen = True
        return None

    def agree(self, data: bytes) -> tuple[bytes, Session]:
        """GENERAL AUTHENTICATE: the answer and the session that follows it; raises StatusError."""
        if not self._chosen:
            raise StatusError(CONDITIONS_NOT_SATISFIED)
        self._chosen = False
        theirs = _objects(_objects(data).get(0x7C, b"")).get(0x80, b"")
        return der(0x7C), self._agree(theirs, self.suite)

    @property
    def chosen(self) -> bool:
        """Whether the next GENERAL AUTHENTICATE is for it."""
        return self._chosen

    def _agree(self, theirs: bytes, suite: str) -> Session:
        if suite != self.suite:
            raise StatusError(WRONG_DATA)
        try:
            secret = CurveGroup(self.key.curve).secret(self.key.private, theirs)
        except ValueError:
            raise StatusError(WRONG_DATA) from None
        return Session(SUITES[suite], secret)


def _objects(data: bytes) -> dict[int, bytes]:
    try:
        return dict(objects(data))
    except ValueError:
        raise StatusError(WRONG_DATA) from None
