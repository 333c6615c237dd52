"""An announced bundle over real HTTPS: cut, resumed, forged, too large; and judged by real RAUC."""

import http.server
import shutil
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import replace as replaced
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware_app.engineer import update_https
from firmware_app.engineer.update_fetch import Fetch, NoRoomError, Tools
from firmware_app.engineer.update_https import (
    TRICKLE_KB_S,
    LinkError,
    Pace,
    ServerError,
)
from firmware_app.services.update_files import (
    Board,
    Fetched,
    Installed,
    Ledger,
    Places,
    Wanted,
    load,
    save,
)
from mqtt.central import pki

ORDER = "01920000-0000-4000-8000-000000000001"
KILLED = """
import sys
from pathlib import Path
from firmware_app.engineer.update_fetch import Fetch, Tools
from firmware_app.services.update_files import Places
board, room = map(Path, sys.argv[1:])
Fetch(Places(board, room), Tools(running=lambda: "1.2.0")).fetch()
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("rauc") is None, reason="no rauc: apt install rauc"),
]


def signed_by(folder, name):
    """A signer's key and certificate."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", certificate, "-days", "9"]
    subprocess.run(words, check=True, capture_output=True)
    return key, certificate


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A bundle of version 1.3.0, some 300 kB, and the certificate that kiosks believe."""
    folder = tmp_path_factory.mktemp("bundle")
    content = folder / "content"
    content.mkdir()
    noise = b"".join(sha256(b"%d" % at).digest() for at in range(9000))
    (content / "system.img").write_bytes(noise)
    manifest = "[update]\ncompatible=border-kiosk-virt\nversion=1.3.0\n"
    manifest += "[bundle]\nformat=verity\n[image.system]\nfilename=system.img\n"
    (content / "manifest.raucm").write_text(manifest)
    key, certificate = signed_by(folder, "signer")
    bundle = folder / "new.raucb"
    words = ["rauc", "bundle", f"--cert={certificate}", f"--key={key}", content, bundle]
    subprocess.run(words, check=True, capture_output=True)
    return bundle.read_bytes(), certificate


class Site(http.server.ThreadingHTTPServer):
    """A web server with ranges and tags that breaks lines when it is told to."""

    def __init__(self, data, context):
        super().__init__(("127.0.0.1", 0), Handler)
        self.data, self.tag, self.cuts, self.asked, self.status = data, '"one"', [], [], 200
        self.ranges, self.goes_on = True, threading.Event()
        self.goes_on.set()
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request, client_address):
        """A client that hangs up is no fault here."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        site, wanted = self.server, self.headers.get("Range")
        site.asked.append(wanted)
        if site.status != 200:
            self.send_error(site.status)
            return
        fresh = self.headers.get("If-Range") in {None, site.tag}
        first = int(wanted[6:-1]) if wanted and fresh and site.ranges else 0
        data, whole = site.data[first:], len(site.data)
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{whole - 1}/{whole}")
        self.send_header("ETag", site.tag)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: site.cuts.pop(0)] if site.cuts else data)
        site.goes_on.wait(60.0)
        self.close_connection = True

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    pair = pki.KeyPair(folder / "ca.key", folder / "ca.pem")
    leaf = pki.KeyPair(folder / "leaf.key", folder / "leaf.pem")
    pki.make_authority(pair)
    pki.make_leaf(leaf, pair, "127.0.0.1", server=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.public, leaf.private)
    return pair.public.read_text(), context


