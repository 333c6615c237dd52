"""What both databases promise: in order, within bounds, upgraded, purged, with typed troubles."""

import sqlite3
import threading
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import events
from mqtt.central import schema
from mqtt.central.audit import audit
from mqtt.central.errors import DatabaseAwayError, DiskFullError, StoreError, StoreVersionError
from mqtt.central.intake import Intake
from mqtt.central.quarantine import KEPT_OF_GIANT_BYTES, KIOSK_SHARE, ROW_BYTES
from mqtt.central.registry import Registry
from mqtt.central.rejudge import rejudge
from mqtt.central.store import Outcome, Purge, Retention
from mqtt.central.store_sqlite import SqliteEngine, Store
from mqtt.contract import specimen
from mqtt.envelope import WIRE_LIMIT_BYTES, Assurance, Head, Kind, Profile
from tests.unit.mqtt.central.dated_epoch import sealed_epoch

KIOSK = specimen.KIOSK
NOW = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
START = Head(KIOSK, specimen.EPOCH, 1)


def intake(store, kiosk_key, centre_key, tell=lambda _notice: None):
    registry = Registry(
        frozenset(Profile), frozenset(Assurance), {KIOSK: (kiosk_key.public_key(),)}
    )
    signer = ec.generate_private_key(ec.SECP256R1())
    return Intake(registry, [centre_key], signer, store, tell, utc_now=lambda: NOW)


@pytest.fixture
def dated(sealer):
    return sealed_epoch(sealer)


def test_two_members_write_one_database_and_each_event_stands_once(
    open_store, dated, kiosk_key, centre_key
):
    wires = [(KIOSK, one.wire()) for one in dated]
    with open_store() as first, open_store() as second:
        intake(first, kiosk_key, centre_key).commit(wires[:3])
        member = intake(second, kiosk_key, centre_key)
        member.commit(wires[1:])
        assert member.counts[Outcome.AGAIN] == 2
        assert [one.sequence for one in first.events()] == [1, 2, 3, 4]
        assert [one.arrival for one in second.events()] == [1, 2, 3, 4]


def test_members_that_start_together_make_one_database(open_store):
    troubles = []

    def start():
        try:
            open_store().close()
        except StoreError as error:
            troubles.append(error)

    members = [threading.Thread(target=start) for _ in range(4)]
    for member in members:
        member.start()
    for member in members:
        member.join()
    assert troubles == []


def test_a_member_waits_for_another_that_is_just_making_the_file(tmp_path):
    path = tmp_path / "central.sqlite3"
    maker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    maker.execute("BEGIN IMMEDIATE")
    maker.execute("CREATE TABLE made (a INTEGER) STRICT")
    done = threading.Timer(0.5, lambda: maker.execute("COMMIT"))
    done.start()
    with Store(path) as store:
        assert store.events() == []
    done.join()
    maker.close()


def test_who_reads_waits_for_a_database_that_is_just_being_made(tmp_path):
    path = tmp_path / "central.sqlite3"
    sqlite3.connect(path).close()
    path.touch()
    maker = threading.Timer(0.5, lambda: Store(path).close())
    maker.start()
    with Store(path, read_only=True) as store:
        assert store.events() == []
    maker.join()


def test_a_fork_within_one_batch_is_seen(open_store, dated, sealer, kiosk_key, centre_key):
    other = sealer.seal(
        events.encode(specimen.crossing(3)),
        head=dated[1].next_head,
        kind=Kind.CROSSING,
        event_id=specimen.EVENT_ID,
        at_utc=NOW,
    )
    with open_store() as store:
        member = intake(store, kiosk_key, centre_key)
        member.commit([(KIOSK, one.wire()) for one in [*dated[:3], other]])
        assert member.counts[Outcome.FORK] == 1
        assert store.forked() == {KIOSK: 1}
        assert store.missing(KIOSK, specimen.EPOCH) == 0


def test_gaps_are_counted_as_they_open_and_close(open_store, dated, kiosk_key, centre_key):
    with open_store() as store:
        member = intake(store, kiosk_key, centre_key)
        member.commit([(KIOSK, dated[0].wire()), (KIOSK, dated[3].wire())])
        assert [one.missing for one in store.epochs(with_gaps=True)] == [2]
        assert store.sequences(KIOSK, specimen.EPOCH) == [1, 4]
        member.commit([(KIOSK, dated[2].wire()), (KIOSK, dated[1].wire())])
        assert store.epochs(with_gaps=True) == []


