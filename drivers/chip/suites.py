"""The ciphers of secure messaging: how each derives keys, encrypts and authenticates.

Doc 9303-11, 9.7 (derivation), 9.8.6 and 9.8.7 (3DES and AES), ISO/IEC 9797-1.
"""

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

from drivers.chip.errors import ChipDataError

MAC_BYTES = 8
FOR_ENCRYPTION = 1
FOR_MAC = 2
FOR_PASSWORD = 3


@dataclass(frozen=True, slots=True)
class Suite:
    """One cipher with its derivation; `block_bytes` is also the size of the counter."""

    name: str
    key_bytes: int
    block_bytes: int
    digest: str

    def derive(self, secret: bytes, purpose: int) -> bytes:
        """A key from a shared secret (KDF)."""
        digest = hashlib.new(self.digest, secret + purpose.to_bytes(4), usedforsecurity=True)
        key = digest.digest()[: self.key_bytes]
        return key if self.is_aes else bytes(_odd_parity(byte) for byte in key)

    @property
    def is_aes(self) -> bool:
        """Else it is 3DES with two keys."""
        return self.block_bytes == 16

    def encrypt(self, key: bytes, data: bytes, initial: bytes | None = None) -> bytes:
        """CBC over whole blocks, from zeros where nothing else is said."""
        cipher = Cipher(self._algorithm(key), CBC(initial or bytes(self.block_bytes)))
        return cipher.encryptor().update(data)

    def decrypt(self, key: bytes, data: bytes, initial: bytes | None = None) -> bytes:
        """The way back. Raises ChipDataError where these are no whole blocks."""
        if not data or len(data) % self.block_bytes:
            raise ChipDataError(f"{len(data)} bytes are no blocks of {self.name}.")
        cipher = Cipher(self._algorithm(key), CBC(initial or bytes(self.block_bytes)))
        return cipher.decryptor().update(data)

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Eight bytes over data that is already padded (retail MAC, CMAC)."""
        if not self.is_aes:
            return _retail_mac(key, data)
        code = CMAC(AES(key))
        code.update(data)
        return code.finalize()[:MAC_BYTES]

    def token(self, key: bytes, data: bytes) -> bytes:
        """The MAC of PACE's tokens: CMAC pads for itself."""
        return self.mac(key, data if self.is_aes else self.pad(data))

    def counter_vector(self, key: bytes, counter: bytes) -> bytes:
        """What CBC begins with under secure messaging."""
        if not self.is_aes:
            return bytes(self.block_bytes)
        return Cipher(AES(key), ECB()).encryptor().update(counter)  # noqa: S305 - as 9.8.6.1 says

    def pad(self, data: bytes) -> bytes:
        """ISO/IEC 9797-1, method 2."""
        return data + b"\x80" + bytes(-(len(data) + 1) % self.block_bytes)

    def unpad(self, data: bytes) -> bytes:
        """The way back. Raises ChipDataError where the padding is none."""
        stripped = data.rstrip(b"\0")
        if not stripped.endswith(b"\x80") or len(data) - len(stripped) >= self.block_bytes:
            raise ChipDataError("decrypted data without its padding.")
        return stripped[:-1]

    def _algorithm(self, key: bytes) -> AES | TripleDES:
        return AES(key) if self.is_aes else TripleDES(key + key[:8])


@dataclass(frozen=True, slots=True, repr=False)
class SessionKeys:
    """What two sides agreed on."""

    suite: Suite
    encryption: bytes
    mac: bytes

    def __repr__(self) -> str:
        """The cipher's name alone."""
        return f"SessionKeys({self.suite.name})"

    @classmethod
    def from_secret(cls, suite: Suite, secret: bytes) -> "SessionKeys":
        """Both keys from the shared secret."""
        return cls(suite, suite.derive(secret, FOR_ENCRYPTION), suite.derive(secret, FOR_MAC))


TRIPLE_DES = Suite("3DES", 16, 8, "sha1")
AES_128 = Suite("AES-128", 16, 16, "sha1")
AES_192 = Suite("AES-192", 24, 16, "sha256")
AES_256 = Suite("AES-256", 32, 16, "sha256")
BY_NUMBER = {1: TRIPLE_DES, 2: AES_128, 3: AES_192, 4: AES_256}
"""By the last arc of the object identifiers of PACE and of chip authentication."""


def _retail_mac(key: bytes, data: bytes) -> bytes:
    """ISO/IEC 9797-1, algorithm 3, over whole blocks."""
    first = Cipher(TripleDES(key[:8] * 3), CBC(bytes(8))).encryptor()
    before = first.update(data[:-8])[-8:] or bytes(8)
    last = Cipher(TripleDES(key + key[:8]), CBC(before)).encryptor()
    return last.update(data[-8:])


def _odd_parity(byte: int) -> int:
    upper = byte & 0xFE
    return upper | (upper.bit_count() + 1) % 2
