"""Key agreement on curves and in prime fields behind one shape: elements travel as their bytes."""

from dataclasses import dataclass
from typing import Protocol

from drivers.chip import curves, elliptic
from drivers.chip.api import Random
from drivers.chip.curves import Curve
from drivers.chip.errors import ChipDataError

_MOST_DRAWS = 128


class Group(Protocol):
    """A cyclic group of prime order; an element is bytes as PACE and chip authentication send it.

    Whatever takes an element raises ChipDataError where the bytes are none, or the neutral one.
    """

    @property
    def name(self) -> str:
        """Its name in the standards."""

    @property
    def element_bytes(self) -> int:
        """How long an element is."""

    @property
    def public_tag(self) -> int:
        """The tag of a public value in an authentication token (Doc 9303-11, 9.2.3 and 9.2.4)."""

    @property
    def prime(self) -> int:
        """The size of the field."""

    @property
    def base(self) -> bytes:
        """The standard generator."""

    def draw(self, random: Random) -> int:
        """A private key."""

    def times(self, times: int, element: bytes) -> bytes:
        """The element that many times combined with itself."""

    def combine(self, one: bytes, other: bytes) -> bytes:
        """The group's operation."""

    def encode(self, number: int) -> bytes:
        """The element that the integrated mapping sends a number to."""

    def secret(self, element: bytes) -> bytes:
        """What of a shared element goes into the derivation of keys."""


@dataclass(frozen=True, slots=True)
class CurveGroup:
    """Points, uncompressed: 04, x, y. All named curves here have the cofactor 1."""

    curve: Curve
    public_tag: int = 0x86

    @property
    def name(self) -> str:
        """As RFC 5639 and SEC 2 name it."""
        return self.curve.name

    @property
    def element_bytes(self) -> int:
        """04 and two coordinates."""
        return 1 + 2 * self.curve.bytes

    @property
    def prime(self) -> int:
        """The p of its coordinates."""
        return self.curve.p

    @property
    def base(self) -> bytes:
        """G."""
        return self.spelt((self.curve.gx, self.curve.gy))

    def draw(self, random: Random) -> int:
        """A number from 1 to n - 1."""
        return _draw(self.curve.n, random)

    def times(self, times: int, element: bytes) -> bytes:
        """Multiply a point that must lie on the curve."""
        return self.spelt(elliptic.multiply(self.curve, times, self._point(element)))

    def combine(self, one: bytes, other: bytes) -> bytes:
        """Add two points."""
        return self.spelt(elliptic.add(self.curve, self._point(one), self._point(other)))

    def encode(self, number: int) -> bytes:
        """Doc 9303-11, appendix B.2."""
        return self.spelt(elliptic.encode(self.curve, number))

    def secret(self, element: bytes) -> bytes:
        """The x coordinate."""
        return element[1 : 1 + self.curve.bytes]

    def _point(self, element: bytes) -> elliptic.Point:
        if len(element) != self.element_bytes:
            raise ChipDataError(f"no whole point of {self.name} in {len(element)} bytes.")
        return curves.point(self.curve, element)

    def spelt(self, point: elliptic.Point) -> bytes:
        """As it travels."""
        return b"\x04" + b"".join(number.to_bytes(self.curve.bytes) for number in point)


@dataclass(frozen=True, slots=True)
class ModularGroup:
    """Numbers modulo p, of the prime order q."""

    name: str
    p: int
    g: int
    q: int
    public_tag: int = 0x84

    @property
    def element_bytes(self) -> int:
        """As long as p."""
        return (self.p.bit_length() + 7) // 8

    @property
    def prime(self) -> int:
        """The p that numbers are taken by."""
        return self.p

    @property
    def base(self) -> bytes:
        """The generator g."""
        return self._bytes(self.g)

    def draw(self, random: Random) -> int:
        """A number from 1 to q - 1."""
        return _draw(self.q, random)

    def times(self, times: int, element: bytes) -> bytes:
        """Raise a number that must be in the group of order q."""
        return self._bytes(pow(self._number(element), times, self.p))

    def combine(self, one: bytes, other: bytes) -> bytes:
        """Multiply two."""
        return self._bytes(self._number(one) * self._number(other) % self.p)

    def encode(self, number: int) -> bytes:
        """Doc 9303-11, appendix B.1."""
        return self._bytes(pow(number, (self.p - 1) // self.q, self.p))

    def secret(self, element: bytes) -> bytes:
        """All of it."""
        return element

    def _number(self, element: bytes) -> int:
        number = int.from_bytes(element)
        inside = len(element) <= self.element_bytes and 1 < number < self.p - 1
        if not inside or pow(number, self.q, self.p) != 1:
            raise ChipDataError(f"no element of {self.name} in {len(element)} bytes.")
        return number

    def _bytes(self, number: int) -> bytes:
        if number <= 1:
            raise ChipDataError(f"the neutral element of {self.name} where a key should be.")
        return number.to_bytes(self.element_bytes)


def _draw(order: int, random: Random) -> int:
    """A number from 1 to order - 1, each as likely as any other."""
    size = (order.bit_length() + 7) // 8
    for _ in range(_MOST_DRAWS):
        number = int.from_bytes(random(size)) & ((1 << order.bit_length()) - 1)
        if 0 < number < order:
            return number
    raise ChipDataError("the source of random numbers gives none that is fit for a key.")
