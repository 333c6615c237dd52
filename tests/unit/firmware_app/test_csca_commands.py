"""`kiosk csca import`, `show` and `evaluate passive-authentication`, as an engineer types them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from drivers.chip.csca import CscaStore
from drivers.chip.simulated_issuer import State, make_issuer, master_list
from firmware_app.__main__ import main

NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = NOW - timedelta(days=400)
HOME, FRANCE, SPAIN = (
    make_issuer(State(*codes), START) for codes in (("UTO", "UT"), ("FRA", "FR"), ("ESP", "ES"))
)
FILES = {1: b"one", 2: b"two"}


@pytest.fixture
def lists(tmp_path):
    """A folder with a master list of HOME, its root, and one by FRANCE that nobody vouches for."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "UT.ml").write_bytes(master_list(HOME, (HOME, FRANCE), NOW - timedelta(days=9)))
    (folder / "root.cer").write_bytes(HOME.csca.encoded)
    (folder / "FR.ml").write_bytes(master_list(FRANCE, (SPAIN,), NOW - timedelta(days=9)))
    return folder


@pytest.fixture
def sods(tmp_path):
    folder = tmp_path / "sods"
    folder.mkdir()
    good = HOME.sod(FILES, NOW - timedelta(days=30))
    (folder / "a.bin").write_bytes(good)
    (folder / "b.bin").write_bytes(SPAIN.sod(FILES, NOW - timedelta(days=30)))
    (folder / "c.bin").write_bytes(b"\x77\x03no")
    (folder / "d.bin").write_bytes(good[:-1] + bytes((good[-1] ^ 1,)))
    (folder / "e.bin").write_bytes(bytes(10_000_000))
    (folder / ".hidden").write_bytes(b"")
    return folder


def words(*given):
    return [str(one) for one in given]


def test_a_list_is_imported_with_its_root_once_and_later_without(capsys, lists, tmp_path):
    store = tmp_path / "store"
    command = words("csca", "import", lists / "UT.ml", "--store", store, "--json")
    assert main([*command, "--root", str(lists / "root.cer")]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["new"], first["known"], first["refused"]) == (2, 0, [])
    assert first["states"] == {"FR": 1, "UT": 1}
    assert main(command) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["new"], again["known"], again["store"]["certificates"]) == (0, 2, 2)
    assert main(words("csca", "show", "--store", store, "--json")) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["certificates"] == 2
    assert shown["load_ms"] > 0


def test_a_list_without_a_root_is_refused_with_its_mend_and_changes_nothing(
    capsys, lists, tmp_path
):
    store = tmp_path / "store"
    assert main(words("csca", "import", lists / "UT.ml", "--store", store)) != 0
    said = capsys.readouterr().err
    assert "no trusted root vouches for" in said
    assert "--root" in said
    assert len(CscaStore.open(store)) == 0
    assert main(words("csca", "import", lists / "root.cer", "--store", store)) != 0
    assert "mend: Name a whole master list" in capsys.readouterr().err


def test_another_states_list_is_refused_though_its_authority_is_known(lists, tmp_path):
    store = tmp_path / "store"
    root = lists / "root.cer"
    assert main(words("csca", "import", lists / "UT.ml", "--root", root, "--store", store)) == 0
    assert main(words("csca", "import", lists / "FR.ml", "--store", store)) != 0
    assert "ES" not in CscaStore.open(store).countries


def test_a_revocation_list_is_kept_and_then_counts(capsys, lists, sods, tmp_path):
    store, revoked = tmp_path / "store", tmp_path / "ut.crl"
    revoked.write_bytes(HOME.revocation_list(NOW))
    refused = words("csca", "import", revoked, "--store", store)
    assert main(refused) != 0
    root = lists / "root.cer"
    assert main(words("csca", "import", lists / "UT.ml", "--root", root, "--store", store)) == 0
    assert main(refused) == 0
    older = tmp_path / "older.crl"
    older.write_bytes(HOME.revocation_list(NOW - timedelta(days=80)))
    assert main(words("csca", "import", older, "--store", store)) != 0
    capsys.readouterr()
    command = words("evaluate", "passive-authentication", sods, "--masterlists", store, "--json")
    assert main(command) == 0
    rows = {row["file"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["a.bin"]["verdict"] == "bad_signature"
    assert "is revoked since" in rows["a.bin"]["reason"]


def test_each_file_gets_one_row_with_a_verdict_and_a_reason(capsys, lists, sods):
    command = words("evaluate", "passive-authentication", sods, "--masterlists", lists)
    assert main([*command, "--json"]) == 0
    answer = capsys.readouterr()
    rows = json.loads(answer.out)
    assert [row["file"] for row in rows] == ["a.bin", "b.bin", "c.bin", "d.bin", "e.bin"]
    assert [row["verdict"] for row in rows] == [
        "valid",
        "issuer_unknown",
        "unparsable",
        "bad_signature",
        "unparsable",
    ]
    assert all(set(row) == {"file", "verdict", "reason"} and row["reason"] for row in rows)
    assert "FR.ml: a master list that no trusted root vouches for" in answer.err
    assert main(command) == 0
    assert "5 files: 2 unparsable, 1 valid" in capsys.readouterr().out


def test_folders_that_hold_nothing_of_use_are_one_line_and_its_mend(capsys, sods, tmp_path):
    for lists in (tmp_path / "none", sods):
        command = words("evaluate", "passive-authentication", sods, "--masterlists", lists)
        assert main(command) != 0
        said = capsys.readouterr().err
        assert "Traceback" not in said
        assert "mend:" in said


VERDICTS = {
    "02ca3a69": "valid",
    "12277a62": "bad_signature",
    "1ae97e17": "bad_signature",
    "208be068": "bad_digest",
    "3d920b7e": "issuer_unknown",
    "3de0c6e2": "valid",
    "471e24c5": "valid",
    "55262c80": "issuer_unknown",
    "68f32f11": "issuer_unknown",
    "78a2b951": "bad_digest",
    "911afa57": "issuer_unknown",
    "9712ab14": "issuer_unknown",
    "a6ee93b9": "valid",
    "c433a51a": "bad_digest",
    "de1b10af": "bad_digest",
    "e66f75f1": "valid",
    "f33762bb": "bad_signature",
    "f89509f1": "valid",
}


@pytest.mark.slow
def test_the_eighteen_real_objects_have_the_verdicts_that_the_page_explains(capsys, data):
    folder = data / "emrtd"
    command = words("evaluate", "passive-authentication", folder / "sod")
    assert main([*command, "--masterlists", str(folder / "masterlists"), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["file"].partition(".")[0]: row["verdict"] for row in rows} == VERDICTS
