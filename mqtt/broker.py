"""The way to a broker without naming a client library: address, TLS files, troubles, one turn."""

import select
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from mqtt.reason_codes import SESSION_TAKEN_OVER, line_end

READS_LIMIT = 16
X509_V_FLAG_NO_CHECK_TIME = 0x200000  # openssl/x509_vfy.h; the ssl module has no name for it


class BrokerSetupError(Exception):
    """The configuration cannot work, however often it is tried."""

    mend: ClassVar[str] = "Correct the setting; `kiosk.example.toml` explains each."


class CertificateFileError(BrokerSetupError):
    """A certificate or key file is missing, unreadable, or does not belong to this kiosk."""

    mend: ClassVar[str] = "Provision the TLS files anew; the certificate's CN must be the kiosk id."


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """HOST:PORT, an IPv6 address in brackets; raises BrokerSetupError."""
        host, colon, port = text.rpartition(":")
        if not (colon and host and port.isdigit() and 0 < int(port) < 65536):
            raise BrokerSetupError(f"the broker's address is HOST:PORT, not {text!r}.")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


TPM_KEY = b"-----BEGIN TSS2 PRIVATE KEY-----"  # of the tpm2 provider; docs/keys.md


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: whom we believe, who we are, and the proof of it; `crl` names whom no longer."""

    ca: Path
    cert: Path
    key: Path
    crl: Path | None = None

    def context(self, *, judges_time: bool = True) -> ssl.SSLContext:
        """TLS 1.3 and nothing older, both sides with certificates; raises CertificateFileError.

        Without `judges_time` OpenSSL looks at everything but the dates, which the caller then does
        (tls_time.py), because OpenSSL knows no clock but the system's.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        try:
            context.load_verify_locations(self.ca)
            context.load_cert_chain(self.cert, self.key)
            if self.crl is not None:
                context.load_verify_locations(self.crl)
                context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
            if not judges_time:
                context.verify_flags |= ssl.VerifyFlags(X509_V_FLAG_NO_CHECK_TIME)
        except OSError as error:  # ssl.SSLError is one: not PEM, or key and certificate differ
            what = error.strerror or "not a PEM file"
            raise CertificateFileError(f"TLS files {self._names()}: {what}.") from None
        return context

    def common_name(self) -> str:
        """The CN of our certificate; raises CertificateFileError, also where the key is another.

        A key in the TPM is OpenSSL's to hold against the certificate (`context` does).
        """
        try:
            certificate = x509.load_pem_x509_certificate(self.cert.read_bytes())
            pem = self.key.read_bytes()
            key = None if pem.startswith(TPM_KEY) else load_pem_private_key(pem, None)
        except (OSError, ValueError, TypeError):
            raise CertificateFileError(f"{self._names()}: missing or not PEM.") from None
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        certified = certificate.public_key().public_bytes(*form)
        if key is not None and key.public_key().public_bytes(*form) != certified:
            raise CertificateFileError(f"{self.key} is not the key of {self.cert}.")
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else ""

    def _names(self) -> str:
        files = (self.ca, self.cert, self.key, self.crl)
        return ", ".join(str(path) for path in files if path is not None)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the broker is not reached, in a sentence, what to do, and how long to wait at least."""

    name: str
    what: str
    mend: str
    least_wait_s: float = 0.0


_CLOCK_CODES = {9: "not valid yet", 10: "expired"}  # X509_V_ERR_CERT_*, openssl/x509_vfy.h
_NAME_CODES = {62, 63, 64}
_REVOKED_CODES = {23}
_CRL_CODES = {3, 11, 12}


def diagnose(error: Exception, address: Address) -> Trouble:
    """What an error while connecting means to the engineer."""
    match error:
        case ssl.SSLCertVerificationError():
            return _unverified(error, address)
        case ssl.SSLError():
            return closed_early(address, str(error))
        case ConnectionRefusedError():
            mend = "Start the broker, or correct the address; the publisher tries again by itself."
            return Trouble("broker_down", f"{address}: nothing listens there.", mend)
        case socket.gaierror():
            mend = "Check the name and the DNS server; the publisher tries again by itself."
            return Trouble("broker_unknown", f"{address}: the name is not known.", mend)
        case _:
            why = type(error).__name__ if not isinstance(error, OSError) else error.strerror
            mend = "Check the cable and the modem; the publisher tries again by itself."
            return Trouble("broker_unreachable", f"{address}: {why or 'no answer'}.", mend)


def _unverified(error: ssl.SSLCertVerificationError, address: Address) -> Trouble:
    code = error.verify_code
    if code in _CLOCK_CODES:
        what = f"{address}: the broker's certificate is {_CLOCK_CODES[code]} by our clock."
        return Trouble("broker_clock", what, "Check the clock first, then renew the certificate.")
    if code in _NAME_CODES:
        what = f"{address}: the broker's certificate is for another name."
        return Trouble("broker_name", what, "Use the name that stands in the certificate.")
    if code in _REVOKED_CODES:
        what = f"{address}: the broker's certificate was revoked."
        return Trouble("broker_revoked", what, "Find out who answers there; renew the certificate.")
    if code in _CRL_CODES:
        what = f"{address}: the file given as --crl says nothing of the broker's CA."
        return Trouble("broker_no_crl", what, "Put that authority's revocation list there.")
    what = f"{address}: the broker's certificate is not signed by our CA ({error.verify_message})."
    mend = "Compare the file given as --ca with the broker's CA, or see who sits in between."
    return Trouble("broker_wrong_ca", what, mend)


def hung_up(address: Address) -> Trouble:
    """The line broke after the broker had said yes, without a reason that reached us."""
    mend = (
        "Nothing for a link that breaks now and then. Where it breaks seconds after each start: see"
        " the broker's log, whether a second device uses this kiosk's certificate."
    )
    return Trouble("broker_line_broke", f"{address}: the line to the broker broke.", mend)


def line_dead(address: Address, what: str) -> Trouble:
    """The line stands: it is left and made anew, because TCP would wait for many minutes."""
    mend = "Check the cable and the modem; the publisher tries again by itself."
    return Trouble("broker_line_dead", f"{address}: {what}.", mend)


def closed_early(address: Address, last_words: str) -> Trouble:
    """The broker hung up before it said yes; TLS 1.3 tells of a refused certificate only then."""
    if "PROTOCOL" in last_words.upper() and "VERSION" in last_words.upper():
        mend = "Let the broker speak TLS 1.3 (mosquitto: tls_version tlsv1.3, OpenSSL 1.1.1)."
        return Trouble("broker_old_tls", f"{address}: the broker speaks no TLS 1.3.", mend)
    if "ALERT" in last_words.upper():
        what = f"{address}: the broker refuses our certificate."
        mend = "Provision the TLS client certificate anew, signed by the CA that the broker knows."
        return Trouble("broker_refuses_certificate", what, mend)
    mend = "See the broker's log: it gives the reason; the publisher tries again by itself."
    return Trouble("broker_closed", f"{address}: the broker hung up.", mend)


def clock_trouble(address: Address, which: str, doubt: str) -> Trouble:
    """A certificate's dates do not fit what we know of the time."""
    what = f"{address}: {which} is {doubt}."
    mend = "Renew it; or correct the clock (`kiosk doctor`), if the dates are right."
    return Trouble("broker_clock", what, mend)


