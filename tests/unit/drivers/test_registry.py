"""A URL becomes the right device, or one clear line; nothing is loaded that the kiosk lacks."""

import subprocess
import sys

import pytest

from drivers import registry
from drivers.errors import DeviceError, DeviceUrlError

OPENERS = {
    "document_reader": registry.open_document_reader,
    "finger_scanner": registry.open_finger_scanner,
    "camera": registry.open_camera,
    "chip_reader": registry.open_chip_reader,
}


@pytest.mark.parametrize("opener", OPENERS.values())
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "lacks its scheme"),
        ("gopher:///dev/x", r"no .* has `gopher:`; there are .*simulated:"),
        ("simulated://stage/x", "three slashes"),
        ("simulated:///stage/x?bogus=1", "unknown parameter 'bogus'"),
    ],
)
def test_a_wrong_url_is_one_clear_line_with_its_mend(opener, url, says):
    with pytest.raises(DeviceUrlError, match=says) as caught:
        opener("thing", url)
    assert str(caught.value).startswith("thing: ")
    assert "\n" not in str(caught.value)
    assert "kiosk.example.toml" in caught.value.mend


def test_a_serial_reader_names_a_slip_before_it_touches_the_port():
    for query, says in (("bauds=1", "bauds"), ("protocol=x", "plain, honeywell, elyctis")):
        with pytest.raises(DeviceUrlError, match=says):
            registry.open_document_reader("reader", f"serial:///dev/nothing?{query}")


def test_a_scanner_that_no_driver_knows_is_named():
    with pytest.raises(DeviceUrlError, match=r"no .*driver for .*1234:5678.*05ba:000a"):
        registry.open_finger_scanner("finger", "usb://1234:5678")


@pytest.mark.parametrize("kind", OPENERS)
def test_check_url_opens_nothing(kind):
    registry.check_url(kind, "thing", "simulated:///stage/x")
    with pytest.raises(DeviceUrlError):
        registry.check_url(kind, "thing", "gopher:///stage/x")


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("document_reader", "serial:///dev/nothing?baud=19200&bits=7&parity=E&protocol=honeywell"),
        ("document_reader", "serial:///dev/nothing?protocol=honeywell&setup=TRGMOD0;OCRENA1"),
        ("document_reader", "evdev:///dev/input/by-id/usb-nothing-event-kbd?keys=fr"),
        ("document_reader", "replay:///nothing.trace?protocol=elyctis"),
        ("finger_scanner", "usb://05ba:000a?serial=1"),
        ("finger_scanner", "folder:///nothing?ppi=500"),
        ("camera", "v4l2:///dev/nothing?width=640"),
        ("camera", "folder:///nothing?loop=yes"),
        ("chip_reader", "pcsc://?reader=no%20reader%20bears%20this%20name"),
    ],
)
def test_a_good_url_is_good_though_its_device_is_not_there(kind, url):
    registry.check_url(kind, "thing", url)
    with pytest.raises(DeviceError):
        OPENERS[kind]("thing", url)


@pytest.mark.parametrize(
    ("kind", "url", "says"),
    [
        ("document_reader", "serial:///dev/x?baud=abc", "baud='abc'"),
        ("document_reader", "serial:///dev/x?bauds=9600", "bauds"),
        ("document_reader", "serial://dev/x", "three slashes"),
        ("document_reader", "serial:///dev/x?again_s=-1", "again_s"),
        ("document_reader", "serial:///dev/x?setup=TRGMOD0", "only protocol=honeywell"),
        ("document_reader", "serial:///dev/x?protocol=honeywell&setup=a%0d", "menu commands"),
        ("document_reader", "evdev:///dev/input/x?keys=xx", "us, fr, de"),
        ("document_reader", "evdev:///dev/input/x?baud=9600", "baud"),
        ("document_reader", "simulated:///x?framing=x", "framing"),
        ("document_reader", "replay:///x?baud=9600", "baud"),
        ("finger_scanner", "usb://1234:5678", "1234:5678"),
        ("finger_scanner", "usb://05ba:000a?seril=1", "seril"),
        ("finger_scanner", "folder:///x?ppi=9", "ppi"),
        ("finger_scanner", "simulated:///x?model=9", "model"),
        ("camera", "v4l2:///dev/x?width=wide", "width"),
        ("camera", "folder:///x?loop=perhaps", "loop"),
        ("camera", "simulated:///x?scene=sea", "scene"),
        ("chip_reader", "pcsc://?raeder=ACS", "raeder"),
        ("chip_reader", "pcsc://ACS", "only `.reader=`"),
        ("chip_reader", "pcsc:///dev/ACS", "only `.reader=`"),
        ("chip_reader", "pcsc:?reader=ACS", "lacks its scheme"),
        ("chip_reader", "simulated:///x?profile=eac", "profile"),
        ("chip_reader", "simulated:///x?story=none", "story"),
        ("chip_reader", "simulated:///x?port=70000", "port"),
        ("chip_reader", "serial:///dev/x", "pcsc:, simulated:"),
    ],
)
def test_each_slip_in_a_parameter_is_named_without_opening(kind, url, says):
    with pytest.raises(DeviceUrlError, match=says):
        registry.check_url(kind, "thing", url)


def test_stand_ins_are_known_without_opening_them():
    for url in ("simulated:///a", "replay:///a.trace", "folder:///a", "SIMULATED:///a"):
        assert registry.is_simulated(url)
    for url in ("serial:///dev/pts/5", "serial:///dev/x/../../tmp/y", "v4l2:///dev/shm/film.avi"):
        assert registry.is_simulated(url)
    for url in ("evdev:///tmp/kbd", "evdev:///dev/pts/5", "evdev:///dev/input/../pts/5"):
        assert registry.is_simulated(url)
    for url in ("serial:///dev/ttyUSB0", "usb://05ba:000a", "v4l2:///dev/video0"):
        assert not registry.is_simulated(url)
    assert not registry.is_simulated("evdev:///dev/input/by-id/usb-reader-event-kbd?keys=us")


def test_importing_the_registry_loads_no_device_library():
    code = (
        "import sys, drivers.registry as r\n"
        "bad = {'serial', 'usb', 'cv2', 'drivers.document_reader.simulated'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("url", "module", "says"),
    [
        ("simulated:///stage/x", "drivers.document_reader.simulated", "stand-in devices"),
        ("serial:///dev/x", "serial", "lacks the module 'serial'"),
    ],
)
def test_an_image_that_lacks_a_module_says_so(monkeypatch, url, module, says):
    """None in sys.modules is how Python marks a module that cannot be imported."""
    for name in [name for name in sys.modules if name.startswith(("drivers.transport.serial",))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DeviceUrlError, match=says):
        registry.open_document_reader("reader", url)


def test_every_error_of_a_device_has_a_mend():
    kinds = [DeviceError, *DeviceError.__subclasses__()]
    assert len(kinds) >= 7
    for kind in kinds:
        assert kind.mend.endswith(".")
