"""The mirror: saved means both; away, behind, foreign, full, pulled out are told; it catches up."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from mqtt.contract import specimen
from mqtt.envelope import Kind
from mqtt.errors import (
    OutboxBusyError,
    OutboxForeignError,
    OutboxLostError,
    OutboxMirrorError,
)
from mqtt.outbox import Disk, Outbox
from mqtt.outbox_restore import restore
from mqtt.outbox_status import look, mirror_words
from mqtt.outbox_verify import verify
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel

KIOSK = specimen.KIOSK
MAX_BYTES = 64 * 2**20
MEMORY = Path("/dev/shm")


@pytest.fixture
def second(tmp_path):
    """A folder on another medium than tmp_path."""
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one medium only")
    with TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


class Post:
    """A kiosk's outbox with its mirror; opened again and again."""

    def __init__(self, first, second, seal):
        self.path, self.mirror, self.seal = first / "outbox.db", second / "mirror.db", seal

    def open(self, *, alone=False, max_bytes=MAX_BYTES):
        disk = Disk(mirror=self.mirror, alone=alone)
        return Outbox(self.path, kiosk=KIOSK, max_bytes=max_bytes, disk=disk)

    def begin(self, outbox):
        head = outbox.epoch_head(str(uuid4()))
        return outbox.commit([self.seal(head)], 0.0)

    def put(self, outbox, count=1, size_bytes=500):
        return [outbox.append(lambda head: self.rows(head, size_bytes), 1.0) for _ in range(count)]

    def rows(self, head, size_bytes):
        first = self.seal(head, bytes(size_bytes))
        return [first, self.seal(first.next_head, b"picture", Kind.ATTACHMENT)]

    def places(self, path):
        with sqlite3.connect(path) as db:
            found = db.execute("SELECT epoch, sequence, statement_sha256 FROM row").fetchall()
        db.close()
        return sorted(found)

    def agree(self):
        return self.places(self.path) == self.places(self.mirror)

    def unplug(self):
        """The medium is pulled out: its folder is gone."""
        self.mirror.parent.rename(self.mirror.parent.with_suffix(".out"))

    def plug(self):
        self.mirror.parent.with_suffix(".out").rename(self.mirror.parent)


@pytest.fixture
def post(tmp_path, second, seal):
    post = Post(tmp_path, second, seal)
    yield post
    if not second.exists():
        post.plug()


def receipt_for(outbox, rows):
    found = [(one.epoch, one.sequence, one.statement_sha256) for one in rows]
    entries = tuple(ReceiptEntry(*one) for one in found)
    return Receipt(KIOSK, ReceiptLevel.COMMITTED, entries, datetime(2026, 3, 1, tzinfo=UTC))


def test_saved_means_both(post):
    with post.open() as outbox:
        post.begin(outbox)
        post.put(outbox, 3)
        assert post.agree()
        assert len(post.places(post.mirror)) == 7
        assert outbox.why_closed is None
        assert mirror_words(post.path, post.mirror) == (True, "in step")


def test_receipts_and_erasures_reach_both_and_the_mirror_verifies(post, kiosk_key):
    with post.open() as outbox:
        post.begin(outbox)
        rows = [one for crossing in post.put(outbox, 3) for one in crossing]
        outbox.receipted(receipt_for(outbox, rows[:4]), 2.0)
        assert look(post.mirror).receipted == 4
        assert outbox.erase(3.0, 0.0) == 4
        assert post.agree()
        assert look(post.mirror).erased == 4
    for path in (post.path, post.mirror):
        found = verify(path, [kiosk_key.public_key()])
        assert found.whole, found
        assert found.rows == 3


def test_a_mirror_that_is_pulled_out_stops_travellers_and_nothing_is_written(post):
    with post.open() as outbox:
        post.begin(outbox)
        post.put(outbox)
        post.unplug()
        before = outbox.head()
        with pytest.raises(OutboxMirrorError) as caught:
            post.put(outbox)
        assert "kiosk outbox status" in caught.value.mend
        assert outbox.head() == before
        assert outbox.why_closed is not None
        assert not outbox.mirror.in_step
        post.plug()
        outbox.erase(5.0, 0.0)  # as the owner does once a second
        assert outbox.why_closed is None
        post.put(outbox)
        assert post.agree()


def test_a_post_may_choose_to_go_on_alone_and_the_mirror_catches_up(post):
    with post.open(alone=True) as outbox:
        post.begin(outbox)
        post.put(outbox)
        post.unplug()
        rows = [one for crossing in post.put(outbox, 70) for one in crossing]
        assert outbox.why_closed is None
        assert not outbox.mirror.in_step
        outbox.receipted(receipt_for(outbox, rows[:60]), 2.0)
        outbox.erase(3.0, 0.0)
        post.plug()
        while not outbox.mirror.in_step:
            outbox.erase(4.0, 0.0)
        assert post.agree()


def test_a_start_without_the_mirror_is_possible_and_the_mirror_is_known_again(post):
    with post.open() as outbox:
        post.begin(outbox)
        rows = [one for crossing in post.put(outbox) for one in crossing]
    post.unplug()
    with post.open() as outbox:
        post.begin(outbox)  # so that the kiosk starts, drains and says what is wrong
        assert "is not there" in outbox.mirror.what
        with pytest.raises(OutboxMirrorError):
            post.put(outbox)
        outbox.receipted(receipt_for(outbox, rows), 2.0)
        outbox.erase(3.0, 0.0)
    post.plug()
    with post.open() as outbox:
        assert outbox.mirror.in_step
        post.begin(outbox)
        post.put(outbox)
        assert post.agree()


