"""No key, token or share is in a repr, a log line or a file where it has no place."""

import inspect
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app.__main__ import main
from mqtt import enrol
from mqtt.bundles import KEYS
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.__main__ import main as central
from mqtt.central.keys_escrow import split
from mqtt.central.keys_rooms import CentreRoom, RootRoom
from mqtt.central.keys_tokens import TokenBook
from mqtt.enrol import Token, new_token, read_claim
from mqtt.enrol_device import Device, DeviceRoom
from mqtt.envelope import Assurance, Profile, Sealer
from mqtt.keys import load_private_key

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def number(key):
    return f"{key.private_numbers().private_value:064x}"


@pytest.fixture
def centre(tmp_path):
    ceremony.make_root(RootRoom(tmp_path / "root"), None)
    room = CentreRoom(tmp_path / "centre")
    ceremony.make_centre(room, RootRoom(tmp_path / "root"), None, NOW)
    return room


def test_what_holds_a_secret_does_not_show_it(centre, tmp_path):
    token = new_token("uto-1", ceremony.root_key(centre))
    key = ec.generate_private_key(ec.SECP256R1())
    names = ("s", "t", "c", "a", "r", "b")
    device = Device(
        "uto-1", DeviceRoom(*(tmp_path / "k" / one for one in names)), False, lambda: NOW
    )
    request = device.request(token)
    share = split()[1][0]
    shown = repr(
        [
            token,
            share,
            device,
            read_claim(request),
            Sealer(key, (key.public_key(),), Profile.DEMO, Assurance.SOFTWARE),
            TokenBook(centre.tokens),
            centre,
        ]
    )
    for secret in (number(key), token.secret.hex(), share.value.hex()):
        assert secret not in shown
        assert str(bytes.fromhex(secret))[2:-1] not in shown


def test_a_token_is_compared_in_the_time_that_does_not_tell():
    for where in (enrol.Claim.proven_by, enrol.check_answer):
        assert "compare_digest" in inspect.getsource(where)


def test_no_private_key_lies_where_it_has_no_place(centre, tmp_path):
    """Of all files of the centre's folder only `*.key` hold private keys; the bundle holds none."""
    numbers = [number(load_private_key(path)) for path in centre.folder.glob("*.key")]
    assert len(numbers) == 4
    for path in centre.folder.iterdir():
        if path.suffix != ".key":
            data = path.read_bytes()
            assert b"PRIVATE" not in data
            assert all(bytes.fromhex(one) not in data for one in numbers)
    assert ceremony.present(centre)[0].name == KEYS


def test_what_is_typed_wrong_is_not_repeated(tmp_path, capsys):
    """A token with a slip, a share with a slip: neither the log nor the screen shows the signs."""
    secret = "5AFG-QDA4-M23U-7SXS-CJX6-CH4C-56LG-7EZO"
    (tmp_path / "kiosk.toml").write_text("")
    main(
        ["keys", "enrol", "--config", str(tmp_path / "kiosk.toml"), "--token", f"BKE1:u:{secret}x"]
    )
    share = split()[1][0].text()
    (tmp_path / "share").write_text(share.replace("check", "chock"))
    args = ["--share", str(tmp_path / "share"), "--out", str(tmp_path / "out")]
    assert central(["keys", "escrow", *args]) == 2
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert secret not in said
    assert share.splitlines()[1] not in said
    with pytest.raises(enrol.EnrolError) as caught:
        Token.parse(f"BKE1:uto-1:{secret}x:{'0' * 64}:")
    assert secret not in str(caught.value)


def test_the_book_of_tokens_cannot_print_a_token_again(centre):
    token = new_token("uto-1", ceremony.root_key(centre))
    TokenBook(centre.tokens).open(token, NOW, timedelta(hours=1))
    kept = json.loads(centre.tokens.read_text())
    assert token.secret.hex() not in centre.tokens.read_text()
    assert kept["uto-1"]["proof"] == enrol.proof_key(token.secret).hex()
    assert centre.tokens.stat().st_mode & 0o777 == 0o600
