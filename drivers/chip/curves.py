"""Elliptic curves by name, explicit parameters against the names, and a plain ECDSA verification.

Explicit parameters are taken for a named curve only where p, a, b, G, n and h all are that curve's:
whoever compares less accepts a generator that an attacker chose (CVE-2020-0601). The verification
on integers serves curves that `cryptography` lacks; it handles public values only, so that its time
need not be constant. Sources: FIPS 186-4, RFC 5639, SEC 1 version 2, BSI TR-03111.
"""

from dataclasses import dataclass
from functools import cache

from drivers.chip.curves_table import TABLE
from drivers.chip.errors import ChipDataError

MOST_BITS = 521
Jacobian = tuple[int, int, int]
"""x/z^2 and y/z^3; z is 0 at infinity."""
AT_INFINITY: Jacobian = (1, 1, 0)


@dataclass(frozen=True, slots=True)
class Curve:
    """y^2 = x^3 + ax + b over the integers modulo p; G = (gx, gy) has the prime order n, h = 1."""

    name: str
    oid: str
    p: int
    a: int
    b: int
    gx: int
    gy: int
    n: int

    @property
    def bytes(self) -> int:
        """How many bytes a coordinate takes."""
        return (self.p.bit_length() + 7) // 8

    def holds(self, x: int, y: int) -> bool:
        """Whether that point lies on it; all points of these curves are in the group of G."""
        inside = 0 <= x < self.p and 0 <= y < self.p
        return inside and (y * y - x * x * x - self.a * x - self.b) % self.p == 0

    def y_of(self, x: int, *, odd: bool) -> int:
        """The y of that parity over x. Raises ChipDataError where there is none."""
        y = _root((x * x * x + self.a * x + self.b) % self.p, self.p)
        y = y if y % 2 == odd else self.p - y
        if not self.holds(x, y):
            raise ChipDataError("a compressed point that is not on its curve.")
        return y


@dataclass(frozen=True, slots=True)
class Explicit:
    """Parameters as a certificate spells them out; `h` is None where it leaves the cofactor out."""

    p: int
    a: int
    b: int
    base: bytes
    n: int
    h: int | None


def all_curves() -> tuple[Curve, ...]:
    """Every curve that is known here by a name."""
    return tuple(_by_oid().values())


def by_oid(oid: str) -> Curve | None:
    """The curve of that object identifier."""
    return _by_oid().get(oid)


def named(explicit: Explicit) -> Curve | None:
    """The curve that these parameters are, in every one of them; None where no name fits.

    Raises ForgedCurveError where p, a and b are a named curve's and another number is there and is
    not: nobody has a reason to do that but one.
    """
    alike = [one for one in all_curves() if one.p == explicit.p]
    for curve in alike:
        if _same(curve, explicit):
            return curve
    twins = any(one.a % one.p == explicit.a % one.p and one.b == explicit.b for one in alike)
    if twins and explicit.h is not None:
        raise ForgedCurveError("explicit curve parameters that are a named curve's but for some.")
    return None


def point(curve: Curve, encoded: bytes) -> tuple[int, int]:
    """A point as SEC 1 encodes it, compressed or not, on the curve. Raises ChipDataError."""
    size, first = curve.bytes, encoded[:1]
    x = int.from_bytes(encoded[1 : 1 + size])
    if first == b"\x04" and len(encoded) == 1 + 2 * size:
        y = int.from_bytes(encoded[1 + size :])
    elif first in {b"\x02", b"\x03"} and len(encoded) == 1 + size and x < curve.p:
        y = curve.y_of(x, odd=first == b"\x03")
    else:
        raise ChipDataError(f"no point of {curve.name} in {len(encoded)} bytes.")
    if not curve.holds(x, y):
        raise ChipDataError(f"a point that is not on {curve.name}.")
    return x, y


