"""provision.toml from laptop to kiosk: by HTTPS, stick and camera, and cut off at each write."""

import json
import stat
import subprocess
import sys
import tempfile
import tomllib
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from firmware_app import config
from firmware_app.__main__ import main
from firmware_app.clock import utc_now
from firmware_app.services.keys import open_keys
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.issue import issue
from mqtt.central.keys_desk import Desk
from mqtt.central.keys_rooms import CentreRoom, RootRoom
from mqtt.central.keys_server import DeskServer
from mqtt.central.keys_tokens import TokenBook
from mqtt.enrol import new_token
from mqtt.publisher_settings import parser, settings

SHM = Path("/dev/shm")
HOST = "127.0.0.1"
KILLS = Path(__file__).parents[2] / "peers" / "provision_kills.py"
POST = """
profile = "demo"
relay_socket = "{folder}/relay.sock"
[post]
locode = "UTABC"
code = "X"
authority = "UTO"
[storage]
outbox = "{folder}/outbox.sqlite3"
[keys]
signing = "{folder}/keys/signing.pem"
root = "{folder}/keys/root.pem"
bundles = "{folder}/bundles"
tls = "{folder}/publish/tls"
[law]
legal_basis = "act"
notice_version = "1"
retention_days = 1
contact = "post@example \\"Grüße\\""
"""


