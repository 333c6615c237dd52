"""The torture's short form: forty kills with -9, then a judged history (long: `make torture`)."""

import pytest

from tests.delivery import torture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_forty_kills_lose_and_double_nothing(tmp_path):
    report = torture.run(tmp_path, kills=40, seed=20261122, say=print)
    assert report["violations"] == []
    assert sum(report["kills"].values()) == 40
    assert set(report["kills"]) == set(torture.TARGETS)
    assert report["confirmed"] > 100, "the kiosk stored between the kills"
    assert report["receipts_believed"] >= report["confirmed"] / 2
