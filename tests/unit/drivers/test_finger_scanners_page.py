"""docs/finger_scanners.md tells URLs that the kiosk takes, and names all that there is to name."""

import re
from pathlib import Path

import numpy as np
import pytest

from drivers import registry
from drivers.fingerprint.simulated import SERIAL_MODEL, USB_MODELS
from drivers.fingerprint.simulated_zfm import SHAPE, SimulatedZfm
from drivers.fingerprint.uru4000_protocol import MODELS
from drivers.fingerprint.zfm import MODULE_PARAMS, SPEEDS
from drivers.fingerprint.zfm_protocol import Command, Kind, Packet, encode

PAGE = (Path(__file__).parents[3] / "docs" / "finger_scanners.md").read_text(encoding="utf-8")
URLS = sorted(set(re.findall(r"`((?:serial|usb|folder|simulated)://[^`\s]*)`", PAGE)))


@pytest.mark.parametrize("url", URLS)
def test_each_url_on_the_page_is_one_that_check_config_takes(url: str) -> None:
    registry.check_url("finger_scanner", "finger_scanner", url)


def test_the_page_names_what_there_is() -> None:
    assert len(URLS) >= 9
    words = [*USB_MODELS, SERIAL_MODEL, *MODULE_PARAMS, *map(str, SPEEDS)]
    for word in (*words, *(f"{product:04x}" for _, product in MODELS)):
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", PAGE), word


def test_the_page_tells_how_long_a_picture_takes() -> None:
    """Start bit, eight bits, stop bit for each byte that the simulated module sends."""
    module = SimulatedZfm()
    module.place(np.zeros(SHAPE, np.uint8))
    for command in (Command.TAKE_PICTURE, Command.UPLOAD_PICTURE):
        said = module.hear(encode(Packet(Kind.COMMAND, bytes([command]))))
    bits = 10 * sum(len(packet) for packet in said)
    bauds, seconds = (
        [cell.strip() for cell in line.split("|")[2:-1]]
        for line in PAGE.splitlines()
        if line.startswith(("| baud |", "| s a picture |"))
    )
    for baud, told in zip(bauds, seconds, strict=True):
        assert float(told) == pytest.approx(bits / int(baud), rel=0.04)
