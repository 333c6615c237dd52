"""Certificates and revocation lists with a flaw of the test's choice, by the site's authority."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mqtt.central.pki import KeyPair
from mqtt.central.site import Site

NOW = datetime.now(UTC)  # noqa: TID251 - OpenSSL and mosquitto judge by the wall clock
DAY = timedelta(days=1)


def make(
    site: Site,
    folder: Path,
    common_name: str,
    *,
    addresses: tuple[str, ...] | None = None,
    span: tuple[datetime, datetime] = (NOW - DAY, NOW + 30 * DAY),
) -> KeyPair:
    """A client's certificate, or with `addresses` a server's for those."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    usage = (
        ExtendedKeyUsageOID.CLIENT_AUTH if addresses is None else ExtendedKeyUsageOID.SERVER_AUTH
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(_authority(site).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    if addresses is not None:
        names = [x509.IPAddress(ipaddress.ip_address(one)) for one in addresses]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    pair = KeyPair(folder / f"{common_name}.key", folder / f"{common_name}.pem")
    pair.private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    pair.private.chmod(0o600)
    made = builder.sign(_authority_key(site), hashes.SHA256())
    pair.public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return pair


def revocation_list(site: Site, path: Path, *revoked: Path) -> Path:
    """A list of the site's authority that names those certificates."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_authority(site).subject)
        .last_update(NOW - DAY)
        .next_update(NOW + 30 * DAY)
    )
    for one in revoked:
        serial = x509.load_pem_x509_certificate(one.read_bytes()).serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - DAY)
        builder = builder.add_revoked_certificate(entry.build())
    made = builder.sign(_authority_key(site), hashes.SHA256())
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


def install_server(site: Site, pair: KeyPair) -> None:
    """Let the site's broker show that certificate from its next start on."""
    site.server.private.write_bytes(pair.private.read_bytes())
    site.server.public.write_bytes(pair.public.read_bytes())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _authority(site: Site) -> x509.Certificate:
    return x509.load_pem_x509_certificate(site.authority.public.read_bytes())


def _authority_key(site: Site) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(site.authority.private.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
