"""Putting an update in: never within a visit, each step on the disk before it is done, and back."""

from dataclasses import replace as replaced
from datetime import UTC, datetime

import pytest

from firmware_app.engineer.update_install import LOOK_S, Install, Machine, page_shows
from firmware_app.services.update_files import (
    Board,
    Fetched,
    Installed,
    Ledger,
    Places,
    Wanted,
    load,
    save,
)

DIGEST = "ab" * 32
ORDER = "01920000-0000-4000-8000-000000000001"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Post:
    """A kiosk with a page, and programs that note what they are called with.

    `shows`: the screen at each look, the last one for ever; waits move the clock.
    """

    def __init__(self, folder):
        self.places = Places(folder / "board", folder / "room", folder / "door")
        for one in (
            self.places.board,
            self.places.fetched,
            self.places.brought.parent,
            self.places.ledger.parent,
        ):
            one.mkdir(parents=True)
        wanted = Wanted(
            order=ORDER, number=1, version="1.3.0", url="https://c.example/x", size=1, sha256=DIGEST
        )
        save(self.places.notice, Board(port=1, idle_s=60.0, wanted=wanted))
        self.calls = folder / "calls"
        self.calls.touch()
        self.system, self.now_s, self.since_s = "1.2.0", 1000.0, 0.0
        self.shows, self.seen, self.steps = ["attract"], [], []
        self.machine = Machine(
            running=lambda: self.system,
            rauc=self.program("rauc", 0),
            on_trial=self.program("on-trial", 1),
            restart=self.program("restart", 0),
            page=self.page,
            wait=self.wait,
            monotonic_s=lambda: self.now_s,
            utc_now=lambda: NOON,
        )

    def program(self, name, code, complaint=""):
        path = self.calls.with_name(f"{name}.sh")
        words = f'echo "{name} $*" >> {self.calls}; echo "{complaint}" >&2; exit {code}'
        path.write_text(f"#!/bin/sh\n{words}\n")
        path.chmod(0o755)
        return (str(path),)

    def wait(self, seconds):
        self.now_s += seconds
        self.since_s += seconds

    def page(self, _port):
        """What the traveller's page shows; a shut door is seen when the visit is over."""
        screen = self.shows.pop(0) if len(self.shows) > 1 else self.shows[0]
        if screen == "attract" and self.places.door.exists():
            screen = "out-of-service"
        if self.seen and self.seen[-1] != screen:
            self.since_s = 0.0
        self.seen.append(screen)
        return None if screen is None else (screen, self.since_s)

    def ready(self, source="centre", order=ORDER, version="1.3.0"):
        said = Fetched(order=order, step="ready", version=version, sha256=DIGEST, size=1)
        save(self.places.said(source), said)
        path = self.places.brought if source == "stick" else self.places.whole(DIGEST)
        path.write_bytes(b"x")
        return path

    def run(self, **changes):
        self.machine = replaced(self.machine, **changes)
        Install(self.places, self.machine).run()
        return load(self.places.ledger, Ledger) or Ledger()

    def called(self):
        return [line.rstrip() for line in self.calls.read_text().splitlines()]


@pytest.fixture
def post(tmp_path):
    return Post(tmp_path)


def test_nothing_waits_and_nothing_is_done(post):
    assert post.run() == Ledger()
    assert post.called() == []


def test_an_idle_kiosk_is_given_the_bundle_and_restarts_behind_a_shut_door(post):
    path = post.ready()
    ledger = post.run()
    assert post.called() == [f"rauc {path}", "restart"]
    assert post.seen[-1] == "out-of-service"
    assert not post.places.door.exists(), "whoever ends this unit opens the kiosk again"
    assert "did not go down" in ledger.of(ORDER).what, "no machine, no restart"


def test_while_a_traveller_is_there_nothing_is_begun(post):
    post.ready()
    post.shows = ["face"] * 500 + ["attract"]
    post.run()
    visit = post.seen.index("attract")
    assert post.seen[:visit] == ["face"] * 500
    assert len(post.seen) > visit + 60 / LOOK_S, "and then not at once"


def test_a_visit_that_begins_while_the_door_shuts_is_waited_for(post):
    post.ready()
    post.shows = ["attract"] * 32 + ["language"] + ["finger"] * 100 + ["out-of-service"]
    post.run()
    assert post.called()[-1] == "restart"
    assert "finger" in post.seen
    assert post.seen[-1] == "out-of-service"


