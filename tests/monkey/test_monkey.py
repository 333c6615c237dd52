"""A short monkey; `make monkey` plays 5,000 touches."""

from pathlib import Path

import pytest

from tests.monkey.monkey import play
from tests.soak.soak import CHROMIUM


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium")
def test_a_monkey_finds_no_dead_end_and_the_next_traveller_crosses(tmp_path):
    monkey = play(tmp_path, touches=150, seed=20, progress=lambda _done: None)
    assert monkey.faults == []
    assert len(monkey.screens) >= 5
