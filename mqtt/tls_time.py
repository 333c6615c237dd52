"""Whether the dates of the broker's certificate hold, by the time floor and not the clock alone."""

from pathlib import Path

from cryptography import x509

from mqtt.time_floor import doubt


def overdue(
    leaf_der: bytes, authorities: Path, system_utc_s: float, earliest_utc_s: float
) -> tuple[str, str] | None:
    """Which certificate is out of its dates and how; None where none is.

    `leaf_der` is the broker's own, whose signature TLS has verified; of `authorities` (PEM) those
    that may have signed it are looked at, too. Where an intermediate certificate came with the
    handshake, only its dates are not known here: put it into `authorities` to have them looked at.
    Raises ValueError, OSError.
    """
    leaf = x509.load_der_x509_certificate(leaf_der)
    issuers = [
        one
        for one in x509.load_pem_x509_certificates(authorities.read_bytes())
        if one.subject == leaf.issuer
    ]
    late = _doubt(leaf, system_utc_s, earliest_utc_s)
    if late:
        return "the broker's certificate", late
    doubts = [_doubt(one, system_utc_s, earliest_utc_s) for one in issuers]
    if doubts and all(doubts):
        return "the certificate of the broker's authority", doubts[0]
    return None


def _doubt(one: x509.Certificate, system_utc_s: float, earliest_utc_s: float) -> str:
    span = one.not_valid_before_utc.timestamp(), one.not_valid_after_utc.timestamp()
    return doubt(*span, system_utc_s, earliest_utc_s)
