"""Active authentication: the chip signs a challenge with the key of DG15 (Doc 9303-11, 6.1)."""

import hashlib
import hmac
from dataclasses import dataclass

from drivers.chip import curves, tlv
from drivers.chip.apdu import MOST_ANSWER, MOST_SHORT_ANSWER, Command
from drivers.chip.api import Random
from drivers.chip.card import Card
from drivers.chip.errors import ChipDataError, UnsupportedChipError
from drivers.chip.key_groups import CurveGroup
from drivers.chip.keys import RsaKey
from drivers.chip.public_keys import INTEGER, SEQUENCE, GroupKey, parse

CHALLENGE_BYTES = 8
_DG15 = 0x6F
_MOST_SHORT_SIGNATURE = 200
_PLAIN_ECDSA = bytes.fromhex("04007F000701010401")
_ECDSA = bytes.fromhex("2A8648CE3D0403")
_ECDSA_SHA1 = bytes.fromhex("2A8648CE3D0401")
_PLAIN_DIGESTS = {1: "sha1", 2: "sha224", 3: "sha256", 4: "sha384", 5: "sha512"}
_DIGESTS = {1: "sha224", 2: "sha256", 3: "sha384", 4: "sha512"}
_TRAILERS = {0x33: "sha1", 0x38: "sha224", 0x34: "sha256", 0x36: "sha384", 0x35: "sha512"}
"""Hash functions by their identifiers in a two-byte trailer (ISO/IEC 10118-3)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The key, and what ECDSA digests with (empty for RSA, whose signature names it)."""

    key: RsaKey | GroupKey
    digest: str

    @property
    def name(self) -> str:
        """The protocol in words."""
        if isinstance(self.key, RsaKey):
            return f"AA RSA-{self.key.n.bit_length()}"
        return f"AA ECDSA {self.digest} {self.key.group.name}"

    @property
    def signature_bytes(self) -> int:
        """How long a signature is."""
        if isinstance(self.key, RsaKey):
            return (self.key.n.bit_length() + 7) // 8
        return self.key.group.element_bytes - 1


def choose(dg15: bytes, algorithm: bytes | None) -> Choice:
    """The key of DG15, the digest as DG14 names it, else the one of the curve's size.

    Raises ChipDataError, UnsupportedChipError.
    """
    key = parse(tlv.only(dg15, _DG15))
    if isinstance(key, RsaKey):
        return Choice(key, "")
    if not isinstance(key.group, CurveGroup):
        raise UnsupportedChipError("a key of active authentication that cannot sign.")
    return Choice(key, _digest(algorithm, key.group))


def authenticate(card: Card, choice: Choice, random: Random) -> bool:
    """Whether the chip's signature over a fresh challenge is that key's.

    Raises ChipRefusedError and whatever Card.ask raises, ChipDataError on what is no signature.
    """
    challenge = random(CHALLENGE_BYTES)
    longest = choice.signature_bytes > _MOST_SHORT_SIGNATURE and card.secured is not None
    most = MOST_ANSWER if longest else MOST_SHORT_ANSWER
    signature = card.ask(Command(0, 0x88, 0, 0, challenge, most), choice.name)
    return verify(choice, challenge, signature)


def verify(choice: Choice, challenge: bytes, signature: bytes) -> bool:
    """The signature alone. Raises ChipDataError where it is of no shape of its kind."""
    if isinstance(choice.key, RsaKey):
        return _verify_rsa(choice.key, challenge, signature)
    return _verify_ecdsa(choice.key, choice.digest, challenge, signature)


def _verify_rsa(key: RsaKey, challenge: bytes, signature: bytes) -> bool:
    """ISO/IEC 9796-2, scheme 1, partial recovery: the chip's nonce comes out, ours is not in it."""
    size = (key.n.bit_length() + 7) // 8
    number = int.from_bytes(signature)
    if len(signature) != size or not 0 < number < key.n:
        raise ChipDataError(f"a signature of {len(signature)} bytes, the key has {size}.")
    opened = pow(number, key.e, key.n)
    return any(
        _recovered(candidate.to_bytes(size), challenge) for candidate in (opened, key.n - opened)
    )


def _recovered(message: bytes, challenge: bytes) -> bool:
    """Header 6A, the recoverable part, its digest with the challenge, trailer."""
    if message[-1] == 0xBC:
        digest, trailer = "sha1", 1
    elif message[-1] == 0xCC and message[-2] in _TRAILERS:
        digest, trailer = _TRAILERS[message[-2]], 2
    else:
        return False
    digest_at = len(message) - trailer - hashlib.new(digest).digest_size
    if message[0] != 0x6A or digest_at < 1:
        return False
    ours = hashlib.new(digest, message[1:digest_at] + challenge).digest()
    return hmac.compare_digest(ours, message[digest_at : len(message) - trailer])


def _verify_ecdsa(key: GroupKey, digest: str, challenge: bytes, signature: bytes) -> bool:
    if not isinstance(key.group, CurveGroup):
        raise UnsupportedChipError("a key of active authentication that cannot sign.")
    curve = key.group.curve
    r, s = _pair(curve, signature)
    public = curves.point(curve, key.element)
    return curves.verify(curve, public, hashlib.new(digest, challenge).digest(), r, s)


def _pair(curve: curves.Curve, signature: bytes) -> tuple[int, int]:
    """R and s side by side (TR-03111, 5.2.1); some chips wrap them in a SEQUENCE."""
    size = (curve.n.bit_length() + 7) // 8
    if len(signature) == 2 * size:
        return int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    parts = tlv.read_all(tlv.only(signature, SEQUENCE))
    if [one.tag for one in parts] != [INTEGER, INTEGER]:
        raise ChipDataError(f"no signature of {curve.name} in {len(signature)} bytes.")
    return int.from_bytes(parts[0].value), int.from_bytes(parts[1].value)


def _digest(algorithm: bytes | None, group: CurveGroup) -> str:
    if algorithm is None:
        bits = group.curve.n.bit_length()
        fitting = (size for size in (224, 256, 384, 512) if bits <= size)
        return "sha1" if bits < 224 else f"sha{next(fitting, 512)}"
    for prefix, digests in ((_PLAIN_ECDSA, _PLAIN_DIGESTS), (_ECDSA, _DIGESTS)):
        if algorithm[:-1] == prefix and algorithm[-1] in digests:
            return digests[algorithm[-1]]
    if algorithm == _ECDSA_SHA1:
        return "sha1"
    raise UnsupportedChipError("a signature algorithm of active authentication that is unknown.")
