"""docs/document_readers.md tells URLs that the kiosk takes, and names all that there is to name."""

import re
from pathlib import Path

import pytest

from drivers import registry
from drivers.document_reader.mrz_commands import ARM
from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.mrz_serial import READER_PARAMS
from drivers.document_reader.wedge_keys import LAYOUTS
from drivers.document_reader.wedge_typing import TYPING
from drivers.transport.serial_port import LINE_PARAMS

PAGE = (Path(__file__).parents[3] / "docs" / "document_readers.md").read_text(encoding="utf-8")
URLS = sorted(set(re.findall(r"(?:serial|evdev|replay|simulated):///[^`\"\s]+", PAGE)))


@pytest.mark.parametrize("url", URLS)
def test_each_url_on_the_page_is_one_that_check_config_takes(url):
    registry.check_url("document_reader", "document_reader", url.replace("$baud", "9600"))


def test_the_page_names_what_there_is():
    assert len(URLS) >= 8
    for word in (*ARM, *FRAMINGS, *TYPING, *LAYOUTS, *READER_PARAMS, *LINE_PARAMS):
        assert re.search(rf"\b{word}\b", PAGE), word
