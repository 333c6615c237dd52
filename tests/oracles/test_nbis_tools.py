"""NIST's mindtct and bozorth3, where tests/oracles/build_nbis.sh built them, on our pictures."""

from pathlib import Path

import pytest

from drivers.fingerprint.synthetic import grow, impression
from firmware_app.engineer.nbis import Nbis

TOOLS = Path(__file__).parents[2] / ".oracles" / "nbis"

pytestmark = pytest.mark.skipif(
    not (TOOLS / "mindtct").is_file(), reason="not built: tests/oracles/build_nbis.sh"
)


def test_they_read_our_pictures_and_tell_fingers_apart(tmp_path: Path) -> None:
    nbis = Nbis.find(TOOLS, tmp_path)
    pictures = [impression(grow(seed), laid) for seed, laid in ((1, 1), (1, 2), (2, 1))]
    taken = [nbis.take(number, gray, 500) for number, gray in enumerate(pictures)]
    assert min(one.minutiae for one in taken) > 15
    itself, same, other = nbis.compare(0, [0, 1, 2]).scores
    assert itself > same > other
    assert same > 40, "NIST's own rule of thumb for the same finger"
