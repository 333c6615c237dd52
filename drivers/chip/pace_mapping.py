"""How PACE turns a nonce into a generator: integrated mapping's own functions (9303-11, B)."""

from drivers.chip.errors import ChipDataError
from drivers.chip.key_groups import Group
from drivers.chip.suites import Suite

_SURPLUS_BITS = 64
_CONSTANTS = {
    128: (
        bytes.fromhex("a668892a7c41e3ca739f40b057d85904"),
        bytes.fromhex("a4e136ac725f738b01c1f60217c188ad"),
    ),
    256: (
        bytes.fromhex("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676"),
        bytes.fromhex("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517"),
    ),
}
"""c0 and c1 by the number of bits that the nonce has (table B-1)."""


def generic(group: Group, nonce: bytes, shared: bytes) -> bytes:
    """The nonce times the base, and the shared element. Raises ChipDataError where neutral."""
    return group.combine(group.times(int.from_bytes(nonce), group.base), shared)


def integrated(group: Group, suite: Suite, nonce: bytes, ours: bytes) -> bytes:
    """The nonce and the terminal's own, mixed and sent to an element. Raises ChipDataError."""
    return group.encode(pseudo_random(suite, nonce, ours, group.prime))


def pseudo_random(suite: Suite, nonce: bytes, ours: bytes, prime: int) -> int:
    """R_p(s, t): a number of the field, as good as even."""
    constants = _CONSTANTS.get(8 * len(nonce))
    if constants is None:
        raise ChipDataError(f"a nonce of {len(nonce)} bytes for the integrated mapping.")
    key = suite.encrypt(ours, nonce)
    spread = bytearray()
    while 8 * len(spread) < prime.bit_length() + _SURPLUS_BITS:
        key = key[: suite.key_bytes]
        spread += suite.encrypt(key, constants[1])
        key = suite.encrypt(key, constants[0])
    return int.from_bytes(spread) % prime


def nonce_bytes(suite: Suite) -> int:
    """Whole blocks that are no shorter than the key."""
    return -(-suite.key_bytes // suite.block_bytes) * suite.block_bytes
