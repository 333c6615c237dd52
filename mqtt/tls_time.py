"""Whether the dates of the broker's certificate hold, by the time floor and not the clock alone."""

import _ssl
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from mqtt.time_floor import doubt


def handshake_chain(line: ssl.SSLSocket) -> list[bytes]:
    """The certificates (DER) that TLS verified, the broker's own first, the authority's last.

    The ssl module shows them only from Python 3.13 on; OpenSSL's object beneath it knows them.
    """
    beneath = line._sslobj  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    return [one.public_bytes(_ssl.ENCODING_DER) for one in beneath.get_verified_chain()]


def overdue(
    chain: Sequence[bytes], authorities: Path, system_utc_s: float, earliest_utc_s: float
) -> tuple[str, str] | None:
    """Which certificate is out of its dates and how; None where none is.

    `chain` (DER, the broker's own first) has been verified in all but its dates. An authority may
    have been renewed: it holds where any of `authorities` (PEM) of its name holds. Raises
    ValueError, OSError.
    """
    leaf, *above = [x509.load_der_x509_certificate(one) for one in chain]
    known = x509.load_pem_x509_certificates(authorities.read_bytes())
    late = _doubt(leaf, system_utc_s, earliest_utc_s)
    if late:
        return "the broker's certificate", late
    for name in {leaf.issuer, *(one.subject for one in above)}:
        same = [one for one in [*above, *known] if one.subject == name]
        doubts = [_doubt(one, system_utc_s, earliest_utc_s) for one in same]
        if doubts and all(doubts):
            return "the certificate of the broker's authority", doubts[0]
    return None


def _doubt(one: x509.Certificate, system_utc_s: float, earliest_utc_s: float) -> str:
    span = one.not_valid_before_utc.timestamp(), one.not_valid_after_utc.timestamp()
    return doubt(*span, system_utc_s, earliest_utc_s)