def refused(address: Address, code: int) -> Trouble:
    """The broker answered CONNECT with an error."""
    meant = line_end(code)
    what = f"{address}: the broker says {meant.name!r} (0x{code:02x})."
    return Trouble("broker_refuses", what, meant.mend, meant.least_wait_s)


def sent_away(address: Address, code: int, server: str = "") -> Trouble:
    """The broker said why it ends the line (DISCONNECT); `server` is where it points to."""
    meant = line_end(code)
    where = f" It names {server[:100]!r}." if server else ""
    what = f"{address}: the broker ends the line: {meant.name} (0x{code:02x}).{where}"
    name = "broker_taken_over" if code == SESSION_TAKEN_OVER else "broker_ends_line"
    return Trouble(name, what, meant.mend, meant.least_wait_s)


class Line(Protocol):
    """A socket as select(2) wants it."""

    def fileno(self) -> int:
        """Its file descriptor."""
        ...


class Pumped(Protocol):
    """The five calls of a client that has no thread of its own."""

    def socket(self) -> Line | None:
        """The open connection, or None."""
        ...

    def want_write(self) -> bool:
        """Whether bytes wait to go out."""
        ...

    def loop_read(self) -> int:
        """Read what is there; not 0 where the connection broke."""
        ...

    def loop_write(self) -> int:
        """Write what can go."""
        ...

    def loop_misc(self) -> int:
        """Keepalive; not 0 where the connection broke."""
        ...


def turn(
    client: Pumped | None, wait_s: float, readers: Sequence[socket.socket] = ()
) -> list[socket.socket]:
    """Wait for the broker or for `readers`, serve the broker; gives the readers that are ready."""
    line = None if client is None else client.socket()
    if client is None or line is None:
        return list(select.select(readers, [], [], wait_s)[0])
    held = isinstance(line, ssl.SSLSocket) and line.pending() > 0
    writers = [line] if client.want_write() else []
    ready, can_write, _ = select.select([line, *readers], writers, [], 0 if held else wait_s)
    if held or line in ready:
        _read(client, line)
    if can_write and client.socket() is not None:
        client.loop_write()
    if client.socket() is not None:
        client.loop_misc()
    return [one for one in readers if one in ready]


def _read(client: Pumped, line: Line) -> None:
    """Packet after packet while some are there, within bounds: a turn for each costs more."""
    for _ in range(READS_LIMIT):
        client.loop_read()
        if client.socket() is not line or not select.select([line], [], [], 0)[0]:
            return


def last_words(line: Line) -> str:
    """The TLS alert that still lies on a line that is lost, or "".

    A broker that refuses our certificate says so and hangs up, with CONNECT unread: writing that
    fails then, often before the alert was read.
    """
    if isinstance(line, ssl.SSLSocket):
        try:
            line.recv(1)
        except (OSError, ValueError) as error:
            return str(error) if "ALERT" in str(error).upper() else ""
    return ""


def hurry(line: Line) -> None:
    """Set TCP_NODELAY: without it one message in flight of 40 KB was measured at 22 a second.

    No TCP_USER_TIMEOUT: on a thin, lossy line Linux counts it from the first loss of a recovery,
    though bytes arrive all the while; the publisher looks at what arrives instead.
    """
    if isinstance(line, socket.socket):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