def test_what_rauc_refuses_is_told_in_its_own_words_and_not_tried_again(post):
    path = post.ready()
    words = post.program("rauc", 1, "LastError: signature verification failed: no signer")
    ledger = post.run(rauc=words)
    assert (ledger.of(ORDER).step, ledger.of(ORDER).why) == ("failed", "rauc")
    assert "signature verification failed" in ledger.of(ORDER).what
    post.run()
    assert post.called() == [f"rauc {path}"]


def test_a_program_that_is_not_there_is_a_reason_too(post):
    post.ready()
    assert "rauc" in post.run(rauc=("/nowhere/rauc",)).of(ORDER).what


def begun(post, step):
    one = Installed(order=ORDER, step=step, version="1.3.0")
    save(post.places.ledger, Ledger(orders=(one,)))
    post.ready()


def test_a_power_cut_while_it_was_written_writes_it_again(post):
    begun(post, "installing")
    post.run()
    assert [line.split(" ")[0] for line in post.called()] == ["rauc", "restart"]


def test_a_power_cut_before_the_restart_restarts_and_does_not_write_again(post):
    begun(post, "installed")
    post.run()
    assert post.called() == ["restart"]


@pytest.mark.parametrize("step", ["installed", "restarting", "trial"])
def test_the_new_system_is_on_trial_until_it_was_kept(post, step):
    begun(post, step)
    post.system = "1.3.0"
    seen = []

    def wait(_seconds):
        seen.append(load(post.places.ledger, Ledger).of(ORDER).step)
        post.program("on-trial", 1)

    ledger = post.run(on_trial=post.program("on-trial", 0), wait=wait)
    assert seen == ["trial"]
    assert ledger.of(ORDER).step == "running"
    assert set(post.called()) == {"on-trial"}


@pytest.mark.parametrize("step", ["restarting", "trial"])
def test_a_start_that_ended_in_the_old_system_is_told_and_not_tried_again(post, step):
    begun(post, step)
    ledger = post.run()
    assert (ledger.of(ORDER).step, ledger.of(ORDER).why) == ("fell_back", "fell_back")
    assert post.called() == []


def test_a_stick_that_stays_in_does_not_start_what_fell_back_again(post):
    post.ready("stick", f"{DIGEST}-00000001")
    one = Installed(order=f"{DIGEST}-00000000", step="fell_back", version="1.3.0")
    save(post.places.ledger, Ledger(orders=(one,)))
    post.run()
    assert post.called() == []


def test_what_rauc_refused_of_a_stick_has_a_new_try_after_a_start(post):
    path = post.ready("stick", f"{DIGEST}-00000001")
    one = Installed(order=f"{DIGEST}-00000000", step="failed", version="1.3.0")
    save(post.places.ledger, Ledger(orders=(one,)))
    post.run()
    assert post.called()[0] == f"rauc {path}"


def test_the_version_that_runs_is_not_put_in_again(post):
    post.ready("stick", f"{DIGEST}-00000001", version="1.2.0")
    assert post.run().orders[0].step == "running"
    assert post.called() == []


@pytest.mark.parametrize("wanted", [None, "01920000-0000-4000-8000-000000000002"])
def test_what_the_centre_does_not_want_any_more_is_not_put_in(post, wanted):
    other = wanted and Wanted(
        order=wanted, number=1, version="1.4.0", url="https://c.example/x", size=1, sha256=DIGEST
    )
    save(post.places.notice, Board(port=1, wanted=other))
    post.ready()
    assert post.run() == Ledger()
    assert post.called() == []


def test_what_is_taken_back_while_it_waits_is_not_put_in(post):
    post.ready()
    post.shows = ["face"] * 5 + ["attract"]

    def wait(seconds):
        save(post.places.notice, Board(port=1))
        post.wait(seconds)

    assert post.run(wait=wait) == Ledger()
    assert post.called() == []


def test_where_the_kiosk_says_nothing_what_was_fetched_is_put_in(post):
    """It may be the mend for a kiosk that does not start."""
    post.ready()
    post.places.notice.unlink()
    post.shows = [None]
    post.run()
    assert post.called()[-1] == "restart"


def test_a_page_that_never_answers_does_not_keep_an_update_out(post):
    post.ready()
    post.shows = [None]
    post.run()
    assert post.called()[-1] == "restart"


def test_where_no_page_is_none_shows():
    assert page_shows(9) is None


def test_the_ledger_is_short():
    ledger = Ledger()
    for number in range(30):
        ledger = ledger.plus(Installed(order=f"{number:08d}", step="failed", version="1"))
    assert len(ledger.orders) == 8
    assert ledger.of("00000029") is not None
