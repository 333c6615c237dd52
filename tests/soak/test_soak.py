"""The soak in short, and that its verdict would see a leak."""

from pathlib import Path

import pytest

from tests.soak.soak import CHROMIUM, MOST_GROWTH, Reading, growth, soak, write


def readings(leak_mb: float) -> list[Reading]:
    return [
        Reading(at, 200.0 + 60 * (at < 200) + leak_mb * at, 400.0 + (at % 50) / 10, float(at))
        for at in range(10, 2001, 10)
    ]


def test_a_leak_of_ten_kilobytes_a_session_is_seen_and_a_warm_up_is_none():
    assert growth(readings(0.0), "kiosk_mb", 200) == pytest.approx(0.0)
    assert growth(readings(0.01), "kiosk_mb", 200) > MOST_GROWTH
    assert growth(readings(0.01), "kiosk_mb", 200, min) > MOST_GROWTH
    assert abs(growth(readings(0.01), "browser_mb", 200)) < MOST_GROWTH


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium")
def test_sixty_travellers_leave_the_memory_as_it_was(tmp_path):
    # `make soak` asks for 5 % over 2,000; a short run sees the networks' first looks settle, and
    # the heap keep a picture's 16 MB, a tenth, for a dozen sessions
    seen = soak(tmp_path, 60, seed=3, every=2)
    write(seen, tmp_path / "out")
    assert (tmp_path / "out" / "soak.png").stat().st_size > 2_000
    assert growth(seen, "kiosk_mb", 30, min) < 0.15
    assert growth(seen, "browser_mb", 30, min) < 0.15
