"""Receipts of the level `replicated`, with a real standby of PostgreSQL beside the first."""

import shutil
import tempfile
import threading
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import events
from mqtt.central.errors import ReplicaMissingError
from mqtt.central.intake import Intake
from mqtt.central.postgres_cluster import Cluster, find_program
from mqtt.central.registry import Registry
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealer
from mqtt.receipts import ReceiptLevel, verify_receipt

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
NOW = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)


@pytest.fixture
def postgres():
    pytest.importorskip("psycopg")
    return import_module("mqtt.central.store_postgres")


@pytest.fixture
def pair(postgres):
    """A primary, and a standby that follows it and is not started yet."""
    if find_program("initdb") is None:
        pytest.skip("initdb is not installed (Debian package postgresql)")
    room = Path(tempfile.mkdtemp(prefix="replica", dir="/tmp"))
    room.chmod(0o755)
    primary = Cluster(room / "one", "synchronous_standby_names = '*'\n").make().start()
    standby = Cluster(room / "two")
    standby.folder.mkdir()
    shutil.chown(standby.folder, primary.folder.owner())
    words = ["-h", str(primary.folder), "-U", "border", "-D", str(standby.data), "-R", "-c", "fast"]
    primary.run("pg_basebackup", *words)
    with (standby.data / "postgresql.conf").open("a") as file:
        file.write(f"unix_socket_directories = '{standby.folder}'\n")
    yield primary, standby
    standby.stop()
    primary.kill()
    shutil.rmtree(room)


def test_a_receipt_says_replicated_only_when_the_standby_has_it(postgres, pair):
    primary, standby = pair
    kiosk_key, centre_key, receipt_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    sealed = Sealer(kiosk_key, (centre_key.public_key(),), Profile.DEMO, Assurance.SOFTWARE).seal(
        events.encode(specimen.epoch_start()),
        head=Head(specimen.KIOSK, specimen.EPOCH, 1),
        kind=Kind.EPOCH_START,
        event_id=specimen.EVENT_ID,
        at_utc=NOW,
    )
    postgres.PostgresStore(primary.url + "&options=-csynchronous_commit%3Dlocal").close()
    keys = {specimen.KIOSK: (kiosk_key.public_key(),)}
    registry = Registry(frozenset(Profile), frozenset(Assurance), keys)
    given = []

    def take():
        with postgres.PostgresStore(primary.url, replicated=True) as store:
            intake = Intake(registry, [centre_key], receipt_key, store, print)
            for _ in range(2):  # the same again waits for the standby, too
                given.extend(intake.take([(specimen.KIOSK, sealed.wire())]).values())

    member = threading.Thread(target=take)
    member.start()
    member.join(1.5)
    assert member.is_alive(), "a commit did not wait for the standby"
    assert given == []
    standby.start()
    member.join(60)
    found = [verify_receipt(one, [receipt_key.public_key()]) for one in given]
    assert [one.level for one in found] == [ReceiptLevel.REPLICATED] * 2
    primary.kill()  # and now the second machine has it alone
    with postgres.PostgresStore(standby.url, read_only=True) as copy:
        assert [one.sequence for one in copy.events()] == [1]


def test_without_a_standby_the_level_is_refused(postgres, pair):
    primary, _ = pair
    with postgres.psycopg.connect(primary.url, autocommit=True) as admin:
        admin.execute("SET synchronous_commit = local")
        admin.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute("SELECT pg_sleep(0.5)")
    with pytest.raises(ReplicaMissingError):
        postgres.PostgresStore(primary.url, replicated=True)
