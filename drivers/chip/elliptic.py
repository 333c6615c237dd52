"""Points of a named curve added and multiplied, which PACE's mappings need and libraries hide.

Time depends on the numbers: every secret that comes here serves one session and is thrown away.
"""

from drivers.chip.curves import Curve
from drivers.chip.errors import ChipDataError

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_AT_INFINITY: _Jacobian = (1, 1, 0)
_WINDOW_BITS = 4


def multiply(curve: Curve, times: int, point: Point) -> Point:
    """`times` that point. Raises ChipDataError where that is the point at infinity."""
    table = _multiples(curve, point)
    total = _AT_INFINITY
    digits = -(-curve.n.bit_length() // _WINDOW_BITS)
    for at in reversed(range(digits)):
        for _ in range(_WINDOW_BITS):
            total = _double(curve, total)
        total = _sum(curve, total, table[times >> (at * _WINDOW_BITS) & 0xF])
    return _affine(curve, total)


def add(curve: Curve, one: Point, other: Point) -> Point:
    """Their sum. Raises ChipDataError where that is the point at infinity."""
    return _affine(curve, _sum(curve, (*one, 1), (*other, 1)))


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


def _multiples(curve: Curve, point: Point) -> list[_Jacobian]:
    """0 to 15 times the point."""
    table: list[_Jacobian] = [_AT_INFINITY, (*point, 1)]
    while len(table) < 1 << _WINDOW_BITS:
        table.append(_sum(curve, table[-1], table[1]))
    return table


def _affine(curve: Curve, point: _Jacobian) -> Point:
    x, y, z = point
    if z == 0:
        raise ChipDataError("the point at infinity where a key should be.")
    inverse = pow(z, -1, curve.p)
    square = inverse * inverse % curve.p
    return x * square % curve.p, y * square * inverse % curve.p


def _double(curve: Curve, point: _Jacobian) -> _Jacobian:
    x, y, z = point
    p = curve.p
    if z == 0 or y == 0:
        return _AT_INFINITY
    yy, zz = y * y % p, z * z % p
    s = 4 * x * yy % p
    m = (3 * x * x + curve.a * zz * zz) % p
    new_x = (m * m - 2 * s) % p
    return new_x, (m * (s - new_x) - 8 * yy * yy) % p, 2 * y * z % p


def _sum(curve: Curve, one: _Jacobian, other: _Jacobian) -> _Jacobian:
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
        return _double(curve, one) if r == 0 else _AT_INFINITY
    hh = h * h % p
    hhh, v = h * hh % p, u1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return x3, (r * (v - x3) - s1 * hhh) % p, h * z1 * z2 % p
