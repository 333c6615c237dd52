"""From token to broker: enrolled by HTTPS, let in by mosquitto, renewed, revoked, kept out."""

import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from mqtt.central import keys_ceremony as ceremony
from mqtt.central.clock import utc_now
from mqtt.central.issue import issue
from mqtt.central.keys_desk import Desk
from mqtt.central.keys_rooms import CentreRoom, RootRoom
from mqtt.central.keys_server import DeskServer
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.mosquitto import SBIN, free_port
from mqtt.enrol import REQUEST_LIMIT_BYTES, Token, new_token
from mqtt.enrol_device import Device, DeviceRoom, ask
from mqtt.errors import EnrolError

KIOSK, HOST = "uto-1", "127.0.0.1"


@pytest.fixture
def centre(tmp_path):
    ceremony.make_root(RootRoom(tmp_path / "root"), None)
    room = CentreRoom(tmp_path / "centre")
    ceremony.make_centre(room, RootRoom(tmp_path / "root"), None, utc_now())
    return room


@pytest.fixture
def notices():
    return []


@pytest.fixture
def url(centre, notices):
    pair = issue(centre, "desk", HOST)
    server = DeskServer(Desk(centre), pair, HOST, 0, notices.append)
    port = server.start()
    yield f"https://{HOST}:{port}"
    server.stop()


@pytest.fixture
def kiosk(tmp_path):
    folder = tmp_path / "kiosk"
    room = DeviceRoom(
        folder / "signing.pem",
        folder / "tls" / "tls.key",
        folder / "tls" / "tls.pem",
        folder / "tls" / "ca.pem",
        folder / "root.pem",
        folder / "bundles",
    )
    return Device(KIOSK, room, False, utc_now)


def token_for(centre, url):
    token = new_token(KIOSK, ceremony.root_key(centre), url)
    TokenBook(centre.tokens).open(token, utc_now(), timedelta(hours=1))
    return token


def enrol(kiosk, token):
    request = kiosk.request(token)
    kiosk.take(ask(token.url, request, token.root, kiosk.room.authorities))


def test_a_token_brings_a_certificate_over_https_and_then_the_present_key_does(
    centre, url, kiosk, notices
):
    enrol(kiosk, token_for(centre, url))
    first = kiosk.room.tls_certificate.read_bytes()
    kiosk.take(ask(url, kiosk.request(None), None, kiosk.room.authorities))
    assert kiosk.room.tls_certificate.read_bytes() != first
    assert notices == []


def test_a_refusal_says_why_and_is_noticed(centre, url, kiosk, notices):
    token = token_for(centre, url)
    wrong = Token(KIOSK, bytes(20), token.root, url)
    with pytest.raises(EnrolError, match="the centre refuses: no open token"):
        enrol(kiosk, wrong)
    assert [one.name for one in notices] == ["enrolment_refused"]
    assert token.secret.hex() not in repr(notices)


def test_a_desk_of_another_root_gets_no_request(centre, url, kiosk):
    token = token_for(centre, url)
    foreign = Token(KIOSK, token.secret, "0" * 64, url)
    with pytest.raises(EnrolError, match="another root"):
        enrol(kiosk, foreign)


@pytest.mark.parametrize("bad", ["http://127.0.0.1:1", "https://", "ftp://x", "nonsense"])
def test_only_https_is_spoken(kiosk, bad):
    with pytest.raises(EnrolError, match="no https"):
        ask(bad, b"x", "0" * 64, kiosk.room.authorities)


def test_a_desk_under_another_name_is_refused(centre, kiosk):
    pair = issue(centre, "desk", "elsewhere.example")
    server = DeskServer(Desk(centre), pair, HOST, 0, lambda _notice: None)
    url = f"https://{HOST}:{server.start()}"
    try:
        with pytest.raises(EnrolError):
            enrol(kiosk, token_for(centre, url))
    finally:
        server.stop()


