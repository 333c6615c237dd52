"""Lamps: the relay board's bytes, the kernel's LED, and a lamp that goes away."""

import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.deadline import Deadline
from drivers.errors import DeviceGoneError, DeviceRefusedError, DeviceUrlError
from drivers.lamp.relay_protocol import Decoder, Switch, encode
from drivers.lamp.simulated import CLOSED_FILE
from drivers.transport.pseudo_cable import PseudoCable
from firmware_app.workers.device_worker import DeviceWorker
from firmware_app.workers.lamp import LampWorker

SWITCH = st.builds(Switch, relay=st.integers(1, 16), closed=st.booleans())


def soon(limit_s=5.0):
    return Deadline.after("lamp", limit_s)


def test_the_bytes_are_those_of_the_boards():
    assert encode(Switch(1, closed=True)) == bytes.fromhex("a00101a2")
    assert encode(Switch(1, closed=False)) == bytes.fromhex("a00100a1")
    assert encode(Switch(2, closed=True)) == bytes.fromhex("a00201a3")
    with pytest.raises(ValueError, match="17"):
        encode(Switch(17, closed=True))


@given(st.lists(SWITCH, max_size=5), st.binary(max_size=3), st.data())
def test_the_board_hears_each_command_wherever_the_bytes_are_cut(sent, noise, data):
    whole = b"".join(encode(one) for one in sent)
    at = data.draw(st.integers(0, len(whole)))
    decoder = Decoder()
    assert decoder.feed(whole[:at]) + decoder.feed(whole[at:]) == sent
    after = Decoder()
    assert after.feed(noise.replace(b"\xa0", b"\x00") + encode(Switch(1, True)))[-1:] == [
        Switch(1, True)
    ]


def test_a_simulated_board_shines_and_is_dark_at_the_end(tmp_path):
    lamp = registry.open_lamp("devices.lamp", f"simulated://{tmp_path}/lamp?relay=3")
    closed = tmp_path / "lamp" / CLOSED_FILE
    assert closed.read_text() == ""
    lamp.shine(soon(), on=True)
    assert closed.read_text() == "3\n"
    lamp.close()
    assert closed.read_text() == ""


def test_a_real_serial_line_carries_the_same_bytes(tmp_path):
    cable = PseudoCable.at(tmp_path / "board")
    cable.plug_in()
    try:
        lamp = registry.open_lamp("devices.lamp", f"serial://{cable.link}?relay=2")
        lamp.shine(soon(), on=True)
        heard, decoder, until_s = [], Decoder(), time.monotonic() + 10
        while len(heard) < 2 and time.monotonic() < until_s:
            try:
                heard += decoder.feed(os.read(cable.peer_end, 64))
            except BlockingIOError:
                threading.Event().wait(0.01)
        assert heard == [Switch(2, closed=False), Switch(2, closed=True)]
        lamp.close()
    finally:
        cable.pull_out()


@pytest.fixture
def led(tmp_path):
    for name, text in (
        ("max_brightness", "255\n"),
        ("brightness", "9"),
        ("trigger", "none [mmc0]"),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_led_of_the_kernel_shines_in_full_and_its_trigger_is_taken_off(led):
    lamp = registry.open_lamp("devices.lamp", f"sysfs://{led}")
    assert (led / "trigger").read_text() == "none"
    assert (led / "brightness").read_text() == "0"
    lamp.shine(soon(), on=True)
    assert (led / "brightness").read_text() == "255"
    lamp.close()
    assert (led / "brightness").read_text() == "0"


def test_a_led_that_is_not_there_or_not_ours_says_so(led, tmp_path):
    with pytest.raises(DeviceGoneError):
        registry.open_lamp("devices.lamp", f"sysfs://{tmp_path}/nothing")
    lamp = registry.open_lamp("devices.lamp", f"sysfs://{led}")
    (led / "brightness").unlink()
    (led / "brightness").mkdir()
    with pytest.raises((DeviceGoneError, DeviceRefusedError)):
        lamp.shine(soon(), on=True)


@pytest.mark.parametrize(
    "url",
    [
        "usb://1:2",
        "sysfs://led",
        "serial:///dev/x?relay=0",
        "serial:///dev/x?rely=1",
        "simulated://",
    ],
)
def test_what_is_no_lamp_is_named_before_the_kiosk_starts(url):
    with pytest.raises(DeviceUrlError, match=r"devices\.lamp"):
        registry.check_url("lamp", "devices.lamp", url)


def test_a_production_kiosk_has_a_real_lamp():
    assert registry.is_simulated("simulated:///tmp/lamp")
    assert registry.is_simulated("sysfs:///tmp/led")
    assert not registry.is_simulated("sysfs:///sys/class/leds/kiosk")
    assert not registry.is_simulated("serial:///dev/kiosk-lamp")


def test_the_worker_lights_it_and_a_lamp_that_is_away_delays_nobody(tmp_path):
    url = f"simulated://{tmp_path}/lamp"
    worker = LampWorker(DeviceWorker("lamp", lambda: registry.open_lamp("lamp", url)))
    worker.device.start()
    worker.shine(on=True)
    closed, until_s = tmp_path / "lamp" / CLOSED_FILE, time.monotonic() + 10
    while not (closed.exists() and closed.read_text() == "1\n"):
        assert time.monotonic() < until_s
        threading.Event().wait(0.01)
    worker.device.stop()
    assert closed.read_text() == ""
    away = LampWorker(DeviceWorker("lamp", lambda: registry.open_lamp("lamp", "sysfs:///none")))
    away.device.start()
    began_s = time.monotonic()
    away.shine(on=True)
    assert time.monotonic() - began_s < 1.0
    away.device.stop()
