"""docs/cameras.md tells URLs that the kiosk takes, names all parameters and the words of doctor."""

import re
from pathlib import Path

import pytest

from drivers import registry
from drivers.camera import libcamera, v4l2, v4l2_choice, v4l2_device

PAGE = (Path(__file__).parents[3] / "docs" / "cameras.md").read_text(encoding="utf-8")
URLS = sorted(set(re.findall(r"`((?:v4l2|libcamera|folder|simulated)://[^`\s]*)`", PAGE)))
EXAMPLE = Path(__file__).parents[3] / "kiosk.example.toml"


@pytest.mark.parametrize("url", URLS)
def test_each_url_on_the_page_is_one_that_check_config_takes(url: str) -> None:
    registry.check_url("camera", "camera", url)


def test_the_examples_of_kiosk_toml_are_taken_too() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    found = re.findall(r"((?:v4l2|libcamera)://[^\s\"]+)", text)
    assert len(found) >= 4
    for url in found:
        registry.check_url("camera", "camera", url)


def test_the_page_names_what_there_is() -> None:
    assert len(URLS) >= 6
    words = [*v4l2_choice.CONTROLS, v4l2_choice.POWER_LINE, *v4l2_choice.FORMATS]
    words += [*v4l2_choice.SIZES, *libcamera._OWN, *libcamera._WHITE, *libcamera.PROGRAMS]
    for word in words:
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", PAGE), word


def test_the_page_repeats_what_the_program_says() -> None:
    said = [what for _, what in v4l2._REFUSALS.values()]
    for what in ("another program uses the camera", "the camera has no pixel format that is known"):
        assert f"{what}." in said
        assert f"`{what}`" in PAGE
    assert f"settles by itself for {v4l2_device._SETTLED_FRAMES} frames" in PAGE
    assert f"no frame for {v4l2._HANG_S:.0f} s" in PAGE
    assert f"within {v4l2._START_LIMIT_S:.0f} s" in PAGE
    assert f"not loaded within {v4l2._LOAD_LIMIT_S:.0f} s" in PAGE
    assert f"ready {v4l2._STALE_S:g} s before" in PAGE
