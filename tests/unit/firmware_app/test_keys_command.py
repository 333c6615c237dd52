"""`kiosk keys` with a real desk at the end of a stick: what it says, and what it never says."""

import json
from datetime import timedelta

import pytest

from firmware_app import config
from firmware_app.__main__ import main
from firmware_app.clock import utc_now
from firmware_app.errors import SetupError
from firmware_app.services.keys import open_keys, wanted_file
from mqtt.bundles import make_bundle
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.keys_desk import Desk
from mqtt.central.keys_rooms import CentreRoom, RootRoom
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.registry import Registry
from mqtt.enrol import new_token
from mqtt.keys import load_private_key

CONFIG = """
kiosk_id = "uto-1"
profile = "demo"
relay_socket = "relay.sock"
[post]
locode = "UTABC"
code = "X"
authority = "UTO"
[devices]
document_reader = ""
camera = ""
[storage]
outbox = "outbox.sqlite3"
[keys]
signing = "keys/signing.pem"
root = "keys/root.pem"
bundles = "bundles"
tls = "tls"
[law]
legal_basis = "act"
notice_version = "1"
retention_days = 1
"""


@pytest.fixture
def centre(tmp_path):
    ceremony.make_root(RootRoom(tmp_path / "root"), None)
    room = CentreRoom(tmp_path / "centre")
    ceremony.make_centre(room, RootRoom(tmp_path / "root"), None, utc_now())
    return room


@pytest.fixture
def kiosk(tmp_path):
    (tmp_path / "kiosk").mkdir()
    path = tmp_path / "kiosk" / "kiosk.toml"
    path.write_text(CONFIG)
    return path


def words(capsys, *command):
    """The exit code, and what was printed."""
    code = main([str(word) for word in command])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def token(centre):
    one = new_token("uto-1", ceremony.root_key(centre))
    TokenBook(centre.tokens).open(one, utc_now(), timedelta(hours=1))
    return one.text()


def enrol(centre, kiosk, capsys, days=90):
    stick = kiosk.parent / "stick"
    stick.mkdir(exist_ok=True)
    request, answer = stick / "request", stick / "answer"
    code, _ = words(
        capsys, "keys", "enrol", "--config", kiosk, "--token", token(centre), "--request", request
    )
    assert code == 0
    answer.write_bytes(Desk(centre, days).answer(request.read_bytes(), utc_now()))
    return words(capsys, "keys", "enrol", "--config", kiosk, "--answer", answer)


def test_a_kiosk_without_keys_says_what_to_do(kiosk, capsys):
    code, said = words(capsys, "keys", "status", "--config", kiosk)
    assert code == 1
    assert "due        signing: there is no key; enrol the kiosk" in said
    with pytest.raises(SetupError, match="not there") as caught:
        open_keys(config.load(kiosk))
    assert "kiosk keys enrol" in caught.value.mend


def test_enrolled_by_stick_then_status_tells_all_but_the_keys(centre, kiosk, capsys):
    code, said = enrol(centre, kiosk, capsys)
    assert code == 0, said
    code, said = words(capsys, "keys", "status", "--config", kiosk, "--json")
    facts = json.loads(said)
    assert (code, facts["due"], facts["bundle"]["version"]) == (0, [], 1)
    assert facts["signing"]["kind"] == facts["tls"]["kind"] == "file"
    for path in (kiosk.parent / "keys" / "signing.pem", kiosk.parent / "tls" / "tls.key"):
        number = f"{load_private_key(path).private_numbers().private_value:x}"
        assert number not in said
        assert path.read_text().splitlines()[1] not in said
    assert open_keys(config.load(kiosk)).ring.recipients()


def test_two_thirds_through_it_is_due_and_not_before(centre, kiosk, capsys):
    enrol(centre, kiosk, capsys, days=30)
    code, said = words(capsys, "keys", "rotate", "--config", kiosk, "--if-due")
    assert (code, said.strip()) == (0, "nothing is due.")
    # valid from a day ago, so one of half a day ended two thirds of its life ago
    enrol(centre, kiosk, capsys, days=0)
    code, said = words(capsys, "keys", "status", "--config", kiosk)
    assert code == 1
    assert "due        tls:" in said


def test_the_centres_wish_is_a_reason_to_rotate_both_keys(centre, kiosk, capsys):
    enrol(centre, kiosk, capsys)
    wanted_file(config.load(kiosk)).write_bytes(b"")
    code, said = words(capsys, "keys", "status", "--config", kiosk)
    assert "the centre asks for new keys" in said
    request, answer = kiosk.parent / "request", kiosk.parent / "answer"
    rotate = ("keys", "rotate", "--config", kiosk)
    assert words(capsys, *rotate, "--if-due", "--request", request)[0] == 0
    answer.write_bytes(Desk(centre).answer(request.read_bytes(), utc_now()))
    code, said = words(capsys, *rotate, "--answer", answer)
    assert code == 0, said
    assert not wanted_file(config.load(kiosk)).exists()
    assert len(Registry.load(centre.registry).keys["uto-1"]) == 2


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--token", "BKE1:uto-1:short:00:"), "signs of the token"),
        (("--token", "nonsense"), "no enrolment token"),
        ((), "neither --token nor --answer"),
        (("--answer", "/nowhere"), "/nowhere"),
    ],
)
def test_what_does_not_hold_is_one_line_and_its_mend(kiosk, capsys, more, why):
    code, said = words(capsys, "keys", "enrol", "--config", kiosk, *more)
    assert code in {2, 3}
    assert why in said
    assert "mend:" in said
    assert "Traceback" not in said


def test_a_kiosk_that_is_said_to_have_a_tpm_does_not_start_with_a_file(centre, kiosk, capsys):
    enrol(centre, kiosk, capsys)
    kiosk.write_text(CONFIG.replace('profile = "demo"', 'profile = "demo"\nassurance = "tpm"'))
    with pytest.raises(SetupError, match="the key is of the other kind"):
        open_keys(config.load(kiosk))


def test_months_that_ended_are_told_and_the_kiosk_seals_on(centre, kiosk, capsys, tmp_path):
    enrol(centre, kiosk, capsys)
    loaded = config.load(kiosk)
    late = open_keys(loaded, lambda: utc_now() + timedelta(days=400))
    assert len(late.ring.recipients()) == 2
    draft = ceremony.draft(centre, utc_now())
    data = make_bundle(draft, ceremony.open_root(RootRoom(tmp_path / "root"), None))
    late.store.utc_now = utc_now
    assert late.store.take(data, "keys").version == 2


@pytest.mark.parametrize("word", ["status", "enrol", "rotate"])
def test_each_word_has_an_example(word, capsys):
    with pytest.raises(SystemExit):
        main(["keys", word, "--help"])
    assert "example: kiosk keys" in capsys.readouterr().out


def test_a_path_that_the_disk_refuses_is_one_line_and_its_mend(kiosk, capsys):
    kiosk.write_text(CONFIG.replace("keys/signing.pem", f"{'long' * 80}/signing.pem"))
    code, said = words(capsys, "keys", "status", "--config", kiosk)
    assert code == SetupError.exit_code
    assert "mend:" in said
    assert "Traceback" not in said


def test_a_bare_kiosk_keeps_the_desks_address_after_it_made_its_folders(kiosk, centre, capsys):
    url = "https://127.0.0.1:9"
    code, said = words(
        capsys, "keys", "enrol", "--config", kiosk, "--token", token(centre), "--url", url
    )
    assert code == SetupError.exit_code
    assert "still good" in said
    assert (kiosk.parent / "keys" / "desk.url").read_text() == url