@pytest.mark.parametrize(
    ("today", "undated_before", "gone"),
    [
        (date(2026, 3, 2), None, set()),
        (date(2026, 3, 3), None, {2, 3}),  # the portrait goes with its crossing
        (date(2026, 3, 1), date(2026, 3, 2), {4}),  # the dated ones wait for their date
        (date(2036, 1, 1), date(2036, 1, 1), {2, 3, 4}),
    ],
)
def test_content_goes_when_its_retention_ended_and_the_chain_stays(
    open_store, dated, kiosk_key, centre_key, today, undated_before, gone
):
    retention = Retention(today, undated_before)
    with open_store() as store:
        member = intake(store, kiosk_key, centre_key)
        member.commit([(KIOSK, one.wire()) for one in dated])
        due = store.due(retention)
        taken = Purge()
        while part := store.purge(retention, NOW, limit=1):
            if part == Purge():
                break
            taken += part
        store.scrub()
        assert (due, due.events) == (taken, len(gone))
        assert {one.sequence for one in store.events() if one.purged_utc} == gone
        assert {one.sequence for one in store.events() if one.event is None} == gone
        found = audit(KIOSK, store.statements(KIOSK), [kiosk_key.public_key()])
        assert found.whole
        member.commit([(KIOSK, one.wire()) for one in dated])  # the kiosk sends it all again
        assert {one.sequence for one in store.events() if one.event is None} == gone


def test_what_was_purged_is_nowhere_in_the_file(tmp_path, dated, kiosk_key, centre_key):
    path = tmp_path / "central.sqlite3"
    with Store(path) as store:
        intake(store, kiosk_key, centre_key).commit([(KIOSK, one.wire()) for one in dated])
        store.scrub()
        assert b"ERIKSSON" in path.read_bytes()
        store.purge(Retention(date(2036, 1, 1), date(2036, 1, 1)), NOW)
        store.scrub()
        left = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert b"ERIKSSON" not in left
    assert dated[1].ciphertext not in left


def test_the_quarantine_is_bounded_per_kiosk_and_good_events_go_on(
    open_store, dated, kiosk_key, centre_key
):
    notices = []
    limit_bytes = KIOSK_SHARE * 10 * (1000 + ROW_BYTES)
    with open_store(quarantine_limit_bytes=limit_bytes) as store:
        member = intake(store, kiosk_key, centre_key, notices.append)
        noise = [("kiosk-bad", bytes([number]) * 1000) for number in range(50)]
        member.commit([*noise, (KIOSK, dated[0].wire())])
        assert member.counts[Outcome.REFUSED] == 40
        assert member.counts[Outcome.NEW] == 1
        member.commit([("kiosk-odd", b"odd")])  # another kiosk still has room
        assert member.counts[Outcome.QUARANTINED] == 11
        use = store.quarantine_use()
        assert (use["kiosk-bad"].messages, use["kiosk-odd"].messages) == (10, 1)
    names = [notice.name for notice in notices]
    assert names == ["quarantined", "quarantine_full", "quarantined"]


def test_what_found_no_room_is_not_receipted(open_store, dated, centre_key):
    stranger = ec.generate_private_key(ec.SECP256R1())
    with open_store(quarantine_limit_bytes=10) as store:
        assert intake(store, stranger, centre_key).commit([(KIOSK, dated[0].wire())]) == []


def test_of_a_giant_message_only_the_beginning_is_kept(open_store, kiosk_key, centre_key):
    with open_store() as store:
        giant = b"\x00" * (WIRE_LIMIT_BYTES + 1)
        intake(store, kiosk_key, centre_key).commit([(KIOSK, giant)])
        (held,) = store.quarantined()
        assert len(held.wire) == KEPT_OF_GIANT_BYTES
        assert str(len(giant)) in held.why


def test_a_statement_that_did_not_open_takes_no_room_in_the_quarantine_and_opens_later(
    open_store, dated, kiosk_key, centre_key
):
    other_key = ec.generate_private_key(ec.SECP256R1())
    wires = [(KIOSK, one.wire()) for one in dated]
    with open_store() as store:
        keyless = intake(store, kiosk_key, other_key)
        assert len(keyless.commit(wires)) == 4  # stored, so receipted
        assert store.quarantine_use()[KIOSK].bytes == 4 * ROW_BYTES
        assert [one.wire for one in store.quarantined()] == [wire for _, wire in wires]
        told = []
        member = intake(store, kiosk_key, centre_key)
        assert rejudge(store, member, lambda *numbers: told.append(numbers)) == (4, 0)
        assert told == [(4, 0)]
        assert store.quarantine_use() == {}
        assert None not in {one.event for one in store.events()}
        retained = {one.sequence: one for one in store.events()}
        assert store.due(Retention(date(2026, 3, 3))).events == 2
        assert len(retained) == 4


def test_a_quarantine_is_judged_in_slices(open_store, kiosk_key, centre_key):
    told = []
    with open_store() as store:
        member = intake(store, kiosk_key, centre_key)
        for first in range(0, 450, 50):
            member.commit([(KIOSK, b"noise %d" % n) for n in range(first, first + 50)])
        assert rejudge(store, member, lambda *numbers: told.append(numbers)) == (0, 450)
    assert told == [(0, 200), (0, 400), (0, 450)]


def first_version(engine, dated, plaintexts):
    """The database as version 0.1 wrote it: its tables, without a version number."""
    engine.script(schema.FIRST)
    for number, (one, plain) in enumerate(zip(dated, plaintexts, strict=True), start=1):
        place = (number, KIOSK, one.epoch, one.sequence, one.statement_sha256, one.previous)
        row = (*place, one.kind.value, "demo", "software", "2026-03-01T11:00:00.000+00:00")
        engine.change(
            f"INSERT INTO statements VALUES ({', '.join('?' * 11)})", (*row, one.statement)
        )
        engine.change("INSERT INTO ciphertexts VALUES (?, ?)", (number, one.ciphertext))
        engine.change("INSERT INTO events VALUES (?, ?)", (number, plain))
    row = (1, b"h" * 32, "kiosk-bad", "noise", "2026-03-01T11:00:00.000+00:00", b"noise")
    engine.change("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", row)


