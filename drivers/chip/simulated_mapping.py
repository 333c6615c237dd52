"""Mappings of PACE over curves and MODP groups, in plain integers, for the virtual chip."""

from dataclasses import dataclass, replace
from typing import Protocol

from drivers.chip import simulated_curves as points
from drivers.chip.simulated_curves import RandomBytes
from drivers.chip.simulated_domains import CURVES, GROUPS, Curve, ModpGroup
from drivers.chip.simulated_messaging import Suite

_SPARE_BITS = 64
# Doc 9303-11, 4.4.3.3.2: c0 and c1 for nonces of 128 and of 256 bits.
_CONSTANTS = {
    16: ("a668892a7c41e3ca739f40b057d85904", "a4e136ac725f738b01c1f60217c188ad"),
    32: (
        "d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676",
        "54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517",
    ),
}


class Agreement(Protocol):
    """Key agreement with the mapped generator; raises ValueError on a key that is none."""

    def public(self, private: int) -> bytes:
        """The chip's ephemeral public key as it is sent."""
        ...

    def secret(self, private: int, theirs: bytes) -> bytes:
        """The shared secret of full width."""
        ...


class Group(Protocol):
    """Domain parameters that map; raises ValueError on what is no key of theirs."""

    @property
    def order(self) -> int:
        """How many elements the generator makes."""
        ...

    def private(self, random: RandomBytes) -> int:
        """A fresh private key."""
        ...

    def generic(self, nonce: bytes, private: int, theirs: bytes) -> tuple[bytes, Agreement]:
        """The mapping key to send, and the group with its new generator."""
        ...

    def integrated(self, suite: Suite, nonce: bytes, theirs: bytes) -> Agreement:
        """The group with the generator that both nonces give."""
        ...


def group_of(number: int, curve: bool) -> Group:
    """The domain parameters of that number; raises KeyError."""
    return CurveGroup(CURVES[number]) if curve else PowerGroup(GROUPS[number])


def pseudo_random(suite: Suite, nonce: bytes, theirs: bytes, p: int) -> int:
    """R(s, t) modulo p (Doc 9303-11, 4.4.3.3.2); raises ValueError on a nonce of wrong length."""
    if len(theirs) != suite.key_bytes:
        raise ValueError("the terminal's nonce is as long as a key.")
    first, second = (bytes.fromhex(constant) for constant in _CONSTANTS[len(nonce)])
    key, drawn = suite.encrypt(theirs, nonce)[: suite.key_bytes], b""
    while 8 * len(drawn) < p.bit_length() + _SPARE_BITS:
        drawn += suite.encrypt(key, second)
        key = suite.encrypt(key, first)[: suite.key_bytes]
    return int.from_bytes(drawn) % p


def point_of(curve: Curve, number: int) -> points.Point:
    """The point that a number encodes, for p = 3 mod 4 (Doc 9303-11, appendix B)."""
    p, a, b = curve.p, curve.a, curve.b
    if p % 4 != 3:
        raise ValueError("no integrated mapping over this curve.")
    alpha = -number * number % p
    both = (alpha + alpha * alpha) % p
    x_2 = -b * (1 + both) * pow(a * both, -1, p) % p
    h_2 = (pow(x_2, 3, p) + a * x_2 + b) % p
    root = pow(h_2, p - 1 - (p + 1) // 4, p)
    if root * root * h_2 % p == 1:
        return x_2, root * h_2 % p
    return alpha * x_2 % p, root * pow(number, 3, p) * h_2 % p


@dataclass(frozen=True, slots=True)
class CurveGroup:
    """An elliptic curve as a group, mapped or not."""

    curve: Curve

    @property
    def order(self) -> int:
        """Of the generator."""
        return self.curve.n

    def private(self, random: RandomBytes) -> int:
        """A fresh private key."""
        return points.private_key(self.curve.n, random)

    def public(self, private: int) -> bytes:
        """An uncompressed point."""
        return points.encode(self.curve, points.public(self.curve, private))

    def secret(self, private: int, theirs: bytes) -> bytes:
        """The x-coordinate."""
        shared = points.multiply(self.curve, private, points.decode(self.curve, theirs))
        return shared[0].to_bytes(self.curve.width_bytes)

    def generic(self, nonce: bytes, private: int, theirs: bytes) -> tuple[bytes, Agreement]:
        """G' = s G + H."""
        shared = points.multiply(self.curve, private, points.decode(self.curve, theirs))
        start = points.multiply(self.curve, int.from_bytes(nonce), points.base(self.curve))
        mapped = points.add(self.curve, start, shared)
        return self.public(private), CurveGroup(points.with_base(self.curve, mapped))

    def integrated(self, suite: Suite, nonce: bytes, theirs: bytes) -> Agreement:
        """G' = f(R(s, t))."""
        number = pseudo_random(suite, nonce, theirs, self.curve.p)
        return CurveGroup(points.with_base(self.curve, point_of(self.curve, number)))


@dataclass(frozen=True, slots=True)
class PowerGroup:
    """A MODP group, mapped or not."""

    group: ModpGroup

    @property
    def order(self) -> int:
        """Of the generator."""
        return self.group.q

    def private(self, random: RandomBytes) -> int:
        """A fresh private key."""
        return points.private_key(self.group.q, random)

    def public(self, private: int) -> bytes:
        """As wide as p."""
        return self._wide(pow(self.group.g, private, self.group.p))

    def secret(self, private: int, theirs: bytes) -> bytes:
        """As wide as p."""
        return self._wide(pow(self._element(theirs), private, self.group.p))

    def generic(self, nonce: bytes, private: int, theirs: bytes) -> tuple[bytes, Agreement]:
        """New g' = g^s h."""
        p = self.group.p
        shared = pow(self._element(theirs), private, p)
        mapped = pow(self.group.g, int.from_bytes(nonce), p) * shared % p
        return self.public(private), PowerGroup(replace(self.group, g=mapped))

    def integrated(self, suite: Suite, nonce: bytes, theirs: bytes) -> Agreement:
        """New g' = R(s, t)^((p-1)/q)."""
        p, q = self.group.p, self.group.q
        mapped = pow(pseudo_random(suite, nonce, theirs, p), (p - 1) // q, p)
        return PowerGroup(replace(self.group, g=mapped))

    def _element(self, data: bytes) -> int:
        number = int.from_bytes(data)
        if not 1 < number < self.group.p - 1:
            raise ValueError("no element of this group.")
        return number

    def _wide(self, number: int) -> bytes:
        return number.to_bytes(self.group.width_bytes)
