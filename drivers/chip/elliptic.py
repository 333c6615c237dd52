"""Points of a named curve added and multiplied, which PACE's mappings need and libraries hide.

Time depends on the numbers: every secret that comes here serves one session and is thrown away.
"""

from drivers.chip import curves
from drivers.chip.curves import AT_INFINITY, Curve, Jacobian
from drivers.chip.errors import ChipDataError

Point = tuple[int, int]
_WINDOW_BITS = 4


def multiply(curve: Curve, times: int, point: Point) -> Point:
    """`times` that point, however large. Raises ChipDataError where that is at infinity."""
    times %= curve.n
    table = _multiples(curve, point)
    total = AT_INFINITY
    digits = -(-curve.n.bit_length() // _WINDOW_BITS)
    for at in reversed(range(digits)):
        for _ in range(_WINDOW_BITS):
            total = curves.double(curve, total)
        total = curves.add(curve, total, table[times >> (at * _WINDOW_BITS) & 0xF])
    return _affine(curve, total)


def add(curve: Curve, one: Point, other: Point) -> Point:
    """Their sum. Raises ChipDataError where that is the point at infinity."""
    return _affine(curve, curves.add(curve, (*one, 1), (*other, 1)))


def encode(curve: Curve, number: int) -> Point:
    """The point that a number of the field is sent to (Doc 9303-11, appendix B.2).

    Raises ChipDataError for a curve whose p is not 3 modulo 4, and for the few numbers without one.
    """
    p, a, b = curve.p, curve.a, curve.b
    if p % 4 != 3:
        raise ChipDataError(f"integrated mapping is not defined on {curve.name}.")
    alpha = -number * number % p
    spread = (alpha + alpha * alpha) % p
    if spread == 0:
        raise ChipDataError("a number that no point belongs to.")
    x2 = -b * pow(a, -1, p) * (1 + pow(spread, -1, p)) % p
    h2 = (pow(x2, 3, p) + a * x2 + b) % p
    root = pow(h2, p - 1 - (p + 1) // 4, p)
    if root * root * h2 % p == 1:
        return x2, root * h2 % p
    return alpha * x2 % p, root * pow(number, 3, p) * h2 % p


def _multiples(curve: Curve, point: Point) -> list[Jacobian]:
    """0 to 15 times the point."""
    table: list[Jacobian] = [AT_INFINITY, (*point, 1)]
    while len(table) < 1 << _WINDOW_BITS:
        table.append(curves.add(curve, table[-1], table[1]))
    return table


def _affine(curve: Curve, point: Jacobian) -> Point:
    x, y, z = point
    if z == 0:
        raise ChipDataError("the point at infinity where a key should be.")
    inverse = pow(z, -1, curve.p)
    square = inverse * inverse % curve.p
    return x * square % curve.p, y * square * inverse % curve.p
