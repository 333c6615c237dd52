"""Reader and virtual chip share no cryptography, so that their agreement means something."""

import ast
from pathlib import Path

import pytest

import drivers.chip

ROOM = Path(drivers.chip.__file__).parent
VIRTUAL = sorted(ROOM.glob("simulated*.py"))
READER = sorted(set(ROOM.glob("*.py")) - set(VIRTUAL))
GLUE = "simulated_reader.py"  # the kiosk's own line, put on the virtual chip's stage


def imported(path):
    """Every module that a file imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", VIRTUAL, ids=lambda path: path.name)
def test_the_virtual_chip_takes_nothing_of_the_reader(path):
    for name in imported(path):
        assert not name.startswith(("cryptography", "asn1crypto")), name
        if name.startswith("drivers.chip.") and path.name != GLUE:
            assert name.startswith("drivers.chip.simulated"), name


@pytest.mark.parametrize("path", READER, ids=lambda path: path.name)
def test_the_reader_takes_nothing_of_the_virtual_chip(path):
    for name in imported(path):
        assert not name.startswith(("Crypto", "drivers.chip.simulated")), name
