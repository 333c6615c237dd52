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


def test_stand_ins_are_known_without_opening_them():
    for url in ("simulated:///a", "replay:///a.trace", "folder:///a", "SIMULATED:///a"):
        assert registry.is_simulated(url)
    for url in ("serial:///dev/pts/5", "serial:///dev/x/../../tmp/y", "v4l2:///dev/shm/film.avi"):
        assert registry.is_simulated(url)
    for url in ("serial:///dev/ttyUSB0", "usb://05ba:000a", "v4l2:///dev/video0"):
        assert not registry.is_simulated(url)


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
