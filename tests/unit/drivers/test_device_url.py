"""A device URL says what it means, or what is wrong with it."""

from pathlib import Path

import pytest

from drivers.errors import DeviceUrlError
from drivers.url import DeviceUrl


def test_the_parts_of_a_url():
    url = DeviceUrl.parse("reader", "serial:///dev/kiosk%20reader?baud=19200&light=no&wait_s=1.5")
    assert (url.scheme, url.file()) == ("serial", Path("/dev/kiosk reader"))
    assert url.params.whole("baud", 9600, 300, 115_200) == 19_200
    assert url.params.flag("light", default=True) is False
    assert url.params.seconds("wait_s", 0.0, 2.0) == 1.5
    assert url.params.choice("parity", "N", ("N", "E")) == "N"
    assert url.params.text("make") == ""
    assert DeviceUrl.parse("finger", "usb://05ba:000a").host == "05ba:000a"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "lacks its scheme"),
        ("/dev/ttyUSB0", "lacks its scheme"),
        ("serial:dev", "lacks its scheme"),
        ("serial://dev/ttyUSB0", "three slashes"),
        ("serial:///", "three slashes"),
        ("serial:///dev/x%00", "three slashes"),
        ("serial://[", "cannot be taken apart"),
        ("serial:///dev/x?baud", "cannot be taken apart"),
        ("serial:///dev/x?baud=1&baud=2", "stands twice"),
        ("serial:///dev/x#1", "%23"),
    ],
)
def test_each_fault_is_named(url, says):
    with pytest.raises(DeviceUrlError, match=says):
        DeviceUrl.parse("reader", url).file()


@pytest.mark.parametrize("value", ["", "fast", "nan", "1e999", "9600.5", "-1", "99999999999999999"])
def test_a_number_that_is_none_is_named_with_its_key(value):
    params = DeviceUrl.parse("reader", f"serial:///dev/x?baud={value}").params
    with pytest.raises(DeviceUrlError, match=r"baud=.*whole number from 300 to 921600"):
        params.whole("baud", 9600, 300, 921_600)


@pytest.mark.parametrize("value", ["", "nan", "inf", "-1", "soon"])
def test_a_time_that_is_none_is_named_with_its_key(value):
    params = DeviceUrl.parse("reader", f"serial:///dev/x?wait_s={value}").params
    with pytest.raises(DeviceUrlError, match="wait_s="):
        params.seconds("wait_s", 1.0, 5.0)


def test_a_parameter_that_nobody_reads_is_refused():
    params = DeviceUrl.parse("reader", "serial:///dev/x?bauds=9600").params
    with pytest.raises(DeviceUrlError, match=r"unknown parameter 'bauds'.*baud, parity"):
        params.only("baud", "parity")
    with pytest.raises(DeviceUrlError, match="should be yes or no"):
        params.flag("bauds")
    with pytest.raises(DeviceUrlError, match="should be one of N, E"):
        params.choice("bauds", "N", ("N", "E"))
