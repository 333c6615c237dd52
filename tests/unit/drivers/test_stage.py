"""Cues reach the peer whole and in order, and a stage without a peer says so."""

import math
import select
import socket

import pytest

from drivers.errors import DeviceUrlError
from drivers.stage import StageDoor, number_of, remove_link, send_cue


def test_cues_arrive_in_order_and_wake_a_select(tmp_path):
    door = StageDoor(tmp_path / "stage" / "reader")
    assert door.cues() == []
    assert send_cue(door.path, present="specimen", noise=3)
    assert send_cue(door.path, unplug=True)
    assert select.select([door], [], [], 1)[0] == [door]
    assert door.cues() == [{"present": "specimen", "noise": 3}, {"unplug": True}]
    door.close()


def test_what_is_no_json_object_is_dropped(tmp_path):
    door = StageDoor(tmp_path / "reader")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        for data in (b"", b"\xff\xfe", b"[1]", b"{", b"[" * 9000, b'{"half": true}'):
            sender.sendto(data, str(door.path))
    assert door.cues() == [{"half": True}]
    door.close()


def test_nobody_on_the_stage_is_false_not_an_error(tmp_path):
    assert not send_cue(tmp_path / "reader", present="specimen")
    assert not send_cue(tmp_path / "no" / "such" / "stage", present="specimen")
    door = StageDoor(tmp_path / "reader")
    door.close()
    door.close()
    assert not send_cue(door.path, present="specimen")


def test_a_stage_deeper_than_a_socket_address_is_long(tmp_path):
    door = StageDoor(tmp_path / ("deep" * 20) / ("deeper" * 20) / "reader")
    assert send_cue(door.path, half=True)
    assert door.cues() == [{"half": True}]
    door.close()


def test_a_new_peer_takes_the_place_of_one_that_died(tmp_path):
    dead = StageDoor(tmp_path / "reader")
    door = StageDoor(tmp_path / "reader")
    send_cue(door.path, half=True)
    assert (dead.cues(), door.cues()) == ([], [{"half": True}])
    dead.close()
    door.close()


@pytest.mark.parametrize("make_way", [StageDoor, remove_link], ids=["door", "link"])
def test_what_lies_there_is_never_removed(tmp_path, make_way):
    precious = tmp_path / "precious.txt"
    precious.write_text("kept")
    with pytest.raises(DeviceUrlError):
        make_way(precious)
    with pytest.raises(DeviceUrlError):
        make_way(tmp_path)
    assert precious.read_text() == "kept"


@pytest.mark.parametrize(
    ("said", "number"),
    [(0.5, 0.5), (3, 3.0), *((odd, 0.0) for odd in (-1, "3", None, math.nan, math.inf, 10**400))],
)
def test_a_number_in_a_cue_is_finite_and_not_below_nothing(said, number):
    assert number_of({"delay_s": said}, "delay_s") == number
    assert number_of({}, "delay_s") == 0.0


def test_a_peer_that_never_looks_keeps_nobody_waiting_for_ever(tmp_path):
    door = StageDoor(tmp_path / "deaf")
    heard = 0
    while send_cue(tmp_path / "deaf", number=heard):
        heard += 1
    assert heard >= 1
    door.close()