def test_what_the_mirror_has_before_it_is_taken_over(post):
    """A power cut between the two commits; here: a card that was set back."""
    with post.open() as outbox:
        post.begin(outbox)
        post.put(outbox)
    shutil.copy(post.path, post.path.with_suffix(".old"))
    with post.open() as outbox:
        post.begin(outbox)
        post.put(outbox, 2)
        head = outbox.head()
    shutil.copy(post.path.with_suffix(".old"), post.path)
    with post.open() as outbox:
        assert outbox.head() == head
        assert post.agree()


def test_another_branch_on_the_mirror_is_told_and_touched_by_nobody(post):
    with post.open() as outbox:
        post.begin(outbox)
    shutil.copy(post.mirror, post.mirror.with_suffix(".other"))
    with post.open() as outbox:
        post.begin(outbox)
        post.put(outbox)
    old = post.mirror.with_suffix(".other")
    disk = Disk(mirror=post.path.with_name("unused"), alone=True)
    with Outbox(old, kiosk=KIOSK, max_bytes=MAX_BYTES, disk=disk) as outbox:
        post.begin(outbox)
        post.put(outbox, 2)
    shutil.copy(old, post.mirror)
    before = post.places(post.mirror)
    with post.open() as outbox:
        assert "another branch" in str(outbox.why_closed)
    assert post.places(post.mirror) == before


def test_a_mirror_of_another_kiosk_is_told(post, seal):
    disk = Disk()
    with Outbox(post.mirror, kiosk="other", max_bytes=MAX_BYTES, disk=disk):
        pass
    with post.open() as outbox:
        assert "belongs to kiosk other" in str(outbox.why_closed)
        assert outbox.mirror.behind is None


def test_a_mirror_on_the_same_medium_is_no_mirror(tmp_path, seal):
    folder = tmp_path / "media"
    folder.mkdir()
    disk = Disk(mirror=folder / "mirror.db")
    with Outbox(tmp_path / "outbox.db", kiosk=KIOSK, max_bytes=MAX_BYTES, disk=disk) as outbox:
        assert "not mounted" in str(outbox.why_closed)
    assert list(folder.iterdir()) == []


def test_a_mirror_that_does_not_read_is_told_and_kept(post):
    post.mirror.write_bytes(b"no database at all, but somebody's file" * 100)
    before = post.mirror.read_bytes()
    with post.open() as outbox:
        assert "not readable" in str(outbox.why_closed)
    assert post.mirror.read_bytes() == before


def test_a_mirror_of_a_newer_release_is_told_and_kept(post):
    with post.open():
        pass
    with sqlite3.connect(post.mirror) as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    with post.open() as outbox:
        assert "written in form 9" in str(outbox.why_closed)


def test_a_mirror_that_is_full_stops_travellers_before_anything_is_written(post):
    with post.open() as outbox:
        post.begin(outbox)
        (pages,) = outbox._mirror._db.execute("PRAGMA page_count").fetchone()
        outbox._mirror._db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        before = outbox.head()
        with pytest.raises(OutboxMirrorError, match="no room"):
            post.put(outbox, size_bytes=40_000)
        assert outbox.head() == before


def test_an_empty_outbox_beside_a_mirror_with_erased_rows_does_not_start(post):
    with post.open() as outbox:
        post.begin(outbox)
        rows = [one for crossing in post.put(outbox, 2) for one in crossing]
        outbox.receipted(receipt_for(outbox, rows[:2]), 2.0)
        outbox.erase(3.0, 0.0)
    post.path.unlink()
    with pytest.raises(OutboxLostError) as caught:
        post.open()
    assert "kiosk outbox restore" in caught.value.mend


def test_restore_begins_again_from_the_mirror_and_keeps_what_stood_there(post):
    with post.open() as outbox:
        post.begin(outbox)
        rows = [one for crossing in post.put(outbox, 2) for one in crossing]
        outbox.receipted(receipt_for(outbox, rows[:2]), 2.0)
        outbox.erase(3.0, 0.0)
        head = outbox.head()
        with pytest.raises(OutboxBusyError):
            restore(post.path, post.mirror, KIOSK)
    post.path.write_bytes(b"a card that died")
    with pytest.raises(OutboxForeignError):
        restore(post.path, post.mirror, "other")
    restored = restore(post.path, post.mirror, KIOSK)
    assert restored.rows == 3
    assert restored.aside.read_bytes() == b"a card that died"
    with post.open() as outbox:
        assert outbox.head() == head
        assert outbox.mirror.in_step
        post.begin(outbox)
        assert post.agree()


def test_a_new_medium_gets_a_copy_of_all(post):
    with post.open(alone=True) as outbox:
        post.begin(outbox)
        post.put(outbox, 3)
    post.mirror.unlink()
    with post.open() as outbox:
        assert outbox.mirror.in_step
        assert post.agree()


def test_levels_say_where_it_is_and_nothing_of_what_it_holds(post):
    with post.open() as outbox:
        assert outbox.mirror == replace(outbox.mirror, path=post.mirror, in_step=True, behind=0)
    without = Outbox(post.path, kiosk=KIOSK, max_bytes=MAX_BYTES)
    assert without.mirror is None
    without.close()