def verify(curve: Curve, public: tuple[int, int], digest: bytes, r: int, s: int) -> bool:
    """ECDSA over a digest (SEC 1, 4.1.4); `public` lies on the curve."""
    if not (0 < r < curve.n and 0 < s < curve.n):
        return False
    surplus = max(0, 8 * len(digest) - curve.n.bit_length())
    e = int.from_bytes(digest) >> surplus
    w = pow(s, -1, curve.n)
    x, _, z = _sum_of_two(curve, e * w % curve.n, r * w % curve.n, public)
    if z == 0:
        return False
    return x * pow(z, -2, curve.p) % curve.p % curve.n == r


def double(curve: Curve, twice: Jacobian) -> Jacobian:
    """The point and itself."""
    x, y, z = twice
    p = curve.p
    if z == 0 or y == 0:
        return AT_INFINITY
    yy, zz = y * y % p, z * z % p
    s = 4 * x * yy % p
    m = (3 * x * x + curve.a * zz * zz) % p
    new_x = (m * m - 2 * s) % p
    return new_x, (m * (s - new_x) - 8 * yy * yy) % p, 2 * y * z % p


def add(curve: Curve, one: Jacobian, other: Jacobian) -> Jacobian:
    """Two points, the same or each other's negative too."""
    (x1, y1, z1), (x2, y2, z2) = one, other
    p = curve.p
    if z1 == 0:
        return other
    if z2 == 0:
        return one
    zz1, zz2 = z1 * z1 % p, z2 * z2 % p
    u1, s1 = x1 * zz2 % p, y1 * zz2 * z2 % p
    h, r = (x2 * zz1 - u1) % p, (y2 * zz1 * z1 - s1) % p
    if h == 0:
        return double(curve, one) if r == 0 else AT_INFINITY
    hh = h * h % p
    hhh, v = h * hh % p, u1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return x3, (r * (v - x3) - s1 * hhh) % p, h * z1 * z2 % p


class ForgedCurveError(ChipDataError):
    """A named curve with another generator, order or cofactor: CVE-2020-0601."""

    mend = "Keep the document and call an officer: its certificate is made to deceive."


def _same(curve: Curve, explicit: Explicit) -> bool:
    """All six; G is compared as a point, however it is encoded."""
    try:
        base = point(curve, explicit.base)
    except ChipDataError:
        return False
    ours = (curve.a % curve.p, curve.b, (curve.gx, curve.gy), curve.n, 1)
    return ours == (explicit.a % curve.p, explicit.b, base, explicit.n, explicit.h)


def _sum_of_two(curve: Curve, u: int, v: int, other: tuple[int, int]) -> Jacobian:
    """Work out u times G plus v times the other point, both bit by bit together."""
    base: Jacobian = (curve.gx, curve.gy, 1)
    second: Jacobian = (*other, 1)
    table = (AT_INFINITY, base, second, add(curve, base, second))
    total = AT_INFINITY
    for bit in reversed(range(curve.n.bit_length())):
        total = double(curve, total)
        total = add(curve, total, table[(u >> bit & 1) | (v >> bit & 1) << 1])
    return total


def _root(square: int, p: int) -> int:
    """A square root modulo p where there is one (Tonelli and Shanks); the caller checks it."""
    if p % 4 == 3:
        return pow(square, (p + 1) // 4, p)
    odd, twos = p - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    other = next(n for n in range(2, 1000) if pow(n, (p - 1) // 2, p) == p - 1)
    c, t, root = pow(other, odd, p), pow(square, odd, p), pow(square, (odd + 1) // 2, p)
    for left in range(twos - 1, 0, -1):
        if pow(t, 2 ** (left - 1), p) != 1:
            root, t = root * c % p, t * c * c % p
        c = c * c % p
    return root


@cache
def _by_oid() -> dict[str, Curve]:
    """The table as curves."""
    curves: dict[str, Curve] = {}
    for block in TABLE.strip().replace("\n  ", "").replace("\n ", " ").splitlines():
        name, oid, *numbers = block.split()
        curves[oid] = Curve(name, oid, *(int(number, 16) for number in numbers))
    return curves
