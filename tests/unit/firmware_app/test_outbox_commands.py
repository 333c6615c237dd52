"""`kiosk outbox`: each word answers in words and in JSON, and a wrong word says its mend."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app import config as configuration
from firmware_app.__main__ import main
from firmware_app.errors import SetupError
from firmware_app.services.outbox import OutboxUpkeep, open_outbox
from mqtt import courier
from mqtt.contract import specimen
from mqtt.courier import Cargo, Manifest
from mqtt.envelope import Assurance, Kind, Profile, Sealer
from mqtt.errors import OutboxMirrorError
from mqtt.keys import load_or_create_private_key, public_pem

KIOSK = "kiosk-1"
CONFIG = """\
kiosk_id = "kiosk-1"
profile = "demo"
relay_socket = "relay.sock"
[post]
locode = "UTABC"
code = "DEMO"
authority = "UTO"
[devices]
document_reader = ""
camera = ""
[storage]
outbox = "outbox.sqlite3"
outbox_limit_mb = 16
{storage}
[keys]
signing = "signing.pem"
recipients = ["centre.pem"]
receipts = ["centre.pem"]
[law]
legal_basis = "demo"
notice_version = "1"
retention_days = 1
"""


class Post:
    """A kiosk.toml with its keys, and an outbox that its owner holds open."""

    def __init__(self, folder, storage=""):
        self.folder, self.file = folder, folder / "kiosk.toml"
        self.file.write_text(CONFIG.format(storage=storage), encoding="utf-8")
        centre = ec.generate_private_key(ec.SECP256R1()).public_key()
        (folder / "centre.pem").write_bytes(public_pem(centre))
        signer = load_or_create_private_key(folder / "signing.pem")
        self.public = folder / "public.pem"
        self.public.write_bytes(public_pem(signer.public_key()))
        self.sealer = Sealer(signer, (centre,), Profile.DEMO, Assurance.SOFTWARE)
        self.config = configuration.load(self.file)
        self.path = self.config.storage.outbox
        self.outbox = None

    def open(self):
        self.outbox = open_outbox(self.config)
        head = self.outbox.epoch_head(str(uuid4()))
        self.outbox.commit([self.seal(head, Kind.EPOCH_START)], 0.0)
        return OutboxUpkeep(self.outbox, self.path, ())

    def seal(self, head, kind=Kind.CROSSING, size_bytes=500):
        return self.sealer.seal(
            os.urandom(size_bytes),
            head=head,
            kind=kind,
            event_id=str(uuid4()),
            at_utc=specimen.CAPTURED_AT,
        )

    def put(self, count, size_bytes=500):
        for _ in range(count):
            self.outbox.append(lambda head: [self.seal(head, size_bytes=size_bytes)], 1.0)

    def kiosk(self, *words):
        return main(["outbox", *map(str, words), "--config", str(self.file)])


@pytest.fixture
def post(tmp_path):
    post = Post(tmp_path)
    yield post
    if post.outbox is not None:
        post.outbox.close()


def said(capsys):
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("word", ["status", "verify", "export", "import"])
def test_without_an_outbox_each_word_says_where_it_would_be(post, capsys, word):
    words = [word, post.folder] if word in {"export", "import"} else [word]
    assert post.kiosk(*words) == SetupError.exit_code
    told = capsys.readouterr().err
    assert "outbox.sqlite3 is not there" in told
    assert "mend:" in told


def other_database(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE other (a)")


NO_OUTBOX = {
    "a folder": Path.mkdir,
    "no file": os.mkfifo,
    "it is none": Path.touch,
    "of something else": other_database,
}


@pytest.mark.parametrize("word", ["verify", "export"])
@pytest.mark.parametrize("what", NO_OUTBOX)
def test_what_is_no_outbox_is_called_that_and_the_card_is_not_blamed(
    post, tmp_path, capsys, word, what
):
    named = tmp_path / "named"
    NO_OUTBOX[what](named)
    words = [word, post.folder] if word == "export" else [word]
    assert post.kiosk(*words, "--file", named) == SetupError.exit_code
    told = capsys.readouterr().err
    assert what in told
    assert "card" not in told


def test_import_does_not_wait_for_a_pipe(post, tmp_path, capsys):
    post.open()
    os.mkfifo(tmp_path / "pipe.receipts")
    for path in (tmp_path / "pipe.receipts", tmp_path):
        assert post.kiosk("import", path) == SetupError.exit_code
        assert "holds no *.receipts" in capsys.readouterr().err


def test_status_says_what_waits_who_owns_it_and_where_the_chain_is(post, capsys):
    post.open()
    post.put(3)
    assert post.kiosk("status", "--json") == 0
    found = said(capsys)
    assert (found["waiting"], found["ready"], found["receipted"]) == (4, 4, 0)
    assert found["head"]["sequence"] == 5
    assert found["owner_pid"] == os.getpid()
    assert found["ballast_bytes"] == found["ballast_asked_bytes"] == 8 * 2**20
    assert found["mirror"] is None
    assert post.kiosk("status") == 0
    words = capsys.readouterr().out
    assert "4 rows without a receipt" in words
    assert f"process {os.getpid()}" in words


def test_verify_of_a_copy_needs_only_the_public_key(post, capsys, tmp_path):
    post.open()
    post.put(2)
    assert post.kiosk("verify") == 0
    assert "whole: signed, sealed, in order" in capsys.readouterr().out
    post.outbox.close()
    copy = tmp_path / "copy.db"
    copy.write_bytes(post.path.read_bytes())
    with sqlite3.connect(copy) as db:
        db.execute("UPDATE bytes SET ciphertext = x'00' WHERE row_id = 2")
    db.close()
    elsewhere = ["--config", str(tmp_path / "none.toml"), "--json"]
    words = ["outbox", "verify", "--file", str(copy), "--key", str(post.public), *elsewhere]
    assert main(words) == 1
    found = said(capsys)
    assert not found["whole"]
    assert "sealed bytes" in found["faults"][0]


def test_export_needs_a_folder_and_says_what_to_do_next(post, capsys, tmp_path):
    post.open()
    post.put(2)
    assert post.kiosk("export", tmp_path / "no-stick") == SetupError.exit_code
    assert "Mount the stick" in capsys.readouterr().err
    stick = tmp_path / "stick"
    stick.mkdir()
    assert post.kiosk("export", stick) == 0
    words = capsys.readouterr()
    assert "3 of 3 rows" in words.out
    assert "kiosk-central courier import" in words.out
    assert "3 of 3 rows are on the stick" in words.err
    assert post.kiosk("export", stick, "--continue") == 0
    assert "nothing waits" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"somebody's letter"])
def test_import_of_what_is_no_file_of_receipts_is_told(post, capsys, tmp_path, content):
    post.open()
    stick = tmp_path / "stick"
    stick.mkdir()
    if content is not None:
        (stick / "a.receipts").write_bytes(content)
    assert post.kiosk("import", stick) == SetupError.exit_code
    assert "mend:" in capsys.readouterr().err
    assert not Path(f"{post.path}.receipts").exists()


def test_restore_needs_a_mirror(post, capsys):
    assert post.kiosk("restore") == SetupError.exit_code
    assert "names no mirror" in capsys.readouterr().err


def test_full_and_damaged_are_different_reasons_to_be_closed(post):
    upkeep = post.open()
    assert upkeep.why_closed() == ""
    while not post.outbox.is_full:
        post.put(1, size_bytes=200_000)
    assert upkeep.why_closed() == "outbox_full"
    upkeep._damaged = "page 7"
    assert upkeep.why_closed() == "outbox_unusable"


@pytest.fixture
def second(tmp_path):
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one medium only")
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_a_mirror_that_is_away_closes_the_kiosk_and_restore_brings_it_back(
    tmp_path, second, capsys
):
    post = Post(tmp_path, f'mirror = "{second}/media/outbox.sqlite3"')
    upkeep = post.open()
    assert upkeep.why_closed() == "outbox_mirror"
    assert "is not there" in capsys.readouterr().err
    (second / "media").mkdir()
    post.outbox.erase(1.0, 0.0)
    assert upkeep.why_closed() == ""
    post.put(2)
    assert post.kiosk("status", "--json") == 0
    assert said(capsys)["mirror"]["in_step"]
    assert post.kiosk("restore") == SetupError.exit_code
    assert "one owner" in capsys.readouterr().err
    post.outbox.close()
    post.path.unlink()
    assert post.kiosk("restore", "--json") == 0
    assert said(capsys) == {"rows": 3, "aside": ""}
    post.open()
    post.put(1)
    assert post.outbox.levels(2.0).ready == 5
    post.outbox.close()


def test_a_post_may_serve_without_its_mirror(tmp_path):
    post = Post(tmp_path, 'mirror = "media/outbox.sqlite3"\nwithout_mirror = "go_on"')
    upkeep = post.open()
    post.put(1)
    assert upkeep.why_closed() == ""
    assert not post.outbox.mirror.in_step
    post.outbox.close()


def test_a_post_that_wants_its_mirror_saves_nothing_without_it(tmp_path):
    post = Post(tmp_path, 'mirror = "media/outbox.sqlite3"')
    post.open()
    with pytest.raises(OutboxMirrorError):
        post.put(1)
    post.outbox.close()


def test_a_cap_beyond_the_partition_does_not_start(tmp_path):
    post = Post(tmp_path)
    text = post.file.read_text(encoding="utf-8")
    post.file.write_text(text.replace("mb = 16", "mb = 900000"), encoding="utf-8")
    with pytest.raises(SetupError, match="the partition") as caught:
        open_outbox(configuration.load(post.file))
    assert "outbox_limit_mb" in caught.value.mend


def test_status_names_all_that_an_engineer_must_see(tmp_path, capsys):
    post = Post(tmp_path, 'mirror = "media/outbox.sqlite3"\nwithout_mirror = "go_on"')
    post.path.write_bytes(b"a card that died")
    post.open()
    post.outbox.suspect()
    (tmp_path / "outbox.sqlite3.ballast").unlink()
    folder = tmp_path / "outbox.sqlite3.receipts"
    folder.mkdir()
    (folder / "a.receipts.refused").write_bytes(b"")
    assert post.kiosk("status") == 0
    words = capsys.readouterr().out
    for seen in (
        "outbox.sqlite3.unreadable-1: see docs/outbox.md",
        "it should have 8 MB",
        "pages do not read",
        "1 were refused",
        "media/outbox.sqlite3: ",
    ):
        assert seen in words
    post.outbox.close()


def test_receipts_that_are_not_the_centres_count_for_nothing_and_end_with_1(post, capsys):
    post.open()
    forged = [b"signed by nobody"]
    size = sum(map(len, forged))
    manifest = Manifest(
        cargo=Cargo.RECEIPTS, kiosk=KIOSK, file=str(uuid4()), part=1, rows=1, bytes=size
    )
    path = post.folder / manifest.name
    path.write_bytes(b"".join(courier.write(manifest, forged)))
    assert post.kiosk("import", path) == 1
    assert "1 are not the centre's" in capsys.readouterr().out
    assert post.outbox.levels(2.0).receipted == 0
