"""`kiosk-central keys` and `command` as a person types them: the month's way, and refusals."""

import json
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.broker import TlsFiles
from mqtt.bundles import KEYS, read_bundle
from mqtt.central import keys_ceremony as ceremony
from mqtt.central import order_commands
from mqtt.central.__main__ import main
from mqtt.central.command_desk import CommandDesk
from mqtt.central.keys_rooms import CentreRoom
from mqtt.central.registry import Entry, Registry, write_entry
from mqtt.central.settings import CentralSettings
from mqtt.central.site import init_site
from mqtt.commands import read_command
from mqtt.keys import load_private_key, load_public_key, public_pem


@pytest.fixture
def say(tmp_path, capsys):
    """Type words, in which {} is the folder; gives the exit code and what was printed."""

    def typed(*words):
        code = main([str(word).replace("{}", str(tmp_path)) for word in words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return typed


@pytest.fixture
def centre(say, tmp_path):
    code, said = say("keys", "init", "{}/centre", "--root", "{}/root", *HOLDERS)
    assert code == 0, said
    return CentreRoom(tmp_path / "centre")


HOLDERS = ("--holder-1", "{}/a", "--holder-2", "{}/b")


def test_init_says_that_a_root_without_a_passphrase_is_open_to_whoever_holds_it(say, tmp_path):
    code, said = say("keys", "init", "{}/c", "--root", "{}/r", *HOLDERS)
    assert (code, said.count("NO passphrase")) == (0, 1)
    (tmp_path / "words").write_text("a long sentence\n")
    words = ("--holder-1", "{}/a2", "--holder-2", "{}/b2", "--passphrase-file", "{}/words")
    code, said = say("keys", "init", "{}/c2", "--root", "{}/r2", *words)
    assert (code, said.count("NO passphrase")) == (0, 0)


def test_the_month_goes_over_the_offline_root(say, centre, tmp_path):
    assert say("keys", "rotate", "{}/centre", "--draft", "{}/draft")[0] == 0
    code, said = say("keys", "sign", "{}/draft", "--root", "{}/root", "--out", "{}/bundle")
    assert code == 0
    assert said.count("  month ") == 2
    assert say("keys", "rotate", "{}/centre", "--take", "{}/bundle")[0] == 0
    code, said = say("keys", "status", "{}/centre", "--json")
    assert json.loads(said)["bundle"]["version"] == 2
    code, said = say("keys", "rotate", "{}/centre", "--take", "{}/bundle")
    assert code == 2
    assert "not newer" in said
    for path in [*tmp_path.rglob("*.key"), tmp_path / "a" / "escrow-share-1.txt"]:
        if path.exists():
            assert path.read_text().splitlines()[1] not in said


def test_two_holders_make_the_escrow_key_and_one_does_not(say, centre, tmp_path):
    shares = ("--share", "{}/a/escrow-share-1.txt", "--share", "{}/b/escrow-share-2.txt")
    assert say("keys", "escrow", *shares, "--out", "{}/escrow.key")[0] == 0
    key = load_private_key(tmp_path / "escrow.key")
    assert key.public_key() == load_public_key(tmp_path / "root" / "escrow.pub.pem")
    code, said = say("keys", "escrow", *shares[:2], "--out", "{}/half.key")
    assert code == 2
    assert "two shares" in said
    assert not (tmp_path / "half.key").exists()


def test_after_init_the_sink_can_be_served(say, centre):
    settings = CentralSettings.load(centre.folder / "central.toml")
    with settings.store() as store:
        intake = settings.intake(store, lambda _notice: None)
        assert [one.public_key() for one in intake.recipient_keys] == [
            one.public for one in ceremony.present(centre)[1].recipients if one.use == "month"
        ]
    files = settings.file
    TlsFiles(*(centre.folder / one for one in (files.ca, files.cert, files.key))).context()


@pytest.mark.parametrize(
    ("words", "purpose", "stem"),
    [
        (("--server", "broker.example", "--server", "127.0.0.1"), "sslserver", "server"),
        (("--member", "centre-2"), "sslclient", "centre-2"),
    ],
)
def test_openssl_believes_what_is_issued(say, centre, words, purpose, stem):
    assert say("keys", "issue", "{}/centre", *words)[0] == 0
    command = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile"]
    command += [str(centre.authorities), str(centre.folder / f"{stem}.pem")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (centre.folder / f"{stem}.key").stat().st_mode & 0o777 == 0o600


def test_a_lost_share_is_answered_with_a_new_escrow_and_the_old_one_leaves_the_bundle(say, centre):
    before = load_public_key(centre.escrow)
    code, said = say("keys", "escrow", "--new", "{}/centre", "--holder-1", "{}/c")
    assert code == 2
    assert "two persons" in said
    new = ("--new", "{}/centre", "--holder-1", "{}/c", "--holder-2", "{}/d")
    assert say("keys", "escrow", *new)[0] == 0
    assert say("keys", "rotate", "{}/centre", "--root", "{}/root")[0] == 0
    escrows = [one.public for one in ceremony.present(centre)[1].recipients if one.use == "escrow"]
    assert escrows == [load_public_key(centre.escrow)] != [before]


def test_a_new_root_asks_for_two_holders(say, tmp_path):
    code, said = say("keys", "init", "{}/c", "--root", "{}/r")
    assert code == 2
    assert "two persons" in said
    assert not (tmp_path / "r").exists()


def test_a_list_is_signed_and_its_version_is_asked_for(say, centre, tmp_path):
    (tmp_path / "list").write_bytes(b"names")
    sign = ("keys", "sign", "{}/list", "--root", "{}/root", "--out", "{}/l.bundle", "--list", "w")
    assert say(*sign)[0] == 2
    assert say(*sign, "--version", "3")[0] == 0
    bundle = read_bundle((tmp_path / "l.bundle").read_bytes(), "w", [ceremony.root_key(centre)])
    assert (bundle.version, bundle.content) == (3, b"names")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("keys", "revoke", "{}/centre", "--kiosk", "nobody", "--why", "x"), "does not know"),
        (("keys", "revoke", "{}/nowhere", "--kiosk", "k", "--why", "x"), "no centre's folder"),
        (("keys", "enrol", "{}/centre", "--kiosk", "a/b"), "a kiosk id is"),
        (("keys", "enrol", "{}/centre", "--request", "{}/none", "--out", "{}/o"), "No such file"),
        (("keys", "enrol", "{}/centre", "--request", "{}/centre/ca.pem"), "--out"),
        (("keys", "status", "{}/nowhere"), "No such file"),
        (("keys", "issue", "{}/nowhere", "--member", "centre-2"), "no issuing key"),
        (("keys", "issue", "{}/centre", "--member", "centre-/../m"), "letters, digits"),
        (("keys", "issue", "{}/centre", "--member", "uto-1"), "begins with centre-"),
        (("keys", "enrol", "{}/centre", "--kiosk", "centre-1"), "choose another"),
        (("keys", "rotate", "{}/centre", "--take", "{}/centre/ca.pem"), "the bundle:"),
        (("keys", "sign", "{}/centre/ca.pem", "--root", "{}/root", "--out", "{}/o"), "ca.pem"),
        (("command", "send", "{}/nowhere", "--all", "ping"), "registry.toml"),
        (("command", "send", "{}/centre", "--all", "ping"), "nobody"),
    ],
)
def test_what_cannot_be_is_one_line_with_its_mend(say, centre, words, why):
    code, said = say(*words)
    assert code == 2
    assert why in said
    assert "Traceback" not in said