@pytest.fixture
def site(made, authority):
    served = Site(made[0], authority[1])
    thread = threading.Thread(target=served.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture
def kiosk(tmp_path, made, authority, site):
    """The fetching user's room, and a board that wants what the site has."""
    places = Places(tmp_path / "board", tmp_path / "room", tmp_path / "door")
    for folder in (places.board, places.fetched, places.brought.parent, places.ledger.parent):
        folder.mkdir(parents=True)
    data, keyring = made
    wanted = Wanted(
        order=ORDER,
        number=7,
        version="1.3.0",
        url=f"https://127.0.0.1:{site.server_port}/new.raucb",
        size=len(data),
        sha256=sha256(data).hexdigest(),
    )
    save(places.notice, Board(port=1, authorities=(authority[0],), wanted=wanted))
    tools = Tools(
        running=lambda: "1.2.0",
        wait=lambda _s: None,
        keyring=keyring,
        spare_bytes=0,
        start_id=lambda: "0badf00d",
    )
    return Fetch(places, tools)


def want(kiosk, **changes):
    board = load(kiosk.places.notice, Board)
    save(kiosk.places.notice, replace(board, wanted=replace(board.wanted, **changes)))
    return load(kiosk.places.notice, Board).wanted


def believe(kiosk, *authorities):
    board = load(kiosk.places.notice, Board)
    save(kiosk.places.notice, replace(board, authorities=authorities))


def left(kiosk):
    return {path.name for path in kiosk.places.fetched.iterdir()} - {".lock", "centre.json"}


def test_it_comes_whole_and_is_judged_by_its_own_signature(kiosk, made):
    done = kiosk.fetch()
    assert (done.step, done.version) == ("ready", "1.3.0")
    digest = sha256(made[0]).hexdigest()
    assert kiosk.places.whole(digest).read_bytes() == made[0]
    assert left(kiosk) == {f"{digest}.raucb"}


def test_cut_again_and_again_it_goes_on_where_it_was(kiosk, site, made):
    site.cuts = [100_000, 50_000, 70_000]
    assert kiosk.fetch().step == "ready"
    assert site.asked == [None, "bytes=100000-", "bytes=150000-", "bytes=220000-"]
    assert kiosk.places.whole(sha256(made[0]).hexdigest()).read_bytes() == made[0]


def test_a_power_cut_in_the_middle_costs_what_came_after_the_last_byte_on_the_disk(kiosk, site):
    """Another process goes on with the part, and with the tag that the server gave it."""
    site.cuts = [100_000] + [0] * 20
    with pytest.raises(LinkError):
        kiosk.fetch()
    said = load(kiosk.places.said("centre"), Fetched)
    assert (said.step, said.etag) == ("waits", '"one"')
    site.cuts = []
    assert Fetch(kiosk.places, kiosk.tools).fetch().step == "ready"
    assert site.asked[-1] == "bytes=100000-"


def test_killed_in_mid_download_the_next_process_goes_on(kiosk, site, made):
    part = kiosk.places.part(sha256(made[0]).hexdigest())
    site.cuts = [200_000]
    site.goes_on.clear()
    words = [sys.executable, "-c", KILLED, kiosk.places.board, kiosk.places.room]
    process = subprocess.Popen(words)
    at_end_s = time.monotonic() + 50.0
    while not part.is_file() or part.stat().st_size < 100_000:
        assert process.poll() is None
        assert time.monotonic() < at_end_s
        threading.Event().wait(0.02)
    process.kill()
    process.wait()
    have = part.stat().st_size
    site.goes_on.set()
    assert load(kiosk.places.said("centre"), Fetched).step == "fetching"
    assert kiosk.fetch().step == "ready"
    assert site.asked == [None, f"bytes={have}-"]


def test_another_announcement_ends_the_download_that_runs(kiosk, site, made, monkeypatch):
    monkeypatch.setattr(update_https, "SYNC_EVERY_BYTES", 1)
    other = want(kiosk, order=ORDER.replace("1", "2"))
    want(kiosk, order=ORDER)
    kiosk.places.delivering.touch()
    tools = replaced(kiosk.tools, wait=lambda _s: want(kiosk, order=other.order))
    done = Fetch(kiosk.places, tools).fetch()
    assert (done.order, done.step) == (other.order, "ready")
    assert site.asked == [None, "bytes=131072-"], "the same bytes: what was there is used"


def test_what_was_taken_back_is_not_fetched_to_its_end(kiosk, site, monkeypatch):
    monkeypatch.setattr(update_https, "SYNC_EVERY_BYTES", 1)
    board = load(kiosk.places.notice, Board)
    kiosk.places.delivering.touch()
    back = replace(board, wanted=None)
    tools = replaced(kiosk.tools, wait=lambda _s: save(kiosk.places.notice, back))
    assert Fetch(kiosk.places, tools).fetch() is None
    assert left(kiosk) == set()


def test_a_hole_that_a_power_cut_left_is_found_and_all_comes_anew(kiosk, site, made):
    digest = sha256(made[0]).hexdigest()
    kiosk.places.part(digest).write_bytes(made[0][:90_000] + bytes(10_000))
    assert kiosk.fetch().step == "ready"
    assert site.asked == ["bytes=100000-", None]
    assert kiosk.places.whole(digest).read_bytes() == made[0]


def test_another_file_at_the_address_begins_anew(kiosk, site):
    site.cuts = [100_000] + [0] * 20
    with pytest.raises(LinkError):
        kiosk.fetch()
    site.cuts, site.tag = [], '"two"'
    assert kiosk.fetch().step == "ready"
    assert site.asked[-1] == "bytes=100000-"


def test_a_server_without_ranges_begins_anew(kiosk, site):
    site.ranges, site.cuts = False, [100_000]
    assert kiosk.fetch().step == "ready"


def test_what_is_ready_is_not_fetched_again(kiosk, site):
    kiosk.fetch()
    kiosk.fetch()
    assert len(site.asked) == 1


def test_a_wrong_hash_is_refused_and_nothing_stays(kiosk, site):
    want(kiosk, sha256="0" * 64)
    done = kiosk.fetch()
    assert (done.step, done.why) == ("failed", "NotTheBundleError")
    assert "SHA-256" in done.what
    assert left(kiosk) == set()
    assert kiosk.fetch() == done
    assert len(site.asked) == 1


@pytest.mark.parametrize("more", [-1, 1])
def test_another_size_than_was_announced_is_refused(kiosk, site, more):
    want(kiosk, size=len(site.data) + more)
    done = kiosk.fetch()
    assert (done.step, left(kiosk)) == ("failed", set())


def test_a_part_is_no_way_round_the_size(kiosk, site, made):
    wanted = want(kiosk, size=len(site.data) - 1)
    kiosk.places.part(wanted.sha256).write_bytes(made[0][:1000])
    assert kiosk.fetch().step == "failed"
    assert left(kiosk) == set()


def test_without_room_it_waits_and_asks_nobody(kiosk, site):
    greedy = replaced(kiosk.tools, spare_bytes=2**60)
    with pytest.raises(NoRoomError):
        Fetch(kiosk.places, greedy).fetch()
    assert load(kiosk.places.said("centre"), Fetched).step == "waits"
    assert site.asked == []


def test_a_server_that_nobody_vouches_for_gets_no_request(kiosk, site, tmp_path):
    other = pki.KeyPair(tmp_path / "other.key", tmp_path / "other.pem")
    pki.make_authority(other)
    believe(kiosk, other.public.read_text())
    with pytest.raises(ServerError, match="127"):
        kiosk.fetch()
    assert site.asked == []
    believe(kiosk)
    assert kiosk.fetch().step == "failed"


def test_a_server_that_says_no_is_asked_again_later(kiosk, site):
    site.status = 404
    with pytest.raises(ServerError, match="404"):
        kiosk.fetch()
    site.status = 200
    assert kiosk.fetch().step == "ready"


def test_an_older_one_is_not_even_fetched_unless_the_order_says_so(kiosk, site):
    newer = Fetch(kiosk.places, replaced(kiosk.tools, running=lambda: "1.4.0"))
    assert "older" in newer.fetch().what
    assert site.asked == []
    want(kiosk, older=True, order=ORDER.replace("1", "2"))
    assert newer.fetch().step == "ready"


def test_another_version_than_was_announced_is_refused(kiosk):
    want(kiosk, version="1.5.0")
    assert "1.3.0" in kiosk.fetch().what


def test_a_bundle_of_another_signer_is_refused_with_raucs_reason(kiosk, tmp_path):
    _, stranger = signed_by(tmp_path, "stranger")
    done = Fetch(kiosk.places, replaced(kiosk.tools, keyring=stranger)).fetch()
    assert (done.step, left(kiosk)) == ("failed", set())
    assert "signature" in done.what.lower()


def test_what_was_put_in_and_what_nobody_wants_is_removed(kiosk, made):
    done = kiosk.fetch()
    (kiosk.places.fetched / f"{'a' * 64}.part").write_bytes(b"of an older order")
    kiosk.fetch()
    assert left(kiosk) == {f"{done.sha256}.raucb"}
    over = Installed(order=ORDER, step="running", version="1.3.0")
    save(kiosk.places.ledger, Ledger(orders=(over,)))
    kiosk.fetch()
    assert left(kiosk) == set()


def test_a_sticks_bundle_is_judged_in_the_same_way(kiosk, made):
    assert kiosk.take() is None
    kiosk.places.brought.write_bytes(made[0])
    done = kiosk.take()
    assert (done.step, done.version) == ("ready", "1.3.0")
    assert done.order == f"{sha256(made[0]).hexdigest()}-0badf00d"
    kiosk.places.brought.write_bytes(made[0][:-100])
    assert kiosk.take().step == "failed"


def test_the_download_goes_slowly_while_crossings_wait(tmp_path):
    waited = []
    pace = Pace(0, tmp_path / "delivering", waited.append)
    pace.after(80_000)
    pace.delivering.touch()
    pace.after(80_000)
    assert waited == [80 / TRICKLE_KB_S]
    Pace(100, tmp_path / "nothing", waited.append).after(80_000)
    assert waited[1:] == [0.8]


def test_names_come_from_the_hash_alone():
    wanted = Path(Places(room=Path("/r")).part("ab" * 32))
    assert wanted == Path("/r/fetched") / f"{'ab' * 32}.part"
