"""The kiosk's part of an update: an order of the centre noted durably, and answered as it goes."""

from hashlib import sha256

import pytest

from firmware_app import config
from firmware_app.errors import ConfigError
from firmware_app.services.orders import KioskOrders
from firmware_app.services.update import UpdateDesk
from firmware_app.services.update_files import (
    Board,
    Fetched,
    Installed,
    Ledger,
    Places,
    load,
    progress,
    save,
)
from mqtt.commands import Outcome, RequestSupport, Update
from tests.unit.firmware_app.test_command_worker import CONFIG, KIOSK, Desk

URL = "https://centre.example:8443/border-kiosk-1.3.0-virt.raucb"
DIGEST = sha256(b"bundle").hexdigest()
TOLD = """
[update]
board = "board"
room = "room"
door = "door"
quiet = "01:00-04:00"
rate_kb_s = 20
"""


class Post(Desk):
    """A kiosk with an [update] in its kiosk.toml."""

    def __init__(self, folder):
        super().__init__(folder)
        self.file.write_text(CONFIG + TOLD)
        self.config = config.load(self.file)
        self.system = "1.2.0"
        places = Places(folder / "board", folder / "room", folder / "door")
        self.updates = UpdateDesk(self.config, self.keys, places, lambda: self.system)
        self.worker.hands = KioskOrders(
            self.config, self.file, self.outbox, self.keys, self.now, self.updates
        )
        for one in (places.fetched, places.ledger.parent):
            one.mkdir(parents=True, exist_ok=True)
        self.places = places
        self.updates.start()

    def announce(self, version="1.3.0", **changes):
        order = Update(version=version, url=URL, size=6, sha256=bytes.fromhex(DIGEST), **changes)
        self.send(order)
        return self.last()

    def look(self, waiting_rows=0):
        """One turn of the kiosk's watch; what it says is answered as the thread would."""
        self.updates.look(self.worker.later, waiting_rows=waiting_rows)
        self.worker.start()
        self.worker.stop()

    @property
    def board(self):
        return load(self.places.notice, Board)

    def fetched(self, step, **changes):
        order = self.board.wanted.order
        fields = {"order": order, "step": step, "version": "1.3.0", "sha256": DIGEST, "size": 6}
        save(self.places.said("centre"), Fetched(**(fields | changes)))

    def installed(self, step, **changes):
        one = Installed(order=self.board.wanted.order, step=step, version="1.3.0", **changes)
        save(self.places.ledger, (load(self.places.ledger, Ledger) or Ledger()).plus(one))


@pytest.fixture
def post(tmp_path):
    one = Post(tmp_path)
    yield one
    one.outbox.close()


def test_an_announcement_stands_on_the_board_for_whoever_fetches(post):
    answer = post.announce()
    assert answer.outcome is Outcome.DONE
    assert answer.facts == {"step": "announced", "version": "1.3.0", "running": "1.2.0"}
    wanted = post.board.wanted
    assert (wanted.url, wanted.sha256, wanted.number) == (URL, DIGEST, answer.number)
    assert (post.board.quiet, post.board.rate_kb_s) == ("01:00-04:00", 20)
    assert post.places.notice.stat().st_mode & 0o777 == 0o644


def test_it_outlives_a_restart_of_the_machine(post):
    post.announce()
    before = post.board
    post.places.notice.unlink()
    post.outbox.close()
    again = Post(post.folder)
    assert again.board == before
    again.outbox.close()


@pytest.mark.parametrize("version", ["1.1.9", "latest"])
def test_an_older_one_and_what_is_no_version_is_refused_at_once(post, version):
    answer = post.announce(version)
    assert (answer.outcome, answer.why) == (Outcome.FAILED, "OlderUpdateError")
    assert post.board.wanted is None


def test_an_older_one_may_be_ordered_as_such(post):
    assert post.announce("1.1.9", older=True).outcome is Outcome.DONE
    assert post.board.wanted.older