def test_where_there_is_no_issuing_key_a_revocation_still_counts_and_says_what_is_missing(
    say, tmp_path
):
    site = init_site(tmp_path / "site", "demo-1")
    folder = site.configuration.parent
    code, said = say("keys", "revoke", folder, "--kiosk", "demo-1", "--why", "a test")
    assert code == 2
    assert "issuing" in said
    assert Registry.load(site.registry).keys == {}


def test_a_kiosk_of_the_demo_site_is_sent_commands(say, tmp_path):
    site = init_site(tmp_path / "site", "demo-1")
    folder = site.configuration.parent
    epoch = "01920000-0000-7000-8000-0000000000e0"
    orders = (
        ("ping",),
        ("support",),
        ("rotate",),
        ("update-list", "keys"),
        (
            "resend",
            "--epoch",
            epoch,
            "--first",
            "1",
            "--last",
            "2",
        ),
        ("configure", "stage", site.registry),
        (
            "update",
            "--bundle",
            site.registry,
            "--version",
            "1.3.0",
            "--url",
            "https://centre.example/1.3.0.raucb",
        ),
        ("configure", "apply", site.registry),
    )
    for order in orders:
        assert say("command", "send", folder, "--kiosk", "demo-1", *order)[0] == 0, order
    sent = CommandDesk(folder / "commands").all()
    keys = [load_public_key(site.commands.public)]
    assert [read_command(bytes.fromhex(one.signed), keys).number for one in sent] == [
        one.number for one in sent
    ]
    _, said = say("command", "list", folder, "--json")
    assert [row["what"] for row in json.loads(said)][:3] == ["ping", "request_support", "rotate"]
    assert "PRIVATE" not in said
    read_bundle(site.bundle.read_bytes(), KEYS, [load_public_key(site.root.public)])


@pytest.mark.parametrize(
    "words",
    [
        ("keys",),
        *(
            ("keys", one)
            for one in ("init", "rotate", "sign", "enrol", "issue", "revoke", "escrow")
        ),
        ("command", "send"),
        ("command", "send", "c", "--all", "resend"),
        ("command", "send", "c", "--all", "update"),
    ],
)
def test_each_word_has_an_example(words, capsys):
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"example: kiosk-central {words[0]}"), "one line, that can be copied"


def test_all_kiosks_of_a_large_programme_get_it_in_commands_of_a_thousand(say, centre, monkeypatch):
    names = [f"k-{number}" for number in range(5)]
    for one in names:
        write_entry(centre.registry, one, Entry(signing_keys=[public_text()]))
    monkeypatch.setattr(order_commands, "KIOSKS_LIMIT", 2)
    assert say("command", "send", "{}/centre", "--all", "ping")[0] == 0
    sent = CommandDesk(centre.folder / "commands").all()
    assert [one.kiosks for one in sent] == [names[:2], names[2:4], names[4:]]


def public_text():
    return public_pem(ec.generate_private_key(ec.SECP256R1()).public_key()).decode()


def test_a_command_to_a_kiosk_that_nobody_knows_is_not_sent(say, centre):
    code, said = say("command", "send", "{}/centre", "--kiosk", "nobody", "ping")
    assert code == 2
    assert "does not know nobody" in said
    assert CommandDesk(centre.folder / "commands").all() == []
