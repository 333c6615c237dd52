"""Makes certificates: authorities, servers, clients named by CN, and the list of those revoked."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mqtt.central.clock import utc_now
from mqtt.files import write_durably
from mqtt.keys import PublicKey

VALID_DAYS = 3 * 365
BEGUN_BEFORE = timedelta(days=1)
"""How long before it was made a certificate begins, for clocks that are late."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Where a private key lies, and its certificate or public key (PEM)."""

    private: Path
    public: Path

    def exists(self) -> bool:
        """Both halves are there."""
        return self.private.is_file() and self.public.is_file()


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all; raises OSError."""
    write_durably(path, data)


def new_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key in PKCS#8 PEM at `path`, mode 0600."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(path, pem)
    return key


def make_key_pair(pair: KeyPair) -> None:
    """A bare P-256 key pair, for signing or as a recipient; an existing one is kept."""
    if pair.exists():
        return
    public = new_key(pair.private).public_key()
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    write_private(pair.public, public.public_bytes(encoding, form))


def make_authority(pair: KeyPair) -> None:
    """The self-signed authority of a throw-away site."""
    key = new_key(pair.private)
    own = name("border-kiosk throw-away test authority")
    _write_certificate(pair.public, sign_authority(Subject(own, key.public_key()), own, key, 0))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is about."""

    name: x509.Name
    key: PublicKey


def sign_authority(
    subject: Subject,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    path_length: int,
    days: int = VALID_DAYS,
) -> x509.Certificate:
    """A certificate that may sign others, `path_length` authorities deep (RFC 5280, 4.2.1.9)."""
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return (
        _builder(subject.name, issuer, subject.key, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(issuer_id, critical=False)
        .sign(key, hashes.SHA256())
    )


def load_authority(pair: KeyPair) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Its key and certificate; raises OSError, TypeError, ValueError."""
    key = serialization.load_pem_private_key(pair.private.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("The authority's key is not on an elliptic curve.")
    return key, x509.load_pem_x509_certificate(pair.public.read_bytes())


def sign_leaf(
    subject: Subject, authority: KeyPair, days: int, names: x509.SubjectAlternativeName | None
) -> x509.Certificate:
    """A certificate for the server of those names, or, without names, for a client."""
    issuer_key, issuer = load_authority(authority)
    purpose = ExtendedKeyUsageOID.CLIENT_AUTH if names is None else ExtendedKeyUsageOID.SERVER_AUTH
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _builder(subject.name, issuer.subject, subject.key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(issuer_id, critical=False)
    )
    if names is not None:
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def revocation_list(
    authority: KeyPair, revoked: Mapping[int, datetime], number: int, days: int
) -> bytes:
    """The signed list (PEM) of revoked serials, each with its time; brokers read it (RFC 5280)."""
    key, issuer = load_authority(authority)
    now = utc_now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - timedelta(minutes=5))
        .next_update(now + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, at in sorted(revoked.items()):
        one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
        builder = builder.add_revoked_certificate(one)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def make_leaf(pair: KeyPair, authority: KeyPair, common_name: str, *, server: bool = False) -> None:
    """A key and certificate for the server on loopback, or for a client whose CN is its name."""
    key = new_key(pair.private)
    subject = Subject(name(common_name), key.public_key())
    names = server_names("localhost", "127.0.0.1") if server else None
    _write_certificate(pair.public, sign_leaf(subject, authority, VALID_DAYS, names))


def server_names(*hosts: str) -> x509.SubjectAlternativeName:
    """Names and addresses of a server, as its certificate bears them."""
    return x509.SubjectAlternativeName([_general_name(host) for host in hosts])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def name(common_name: str) -> x509.Name:
    """A distinguished name that is a common name and nothing else."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: PublicKey, days: int
) -> x509.CertificateBuilder:
    now = utc_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEGUN_BEFORE)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    write_private(path, certificate.public_bytes(serialization.Encoding.PEM))
