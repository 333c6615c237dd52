"""The udev rules let the kiosk open what its drivers know, and nobody else."""

import re
from pathlib import Path

from drivers.fingerprint.uru4000_protocol import MODELS

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "systemd" / "70-border-kiosk.rules"
TERM = re.compile(r'([A-Z_]+(?:\{[A-Za-z0-9_/]+\})?)(==|!=|\+=|=)"([^"]*)"')


def rules() -> list[list[tuple[str, str, str]]]:
    """Each rule as (key, operator, value); a term that is none fails."""
    parsed = []
    for line in RULES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            terms = [TERM.fullmatch(term) for term in line.split(", ")]
            assert all(terms), line
            parsed.append([term.groups() for term in terms])
    return parsed


def value(rule: list[tuple[str, str, str]], key: str) -> str:
    return next((value for name, _, value in rule if name == key), "")


def test_every_scanner_that_a_driver_knows_has_its_rule() -> None:
    ids = {
        (int(value(rule, "ATTR{idVendor}"), 16), int(value(rule, "ATTR{idProduct}"), 16))
        for rule in rules()
        if value(rule, "SUBSYSTEM") == "usb"
    }
    assert ids == set(MODELS)


def test_no_device_is_open_to_all() -> None:
    for rule in rules():
        assert (value(rule, "GROUP"), value(rule, "MODE")) == ("border-kiosk", "0660")


def test_the_serial_devices_have_the_names_that_the_example_configuration_uses() -> None:
    example = (ROOT / "kiosk.example.toml").read_text(encoding="utf-8")
    links = {value(rule, "SYMLINK") for rule in rules() if value(rule, "SUBSYSTEM") == "tty"}
    assert links == {"kiosk-reader", "kiosk-finger"}
    assert all(f"serial:///dev/{link}" in example for link in links)


def test_the_example_configuration_uses_the_name_of_a_camera_that_gives_pictures() -> None:
    (camera,) = [rule for rule in rules() if value(rule, "SUBSYSTEM") == "video4linux"]
    assert value(camera, "SYMLINK") == "kiosk-camera"
    assert value(camera, "ATTR{index}") == "0"
    assert "v4l2:///dev/kiosk-camera" in (ROOT / "kiosk.example.toml").read_text(encoding="utf-8")


def test_the_page_names_each_adapter_that_is_called_kiosk_finger_and_no_other() -> None:
    ruled = {
        f"{value(rule, 'ATTRS{idVendor}')}:{product}"
        for rule in rules()
        if value(rule, "SYMLINK") == "kiosk-finger"
        for product in value(rule, "ATTRS{idProduct}").split("|")
    }
    page = (ROOT / "docs" / "finger_scanners.md").read_text(encoding="utf-8")
    table = page[page.index("| chip of the adapter |") : page.index("Some document readers")]
    assert set(re.findall(r"[0-9a-f]{4}:[0-9a-f]{4}", table)) == ruled


def test_a_reader_with_another_chip_keeps_its_name_beside_a_module() -> None:
    """Both ports ask to be kiosk-reader; udev gives the name to the higher priority."""
    for rule in rules():
        wanted = "link_priority=-10" if value(rule, "SYMLINK") == "kiosk-finger" else ""
        assert value(rule, "OPTIONS") == wanted


def test_the_names_come_after_what_udev_finds_out_about_a_camera():
    """60-persistent-v4l.rules asks the node for its capabilities, by which ours know a camera."""
    assert RULES.name > "60-persistent-v4l.rules"
    assert "ID_V4L_CAPABILITIES" in RULES.read_text(encoding="utf-8")
