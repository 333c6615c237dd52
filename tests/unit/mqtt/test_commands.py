"""Commands: signed, expiring, once each, in order; what was answered lasts; never code."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mqtt import cbor, cose
from mqtt.command_record import REMEMBERED, CommandRecord
from mqtt.commands import (
    COMMAND_LIMIT_BYTES,
    COMMAND_TYPE,
    Command,
    Configure,
    Order,
    Outcome,
    Ping,
    Reader,
    RequestSupport,
    Resend,
    Result,
    Rotate,
    Update,
    UpdateList,
    read_command,
    read_result,
    refusal,
    sign_command,
    sign_result,
)
from mqtt.errors import CommandError
from mqtt.signed import plain

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CENTRE, KIOSK, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
ID = "01920000-0000-4000-8000-000000000001"
EPOCH = "01920000-0000-7000-8000-0000000000e0"
URL = "https://centre.example:8443/border-kiosk-1.3.0-pi4.raucb"
ORDERS = [
    Resend(epoch=EPOCH, first=3, last=9),
    Rotate(),
    Configure(step="stage", sha256=bytes(32), toml="kiosk_id = 'x'"),
    UpdateList(name="watchlist", bundle=b"signed by the root"),
    Update(version="1.3.0", url=URL, size=9, sha256=bytes(32)),
    RequestSupport(),
    Ping(),
]


def command(**changes):
    fields = {
        "id": ID,
        "number": 5,
        "issued_at": NOW,
        "expires_at": NOW + timedelta(days=7),
        "order": Ping(),
        "kiosks": ("k-1",),
    }
    return Command(**(fields | changes))


def why(reader_number=0, *, kiosk="k-1", groups=(), now=NOW, **changes):
    return refusal(command(**changes), Reader(kiosk, frozenset(groups), reader_number), now)


@pytest.mark.parametrize("order", ORDERS, ids=lambda one: type(one).__name__)
def test_each_order_arrives_as_it_was_signed(order):
    data = sign_command(command(order=order), CENTRE)
    assert read_command(data, [CENTRE.public_key()]).order == order


def test_a_command_is_for_its_kiosks_or_its_group():
    assert why() is None
    assert why(kiosk="k-2") == "foreign"
    assert why(kiosk="k-2", groups=["north"], kiosks=(), group="north") is None
    assert why(kiosk="k-2", groups=["south"], kiosks=(), group="north") == "foreign"


def test_a_command_ends_and_one_of_the_future_does_not_wait_for_a_clock_that_died():
    assert why(now=NOW + timedelta(days=7)) == "expired"
    assert why(now=datetime(1970, 1, 2, tzinfo=UTC)) is None


def test_an_old_number_is_out_of_order():
    assert why(4) is None
    assert why(5) == "out_of_order"
    assert why(9) == "out_of_order"


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOW},
        {"expires_at": NOW + timedelta(days=32)},
        {"kiosks": ()},
        {"group": "north"},
        {"number": 0},
        {"kiosks": ("no/kiosk",)},
        {"order": UpdateList(name="watchlist", bundle=bytes(COMMAND_LIMIT_BYTES))},
    ],
)
def test_what_is_no_command_is_not_signed(changes):
    with pytest.raises(ValueError, match=r"."):
        sign_command(command(**changes), CENTRE)


UPDATE = {"what": "update", "version": "1.3.0", "url": URL, "size": 9, "sha256": bytes(32)}
NO_UPDATES = [
    {"url": "http://centre.example/a.raucb"},
    {"url": "https://user@centre.example/a.raucb"},
    {"url": "https://centre.example"},
    {"url": "file:///etc/passwd"},
    {"url": URL + "\n"},
    {"version": "../1.3.0"},
    {"version": ""},
    {"size": 0},
    {"size": 2**31 + 1},
    {"sha256": bytes(31)},
]


def signed_fields(**changes):
    return cose.sign1(cbor.dumps(plain(command()) | changes), CENTRE, COMMAND_TYPE)


@pytest.mark.parametrize(
    "changes",
    [
        {"order": {"what": "run", "code": "rm"}},
        {"order": {"what": "resend", "epoch": EPOCH, "first": 9, "last": 3}},
        {"order": {"what": "configure", "step": "now", "sha256": bytes(32)}},
        {"order": "ping"},
        *({"order": UPDATE | one} for one in NO_UPDATES),
        {"id": "1"},
        {"expires_at": "2030-01-01T00:00:00Z"},
    ],
)
def test_an_order_that_the_contract_does_not_have_is_refused(changes):
    with pytest.raises(CommandError):
        read_command(signed_fields(**changes), [CENTRE.public_key()])


def test_fields_of_a_newer_centre_are_passed_over():
    order = {"what": "ping", "loud": True}
    data = signed_fields(order=order, urgency=3)
    assert read_command(data, [CENTRE.public_key()]).order == Ping()


def test_a_forged_one_is_refused_and_so_is_everything_without_keys():
    data = sign_command(command(), OTHER)
    for keys in ([CENTRE.public_key()], []):
        with pytest.raises(CommandError):
            read_command(data, keys)


def test_a_receipt_or_result_is_no_command():
    result = Result(kiosk="k-1", command=ID, number=5, outcome=Outcome.DONE, at=NOW)
    data = sign_result(result, CENTRE)
    with pytest.raises(CommandError, match="another purpose"):
        read_command(data, [CENTRE.public_key()])


def test_each_bit_matters():
    data = sign_command(command(order=ORDERS[0]), CENTRE)
    for at_bit in range(0, len(data) * 8, 5):
        bad = bytearray(data)
        bad[at_bit // 8] ^= 1 << at_bit % 8
        with pytest.raises(CommandError):
            read_command(bytes(bad), [CENTRE.public_key()])


def test_a_giant_is_refused_before_it_is_read():
    with pytest.raises(CommandError, match="more than"):
        read_command(bytes(COMMAND_LIMIT_BYTES + 1), [CENTRE.public_key()])


@given(st.binary(max_size=200))
def test_noise_is_refused_and_raises_nothing_else(data):
    with pytest.raises(CommandError):
        read_command(data, [CENTRE.public_key()])


def test_an_answer_is_the_kiosks_own():
    result = Result(
        kiosk="k-1", command=ID, number=5, outcome=Outcome.DONE, at=NOW, facts={"rows": "7"}
    )
    data = sign_result(result, KIOSK)
    assert read_result(data, [KIOSK.public_key()]) == result
    with pytest.raises(CommandError):
        read_result(data, [OTHER.public_key()])


def test_every_order_is_in_the_list_of_this_test():
    tags = {type(one).__struct_config__.tag for one in ORDERS}
    assert tags == {one.__struct_config__.tag for one in Order.__args__}
    assert not tags & {"run", "exec", "shell", "script"}
    assert msgspec.convert(plain(Ping()), Order) == Ping()


def test_answers_last_across_a_restart_and_the_list_is_bounded(tmp_path):
    path = tmp_path / "state" / "commands.record"
    record = CommandRecord.open(path)
    for number in range(1, REMEMBERED + 11):
        record.keep(f"id-{number}", number, b"answer %d" % number)
    again = CommandRecord.open(path)
    assert again.highest == REMEMBERED + 10
    assert again.answered(f"id-{REMEMBERED + 10}") == b"answer %d" % (REMEMBERED + 10)
    assert again.answered("id-1") is None


@pytest.mark.parametrize("content", [b"", b"\xff", b"\xa1", cbor.dumps({"highest": "x"})])
def test_a_record_that_does_not_read_counts_as_empty(tmp_path, content):
    path = tmp_path / "commands.record"
    path.write_bytes(content)
    assert CommandRecord.open(path).highest == 0
