"""The kiosk-central command: what it prints, what it refuses, its exit codes."""

import json
import os

import pytest

from mqtt.central.__main__ import main
from mqtt.central.settings import CentralSettings
from mqtt.central.store_sqlite import Store


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("command") / "site"
    assert main(["init-site", str(folder), "--kiosk", "kiosk-1"]) == 0
    Store(folder / "centre" / "central.sqlite3").close()
    return folder


@pytest.fixture
def config(folder):
    return str(folder / "centre" / "central.toml")


WORDS = ("serve", "show", "audit", "rejudge", "init-site", "fleet", "gaps", "export", "purge")
MORE_WORDS = ("recipients", "backup", "migrate", "bench", "simulate")


@pytest.mark.parametrize("command", WORDS + MORE_WORDS)
def test_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"example: kiosk-central {command} " in capsys.readouterr().out


def test_an_empty_store_is_an_empty_document(config, capsys):
    assert main(["show", "--config", config, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["verify", "--config", config, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"whole": True, "quarantined": 0, "kiosks": []}


def test_rejudging_nothing_is_said(config, capsys):
    assert main(["rejudge", "--config", config]) == 0
    assert "0 opened" in capsys.readouterr().out


def test_what_is_missing_is_one_line_with_its_mend(tmp_path, capsys):
    assert main(["show", "--config", str(tmp_path / "none.toml")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "No such file" in err
    assert "init-site" in err


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("central.toml", "broker = 5", "Expected `str`"),
        ("central.toml", 'colour = "red"', "colour"),
        ("registry.toml", "accepted_profiles = ['war']", "war"),
        ("registry.toml", 'kiosks.a.signing_keys = ["no key"]', "not PEM"),
        ("registry.toml", "kiosks.a.signing_keys = []", "no signing key"),
        ("registry.toml", 'kiosks."a/b".signing_keys = ["x"]', "no kiosk id"),
    ],
)
def test_a_mistake_in_a_file_is_named(folder, tmp_path, capsys, file, text, says):
    for name in ("central.toml", "registry.toml", "central.sqlite3"):
        (tmp_path / name).write_bytes((folder / "centre" / name).read_bytes())
    head = "accepted_profiles = []\naccepted_assurances = []\n"
    whole = f"{head}{text}\n" if "kiosks" in text else f"{text}\n"
    (tmp_path / file).write_text(whole)
    assert main(["verify", "--config", str(tmp_path / "central.toml")]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_bench_counts_what_is_stored(capsys, request, database):
    if database == "postgresql":
        request.getfixturevalue("cluster")  # skips where there is none
    words = ["bench", "--events", "40", "--bytes", "500", "--members", "2", "--json"]
    assert main([*words, "--database", database]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["events"], told["lost"], told["doubled"]) == (40, 0, 0)
    assert min(told["events_per_s"], told["commits_per_s"], told["member_cpu_ms"]) > 0


@pytest.mark.parametrize(("old", "new"), [("run", "serve"), ("verify", "audit")])
def test_the_names_of_before_go_on_working(config, old, new):
    wrong = [old, "--config", config, "--no-such"]
    with pytest.raises(SystemExit):
        main(wrong)
    if old == "verify":
        assert main([old, "--config", config]) == main([new, "--config", config]) == 0


def test_a_missing_certificate_of_a_member_ends_the_run(config, capsys):
    assert main(["run", "--config", config, "--member", "centre-9"]) == 2
    assert "centre-9.pem" in capsys.readouterr().err


def test_paths_start_from_the_file(config, folder):
    assert CentralSettings.load(folder / "centre" / "central.toml").database.is_file()


def test_bench_keeps_a_flood_of_noise_within_bounds(capsys, tmp_path):
    words = ["bench", "--noise", "900", "--folder", str(tmp_path), "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kept"] == found["messages"] == found["left"] == 900
    assert found["alarm_lines"] < 30
    assert list(tmp_path.iterdir()) == []


def test_courier_import_does_not_wait_for_a_pipe(config, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.courier")
    assert main(["courier", "import", str(tmp_path / "pipe.courier"), "--config", config]) == 2
    assert "neither a file nor a folder" in capsys.readouterr().err
