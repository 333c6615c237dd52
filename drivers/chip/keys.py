"""Public keys of certificates: RSA, and points on named curves however the curve is spelt.

Source: RFC 3279 and RFC 5480 (SubjectPublicKeyInfo), Doc 9303-12, 4.1.
"""

from dataclasses import dataclass

from drivers.chip import curves, der
from drivers.chip.asn1 import keys, reading
from drivers.chip.curves import Curve, Explicit
from drivers.chip.der import Piece
from drivers.chip.errors import ChipDataError, NotJudgedError

RSA, RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
EC = "1.2.840.10045.2.1"
FEWEST_BITS, MOST_BITS = 1024, 8192
MOST_EXPONENT_BITS = 64


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A modulus and an exponent; `pss` is the encoded AlgorithmIdentifier of a key for PSS only."""

    n: int
    e: int
    pss: bytes = b""

    @property
    def words(self) -> str:
        """What it is, for people."""
        return f"RSA {self.n.bit_length()}"


@dataclass(frozen=True, slots=True)
class EcKey:
    """A point on a named curve; `explicit` where the certificate spelt the curve out."""

    curve: Curve
    point: tuple[int, int]
    explicit: bool = False

    @property
    def words(self) -> str:
        """What it is, for people."""
        return f"{self.curve.name}{' (explicit parameters)' if self.explicit else ''}"


PublicKey = RsaKey | EcKey


def parse(data: bytes) -> PublicKey:
    """The key of an encoded SubjectPublicKeyInfo.

    Raises NotJudgedError for a kind, size or curve that nothing here can use, ForgedCurveError for
    a named curve with other numbers, ChipDataError for what is no key.
    """
    parts = der.only(data, der.SEQUENCE).pieces()
    if len(parts) != 2:
        raise ChipDataError("a public key that is no pair.")
    algorithm = parts[0].pieces()
    held = der.bits(parts[1])
    if not algorithm:
        raise ChipDataError("a public key without its kind.")
    match der.oid(algorithm[0]):
        case "1.2.840.113549.1.1.1":
            return _rsa(held)
        case "1.2.840.113549.1.1.10":
            return _rsa(held, parts[0].whole if len(algorithm) > 1 else b"")
        case "1.2.840.10045.2.1":
            return _elliptic(algorithm[1:], held)
        case kind:
            raise NotJudgedError(f"a key of kind {kind}.")


def _rsa(held: bytes, pss: bytes = b"") -> RsaKey:
    parts = der.only(held, der.SEQUENCE).pieces()
    if len(parts) != 2:
        raise ChipDataError("an RSA key that is no pair.")
    n, e = der.natural(parts[0]), der.natural(parts[1])
    if not FEWEST_BITS <= n.bit_length() <= MOST_BITS:
        raise NotJudgedError(f"an RSA key of {n.bit_length()} bits.")
    if e < 3 or e % 2 == 0 or n % 2 == 0 or e.bit_length() > MOST_EXPONENT_BITS:
        raise NotJudgedError("an RSA key of unusual numbers.")
    return RsaKey(n, e, pss)


def _elliptic(parameters: tuple[Piece, ...], held: bytes) -> EcKey:
    if len(parameters) != 1:
        raise NotJudgedError("a key without its curve.")
    if parameters[0].tag == der.OID:
        name = der.oid(parameters[0])
        curve = curves.by_oid(name)
        if curve is None:
            raise NotJudgedError(f"curve {name}.")
        return EcKey(curve, curves.point(curve, held))
    curve = curves.named(_explicit(parameters[0]))
    if curve is None:
        raise NotJudgedError("explicit curve parameters that are no named curve's.")
    return EcKey(curve, curves.point(curve, held), explicit=True)


def _explicit(parameters: Piece) -> Explicit:
    """The numbers of an ECParameters over a prime field."""
    if len(parameters.whole) > 4096:
        raise NotJudgedError("curve parameters of more than 4096 bytes.")
    with reading("curve parameters"):
        spelt = keys.SpecifiedECDomain.load(parameters.whole)
        field = spelt["field_id"]
        if field["field_type"].native != "prime_field":
            raise NotJudgedError("a curve that is over no prime field.")
        return Explicit(
            p=field["parameters"].native,
            a=int.from_bytes(spelt["curve"]["a"].contents),
            b=int.from_bytes(spelt["curve"]["b"].contents),
            base=spelt["base"].contents,
            n=spelt["order"].native,
            h=spelt["cofactor"].native,
        )
