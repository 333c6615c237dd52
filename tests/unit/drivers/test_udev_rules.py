"""The udev rules let the kiosk open what its drivers know, and nobody else."""

import re
from pathlib import Path

from drivers.fingerprint.uru4000_protocol import MODELS

RULES = Path(__file__).resolve().parents[3] / "systemd" / "60-border-kiosk.rules"
TERM = re.compile(r'([A-Z_]+(?:\{[A-Za-z_/]+\})?)(==|!=|\+=|=)"([^"]*)"')


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


def test_the_reader_has_the_name_that_the_example_configuration_uses() -> None:
    example = (RULES.parent.parent / "kiosk.example.toml").read_text(encoding="utf-8")
    links = [value(rule, "SYMLINK") for rule in rules() if value(rule, "SUBSYSTEM") == "tty"]
    assert links
    assert all(f"/dev/{link}" in example for link in links)
