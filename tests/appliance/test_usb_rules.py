"""The USB allow-list, walked as udev walks it: what comes to life, and what stays dead."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "systemd" / "61-border-kiosk-usb.rules"
NAMES = Path(__file__).parents[2] / "systemd" / "70-border-kiosk.rules"
MODPROBE = "modprobe.d/border-kiosk.conf"
AWAKE = {"ATTR{power/control}": "on"}
TOKEN = re.compile(r'([A-Z]+(?:\{[^}]*\})?)(==|!=|\+=|=)"([^"]*)"')


def rules():
    """Each line as (key, operator, value) words; a line that is not read whole fails."""
    for line in RULES.read_text().splitlines():
        if line and not line.startswith("#"):
            assert TOKEN.sub("", line).strip(" ,") == "", line
            yield TOKEN.findall(line)


def fits(device, words):
    """All == and != of a line, with the alternatives and signs of udev(7)."""
    for key, operator, value in words:
        held = any(fnmatchcase(device.get(key, ""), one) for one in value.split("|"))
        if (operator == "==" and not held) or (operator == "!=" and held):
            return False
    return True


def walk(device):
    """What is set or run for a device."""
    done, goto = {}, ""
    for words in rules():
        said = {key: value for key, operator, value in words if operator in {"=", "+="}}
        if goto and said.get("LABEL") != goto:
            continue
        goto = ""
        if fits(device, words):
            goto = said.pop("GOTO", "")
            said.pop("LABEL", None)
            done |= said
    assert not goto, "a jump to nowhere"
    return done


def plugged(interfaces, ids="1234:5678", **more):
    vendor, product = ids.split(":")
    device = {
        "ACTION": "add",
        "SUBSYSTEM": "usb",
        "ENV{DEVTYPE}": "usb_device",
        "ATTR{authorized}": "0",
        "ATTR{idVendor}": vendor,
        "ATTR{idProduct}": product,
        "ENV{ID_USB_INTERFACES}": interfaces,
    }
    return walk(device | more)


@pytest.mark.parametrize(
    ("what", "interfaces", "ids"),
    [
        ("U.are.U 4500", ":ffffff:", "05ba:000a"),
        ("CH340", ":ff0102:", "1a86:7523"),
        ("FT232R", ":ffffff:", "0403:6001"),
        ("CP2102", ":ff0000:", "10c4:ea60"),
        ("hub", ":090000:", "05e3:0608"),
        ("camera with a microphone", ":0e0100:0e0200:010100:010200:", "046d:0825"),
        ("card reader", ":0b0000:", "072f:2200"),
        ("reader with its own serial port", ":020201:0a0000:", "0c2e:0b0a"),
        ("stick", ":080650:", "0781:5567"),
        ("touch panel", ":030000:", "0eef:0001"),
    ],
)
def test_what_a_kiosk_is_made_of_comes_to_life(what, interfaces, ids):
    assert plugged(interfaces, ids) == {"ATTR{authorized}": "1"} | AWAKE, what


@pytest.mark.parametrize(
    ("what", "interfaces"),
    [
        ("keyboard", ":030101:"),
        ("mouse", ":030102:"),
        ("stick that types", ":080650:030101:"),
        ("stick that types, the other way round", ":030101:080650:"),
        ("network by ECM", ":020600:0a0000:"),
        ("network by RNDIS", ":0202ff:0a0000:"),
        ("network by RNDIS of another class", ":e00103:0a0000:"),
        ("wireless", ":e00101:"),
        ("printer", ":070102:"),
        ("telephone (MTP)", ":060101:"),
        ("loader (DFU)", ":fe0101:"),
        ("serial port with a loader beside it", ":020201:0a0000:fe0101:"),
        ("unknown maker's own", ":ffffff:"),
        ("without an interface", ""),
        ("interfaces that udev did not list", ":"),
    ],
)
def test_all_else_stays_dead_and_is_said(what, interfaces):
    done = plugged(interfaces)
    assert "ATTR{authorized}" not in done, what
    assert done["RUN{program}"].startswith("/usr/bin/logger"), what


def test_nothing_but_hubs_dozes():
    """Udev's own list (60-autosuspend.hwdb) lets glasses doze; this file is read after it."""
    assert RULES.name > "60-autosuspend.rules"
    assert plugged(":030000:", **{"ATTR{bDeviceClass}": "00"}).items() >= AWAKE.items()
    assert "ATTR{power/control}" not in plugged(":090000:", **{"ATTR{bDeviceClass}": "09"})


def test_where_the_kernel_allows_all_nothing_is_refused():
    assert plugged(":030101:", **{"ATTR{authorized}": "1"}) == AWAKE
    assert plugged(":030101:", ACTION="remove") == {}
    assert plugged(":030101:", **{"ENV{DEVTYPE}": "usb_interface"}) == {}


def test_every_device_that_has_a_name_may_live():
    """70-border-kiosk.rules names devices by vendor and product: each of them is on the list."""
    found = re.findall(
        r'ATTRS?\{idVendor\}=="(\w+)", ATTRS?\{idProduct\}=="([\w|]+)"', NAMES.read_text()
    )
    pairs = [f"{vendor}:{one}" for vendor, products in found for one in products.split("|")]
    assert len(pairs) > 10
    assert [one for one in pairs if not plugged(":ffffff:", one).get("ATTR{authorized}")] == []


@pytest.mark.parametrize(("port", "ids"), [("1-1.1", "0424:ec00"), ("1-1.1.1", "0424:7800")])
def test_the_ethernet_of_a_raspberry_pi_3_lives_at_its_own_place_alone(port, ids):
    assert plugged(":ff00ff:", ids, KERNEL=port) == {"ATTR{authorized}": "1"} | AWAKE
    assert "ATTR{authorized}" not in plugged(":ff00ff:", ids, KERNEL="1-1.3")


def test_no_driver_that_is_refused_is_needed_by_one_that_a_board_has():
    """Modprobe runs `install` lines of what a driver needs, too: usbnet is smsc95xx's."""
    refused = re.findall(r"^install (\S+)", (RULES.parent / MODPROBE).read_text(), re.MULTILINE)
    assert "rndis_host" in refused
    assert not {"usbnet", "mii", "usbcore", "cdc_acm", "usbserial"} & set(refused)