def test_a_database_of_the_first_version_is_upgraded_whole(
    request, open_store, tmp_path, dated, kiosk_key, centre_key
):
    plaintexts = []
    with Store(tmp_path / "other.sqlite3") as store:
        intake(store, kiosk_key, centre_key).commit([(KIOSK, one.wire()) for one in dated])
        plaintexts = [one.event for one in store.events()]
    if "sqlite" in request.node.callspec.id:
        engine = SqliteEngine(tmp_path / "central.sqlite3", read_only=False)
    else:
        with open_store() as store:
            url = store._engine._url
        postgres = request.getfixturevalue("postgres")
        engine = postgres.PostgresEngine(url, read_only=False, replicated=False)
        engine.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    first_version(engine, dated, plaintexts)
    with pytest.raises(StoreVersionError):
        open_store(read_only=True)
    engine.close()
    with open_store() as store:
        assert [one.event for one in store.events()] == plaintexts
        assert store.missing(KIOSK, specimen.EPOCH) == 0
        assert store.quarantine_use()["kiosk-bad"].messages == 1
        assert store.due(Retention(date(2026, 3, 3))).events == 2
        member = intake(store, kiosk_key, centre_key)
        member.commit([(KIOSK, one.wire()) for one in dated])
        assert member.counts[Outcome.AGAIN] == 4
    with open_store(read_only=True) as store:
        assert len(store.events()) == 4


def test_a_database_of_a_newer_release_is_left_alone(open_store):
    with open_store() as store:
        store._engine.set_version(len(schema.STEPS) + 1)
    for read_only in (False, True):
        with pytest.raises(StoreVersionError, match="knows"):
            open_store(read_only=read_only)


def test_a_read_only_store_refuses_to_write(open_store, dated, kiosk_key, centre_key):
    open_store().close()
    with open_store(read_only=True) as store, pytest.raises(StoreError, match="read"):
        intake(store, kiosk_key, centre_key).commit([(KIOSK, dated[0].wire())])


def test_a_database_that_went_away_is_named_and_taken_up_again(
    cluster, postgres, new_postgres, dated, kiosk_key, centre_key
):
    with postgres.PostgresStore(new_postgres()) as store:
        member = intake(store, kiosk_key, centre_key)
        member.commit([(KIOSK, dated[0].wire())])
        cluster.kill()
        with pytest.raises(DatabaseAwayError) as raised:
            member.commit([(KIOSK, dated[1].wire())])
        assert "try again by themselves" in raised.value.mend
        cluster.start()
        member.commit([(KIOSK, dated[1].wire())])
        assert [one.sequence for one in store.events()] == [1, 2]


def test_a_copy_made_while_members_write_is_whole(tmp_path, dated, kiosk_key, centre_key):
    with Store(tmp_path / "central.sqlite3") as store:
        member = intake(store, kiosk_key, centre_key)
        member.commit([(KIOSK, one.wire()) for one in dated[:2]])
        store.backup(tmp_path / "copy.sqlite3")
        member.commit([(KIOSK, one.wire()) for one in dated[2:]])
    with Store(tmp_path / "copy.sqlite3") as copy:
        assert audit(KIOSK, copy.statements(KIOSK), [kiosk_key.public_key()]).whole
        member = intake(copy, kiosk_key, centre_key)
        member.commit([(KIOSK, one.wire()) for one in dated])  # the kiosk fills the rest
        assert [one.sequence for one in copy.events()] == [1, 2, 3, 4]


def test_a_full_disk_is_named_and_nothing_is_half_there(tmp_path, dated, kiosk_key, centre_key):
    path = tmp_path / "central.sqlite3"
    with Store(path) as store:
        member = intake(store, kiosk_key, centre_key)
        pages = store._engine.rows("PRAGMA page_count")[0][0]
        store._engine.rows(f"PRAGMA max_page_count = {pages}")
        noise = [("kiosk-bad", bytes([number]) * 9000) for number in range(9)]
        with pytest.raises(DiskFullError, match="full"):
            member.commit([(KIOSK, dated[0].wire()), *noise])
        store._engine.rows("PRAGMA max_page_count = 100000")
        member.commit([(KIOSK, dated[0].wire()), *noise])
        assert store.quarantine_use()["kiosk-bad"].messages == 9


def test_both_speak_of_the_same_columns():
    with sqlite3.connect(":memory:") as database:
        database.executescript(schema.FIRST + schema.RETENTION + schema.VIEWS)
        columns = {row[1] for row in database.execute("PRAGMA table_info(arrivals)")}
    database.close()
    assert "statement" not in columns
    assert columns > {"arrival", "event_id", "retain_until", "purged_utc"}
