"""Signs what leaves the build; where no key is given, a development key outside the checkout."""

import datetime
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from image_build.steps import BuildError, run

DEVELOPMENT: Final = Path("~/.config/border-kiosk/image-signing").expanduser()
_BEGIN: Final = datetime.datetime(
    2020, 1, 1, tzinfo=datetime.UTC
)  # kiosks may start with an old clock
_END: Final = datetime.datetime(2049, 12, 31, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and its certificate, which the image believes; development ones are named so."""

    key: Path
    certificate: Path
    development: bool


def signer(key: Path | None, certificate: Path | None) -> Signer:
    """Take the given pair, else the development pair of this user; raises BuildError."""
    if key is None and certificate is None:
        return _development()
    if key is None or certificate is None or not (key.exists() and certificate.exists()):
        raise BuildError("key and certificate go together.", "Give --key FILE and --cert FILE.")
    return Signer(key, certificate, development=False)


def _development() -> Signer:
    key, certificate = DEVELOPMENT / "key.pem", DEVELOPMENT / "cert.pem"
    if not key.exists():
        DEVELOPMENT.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = ec.generate_private_key(ec.SECP256R1())
        certificate.write_bytes(_certificate(made).public_bytes(serialization.Encoding.PEM))
        pem = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
    return Signer(key, certificate, development=True)


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "border-kiosk DEVELOPMENT images")])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGIN)
        .not_valid_after(_END)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(purpose, critical=False)
        .sign(key, hashes.SHA256())
    )


def sign(file: Path, by: Signer) -> Path:
    """Write a detached signature (ECDSA or RSA over SHA-256, DER) beside `file`.

    `openssl dgst -sha256 -verify PUBLIC.pem -signature FILE.sig FILE` checks it.
    """
    signature = file.with_name(f"{file.name}.sig")
    run(["openssl", "dgst", "-sha256", "-sign", by.key, "-out", signature, file])
    return signature