def test_the_one_that_runs_is_done_already(post):
    assert post.announce("1.2.0").facts["step"] == "running"
    assert post.board.wanted is None


def test_the_one_that_runs_takes_back_what_waits(post):
    post.announce()
    post.look()
    post.announce("1.2.0")
    post.look()
    assert post.board.wanted is None
    assert not post.places.waits.exists()
    post.updates.start()
    assert post.board.wanted is None


def test_a_kiosk_without_the_table_says_so(post):
    post.worker.hands.updates = None
    assert post.announce().why == "NoUpdatesError"


def test_each_step_is_answered_once_and_the_last_one_lasts(post):
    post.announce()
    for step in ("fetching", "ready"):
        post.fetched(step)
        post.look()
        post.look()
    for step in ("installing", "installed", "restarting", "trial", "running"):
        post.installed(step)
        post.look()
    steps = [one.facts["step"] for one in post.answers()]
    assert steps == [
        *("announced", "fetching", "ready"),
        *("installing", "installed", "restarting", "trial", "running"),
    ]
    assert {one.command for one in post.answers()} == {post.board.wanted.order}
    assert post.record.answered(post.board.wanted.order) == post.said[-1].payload


def test_what_is_refused_is_told_in_the_words_of_who_refused(post):
    post.announce()
    post.fetched("ready")
    post.installed("failed", why="rauc", what="LastError: signature verification failed")
    post.look()
    answer = post.last()
    assert (answer.outcome, answer.why) == (Outcome.FAILED, "rauc")
    assert "signature verification" in answer.facts["what"]


def test_a_new_order_is_not_answered_with_the_old_ones_end(post):
    post.announce()
    post.fetched("failed", why="NotTheBundleError")
    post.look()
    post.announce("1.4.0")
    before = len(post.said)
    post.look()
    assert len(post.said) == before


def test_the_timers_mark_is_there_until_it_is_over(post):
    post.look()
    assert not post.places.waits.exists()
    post.announce()
    post.look()
    assert post.places.waits.exists()
    post.fetched("ready")
    post.installed("running")
    post.look()
    assert not post.places.waits.exists()


def test_the_download_hears_that_crossings_wait(post):
    post.look(waiting_rows=3)
    assert post.places.delivering.exists()
    post.look()
    assert not post.places.delivering.exists()


def test_the_door_is_shut_while_its_mark_stands(post):
    assert post.updates.closed() == ""
    post.places.door.touch()
    assert post.updates.closed() == "update"


def test_support_tells_the_system_and_how_far_it_is(post):
    post.announce()
    post.fetched("waits", why="LinkError")
    post.send(RequestSupport())
    assert post.last().facts["system"] == "1.2.0"
    assert post.last().facts["update_centre"] == "1.3.0 waits LinkError"
    assert post.last().kiosk == KIOSK


def test_a_file_of_another_user_that_does_not_read_is_none(post):
    post.announce()
    for noise in (b"", b"{", b'{"order": "../../etc"}', b"[" * 100_000, b"\xff" * 9):
        post.places.said("centre").write_bytes(noise)
        post.places.ledger.write_bytes(noise)
        assert progress(post.places, "centre") is None
        post.look()


def test_a_board_that_cannot_be_written_keeps_no_traveller_out(post, capsys):
    post.places.notice.unlink()
    post.places.board.rmdir()
    post.places.board.write_text("a file")
    post.updates.start()
    assert "update_board" in capsys.readouterr().err


@pytest.mark.parametrize("quiet", ["1:00-2:00", "25:00-26:00", "always"])
def test_quiet_hours_are_hours(tmp_path, quiet):
    path = tmp_path / "kiosk.toml"
    path.write_text(CONFIG + TOLD.replace("01:00-04:00", quiet))
    with pytest.raises(ConfigError, match="quiet"):
        config.load(path)
