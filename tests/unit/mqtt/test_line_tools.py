"""The small tools of the publisher's line: dates of a certificate, the kernel's counts and news."""

import socket
import ssl
import struct
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mqtt.central import pki
from mqtt.central.mosquitto import free_port
from mqtt.central.site import init_site
from mqtt.line_meter import LineMeter, read_meter
from mqtt.link_report import LinkReport, ReportFile, read, report_path
from mqtt.network_watch import NetworkWatch, says_up
from mqtt.tls_time import handshake_chain, overdue

NOW = datetime.now(UTC)  # noqa: TID251 - the site's certificates are made now
YEARS = timedelta(days=3650)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return init_site(tmp_path_factory.mktemp("tools") / "site", "kiosk-1", port=free_port())


def leaf(site):
    pem = site.server.public.read_bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("system", "floor", "found"),
    [
        (NOW, NOW - timedelta(hours=1), None),
        (NOW - 5 * YEARS, NOW, None),
        (NOW + 5 * YEARS, NOW, None),
        (NOW, NOW + YEARS, ("the broker's certificate", "expired")),
        (NOW - timedelta(days=5), NOW - timedelta(days=6), "not valid yet"),
    ],
)
def test_the_dates_are_judged_by_the_floor_and_a_plausible_clock(site, system, floor, found):
    told = overdue([leaf(site)], site.authority.public, system.timestamp(), floor.timestamp())
    assert told == found or (told is not None and told[1] == found)


def test_what_is_no_certificate_is_an_error_of_its_own_kind(site):
    with pytest.raises(ValueError, match=r"."):
        overdue([b"noise"], site.authority.public, 0.0, 0.0)


@pytest.fixture(scope="module")
def two_deep(tmp_path_factory):
    """A root, an authority of thirty days below it, and a server's certificate that outlives it."""
    folder = tmp_path_factory.mktemp("two-deep")
    root, below, server = (
        pki.KeyPair(folder / f"{name}.key", folder / f"{name}.pem")
        for name in ("root", "below", "server")
    )
    key, own = pki.new_key(root.private), pki.name("a root")
    certificate = pki.sign_authority(pki.Subject(own, key.public_key()), own, key, 1)
    root.public.write_bytes(certificate.public_bytes(Encoding.PEM))
    subject = pki.Subject(pki.name("an authority below"), pki.new_key(below.private).public_key())
    made = pki.sign_authority(subject, certificate.subject, key, 0, days=30)
    below.public.write_bytes(made.public_bytes(Encoding.PEM))
    pki.make_leaf(server, below, "localhost", server=True)
    server.public.write_bytes(server.public.read_bytes() + below.public.read_bytes())
    return root, server


@pytest.fixture
def verified_chain(two_deep):
    """What TLS itself verified; only the root is known before."""
    root, server = two_deep
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.public, server.private)
    ours = ssl.create_default_context(cafile=str(root.public))
    ours.verify_flags = ssl.VerifyFlags.VERIFY_DEFAULT
    near, far = socket.socketpair()
    answering = threading.Thread(
        target=lambda: context.wrap_socket(far, server_side=True).close(), daemon=True
    )
    answering.start()
    with ours.wrap_socket(near, server_hostname="localhost") as line:
        chain = handshake_chain(line)
    answering.join(10.0)
    return chain


@pytest.mark.parametrize(("days", "holds"), [(1, True), (31, False)])
def test_an_authority_that_came_with_the_handshake_is_judged_too(
    two_deep, verified_chain, days, holds
):
    at = (NOW + timedelta(days=days)).timestamp()
    assert len(verified_chain) == 3
    told = overdue(verified_chain, two_deep[0].public, at, at)
    assert told == (None if holds else ("the certificate of the broker's authority", "expired"))


def test_an_authority_that_was_renewed_holds(two_deep, verified_chain, tmp_path):
    at = (NOW + timedelta(days=31)).timestamp()
    key, certificate = pki.load_authority(two_deep[0])
    old = x509.load_der_x509_certificate(verified_chain[1])
    subject = pki.Subject(old.subject, old.public_key())
    renewed = pki.sign_authority(subject, certificate.subject, key, 0, days=365)
    both = tmp_path / "authorities.pem"
    both.write_bytes(two_deep[0].public.read_bytes() + renewed.public_bytes(Encoding.PEM))
    assert overdue(verified_chain, both, at, at) is None


def test_the_kernel_counts_what_arrived():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        one = socket.create_connection(listening.getsockname())
        other, _ = listening.accept()
        with one, other:
            one.sendall(bytes(5000))
            taken = 0
            while taken < 5000:
                taken += len(other.recv(5000))
            assert read_meter(other).received_bytes == 5000
            other.sendall(b"x")
            one.recv(1)
            assert 5000 <= read_meter(one).acked_bytes <= 5001  # Linux counts the SYN, too
            assert not read_meter(one).unacked
    assert read_meter(None) == LineMeter()
    left, right = socket.socketpair()
    with left, right:
        assert read_meter(left) == LineMeter()


def message(kind, body=b""):
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body


def link(flags):
    return struct.pack("=BBHiII", 0, 0, 1, 3, flags, 0)


@pytest.mark.parametrize(
    ("data", "up"),
    [
        (message(16, link(0x10001)), True),
        (message(16, link(0x1)), False),
        (message(17, link(0x10001)), False),
        (message(20), True),
        (message(24), True),
        (message(17, link(0)) + message(24), True),
        (message(16, b"short"), False),
        (struct.pack("=IHHII", 0, 24, 0, 0, 0), False),
        (struct.pack("=IHHII", 900, 24, 0, 0, 0), False),
    ],
)
def test_the_kernels_news_of_links(data, up):
    assert says_up(data) is up


@given(st.binary(max_size=200))
def test_noise_is_no_news_and_ends(data):
    assert says_up(data) in {True, False}


def test_a_watch_opens_says_nothing_of_nothing_and_closes():
    watch = NetworkWatch()
    assert watch.came_up() in {True, False}
    watch.close()
    watch.close()


def test_the_report_is_written_now_and_then_and_reads_back(tmp_path):
    path = report_path(tmp_path / "relay.sock")
    file, report = ReportFile(path), LinkReport(up=True, crossings=2, line_out_bytes=50_000)
    file.write(report, 0.0)
    assert read(path) == report
    report.crossings = 3
    file.write(report, 1.0)
    assert read(path).crossings == 2
    file.write(report, 11.0)
    assert read(path).bytes_per_crossing == 16_666
    assert "16.7 kB a crossing" in read(path).words()
    file.remove()
    file.remove()
    assert read(path) is None
    path.write_bytes(b"noise")
    assert read(path) is None
