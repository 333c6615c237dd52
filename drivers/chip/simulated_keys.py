"""Signing keys of the virtual issuer: ECDSA over any curve, RSA with PKCS #1 or PSS."""

from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Protocol

from Crypto.Hash import SHA1, SHA224, SHA256, SHA384, SHA512
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15, pss

from drivers.chip import simulated_curves as points
from drivers.chip.simulated_curves import Point
from drivers.chip.simulated_der import bits, integer, null, octets, oid, sequence, tagged
from drivers.chip.simulated_domains import CURVES, Curve

DIGESTS: dict[str, tuple[str, ModuleType]] = {
    "sha1": ("1.3.14.3.2.26", SHA1),
    "sha224": ("2.16.840.1.101.3.4.2.4", SHA224),
    "sha256": ("2.16.840.1.101.3.4.2.1", SHA256),
    "sha384": ("2.16.840.1.101.3.4.2.2", SHA384),
    "sha512": ("2.16.840.1.101.3.4.2.3", SHA512),
}
_ECDSA = {
    "sha1": "1.2.840.10045.4.1",
    "sha224": "1.2.840.10045.4.3.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
_RSA = "1.2.840.113549.1.1"
_RSA_DIGESTS = {"sha1": 5, "sha224": 14, "sha256": 11, "sha384": 12, "sha512": 13}
_EC_PUBLIC_KEY, _PRIME_FIELD = "1.2.840.10045.2.1", "1.2.840.10045.1.1"


def digest(name: str, data: bytes) -> bytes:
    """The hash of that name."""
    value: bytes = DIGESTS[name][1].new(data).digest()
    return value


def digest_algorithm(name: str) -> bytes:
    """Its AlgorithmIdentifier."""
    return sequence(oid(DIGESTS[name][0]))


class SigningKey(Protocol):
    """A private key that signs, and says what it is."""

    @property
    def digest_name(self) -> str:
        """With which hash it signs."""
        ...

    def public_key_info(self) -> bytes:
        """SubjectPublicKeyInfo."""
        ...

    def public_bits(self) -> bytes:
        """The public key alone, of which its identifier is the hash."""
        ...

    def algorithm(self) -> bytes:
        """AlgorithmIdentifier of its signatures."""
        ...

    def sign(self, data: bytes) -> bytes:
        """A signature as X.509 and CMS hold it."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class EcKey:
    """ECDSA; `explicit` writes the curve's numbers into certificates in place of its name."""

    curve: Curve
    private: int
    digest_name: str = "sha256"
    explicit: bool = False

    @classmethod
    def of(cls, number: int, seed: bytes, digest_name: str = "sha256") -> "EcKey":
        """The key that a seed gives on the curve of that number, the same each time."""
        curve = CURVES[number]
        drawn = b"".join(digest("sha512", seed + bytes([part])) for part in range(2))
        return cls(curve, int.from_bytes(drawn) % (curve.n - 1) + 1, digest_name)

    def public(self) -> Point:
        """Its point."""
        return _public(self.curve, self.private)

    def public_bits(self) -> bytes:
        """The point, uncompressed."""
        return points.encode(self.curve, self.public())

    def public_key_info(self) -> bytes:
        """With the curve's name or its numbers."""
        domain = parameters(self.curve) if self.explicit else oid(self.curve.oid)
        return sequence(sequence(oid(_EC_PUBLIC_KEY), domain), bits(self.public_bits()))

    def algorithm(self) -> bytes:
        """Without parameters (RFC 5758, 3.2)."""
        return sequence(oid(_ECDSA[self.digest_name]))

    def sign(self, data: bytes) -> bytes:
        """SEQUENCE of r and s."""
        r, s = points.ecdsa(self.curve, self.private, digest(self.digest_name, data))
        return sequence(integer(r), integer(s))

    def plain(self, data: bytes) -> bytes:
        """R and s side by side (TR-03111, 5.2.1), as active authentication answers."""
        both = points.ecdsa(self.curve, self.private, digest(self.digest_name, data))
        return b"".join(number.to_bytes(self.curve.scalar_bytes) for number in both)

    def forged(self, private: int) -> "EcKey":
        """The same public point over another generator, whose private key somebody chose.

        What CVE-2020-0601 is about: only the generator tells it from the real key.
        """
        inverse = pow(private, -1, self.curve.n)
        generator = points.multiply(self.curve, inverse, self.public())
        curve = points.with_base(self.curve, generator)
        return EcKey(curve, private, self.digest_name, explicit=True)


@dataclass(frozen=True, slots=True, repr=False)
class RsaKey:
    """RSA, with PKCS #1 v1.5 or PSS."""

    key: RSA.RsaKey
    digest_name: str = "sha256"
    probabilistic: bool = False
    salt_bytes: int = field(default=32)

    def public_bits(self) -> bytes:
        """SEQUENCE of modulus and exponent."""
        return sequence(integer(self.key.n), integer(self.key.e))

    def public_key_info(self) -> bytes:
        """RsaEncryption."""
        return sequence(sequence(oid(f"{_RSA}.1"), null()), bits(self.public_bits()))

    def algorithm(self) -> bytes:
        """With all of PSS's parameters, where it is that (RFC 4055, 3.1)."""
        if not self.probabilistic:
            return sequence(oid(f"{_RSA}.{_RSA_DIGESTS[self.digest_name]}"), null())
        hashing = sequence(oid(DIGESTS[self.digest_name][0]), null())
        masking = sequence(oid(f"{_RSA}.8"), hashing)
        said = (tagged(0, hashing), tagged(1, masking), tagged(2, integer(self.salt_bytes)))
        return sequence(oid(f"{_RSA}.10"), sequence(*said))

    def sign(self, data: bytes) -> bytes:
        """As long as the modulus."""
        hashed = DIGESTS[self.digest_name][1].new(data)
        if self.probabilistic:
            return pss.new(self.key, salt_bytes=self.salt_bytes).sign(hashed)
        return pkcs1_15.new(self.key).sign(hashed)


@lru_cache(256)
def _public(curve: Curve, private: int) -> Point:
    return points.public(curve, private)


def parameters(curve: Curve) -> bytes:
    """A curve by its numbers: ECParameters (TR-03111, 4.2; SEC 1, C.2)."""
    width = curve.width_bytes
    return sequence(
        integer(1),
        sequence(oid(_PRIME_FIELD), integer(curve.p)),
        sequence(octets(curve.a.to_bytes(width)), octets(curve.b.to_bytes(width))),
        octets(points.encode(curve, points.base(curve))),
        integer(curve.n),
        integer(1),
    )
