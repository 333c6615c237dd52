"""Public keys of chips as DG14, DG15 and EF.CardSecurity hold them (SubjectPublicKeyInfo)."""

from dataclasses import dataclass

from drivers.chip import keys, tlv
from drivers.chip.der import MOST_INTEGER_BYTES
from drivers.chip.domain_parameters import modular_groups, standardised
from drivers.chip.errors import ChipDataError, NotJudgedError, UnsupportedChipError
from drivers.chip.key_groups import CurveGroup, Group, ModularGroup
from drivers.chip.keys import RsaKey

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
_AS_IN_CERTIFICATES = frozenset((_RSA, _CURVE))


@dataclass(frozen=True, slots=True)
class GroupKey:
    """An element of a group that is known by name."""

    group: Group
    element: bytes


def parse(info: bytes) -> RsaKey | GroupKey:
    """A key from its SubjectPublicKeyInfo; a point comes out uncompressed, on its curve.

    Raises ChipDataError where it is none, UnsupportedChipError where its kind, size or curve is
    unknown.
    """
    algorithm, bits = _two(tlv.only(info, SEQUENCE), SEQUENCE, BIT_STRING)
    if not bits.startswith(b"\0"):
        raise ChipDataError("a public key of no whole bytes.")
    oid, parameters = _algorithm(algorithm)
    if oid in _AS_IN_CERTIFICATES:
        return _as_in_certificates(info)
    group = _group(oid, parameters)
    return GroupKey(group, _element(group, bits[1:]))


def positive(data: bytes) -> int:
    """The value of an INTEGER that must not be negative. Raises ChipDataError."""
    if not 0 < len(data) <= MOST_INTEGER_BYTES or data[0] & 0x80:
        raise ChipDataError(f"a number that is empty, negative or too long: {len(data)} bytes.")
    return int.from_bytes(data)


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


def _as_in_certificates(info: bytes) -> RsaKey | GroupKey:
    try:
        key = keys.parse(info)
    except NotJudgedError as error:
        raise UnsupportedChipError(str(error)) from error
    if isinstance(key, RsaKey):
        return key
    group = CurveGroup(key.curve)
    return GroupKey(group, group.spelt(key.point))


def _group(oid: bytes, parameters: bytes) -> Group:
    if oid == _STANDARDISED:
        group = standardised(positive(tlv.only(parameters, INTEGER)))
    elif oid in {_DH, _DH_PKCS3}:
        group = _modular(parameters)
    else:
        raise UnsupportedChipError(f"a key of the kind {oid[:32].hex()}.")
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


def _modular(parameters: bytes) -> ModularGroup | None:
    """By p and g, and by q where it is spelt out (X9.42 writes it third, PKCS 3 does not)."""
    numbers = [one.value for one in tlv.read_all(tlv.only(parameters, SEQUENCE))]
    if len(numbers) < 2:
        raise ChipDataError("Diffie-Hellman parameters without a generator.")
    p, g = positive(numbers[0]), positive(numbers[1])
    return next((group for group in modular_groups() if (group.p, group.g) == (p, g)), None)
