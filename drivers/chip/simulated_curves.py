"""Points of elliptic curves in plain integers, for the virtual chip: slow, short, its own."""

from collections.abc import Callable
from dataclasses import replace

from Crypto.Hash import HMAC, SHA256

from drivers.chip.simulated_domains import Curve

Point = tuple[int, int]
RandomBytes = Callable[[int], bytes]
_Jacobian = tuple[int, int, int]  # x/z2, y/z3; z = 0 is infinity
_INFINITY: _Jacobian = (1, 1, 0)


def base(curve: Curve) -> Point:
    """Its generator."""
    return curve.x, curve.y


def with_base(curve: Curve, point: Point) -> Curve:
    """The same curve with another generator of the same order."""
    return replace(curve, x=point[0], y=point[1])


def on_curve(curve: Curve, point: Point) -> bool:
    """Whether a point that somebody sent lies on it."""
    x, y = point
    inside = 0 <= x < curve.p and 0 <= y < curve.p
    return inside and (y * y - x * x * x - curve.a * x - curve.b) % curve.p == 0


def multiply(curve: Curve, scalar: int, point: Point) -> Point:
    """That many times the point; raises ValueError where that is infinity."""
    total, step = _INFINITY, (point[0], point[1], 1)
    for bit in f"{scalar % curve.n:b}":
        total = _double(curve, total)
        if bit == "1":
            total = _add(curve, total, step)
    return _affine(curve, total)


def add(curve: Curve, one: Point, other: Point) -> Point:
    """Their sum; raises ValueError where that is infinity."""
    return _affine(curve, _add(curve, (*one, 1), (*other, 1)))


def public(curve: Curve, private: int) -> Point:
    """The public key."""
    return multiply(curve, private, base(curve))


def encode(curve: Curve, point: Point) -> bytes:
    """04 and both coordinates (TR-03111, 3.2.1)."""
    return b"\x04" + b"".join(number.to_bytes(curve.width_bytes) for number in point)


def decode(curve: Curve, data: bytes) -> Point:
    """A point that a terminal sent; raises ValueError where it is none of this curve."""
    width = curve.width_bytes
    if len(data) != 1 + 2 * width or data[0] != 4:
        raise ValueError("no uncompressed point of this curve.")
    point = int.from_bytes(data[1 : 1 + width]), int.from_bytes(data[1 + width :])
    if not on_curve(curve, point):
        raise ValueError("the point is not on the curve.")
    return point


def private_key(limit: int, random: RandomBytes) -> int:
    """A number from 1 below the group's order; the bytes are taken as they come where they fit."""
    number = int.from_bytes(random((limit.bit_length() + 7) // 8))
    return number if 0 < number < limit else number % (limit - 1) + 1


def ecdsa(curve: Curve, private: int, digest: bytes) -> tuple[int, int]:
    """Sign a hash; the number that must never repeat is made of key and hash."""
    truncated = int.from_bytes(digest) >> max(0, 8 * len(digest) - curve.n.bit_length())
    turn = 0
    while True:
        k = _once(curve, private, digest, turn)
        r = public(curve, k)[0] % curve.n
        s = pow(k, -1, curve.n) * (truncated + r * private) % curve.n
        if r and s:
            return r, s
        turn += 1


def _once(curve: Curve, private: int, digest: bytes, turn: int) -> int:
    key = private.to_bytes(curve.scalar_bytes)
    drawn = b"".join(
        HMAC.new(key, digest + bytes([turn, part]), SHA256).digest() for part in range(3)
    )
    return int.from_bytes(drawn) % (curve.n - 1) + 1


def _affine(curve: Curve, point: _Jacobian) -> Point:
    x, y, z = point
    if z == 0:
        raise ValueError("the point at infinity.")
    inverse = pow(z, -1, curve.p)
    square = inverse * inverse % curve.p
    return x * square % curve.p, y * square * inverse % curve.p


def _double(curve: Curve, point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if z == 0 or y == 0:
        return _INFINITY
    p, y_y = curve.p, y * y % curve.p
    s = 4 * x * y_y % p
    m = (3 * x * x + curve.a * pow(z, 4, p)) % p
    x_2 = (m * m - 2 * s) % p
    return x_2, (m * (s - x_2) - 8 * y_y * y_y) % p, 2 * y * z % p


def _add(curve: Curve, one: _Jacobian, other: _Jacobian) -> _Jacobian:
    if one[2] == 0 or other[2] == 0:
        return other if one[2] == 0 else one
    p = curve.p
    z_1, z_2 = one[2] * one[2] % p, other[2] * other[2] % p
    u_1, u_2 = one[0] * z_2 % p, other[0] * z_1 % p
    s_1, s_2 = one[1] * z_2 * other[2] % p, other[1] * z_1 * one[2] % p
    h, r = (u_2 - u_1) % p, (s_2 - s_1) % p
    if h == 0:
        return _double(curve, one) if r == 0 else _INFINITY
    h_2 = h * h % p
    h_3, v = h * h_2 % p, u_1 * h_2 % p
    x = (r * r - h_3 - 2 * v) % p
    return x, (r * (v - x) - s_1 * h_3) % p, h * one[2] * other[2] % p