def talk(url, head, body=b""):
    """Raw bytes to the desk; the status line."""
    port = int(url.rsplit(":", 1)[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((HOST, port), 20) as line,
        context.wrap_socket(line) as channel,
        suppress(OSError),
    ):
        channel.sendall(head + b"\r\n\r\n" + body)
        return channel.recv(300).split(b"\r\n")[0]
    return b""


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /enrol HTTP/1.1\r\nContent-Length: %d" % (REQUEST_LIMIT_BYTES + 1), b"413"),
        (b"POST /enrol HTTP/1.1\r\nContent-Length: 99999999999999999999", b"413"),
        (b"POST /enrol HTTP/1.1\r\nContent-Length: -1", b"404"),
        (b"POST /enrol HTTP/1.1", b"404"),
        (b"POST /else HTTP/1.1\r\nContent-Length: 0", b"404"),
        (b"GET /issuing.key HTTP/1.1", b"404"),
        (b"GET /../centre/issuing.key HTTP/1.1", b"404"),
        (b"POST /enrol HTTP/1.1\r\nContent-Length: 0", b"403"),
    ],
)
def test_noise_at_the_desk_is_refused_and_the_desk_goes_on(url, kiosk, centre, head, status):
    assert status in talk(url, head)
    enrol(kiosk, token_for(centre, url))


CONF = """\
per_listener_settings true
persistence false
log_type none
{user}
listener {port} 127.0.0.1
allow_anonymous true
cafile {centre}/ca.pem
crlfile {centre}/crl.pem
certfile {centre}/broker.pem
keyfile {centre}/broker.key
tls_version tlsv1.3
require_certificate true
use_identity_as_username true
"""


def await_listening(port):
    until_s = time.monotonic() + 30
    while time.monotonic() < until_s:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        threading.Event().wait(0.05)


@contextmanager
def broker(centre):
    """A mosquitto of this programme, with its list of revoked certificates."""
    issue(centre, "broker", HOST)
    port = free_port()
    conf = centre.folder / "mosquitto.conf"
    conf.write_text(CONF.format(port=port, centre=centre.folder, user="user root"))
    program = shutil.which("mosquitto", path=f"{SBIN}:/usr/bin")
    process = subprocess.Popen([program, "-c", conf], stderr=subprocess.DEVNULL)
    try:
        await_listening(port)
        yield port, process
    finally:
        process.kill()
        process.wait()


def let_in(kiosk, port):
    """Whether the broker answers a CONNECT (MQTT 5, 3.1) made with the kiosk's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(kiosk.room.authorities)
    context.load_cert_chain(kiosk.room.tls_certificate, kiosk.room.tls_key)
    with socket.create_connection((HOST, port), 20) as line:
        try:
            with context.wrap_socket(line, server_hostname=HOST) as channel:
                ident = KIOSK.encode()
                body = b"\x00\x04MQTT\x05\x02\x00\x3c\x00\x00" + bytes([len(ident)]) + ident
                channel.sendall(b"\x10" + bytes([len(body)]) + body)
                answer = channel.recv(4)
        except OSError:
            return False
    return answer[:1] == b"\x20" and answer[3:4] == b"\x00"


def await_refusal(kiosk, port):
    until_s = time.monotonic() + 30
    while let_in(kiosk, port):
        assert time.monotonic() < until_s, "the broker did not read its list anew"
        threading.Event().wait(0.1)


@pytest.mark.slow
def test_the_broker_lets_an_enrolled_kiosk_in_and_a_revoked_one_not(centre, url, kiosk):
    enrol(kiosk, token_for(centre, url))
    with broker(centre) as (port, process):
        assert let_in(kiosk, port)
        Desk(centre).revoke(KIOSK, "stolen", utc_now())
        process.send_signal(signal.SIGHUP)
        await_refusal(kiosk, port)
    with broker(centre) as (port, _):
        assert not let_in(kiosk, port)
    enrol(kiosk, token_for(centre, url))
    with broker(centre) as (port, _):
        assert let_in(kiosk, port)
