"""The built image, booted: runs where KIOSK_IMAGE names a card image for `virt` (minutes)."""

import os
from pathlib import Path

import pytest

from image_build import boot_test


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_the_built_image_is_what_it_should_be(tmp_path):
    named = os.environ.get("KIOSK_IMAGE")
    if not named:
        pytest.skip("no image is named; docs/image.md says how one is made")
    assert boot_test.examine(Path(named).resolve(), tmp_path / "console.log", "virt") == []
