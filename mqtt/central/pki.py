"""Makes the certificates of a throw-away site: an authority, a server, clients named by CN."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mqtt.central.clock import utc_now

VALID_DAYS = 3 * 365


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Where a private key lies, and its certificate or public key (PEM)."""

    private: Path
    public: Path

    def exists(self) -> bool:
        """Both halves are there."""
        return self.private.is_file() and self.public.is_file()


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(data)
    part.replace(path)


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
    """The self-signed authority of the site."""
    key = new_key(pair.private)
    name = _name("border-kiosk throw-away test authority")
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
    builder = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    _write_certificate(pair.public, builder.sign(key, hashes.SHA256()))


def make_leaf(pair: KeyPair, authority: KeyPair, common_name: str, *, server: bool = False) -> None:
    """A certificate for the server on loopback, or for a client whose CN is its name."""
    issuer_key = serialization.load_pem_private_key(authority.private.read_bytes(), None)
    if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
        raise TypeError("The authority's key is not on an elliptic curve.")
    issuer = x509.load_pem_x509_certificate(authority.public.read_bytes())
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    key = new_key(pair.private)
    builder = (
        _builder(_name(common_name), issuer.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(issuer_id, critical=False)
    )
    if server:
        builder = builder.add_extension(_loopback_names(), critical=False)
    _write_certificate(pair.public, builder.sign(issuer_key, hashes.SHA256()))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _loopback_names() -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = utc_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    write_private(path, certificate.public_bytes(serialization.Encoding.PEM))
