"""EF.SOD: the hashes of a chip's data groups, and who signed them (Doc 9303-10, 4.6.2).

Nothing in a Sod is proven: `passive_auth.check` does that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drivers.chip import cms, der, signatures, tlv
from drivers.chip.cms import SignedData
from drivers.chip.der import Piece
from drivers.chip.errors import ChipDataError, NotJudgedError

MOST_BYTES = 131_072
TAG = 0x77
SECURITY_OBJECT = "2.23.136.1.1.1"
VERSIONS = (0, 1)
GROUPS = range(1, 17)


@dataclass(frozen=True, slots=True)
class Sod:
    """What EF.SOD states: the digest's name, a hash for each data group by its number.

    `lds_version` and `unicode_version` are empty in version 0, which does not state them.
    """

    digest: str
    hashes: Mapping[int, bytes]
    version: int
    lds_version: str
    unicode_version: str
    signed: SignedData

    @property
    def groups(self) -> frozenset[int]:
        """The numbers of the data groups with a hash."""
        return frozenset(self.hashes)


def parse(data: bytes) -> Sod:
    """From the file's bytes. Raises ChipDataError, and NotJudgedError for an unknown digest."""
    return of(signed_data(data))


def signed_data(data: bytes) -> SignedData:
    """The signed envelope in the file; what a chip pads behind it is left aside.

    Raises ChipDataError.
    """
    if len(data) > MOST_BYTES:
        raise ChipDataError(f"an EF.SOD of {len(data)} bytes.")
    return cms.parse(_unwrapped(data))


def of(signed: SignedData) -> Sod:
    """The LDS security object in the envelope.

    Raises ChipDataError, and NotJudgedError where the digest is none that is known here.
    """
    parts = der.only(signed.content, der.SEQUENCE).pieces()
    if len(parts) not in {3, 4} or parts[2].tag != der.SEQUENCE:
        raise ChipDataError("an LDS security object without its parts.")
    version = der.integer(parts[0])
    if version not in VERSIONS:
        raise ChipDataError(f"an LDS security object of version {version}.")
    digest = signatures.digest_name(parts[1].whole)
    lds, unicode_ = _versions(parts[3:])
    return Sod(digest, _hashes(parts[2], digest), version, lds, unicode_, signed)


def signed_groups(data: bytes) -> frozenset[int]:
    """The numbers of the data groups that EF.SOD has a hash of. Raises ChipDataError."""
    return parse(data).groups


def _unwrapped(data: bytes) -> bytes:
    """The value of the file's one object; zeros behind it are the chip's padding."""
    one, end = tlv.read_one(data)
    if one.tag != TAG or data[end:].strip(b"\0\xff"):
        raise ChipDataError(f"no EF.SOD but {one.tag:X} of {end} in {len(data)} bytes.")
    return one.value


def _hashes(held: Piece, digest: str) -> Mapping[int, bytes]:
    size = len(signatures.digest(digest, b""))
    found: dict[int, bytes] = {}
    for pair in der.pieces(held.value, 2 * len(GROUPS)):
        number, value = _pair(pair)
        if number not in GROUPS or number in found:
            raise ChipDataError(f"a hash of data group {number}, unknown or there twice.")
        if len(value) != size:
            raise ChipDataError(f"a hash of {len(value)} bytes for data group {number}.")
        found[number] = value
    if not found:
        raise NotJudgedError("an EF.SOD that signs no data group.")
    return MappingProxyType(found)


def _pair(pair: Piece) -> tuple[int, bytes]:
    parts = pair.pieces()
    if pair.tag != der.SEQUENCE or len(parts) != 2:
        raise ChipDataError("a hash without the number of its data group.")
    return der.integer(parts[0]), der.octets(parts[1])


def _versions(rest: tuple[Piece, ...]) -> tuple[str, str]:
    """LDS and Unicode version of version 1 (Doc 9303-10, 4.6.2.1)."""
    if not rest:
        return "", ""
    texts = [one.value.decode("ascii", errors="replace") for one in rest[0].pieces()]
    if len(texts) != 2:
        raise ChipDataError("an LDS version that is no pair.")
    return texts[0], texts[1]
