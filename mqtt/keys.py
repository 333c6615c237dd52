"""P-256 keys: load, create once, name by thumbprint; a key file is for its service alone."""

import os
import stat
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.errors import KeyFileError
from mqtt.files import sync_folder

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey
KID_BYTES = 8
KEY_FILE_LIMIT_BYTES = 16_384


class Signer(Protocol):
    """What signs for this machine: a PrivateKey in a file, or the same two calls on a TPM."""

    def public_key(self) -> PublicKey:
        """The P-256 public key that verifies."""
        ...

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """The DER signature of `data`; `signature_algorithm` is always ECDSA with SHA-256."""
        ...


def thumbprint(key: PublicKey) -> bytes:
    """The key id: the first 8 bytes of SHA-256 over the DER SubjectPublicKeyInfo (RFC 5280).

    `openssl pkey -pubin -in key.pub -outform DER | sha256sum` begins with the same 16 hex digits.
    """
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return sha256(der).digest()[:KID_BYTES]


def load_or_create_private_key(path: Path) -> PrivateKey:
    """The private key at `path` (PKCS 8 PEM), made on the first call; raises KeyFileError."""
    try:
        return load_private_key(path)
    except FileNotFoundError:
        return create_private_key(path)


def create_private_key(path: Path) -> PrivateKey:
    """A new key at `path`, mode 0600, whole or not at all; an existing file is never replaced."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_new(path, pem)
    return load_private_key(path)


def load_private_key(path: Path) -> PrivateKey:
    """The private key at `path`; raises FileNotFoundError, KeyFileError (open to others too)."""
    check_private(path)
    key = _parsed(path, private=True)
    if not isinstance(key, PrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} holds no P-256 private key.")
    return key


def check_private(path: Path) -> None:
    """Raise KeyFileError where others than the owner may read `path`, FileNotFoundError too."""
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(f"{path} is open to others (mode {stat.S_IMODE(mode):o}).")


def load_public_key(path: Path) -> PublicKey:
    """The public key at `path` (SPKI PEM); raises FileNotFoundError and KeyFileError."""
    key = _parsed(path, private=False)
    if not isinstance(key, PublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} holds no P-256 public key.")
    return key


def public_pem(key: PublicKey) -> bytes:
    """The SubjectPublicKeyInfo PEM that `load_public_key` reads."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def renew_at(not_before: datetime, not_after: datetime) -> datetime:
    """When a certificate should be renewed: at two thirds of its life."""
    return not_before + (not_after - not_before) * 2 / 3


def _parsed(path: Path, *, private: bool) -> object:
    with path.open("rb") as file:
        pem = file.read(KEY_FILE_LIMIT_BYTES)
    try:
        if private:
            return serialization.load_pem_private_key(pem, password=None)
        return serialization.load_pem_public_key(pem)
    except (ValueError, TypeError):
        raise KeyFileError(f"{path} is not a PEM key file.") from None


def _write_new(path: Path, data: bytes) -> None:
    """Write beside, sync, then link into place; the link fails where another was faster."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        beside.unlink()
