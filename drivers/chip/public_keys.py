"""Public keys of chips as DG14, DG15 and EF.CardSecurity hold them (SubjectPublicKeyInfo)."""

from dataclasses import dataclass

from drivers.chip import curves, tlv
from drivers.chip.domain_parameters import modular_groups, standardised
from drivers.chip.errors import ChipDataError, UnsupportedChipError
from drivers.chip.key_groups import CurveGroup, Group, ModularGroup

SEQUENCE = 0x30
INTEGER = 0x02
BIT_STRING = 0x03
OCTETS = 0x04
OBJECT_ID = 0x06
_RSA = bytes.fromhex("2A864886F70D010101")
_CURVE = bytes.fromhex("2A8648CE3D0201")
_DH = bytes.fromhex("2A8648CE3E0201")
_DH_PKCS3 = bytes.fromhex("2A864886F70D010301")
_STANDARDISED = bytes.fromhex("04007F00070102")
_PRIME_FIELD = bytes.fromhex("2A8648CE3D0101")
MOST_RSA_BITS = 8192


@dataclass(frozen=True, slots=True)
class RsaKey:
    """Modulus and exponent."""

    modulus: int
    exponent: int


@dataclass(frozen=True, slots=True)
class GroupKey:
    """An element of a group that is known by name."""

    group: Group
    element: bytes


def parse(info: bytes) -> RsaKey | GroupKey:
    """A key from its SubjectPublicKeyInfo.

    Raises ChipDataError where it is none, UnsupportedChipError where its kind or curve is unknown.
    """
    algorithm, bits = _two(tlv.only(info, SEQUENCE), SEQUENCE, BIT_STRING)
    if not bits.startswith(b"\0"):
        raise ChipDataError("a public key of no whole bytes.")
    oid, parameters = _algorithm(algorithm)
    if oid == _RSA:
        return _rsa(bits[1:])
    group = _group(oid, parameters)
    return GroupKey(group, _element(group, bits[1:]))


def positive(data: bytes) -> int:
    """The value of an INTEGER that must not be negative. Raises ChipDataError."""
    if not data or data[0] & 0x80:
        raise ChipDataError("a number that is empty or negative.")
    return int.from_bytes(data)


def dotted(oid: bytes) -> str:
    """An object identifier in words of digits. Raises ChipDataError where it is cut."""
    if not oid or oid[-1] & 0x80:
        raise ChipDataError("an object identifier that is cut.")
    arcs, held = [], 0
    for byte in oid:
        held = held << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(held)
            held = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (top, arcs[0] - 40 * top, *arcs[1:]))


def _two(data: bytes, first: int, second: int) -> tuple[bytes, bytes]:
    """The values of exactly two objects with these tags."""
    objects = tlv.read_all(data)
    if tuple(one.tag for one in objects) != (first, second):
        raise ChipDataError(f"not the two objects {first:X} and {second:X}.")
    return objects[0].value, objects[1].value


def _algorithm(data: bytes) -> tuple[bytes, bytes]:
    """Its object identifier and its parameters, encoded, empty where there are none."""
    one, end = tlv.read_one(data)
    if one.tag != OBJECT_ID:
        raise ChipDataError("an algorithm without its identifier.")
    return one.value, data[end:]


def _rsa(data: bytes) -> RsaKey:
    modulus, exponent = map(positive, _two(tlv.only(data, SEQUENCE), INTEGER, INTEGER))
    if modulus.bit_length() > MOST_RSA_BITS or exponent.bit_length() > 64 or modulus % 2 == 0:
        raise UnsupportedChipError(f"an RSA key of {modulus.bit_length()} bits.")
    return RsaKey(modulus, exponent)


def _group(oid: bytes, parameters: bytes) -> Group:
    if oid == _STANDARDISED:
        group = standardised(positive(tlv.only(parameters, INTEGER)))
    elif oid == _CURVE:
        group = _curve(parameters)
    elif oid in {_DH, _DH_PKCS3}:
        group = _modular(parameters)
    else:
        raise UnsupportedChipError(f"a key of the kind {dotted(oid)}.")
    if group is None:
        raise UnsupportedChipError("a key in a group that no standard names.")
    return group


def _element(group: Group, data: bytes) -> bytes:
    """As it travels: a point as it is, a number out of its INTEGER where it has one."""
    if isinstance(group, CurveGroup):
        return data
    first, end = tlv.read_one(data)
    if first.tag == INTEGER and end == len(data):
        number = positive(first.value)
        if number.bit_length() > 8 * group.element_bytes:
            raise ChipDataError(f"a public value longer than {group.name}.")
        return number.to_bytes(group.element_bytes)
    return data


def _curve(parameters: bytes) -> Group | None:
    one, _ = tlv.read_one(parameters)
    if one.tag == OBJECT_ID:
        curve = curves.by_oid(dotted(one.value))
    elif one.tag == SEQUENCE:
        curve = curves.named(_explicit(one.value))
    else:
        raise ChipDataError("curve parameters that are neither named nor spelt out.")
    return None if curve is None else CurveGroup(curve)


def _explicit(data: bytes) -> curves.Explicit:
    """ECParameters of SEC 1, C.2, over a prime field."""
    parts = tlv.read_all(data)
    if len(parts) not in {5, 6}:
        raise ChipDataError(f"explicit curve parameters of {len(parts)} parts.")
    _, field, coefficients, base, order, *cofactor = (part.value for part in parts)
    kind, prime = _two(field, OBJECT_ID, INTEGER)
    if kind != _PRIME_FIELD:
        raise UnsupportedChipError("a curve over a binary field.")
    a, b = (int.from_bytes(one.value) for one in tlv.read_all(coefficients)[:2])
    h = positive(cofactor[0]) if cofactor else None
    return curves.Explicit(positive(prime), a, b, base, positive(order), h)


def _modular(parameters: bytes) -> ModularGroup | None:
    """By p and g, and by q where it is spelt out (X9.42 writes it third, PKCS 3 does not)."""
    numbers = [one.value for one in tlv.read_all(tlv.only(parameters, SEQUENCE))]
    if len(numbers) < 2:
        raise ChipDataError("Diffie-Hellman parameters without a generator.")
    p, g = positive(numbers[0]), positive(numbers[1])
    return next((group for group in modular_groups() if (group.p, group.g) == (p, g)), None)
