"""The files of a virtual chip from a plain description of its holder (Doc 9303-10, 4)."""

from drivers.chip.simulated_der import der, integer, oid, sequence, set_of
from drivers.chip.simulated_keys import SigningKey
from drivers.chip.simulated_pace import PaceOffer
from drivers.chip.simulated_profile import Holder

TAGS = {
    1: 0x61, 2: 0x75, 3: 0x63, 4: 0x76, 5: 0x65, 7: 0x67, 11: 0x6B, 12: 0x6C, 13: 0x6D, 14: 0x6E,
    15: 0x6F, 16: 0x70,
}  # fmt: skip
_PACE_VERSION, _CHIP_VERSION, _ACTIVE_VERSION = 2, 1, 1
_ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
_CHIP_KEY, _CHIP_PROTOCOL = "0.4.0.127.0.7.2.2.1.2", "0.4.0.127.0.7.2.2.3.2"
_CHIP_SUITES = {"3DES": 1, "AES-128": 2, "AES-192": 3, "AES-256": 4}
_JPEG, _JPEG_2000 = 0, 1
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)))


def com(present: tuple[int, ...]) -> bytes:
    """EF.COM that lists these data groups."""
    tags = bytes(TAGS[number] for number in present)
    return der(0x60, der(0x5F01, b"0107"), der(0x5F36, b"040000"), der(0x5C, tags))


def dg1(mrz: tuple[str, ...]) -> bytes:
    """The MRZ."""
    return der(0x61, der(0x5F1F, "".join(mrz).encode("ascii")))


def dg2(portrait: bytes) -> bytes:
    """The portrait in a face record of ISO/IEC 19794-5:2005."""
    record = face_record(portrait)
    header = (
        der(0x80, b"\x01\x01"),
        der(0x81, b"\x02"),
        der(0x82, b"\x00"),
        der(0x87, b"\x01\x01"),
        der(0x88, b"\x00\x08"),
    )
    template = der(0x7F60, der(0xA1, *header), der(0x5F2E, record))
    return der(0x75, der(0x7F61, der(0x02, b"\x01"), template))


def face_record(portrait: bytes) -> bytes:
    """One picture, no feature points, nothing said of the person (ISO/IEC 19794-5, 5)."""
    width, height = picture_size(portrait)
    kind = _JPEG if portrait.startswith(b"\xff\xd8") else _JPEG_2000
    picture = bytes((1, kind)) + width.to_bytes(2) + height.to_bytes(2) + bytes((1, 2, 0, 0, 0, 0))
    about = bytes(14)
    block = (20 + len(picture) + len(portrait)).to_bytes(4) + bytes(2) + about
    body = block + picture + portrait
    return b"FAC\x00010\x00" + (14 + len(body)).to_bytes(4) + (1).to_bytes(2) + body


def dg11(holder: Holder) -> bytes:
    """The full name in all its letters, and where the holder was born."""
    parts = {0x5F0E: holder.full_name.encode(), 0x5F11: holder.birth_place.encode()}
    return _listed(0x6B, parts)


def dg12(holder: Holder) -> bytes:
    """Who issued the document and when."""
    return _listed(0x6C, {0x5F19: holder.authority.encode(), 0x5F26: holder.issued.encode()})


def dg14(
    offers: tuple[PaceOffer, ...], chip: tuple[str, bytes] | None, active: SigningKey | None
) -> bytes:
    """Security infos: PACE, chip authentication (suite, public key info), the hash that AA takes.

    active: an EC key; the hash that goes with it is named, as Doc 9303-11, 9.2.4 asks.
    """
    infos = [pace_info(offer) for offer in offers]
    if chip is not None:
        infos += [chip_protocol(chip[0]), chip_key(chip[1])]
    if active is not None:
        infos.append(active_info(active))
    return der(0x6E, set_of(*infos))


def dg15(key: SigningKey) -> bytes:
    """The public key of active authentication."""
    return der(0x6F, key.public_key_info())


def bomb(number: int) -> bytes:
    """A data group of a thousand objects within one another."""
    inside = b""
    for _ in range(1000):
        inside = der(0x30, inside)
    return der(TAGS[number], inside)


def card_access(offers: tuple[PaceOffer, ...]) -> bytes:
    """EF.CardAccess."""
    return set_of(*(pace_info(offer) for offer in offers))


def pace_info(offer: PaceOffer) -> bytes:
    """PACEInfo (Doc 9303-11, 9.2.1)."""
    return sequence(oid(offer.oid), integer(_PACE_VERSION), integer(offer.parameters))


def chip_protocol(suite: str) -> bytes:
    """ChipAuthenticationInfo over ECDH (Doc 9303-11, 9.2.2)."""
    return sequence(oid(f"{_CHIP_PROTOCOL}.{_CHIP_SUITES[suite]}"), integer(_CHIP_VERSION))


def chip_key(public_key_info: bytes) -> bytes:
    """ChipAuthenticationPublicKeyInfo over ECDH."""
    return sequence(oid(_CHIP_KEY), public_key_info)


def active_info(key: SigningKey) -> bytes:
    """ActiveAuthenticationInfo."""
    algorithm = f"0.4.0.127.0.7.1.1.4.1.{_PLAIN_ECDSA[key.digest_name]}"
    return sequence(oid(_ACTIVE_AUTHENTICATION), integer(_ACTIVE_VERSION), oid(algorithm))


_PLAIN_ECDSA = {"sha1": 1, "sha224": 2, "sha256": 3, "sha384": 4, "sha512": 5}


def picture_size(picture: bytes) -> tuple[int, int]:
    """Width and height in pixels; raises ValueError where it is neither JPEG nor JPEG 2000."""
    if picture.startswith(b"\xff\xd8"):
        return _jpeg_size(picture)
    at = picture.find(b"ihdr") + 4 if picture[4:8] == b"jP  " else 0
    if at > 4:
        height, width = picture[at : at + 4], picture[at + 4 : at + 8]
        return int.from_bytes(width), int.from_bytes(height)
    if picture.startswith(b"\xff\x4f\xff\x51"):
        width, height = picture[8:12], picture[12:16]
        return int.from_bytes(width), int.from_bytes(height)
    raise ValueError("the portrait is neither JPEG nor JPEG 2000.")


def _jpeg_size(picture: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(picture):
        if picture[at + 1] in _FRAMES:
            height, width = picture[at + 5 : at + 7], picture[at + 7 : at + 9]
            return int.from_bytes(width), int.from_bytes(height)
        at += 2 + int.from_bytes(picture[at + 2 : at + 4])
    raise ValueError("the portrait is a JPEG without a frame.")


def _listed(tag: int, parts: dict[int, bytes]) -> bytes:
    """Objects after the list of their tags."""
    held = {name: value for name, value in parts.items() if value}
    names = b"".join(name.to_bytes(2) for name in held)
    return der(tag, der(0x5C, names), *(der(name, value) for name, value in held.items()))
