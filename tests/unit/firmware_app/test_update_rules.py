"""When an update may come and be put in: each case of the rule, as values."""

from datetime import time

import pytest

from firmware_app.services.update_rules import (
    DOOR_S,
    SILENT_S,
    QuietHours,
    Rules,
    Seen,
    compared,
    may_close,
    may_install,
    may_restart,
    version_key,
)
from image_build import update_rule

NOON, NIGHT = time(12, 0), time(2, 0)
RULES = Rules(idle_s=120.0, patience_s=3600.0)
AT_NIGHT = Rules(idle_s=120.0, patience_s=3600.0, quiet=QuietHours.of("01:00-04:00"))
VISIT = ("language", "notice", "document", "face", "finger", "review", "saving", "called", "")


def seen(screen="attract", since_s=500.0, waited_s=600.0, at=NOON):
    return Seen(screen, since_s, waited_s, at)


@pytest.mark.parametrize(
    ("running", "offered", "expected"),
    [
        ("1.2.0", "1.2.1", "newer"),
        ("1.9.0", "1.10.0", "newer"),
        ("1.2.0-rc.1", "1.2.0", "newer"),
        ("1.2.0-rc.2", "1.2.0-rc.10", "newer"),
        ("1.2.0", "1.2", "same"),
        ("1.2.0", "1.2.0+pi4", "same"),
        ("1.2.0", "1.2.0-rc.1", "older"),
        ("2.0", "1.99.99", "older"),
        ("1.2.0", "latest", "no_version"),
        ("1.2.0", "", "no_version"),
        ("1.2.0", "1.2.0\n", "no_version"),
    ],
)
def test_versions_are_compared_as_their_numbers_say(running, offered, expected):
    assert compared(running, offered) == expected


@pytest.mark.parametrize("text", ["1.2", "1.2.0", "1.2.0-rc.1", "1.2.0-rc.10+x", "0.1.0.7"])
def test_rauc_and_the_kiosk_have_one_order_of_versions(text):
    assert version_key(text) == update_rule.key(text)


@pytest.mark.parametrize("screen", VISIT)
@pytest.mark.parametrize("waited_s", [0.0, 10 * RULES.patience_s])
def test_nothing_is_written_or_restarted_within_a_visit(screen, waited_s):
    now = seen(screen, since_s=1e6, waited_s=waited_s)
    assert not may_install(now, RULES)
    assert not may_restart(now)


def test_writing_waits_until_nobody_was_there_for_a_while():
    assert may_install(seen(since_s=120.0), RULES)
    assert not may_install(seen(since_s=119.0), RULES)
    assert may_install(seen("out-of-service"), RULES)


def test_a_page_that_is_silent_long_enough_serves_nobody():
    assert not may_install(seen(None, SILENT_S - 1), RULES)
    assert may_install(seen(None, SILENT_S), RULES)
    assert not may_restart(seen(None, DOOR_S - 1))
    assert may_restart(seen(None, DOOR_S))


def test_the_door_is_shut_at_an_idle_moment_only():
    assert may_close(seen(), RULES)
    assert not may_close(seen(since_s=5.0), RULES)
    assert not may_close(seen("face"), RULES)


def test_quiet_hours_hold_where_travellers_could_come():
    assert not may_close(seen(at=NOON), AT_NIGHT)
    assert may_close(seen(at=NIGHT), AT_NIGHT)
    assert not may_close(seen("face", at=NIGHT), AT_NIGHT)
    assert may_close(seen("out-of-service", at=NOON), AT_NIGHT)
    assert may_close(seen(None, SILENT_S, at=NOON), AT_NIGHT)


def test_after_the_patience_the_door_shuts_behind_whoever_is_there():
    """A visit is not touched by the door: it is the restart that waits for its end."""
    late = seen("face", since_s=3.0, waited_s=3600.0)
    assert may_close(late, AT_NIGHT)
    assert not may_restart(late)
    assert not may_close(seen(None, 5.0, waited_s=3600.0), AT_NIGHT)


def test_the_restart_comes_behind_a_shut_door_only():
    assert may_restart(seen("out-of-service", 0.0))
    assert not may_restart(seen("out-of-service", 1e6, waited_s=1.0)), "not seen yet, perhaps"
    assert not may_restart(seen("attract", 1e6))


@pytest.mark.parametrize(
    ("text", "within", "without"),
    [
        ("01:00-04:00", time(1, 0), time(4, 0)),
        ("23:00-02:00", time(0, 30), time(22, 59)),
        ("23:00-02:00", time(23, 0), time(2, 0)),
    ],
)
def test_quiet_hours_may_go_over_midnight(text, within, without):
    hours = QuietHours.of(text)
    assert hours.holds(within)
    assert not hours.holds(without)
