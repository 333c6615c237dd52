"""The officer's page as a program: who gets in, what it refuses, and what stays in it."""

import gc
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from firmware_app.engineer.officer_site import OfficerSite
from firmware_app.officer import program
from firmware_app.officer.server import HERE, OfficerServer
from firmware_app.officer.settings import OfficerSettings
from firmware_app.ui.texts import Texts
from firmware_app.workers import officer_frames as frames
from firmware_app.workflow.vocabulary import Touched
from mqtt.central import pki
from tests.peers.officer_bench import CANARY, NEXT_CROSSING
from tests.peers.officer_program import Site, https

pytestmark = pytest.mark.slow

POST = "POST /api/{path} HTTP/1.1\r\nHost: {{host}}\r\nOrigin: {origin}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("officer")) as site:
        yield site


def status(answer: str) -> int:
    assert answer.startswith("HTTP/1.1 "), answer
    return int(answer.split()[1])


def test_only_the_posts_own_certificates_and_tls_13_get_in(site: Site, tmp_path: Path) -> None:
    other = OfficerSite(tmp_path / "other")
    other.make()
    good = https(site, site.pki.tablet)
    assert status(good) == 200
    assert "cache-control: no-store" in good
    assert "script-src 'self'" in good
    for certificate in (None, other.tablet):
        assert not https(site, certificate).startswith("HTTP")
    old = {"maximum_version": ssl.TLSVersion.TLSv1_2}
    assert not https(site, site.pki.tablet, **old).startswith("HTTP")


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1", b"", 421),
        ("DELETE / HTTP/1.1\r\nHost: {host}", b"", 405),
        ("GET /picture/live_face HTTP/1.1\r\nHost: {host}", b"", 404),
        ("GET /picture/../officer.sock HTTP/1.1\r\nHost: {host}", b"", 404),
        ("GET /events HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site", b"", 403),
        (POST.format(path="act", origin="https://other.example"), b'{"what":"here"}', 403),
        (POST.format(path="act", origin="{origin}"), b'{"what":"here"}', 401),
        (POST.format(path="act", origin="{origin}"), b'{"what":"open_gate"}', 400),
        (POST.format(path="act", origin="{origin}"), b"[" * 2000, 400),
        (POST.format(path="decide", origin="{origin}"), b"x" * 20_000, 400),
        (POST.format(path="register/ask", origin="{origin}"), b'{"code":"AAAAA-AAAAA"}', 409),
        (POST.format(path="sign-in/ask", origin="{origin}"), b"", 200),
    ],
)
def test_what_does_not_come_from_the_page_itself_is_refused(
    site: Site, head: str, body: bytes, expected: int
) -> None:
    assert status(https(site, site.pki.tablet, head, body)) == expected


def test_a_tablet_that_was_taken_back_stays_out(site: Site, tmp_path: Path) -> None:
    """The revocation list counts from the next start."""
    serial = pki.load_authority(site.pki.tablet)[1].serial_number
    crl = tmp_path / "crl.pem"
    crl.write_bytes(pki.revocation_list(site.pki.authority, {serial: site.bench.now()}, 1, 1))
    settings = OfficerSettings(
        site.bench.socket,
        "127.0.0.1",
        site.port,
        site.origin,
        site.pki.authority.public,
        site.pki.page.public,
        site.pki.page.private,
        crl,
    )
    inside, outside = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = settings.tls().wrap_bio(inside, outside, server_side=True)
    context = ssl.create_default_context(cafile=str(site.pki.authority.public))
    context.load_cert_chain(site.pki.tablet.public, site.pki.tablet.private)
    client = context.wrap_bio(outside, inside, server_hostname="localhost")
    with pytest.raises(ssl.SSLCertVerificationError, match="revoked"):
        shake_hands(client, server)


def shake_hands(*ends: ssl.SSLObject) -> None:
    for _ in range(4):
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()


def visits_held() -> list[object]:
    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, frames.Now)]
    return [one for one in held if one.crossing == NEXT_CROSSING]


def test_nothing_of_a_traveller_stays_in_the_programs_objects_after_the_visit(site: Site) -> None:
    """The same server in this process, so that its objects can be looked through."""
    settings = OfficerSettings(site.bench.socket, "127.0.0.1", 0, site.origin, *[Path("none")] * 3)
    site.page.terminate()
    site.page.wait(15)
    bench = site.bench
    server = OfficerServer(settings, Texts.load(HERE / "locales", ("en", "fr")))
    bench.crossing = NEXT_CROSSING
    bench.officer()
    bench.desk.gate.open("B-117", time.monotonic())  # somebody looks, or nothing would be told
    server.link.start()
    try:
        bench.to_face()
        bench.patient(lambda: server._live and server._live.now)
        assert CANARY in [row.value for row in server._live.now.rows]
        assert visits_held() != []
        bench.runner.post(Touched("end"))
        bench.patient(lambda: server._live and not server._live.now)
        bench.patient(lambda: visits_held() == [])
    finally:
        server.link.stop()
        site.start_page()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--origin", "https://10.0.0.1:8443"], "not an IP address"),
        (["--origin", "http://kiosk.example"], "not an IP address"),
        (["--origin", "https://kiosk.example/page"], "not an IP address"),
        (["--origin", "https://kiosk.example", "--listen", "8443"], "listen"),
        (["--origin", "https://kiosk.example", "--language", "tlh"], "language"),
        (["--origin", "https://kiosk.example"], "certificates"),
        ([], "origin"),
    ],
)
def test_what_can_never_work_ends_with_78_and_a_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    files = [word for name in ("socket", "ca", "cert", "key") for word in (f"--{name}", name)]
    assert program.main([*words, *files]) == program.EXIT_CONFIGURATION
    said = capsys.readouterr().err
    assert says in said
    assert "docs/officer.md" in said


def test_a_file_says_the_same_and_a_slip_of_the_pen_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "officer.toml"
    told.write_text(
        'socket = "s"\norigin = "https://kiosk.example"\nca = "c"\ncert = "c"\nkee = 1\n'
    )
    assert program.main(["--config", str(told)]) == program.EXIT_CONFIGURATION
    assert "kee" in capsys.readouterr().err
