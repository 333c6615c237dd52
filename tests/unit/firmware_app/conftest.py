"""A folder that one may not enter, whoever runs the tests."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65_534


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """Nobody may enter it; root is nobody meanwhile, because root may enter everything."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        folder = Path(home) / "locked"
        folder.mkdir(mode=0)
        was = os.geteuid()
        if was == 0:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(was)
            folder.chmod(0o700)