@pytest.fixture(scope="module")
def ram():
    """A folder in memory where there is one: hundreds of synced writes cost a card's time."""
    with tempfile.TemporaryDirectory(dir=SHM if SHM.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def centre(ram):
    folder = ram / "programme"
    ceremony.make_root(RootRoom(folder / "root"), None)
    room = CentreRoom(folder / "centre")
    ceremony.make_centre(room, RootRoom(folder / "root"), None, utc_now())
    return room


@pytest.fixture(scope="module")
def url(centre):
    server = DeskServer(Desk(centre), issue(centre, "desk", HOST), HOST, 0, lambda _notice: None)
    port = server.start()
    yield f"https://{HOST}:{port}"
    server.stop()


class Kiosk:
    """One kiosk's folders, and its provision.toml as the laptop made it."""

    def __init__(self, folder, centre, url="", name="uto-1"):
        self.folder, self.centre, self.name = folder, centre, name
        self.stick = folder / "stick"
        self.stick.mkdir(parents=True)
        self.config = folder / "device" / "kiosk.toml"
        self.config.parent.mkdir()
        self.publisher = folder / "device" / "publish" / "publish.toml"
        self.file = self.stick / "provision.toml"
        self.token = new_token(name, ceremony.root_key(centre), url)
        TokenBook(centre.tokens).open(self.token, utc_now(), timedelta(hours=1))

    def make(self, *more):
        post = self.folder / "post.toml"
        post.write_text(POST.format(folder=self.config.parent))
        words = ["provision", "make", "--post", post, "--lane", "2", "--token", self.token.text()]
        words += ["--broker", "broker.example:8883", "--root", self.centre.root]
        return main([str(word) for word in (*words, "--out", self.file, *more)])

    def words(self, *more):
        own = ["--config", self.config, "--publisher", self.publisher]
        return [str(word) for word in ("provision", "take", *more, *own)]

    def take(self, *more):
        return main(self.words(*more))

    def check(self):
        """Whole: it runs by its settings, holds keys and certificate, and no secret is left."""
        loaded = config.load(self.config)
        assert (loaded.kiosk_id, loaded.post.lane) == (self.name, "2")
        assert loaded.law.contact == 'post@example "Grüße"'
        assert open_keys(loaded).ring.recipients()
        told = settings(parser().parse_args(["--config", str(self.publisher)]))
        told.check()
        assert str(told.broker) == "broker.example:8883"
        left = [path for path in self.folder.rglob("*") if path.is_file()]
        secret = self.token.text().split(":")[2].encode()
        assert [path for path in left if secret in path.read_bytes()] == []
        assert not list(self.folder.rglob("*.next"))
        assert not list(self.folder.rglob("enrolment.pending"))


@pytest.fixture
def kiosk(tmp_path, centre, url):
    return Kiosk(tmp_path, centre, url)


def test_a_stick_and_a_link_set_a_kiosk_up(kiosk, capsys):
    assert kiosk.make() == 0
    assert stat.S_IMODE(kiosk.file.stat().st_mode) == 0o600
    assert kiosk.take("--stick", kiosk.stick) == 0
    kiosk.check()
    assert not kiosk.file.exists()
    capsys.readouterr()
    own = ["--config", str(kiosk.config), "--publisher", str(kiosk.publisher)]
    assert main(["provision", "status", "--json", *own]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["name"], said["kiosk_id"]) == ("done", "uto-1")


def test_the_same_file_again_changes_nothing(kiosk):
    kiosk.make()
    data = kiosk.file.read_bytes()
    kiosk.take("--from", kiosk.file)
    before = kiosk.config.read_bytes()
    kiosk.file.write_bytes(data)
    assert kiosk.take("--from", kiosk.stick) == 0
    assert kiosk.config.read_bytes() == before
    assert not kiosk.file.exists()


def test_without_a_link_a_stick_goes_there_and_back(tmp_path, centre):
    kiosk = Kiosk(tmp_path, centre)
    kiosk.make()
    assert kiosk.take("--stick", kiosk.stick) == 6
    assert kiosk.take("--stick", kiosk.stick) == 6
    request = kiosk.stick / "uto-1.request"
    assert not kiosk.config.exists()
    (kiosk.stick / "uto-1.answer").write_bytes(b"another time's answer")
    assert kiosk.take("--stick", kiosk.stick) == 6
    answer = Desk(centre).answer(request.read_bytes(), utc_now())
    (kiosk.stick / "uto-1.answer").write_bytes(answer)
    assert kiosk.take("--stick", kiosk.stick) == 0
    kiosk.check()


def test_a_line_that_is_down_is_tried_again(tmp_path, centre, url):
    kiosk = Kiosk(tmp_path, centre, url)
    kiosk.make("--centre", "https://127.0.0.1:9")
    assert kiosk.take("--stick", kiosk.stick) == 6
    kiosk.make("--centre", url)
    assert kiosk.take("--stick", kiosk.stick) == 0
    kiosk.check()


def test_a_used_token_is_refused_and_the_kiosk_is_as_before(kiosk, capsys):
    kiosk.make()
    kiosk.take("--stick", kiosk.stick)
    before = kiosk.config.read_bytes()
    kiosk.make("--lane", "3")
    assert kiosk.take("--stick", kiosk.stick) == 3
    assert "no open token" in capsys.readouterr().err
    assert kiosk.config.read_bytes() == before


def test_a_kiosk_does_not_change_its_programme(kiosk, tmp_path, url, capsys):
    kiosk.make()
    kiosk.take("--stick", kiosk.stick)
    ceremony.make_root(RootRoom(tmp_path / "foreign"), None)
    room = CentreRoom(tmp_path / "foreign-centre")
    ceremony.make_centre(room, RootRoom(tmp_path / "foreign"), None, utc_now())
    other = Kiosk(tmp_path / "other", room, url)
    other.config = kiosk.config
    other.make()
    before = kiosk.config.read_bytes()
    assert main(kiosk.words("--stick", other.stick)) == 3
    assert "another programme's root" in capsys.readouterr().err
    assert kiosk.config.read_bytes() == before


@pytest.mark.parametrize(
    ("cut", "into", "words"),
    [
        ("version = 1", "version = 2", "version"),
        ("version = 1", "version = 1\nextra = 1", "extra"),
        ("expires_at = 2", "expires_at = 1", "ended on 1"),
        ("broker.example:8883", "broker.example", "HOST:PORT"),
        ("BKE1:", "BKE2:", "no enrolment token"),
        ('locode = "UTABC"', 'locode = "U"', "locode"),
        ("[kiosk.law]", "[kiosk.low]", "low"),
        ("version = 1", "version = ", "no TOML"),
    ],
)
def test_what_is_not_right_is_refused_and_never_wiped(kiosk, capsys, cut, into, words):
    kiosk.make()
    text = kiosk.file.read_text()
    assert cut in text
    kiosk.file.write_text(text.replace(cut, into))
    assert kiosk.take("--stick", kiosk.stick) == 3
    said = capsys.readouterr().err
    assert words in said
    assert kiosk.token.text().split(":")[2] not in said
    assert kiosk.file.exists()
    assert not kiosk.config.exists()


def test_a_token_of_another_root_is_found_out_on_the_laptop(kiosk, tmp_path, capsys):
    ceremony.make_root(RootRoom(tmp_path / "foreign"), None)
    foreign = next((tmp_path / "foreign").glob("*.pem"))
    assert kiosk.make("--root", foreign) == 3
    assert "another root" in capsys.readouterr().err
    assert not kiosk.file.exists()


def test_show_says_everything_but_the_token(kiosk, capsys):
    kiosk.make()
    capsys.readouterr()
    assert main(["provision", "show", str(kiosk.file)]) == 0
    said = capsys.readouterr().out
    assert "UTABC" in said
    assert kiosk.token.text().split(":")[2] not in said


def frames(folder, pictures):
    """Camera frames 1280 x 720: each picture on grey, a little turned and blurred."""
    folder.mkdir()
    for number, picture in enumerate(pictures):
        frame = np.full((720, 1280, 3), 120, np.uint8)
        symbol = cv2.resize(cv2.imread(str(picture)), (520, 520), interpolation=cv2.INTER_AREA)
        frame[100:620, 380:900] = symbol
        turn = cv2.getRotationMatrix2D((640, 360), 4 - 8 * (number % 2), 1.0)
        seen = cv2.warpAffine(frame, turn, (1280, 720), borderValue=(120, 120, 120))
        cv2.imwrite(str(folder / f"{number:03}.png"), cv2.GaussianBlur(seen, (3, 3), 0))


def test_symbols_before_the_camera_set_a_kiosk_up(kiosk, tmp_path, capsys):
    kiosk.make("--qr", kiosk.folder / "p.png", "--json")
    symbols = json.loads(capsys.readouterr().out)["symbols"]
    assert len(symbols) > 1
    assert max(one["modules"] for one in symbols) <= 65
    frames(tmp_path / "frames", [Path(one["file"]) for one in reversed(symbols)])
    for one in symbols:
        Path(one["file"]).unlink()
    kiosk.file.unlink()
    assert kiosk.take("--camera", f"folder://{tmp_path}/frames", "--seconds", "60") == 0
    kiosk.check()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_before_each_of_its_writes_it_comes_to_the_same_end(ram, centre, url):
    """A real process, a real kill; then the same command again, as after a power cut."""
    with subprocess.Popen(
        [sys.executable, str(KILLS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as lives:

        def live(number, kiosk):
            words = kiosk.words("--from", kiosk.stick)
            lives.stdin.write(json.dumps([number, words]) + "\n")
            lives.stdin.flush()
            return lives.stdout.readline().strip()

        for number in range(1, 200):
            kiosk = Kiosk(ram / str(number), centre, url, f"uto-{number}")
            kiosk.make()
            end = live(number, kiosk)
            if end != "killed":
                break
            assert live(0, kiosk) == "0", f"killed before change {number}"
            kiosk.check()
        lives.stdin.close()
    assert end == "0"
    assert number > 30


def test_what_make_writes_is_toml(kiosk):
    kiosk.make()
    found = tomllib.loads(kiosk.file.read_text())
    assert found["kiosk"]["law"]["contact"] == 'post@example "Grüße"'
