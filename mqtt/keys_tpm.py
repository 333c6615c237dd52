"""A P-256 key in a TPM 2.0, through OpenSSL and its tpm2 provider (Debian: tpm2-openssl, openssl).

The file holds the key wrapped by the TPM that made it (TSS2 PRIVATE KEY): no other TPM opens it,
and nothing reads the private number, root neither. Each signature is one run of `openssl`; the TPM
is found at /dev/tpmrm0, or where TPM2OPENSSL_TCTI says.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.errors import KeyFileError
from mqtt.files import write_durably
from mqtt.keys import PublicKey, Signer, check_private, load_private_key

DEVICE = Path("/dev/tpmrm0")
LIMIT_S = 10.0
_LABEL = b"-----BEGIN TSS2 PRIVATE KEY-----"
_PROVIDERS = ("-provider", "tpm2", "-provider", "default")
_P256 = ("-algorithm", "EC", "-pkeyopt", "group:P-256")


class TpmError(KeyFileError):
    """The TPM, or OpenSSL's way to it, does not do what it was asked."""

    mend = "Install tpm2-openssl, and let the service open /dev/tpmrm0 (group tss)."


@dataclass(frozen=True, slots=True)
class TpmSigner:
    """Signs as a PrivateKey does, with the key of `path` inside the TPM; from any thread."""

    path: Path
    public: PublicKey

    def public_key(self) -> PublicKey:
        """The key that verifies."""
        return self.public

    def sign(self, data: bytes, _algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """The DER signature, ECDSA with SHA-256, checked before it is given; raises TpmError."""
        how = ("-sign", "-inkey", str(self.path), "-rawin", "-digest", "sha256")
        signature = _openssl(("pkeyutl", *_PROVIDERS, *how), data)
        try:
            self.public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise TpmError("the TPM gave a signature that does not hold.") from None
        return signature


def there_is_a_tpm() -> bool:
    """Whether this machine has a TPM and the provider's command to reach it."""
    reachable = DEVICE.exists() or bool(os.environ.get("TPM2OPENSSL_TCTI"))
    return reachable and shutil.which("openssl") is not None


def create_tpm_key(path: Path) -> TpmSigner:
    """A new key of this machine's TPM at `path`, mode 0600; an existing file is never replaced."""
    if path.exists():
        return load_tpm_key(path)
    pem = _openssl(("genpkey", *_PROVIDERS, *_P256), b"")
    if not pem.startswith(_LABEL):
        raise TpmError("OpenSSL made a key outside the TPM.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, pem)
    return load_tpm_key(path)


def load_tpm_key(path: Path) -> TpmSigner:
    """The key at `path`; raises FileNotFoundError, KeyFileError, TpmError."""
    check_private(path)
    if not path.read_bytes().startswith(_LABEL):
        raise KeyFileError(f"{path} is no key of a TPM.")
    pem = _openssl(("pkey", *_PROVIDERS, "-in", str(path), "-pubout"), b"")
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, PublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} holds no P-256 key.")
    return TpmSigner(path, key)


def is_tpm_key(path: Path) -> bool:
    """Whether the file is a key that only a TPM opens; raises FileNotFoundError."""
    with path.open("rb") as file:
        return file.read(len(_LABEL)) == _LABEL


def load_signer(path: Path) -> Signer:
    """The key at `path`, in the TPM or in the file; raises as the two loaders do."""
    return load_tpm_key(path) if is_tpm_key(path) else load_private_key(path)


def _openssl(words: Sequence[str], data: bytes) -> bytes:
    program = shutil.which("openssl")
    if program is None:
        raise TpmError("there is no openssl command.")
    try:
        done = subprocess.run(  # noqa: S603 - the program that we looked up, words of our own
            [program, *words], input=data, capture_output=True, timeout=LIMIT_S, check=True
        )
    except subprocess.TimeoutExpired:
        raise TpmError(f"openssl {words[0]}: no answer in {LIMIT_S:.0f} s.") from None
    except (OSError, subprocess.CalledProcessError):
        raise TpmError(f"openssl {words[0]} failed.") from None
    return done.stdout
