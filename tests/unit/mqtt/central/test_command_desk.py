"""The centre's folder of commands: numbers that rise, what is due, whose answers count."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.central.command_desk import AGAIN_AFTER_S, LIFE, CommandDesk, CommandDeskError
from mqtt.central.orders import Orders
from mqtt.central.registry import Registry
from mqtt.commands import (
    COMMAND_LIMIT_BYTES,
    Outcome,
    Ping,
    Resend,
    Result,
    UpdateList,
    read_command,
    sign_result,
)
from mqtt.errors import CommandError
from mqtt.events import Assurance, Profile

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CENTRE, KIOSK, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
REGISTRY = Registry(
    frozenset(Profile),
    frozenset(Assurance),
    {"k-1": (KIOSK.public_key(),), "k-2": (OTHER.public_key(),)},
)


@pytest.fixture
def desk(tmp_path):
    return CommandDesk(tmp_path / "commands")


def send(desk, *kiosks, order=None, now=NOW, group=""):
    return desk.send(order or Ping(), kiosks or ["k-1"], CENTRE, now, group)


def answer(sent, kiosk="k-1", key=KIOSK, **changes):
    fields = {
        "kiosk": kiosk,
        "command": sent.id,
        "number": sent.number,
        "outcome": Outcome.DONE,
        "at": NOW,
    }
    return sign_result(Result(**(fields | changes)), key)


def test_numbers_rise_and_a_lost_counter_does_not_set_them_back(desk):
    numbers = [send(desk).number for _ in range(3)]
    assert numbers == sorted(set(numbers))
    (desk.folder / "number").unlink()
    assert send(desk, now=NOW + timedelta(minutes=1)).number > numbers[-1]


def test_two_at_once_get_two_numbers(desk):
    numbers = []
    threads = [threading.Thread(target=lambda: numbers.append(send(desk).number)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 8


def test_what_is_due_comes_in_the_order_of_its_numbers_and_again_after_a_while(desk):
    first, second = send(desk, "k-1", "k-2"), send(desk)
    due = desk.due(NOW, 0.0)
    assert [kiosk for kiosk, _ in due] == ["k-1", "k-2", "k-1"]
    numbers = [read_command(data, [CENTRE.public_key()]).number for _, data in due]
    assert numbers == [first.number, first.number, second.number]
    assert desk.due(NOW, AGAIN_AFTER_S - 1) == []
    assert len(desk.due(NOW, AGAIN_AFTER_S)) == 3


def test_an_answer_ends_it_for_its_kiosk_and_lasts(desk):
    sent = send(desk, "k-1", "k-2")
    desk.take_result("k-1", answer(sent), REGISTRY)
    again = CommandDesk(desk.folder)
    assert [kiosk for kiosk, _ in again.due(NOW, 0.0)] == ["k-2"]
    assert again.all()[0].answers["k-1"].outcome is Outcome.DONE


def test_an_expired_command_is_sent_no_more_and_goes_one_day(desk):
    send(desk)
    assert desk.due(NOW + LIFE, 0.0) == []
    assert desk.tidy(NOW + LIFE) == 0
    assert desk.tidy(NOW + timedelta(days=365)) == 1
    assert desk.all() == []


def test_the_sink_takes_away_by_itself_what_expired_long_ago(desk):
    send(desk)
    orders = Orders(desk)
    assert len(orders.due(NOW, 0.0)) == 1
    assert orders.due(NOW + timedelta(days=365), 4000.0) == []
    assert list(desk.folder.glob("*.json")) == []


def test_only_the_kiosks_own_answer_to_a_command_of_ours_counts(desk):
    sent = send(desk)
    bad = [
        ("k-1", answer(sent, key=OTHER)),
        ("k-2", answer(sent, kiosk="k-2", key=OTHER)),
        ("k-2", answer(sent)),
        ("k-1", answer(sent, command="01920000-0000-4000-8000-000000000001")),
        ("k-1", answer(sent, number=sent.number + 1)),
        ("k-3", answer(sent, kiosk="k-3", key=OTHER)),
        ("k-1", b"noise"),
        ("k-1", answer(sent)[:-1]),
    ]
    for kiosk, data in bad:
        with pytest.raises(CommandError):
            desk.take_result(kiosk, data, REGISTRY)
    assert desk.all()[0].answers == {}


def test_each_bit_of_an_answer_matters(desk):
    data = answer(send(desk))
    for at_bit in range(0, len(data) * 8, 11):
        bad = bytearray(data)
        bad[at_bit // 8] ^= 1 << at_bit % 8
        with pytest.raises(CommandError):
            desk.take_result("k-1", bytes(bad), REGISTRY)


def test_a_group_goes_to_all_that_are_named_and_bears_the_group(desk):
    sent = send(desk, "k-1", "k-2", group="north")
    command = read_command(bytes.fromhex(sent.signed), [CENTRE.public_key()])
    assert (command.kiosks, command.group) == ((), "north")
    assert {kiosk for kiosk, _ in desk.due(NOW, 0.0)} == {"k-1", "k-2"}


@pytest.mark.parametrize(
    "order",
    [
        UpdateList(name="watchlist", bundle=bytes(COMMAND_LIMIT_BYTES)),
        lambda: Resend(epoch="no uuid", first=1, last=2),
    ],
)
def test_what_is_no_command_is_not_kept(desk, order):
    made = order() if callable(order) else order
    with pytest.raises(CommandDeskError):
        send(desk, order=made)
    assert desk.all() == []


def test_a_command_to_nobody_is_refused(desk):
    with pytest.raises(CommandDeskError, match="nobody"):
        desk.send(Ping(), [], CENTRE, NOW)


def test_a_file_that_does_not_read_does_not_stop_the_others(desk):
    send(desk)
    (desk.folder / "000000000001.json").write_text("{")
    assert len(desk.due(NOW, 0.0)) == 1


def test_an_answer_that_a_power_cut_tore_comes_again(desk):
    sent = send(desk, "k-1", "k-2")
    (torn,) = [desk.folder / f"{sent.number:012d}.answers"]
    torn.write_bytes(b'{"kiosk": "k-2", "comm')
    assert desk.all()[0].answers == {}
    desk.take_result("k-1", answer(sent), REGISTRY)
    assert set(desk.all()[0].answers) == {"k-1"}
    desk.take_result("k-2", answer(sent, kiosk="k-2", key=OTHER), REGISTRY)
    assert set(CommandDesk(desk.folder).all()[0].answers) == {"k-1", "k-2"}


def test_the_same_answer_again_is_not_written_again(desk):
    sent = send(desk)
    data = answer(sent)
    for _ in range(3):
        desk.take_result("k-1", data, REGISTRY)
    text = (desk.folder / f"{sent.number:012d}.answers").read_text()
    assert text.count("k-1") == 1
