"""The register of officers: codes end, keys are replaced, ids are never used again."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware_app.__main__ import main
from firmware_app.config import load
from firmware_app.workers.officer_registry import OFFICERS_LIMIT, OfficerRegistry, OfficersError
from mqtt.webauthn import Credential, Party
from tests.peers.authenticator import Authenticator

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PARTY = Party("https://localhost:8443", "localhost")


@pytest.fixture
def registry(tmp_path):
    return OfficerRegistry(tmp_path / "officers")


def test_a_register_that_nobody_began_is_empty(registry):
    assert registry.officers() == ()
    assert registry.signer(b"any") is None
    assert registry.invited("AAAAA-AAAAA", NOW) is None


def test_a_code_is_good_for_a_day_and_one_key(registry):
    code = registry.add("B-117", NOW)
    key = Authenticator(PARTY).credential()
    assert registry.invited(code, NOW + timedelta(hours=23)) == "B-117"
    assert registry.invited(code, NOW + timedelta(hours=25)) is None
    assert registry.register(code.replace("-", " ").lower(), key, NOW) == "B-117"
    with pytest.raises(OfficersError):
        registry.register(code, Authenticator(PARTY).credential(), NOW)
    assert registry.signer(key.id).id == "B-117"
    assert code.encode() not in b"".join(p.read_bytes() for p in registry.folder.iterdir())


def test_a_new_code_replaces_the_key_only_when_it_is_used(registry):
    old, new = (Authenticator(PARTY).credential() for _ in range(2))
    registry.register(registry.add("B-117", NOW), old, NOW)
    code = registry.add("B-117", NOW)
    assert registry.signer(old.id).id == "B-117"
    registry.register(code, new, NOW)
    assert registry.signer(old.id) is None
    assert registry.signer(new.id).id == "B-117"


def test_one_key_is_one_officers(registry):
    key = Authenticator(PARTY).credential()
    registry.register(registry.add("B-117", NOW), key, NOW)
    code = registry.add("B-118", NOW)
    with pytest.raises(OfficersError, match="already"):
        registry.register(code, key, NOW)


def test_the_counter_lasts_over_a_restart(registry):
    key = Authenticator(PARTY).credential(counter=5)
    registry.register(registry.add("B-117", NOW), key, NOW)
    registry.counted("B-117", Credential(key.id, key.key, 9))
    assert OfficerRegistry(registry.folder).signer(key.id).credential.counter == 9


def test_who_is_revoked_never_comes_back(registry):
    key = Authenticator(PARTY).credential()
    code = registry.add("B-117", NOW)
    registry.register(code, key, NOW)
    registry.revoke("B-117", NOW)
    assert registry.signer(key.id) is None
    assert not registry.may_sign("B-117")
    with pytest.raises(OfficersError, match="never used again"):
        registry.add("B-117", NOW)
    with pytest.raises(OfficersError, match="no such officer"):
        registry.revoke("B-119", NOW)


@pytest.mark.parametrize("officer", ["", "../x", "a/b", "a b", "x" * 33, "B-117\n"])
def test_an_id_is_no_path_and_no_name(registry, officer):
    with pytest.raises(OfficersError):
        registry.add(officer, NOW)
    with pytest.raises(OfficersError):
        registry.revoke(officer, NOW)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b"x" * 10_000, b'{"point": ""}'])
def test_a_damaged_file_counts_as_none_and_stops_nobody_else(registry, damage):
    good, bad = (Authenticator(PARTY).credential() for _ in range(2))
    registry.register(registry.add("B-117", NOW), good, NOW)
    registry.register(registry.add("B-118", NOW), bad, NOW)
    for kind in ("key", "counter"):
        (registry.folder / f"B-118.{kind}").write_bytes(damage)
    assert registry.signer(bad.id) is None
    assert registry.signer(good.id).id == "B-117"


def test_a_kiosk_has_so_many_officers_and_no_more(registry):
    for number in range(OFFICERS_LIMIT):
        registry.add(f"B-{number}", NOW)
    registry.add("B-1", NOW)
    with pytest.raises(OfficersError, match="at most"):
        registry.add("B-one-more", NOW)


def test_a_revoked_key_does_not_come_back_under_another_id(registry):
    key = Authenticator(PARTY).credential()
    registry.register(registry.add("B-117", NOW), key, NOW)
    registry.revoke("B-117", NOW)
    with pytest.raises(OfficersError):
        registry.register(registry.add("B-120", NOW), key, NOW)
    assert registry.signer(key.id) is None


def test_the_command_gives_a_code_lists_keys_for_the_centre_and_revokes(tmp_path, capsys):
    where = ["--officers", str(tmp_path / "officers")]
    assert main(["officers", "add", "B-117", "--json", *where]) == 0
    code = json.loads(capsys.readouterr().out)["code"]
    registry = OfficerRegistry(tmp_path / "officers")
    key = Authenticator(PARTY).credential()
    registry.register(code, key, datetime.now(UTC))  # noqa: TID251 - the command asks the clock
    assert main(["officers", "list", "--json", *where]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["officers"]
    assert listed["state"] == "active"
    assert listed["credential_id"] == key.id.hex()
    assert "BEGIN PUBLIC KEY" in listed["public_key"]
    assert main(["officers", "revoke", "B-117", *where]) == 0
    assert main(["officers", "list", *where]) == 0
    assert "revoked" in capsys.readouterr().out
    assert main(["officers", "revoke", "B-9", *where]) == 1
    assert "mend" in capsys.readouterr().err


def test_with_the_kiosks_configuration_the_list_says_whose_page_it_is(tmp_path, capsys):
    example = Path(__file__).parents[3] / "kiosk.example.toml"
    told = tmp_path / "kiosk.toml"
    folder = f'officers = "{tmp_path}/officers"'
    text = re.sub(r'^officers = "[^"]*"', folder, example.read_text(), flags=re.MULTILINE)
    told.write_text(text)
    assert main(["officers", "list", "--json", "--config", str(told)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["origin"].startswith("https://")
    assert (said["officers"], said["kiosk"]) == ([], load(told).kiosk_id)
    told.write_text(text[: text.index("[officer]")] + text[text.index("[law]") :])
    assert main(["officers", "list", "--config", str(told)]) == 3
    assert "has no officer's page" in capsys.readouterr().err
