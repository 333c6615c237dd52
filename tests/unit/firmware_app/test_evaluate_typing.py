"""The figures of `kiosk evaluate typing` are what check digits can do, and no more."""

import json

from firmware_app.__main__ import main


def test_look_alikes_are_always_told_and_marked_and_g_and_6_never(capsys):
    assert main(["evaluate", "typing", "--count", "300", "--json"]) == 0
    slips = json.loads(capsys.readouterr().out)["slips"]
    alike, g_and_6, swapped, other = slips.values()
    assert (alike["told_pct"], alike["place_marked_pct"]) == (100.0, 100.0)
    assert alike["signs_marked_mean"] < 2
    assert g_and_6["told_pct"] == 0.0
    assert 70 < swapped["told_pct"] < 100
    assert 80 < other["told_pct"] < 100
    assert main(["evaluate", "typing", "--count", "20"]) == 0
    assert "G taken for 6" in capsys.readouterr().out
