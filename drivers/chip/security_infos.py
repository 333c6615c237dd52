"""What EF.CardAccess, DG14 and EF.CardSecurity say of a chip's protocols (Doc 9303-11, 9.2)."""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.chip import tlv
from drivers.chip.errors import ChipDataError
from drivers.chip.public_keys import INTEGER, OBJECT_ID, OCTETS, SEQUENCE, positive

PACE = bytes.fromhex("04007F0007020204")
CHIP_AUTHENTICATION = bytes.fromhex("04007F0007020203")
PUBLIC_KEY = bytes.fromhex("04007F0007020201")
_ACTIVE = bytes.fromhex("678108010105")
_SIGNED_DATA = bytes.fromhex("2A864886F70D010702")
_SET = 0x31
_DG14 = 0x6E
_EXPLICIT_0 = 0xA0
_MOST_INFOS = 64
_MOST_NUMBER_BYTES = 8


@dataclass(frozen=True, slots=True)
class PaceInfo:
    """One way of PACE. `parameters` is None where domain parameters are not standardised."""

    oid: bytes
    version: int
    parameters: int | None


@dataclass(frozen=True, slots=True)
class ChipAuthenticationInfo:
    """One way of chip authentication, and the key that it is for where there are several."""

    oid: bytes
    version: int
    key_id: int | None


@dataclass(frozen=True, slots=True)
class ChipKeyInfo:
    """A static public key as SubjectPublicKeyInfo; `oid` tells DH (..1) from ECDH (..2)."""

    oid: bytes
    public_key: bytes
    key_id: int | None


@dataclass(frozen=True, slots=True)
class SecurityInfos:
    """The infos by kind; `pace_encoded` holds those on PACE as they stand, to be compared."""

    pace: tuple[PaceInfo, ...] = ()
    chip: tuple[ChipAuthenticationInfo, ...] = ()
    keys: tuple[ChipKeyInfo, ...] = ()
    active: bytes | None = None
    pace_encoded: frozenset[bytes] = frozenset()


def card_access(data: bytes) -> SecurityInfos:
    """EF.CardAccess. Raises ChipDataError."""
    return _parse(tlv.only(data, _SET))


def dg14(data: bytes) -> SecurityInfos:
    """DG14. Raises ChipDataError."""
    return _parse(tlv.only(tlv.only(data, _DG14), _SET))


def card_security(data: bytes) -> SecurityInfos:
    """What EF.CardSecurity says, its signature not looked at. Raises ChipDataError."""
    outer = tlv.read_all(tlv.only(data, SEQUENCE))
    if len(outer) != 2 or outer[0].value != _SIGNED_DATA:
        raise ChipDataError("EF.CardSecurity holds no signed data.")
    # version, digest algorithms, then the content with its type
    content = tlv.read_all(tlv.only(outer[1].value, SEQUENCE))[2:3]
    octets = tlv.find(content[0].value, _EXPLICIT_0, OCTETS) if content else None
    if octets is None:
        raise ChipDataError("EF.CardSecurity holds no content.")
    return _parse(tlv.only(octets, _SET))


def _parse(infos: bytes) -> SecurityInfos:
    found = list(_each(infos))
    return SecurityInfos(
        pace=tuple(_pace(oid, rest) for oid, rest, _ in found if _is_pace(oid)),
        chip=tuple(
            ChipAuthenticationInfo(oid, *_numbers(rest))
            for oid, rest, _ in found
            if oid.startswith(CHIP_AUTHENTICATION)
        ),
        keys=tuple(_key(oid, rest) for oid, rest, _ in found if oid.startswith(PUBLIC_KEY)),
        active=next((_active(rest) for oid, rest, _ in found if oid == _ACTIVE), None),
        pace_encoded=frozenset(whole for oid, _, whole in found if oid.startswith(PACE)),
    )


def _each(infos: bytes) -> Iterator[tuple[bytes, tuple[tlv.Tlv, ...], bytes]]:
    """Object identifier, what follows it, and the whole as it stands, for each info."""
    objects = tlv.read_all(infos)
    if len(objects) > _MOST_INFOS:
        raise ChipDataError(f"{len(objects)} security infos.")
    for one in objects:
        parts = tlv.read_all(one.value) if one.tag == SEQUENCE else ()
        if not parts or parts[0].tag != OBJECT_ID:
            raise ChipDataError("a security info without its protocol.")
        yield parts[0].value, parts[1:], one.value


def _is_pace(oid: bytes) -> bool:
    """A protocol with its cipher; without one it is a PACEDomainParameterInfo."""
    return oid.startswith(PACE) and len(oid) == len(PACE) + 2


def _pace(oid: bytes, rest: tuple[tlv.Tlv, ...]) -> PaceInfo:
    return PaceInfo(oid, *_numbers(rest))


def _numbers(rest: tuple[tlv.Tlv, ...]) -> tuple[int, int | None]:
    """A version and perhaps one number more."""
    if not 1 <= len(rest) <= 2 or any(one.tag != INTEGER for one in rest):
        raise ChipDataError("a security info whose version is missing.")
    values = [_small(one) for one in rest]
    return values[0], values[1] if len(values) == 2 else None


def _small(number: tlv.Tlv) -> int:
    """A version, or the number of parameters or of a key."""
    if len(number.value) > _MOST_NUMBER_BYTES:
        raise ChipDataError(f"a number of {len(number.value)} bytes in a security info.")
    return positive(number.value)


def _key(oid: bytes, rest: tuple[tlv.Tlv, ...]) -> ChipKeyInfo:
    if not rest or rest[0].tag != SEQUENCE:
        raise ChipDataError("a chip authentication key without a key.")
    key_id = _small(rest[1]) if len(rest) > 1 and rest[1].tag == INTEGER else None
    return ChipKeyInfo(oid, tlv.write(SEQUENCE, rest[0].value), key_id)


def _active(rest: tuple[tlv.Tlv, ...]) -> bytes:
    """The signature algorithm of active authentication."""
    if len(rest) != 2 or rest[1].tag != OBJECT_ID:
        raise ChipDataError("an active authentication info without its algorithm.")
    return rest[1].value
