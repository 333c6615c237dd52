"""The words for those who run a centre: fleet, gaps, export, purge, recipients, backup, metrics."""

import json
import os
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPConnection

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import cbor, events
from mqtt.broker import Address
from mqtt.central import export, keys_escrow, upkeep_commands
from mqtt.central.__main__ import main
from mqtt.central.alarms import Alarms
from mqtt.central.errors import DiskFullError
from mqtt.central.fleet import fleet, site_view
from mqtt.central.metrics import Metrics
from mqtt.central.metrics_http import MetricsPortError, MetricsServer
from mqtt.central.mosquitto import free_port
from mqtt.central.pki import write_private
from mqtt.central.receipt_desk import ReceiptDesk
from mqtt.central.recipients import key_use
from mqtt.central.settings import CentralSettings
from mqtt.central.site import Site, init_site
from mqtt.central.store import Outcome
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealer
from mqtt.keys import create_private_key, load_private_key, load_public_key, thumbprint
from mqtt.notice import Notice
from mqtt.receipts import ReceiptEntry, ReceiptLevel, verify_receipt
from mqtt.reference import reference
from tests.unit.mqtt.central.dated_epoch import sealed_epoch

NOW = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
KIOSK = specimen.KIOSK
EPOCH = specimen.EPOCH


def chain(signing_key, recipients, length=4):
    """The dated epoch by that key for those recipients."""
    sealer = Sealer(signing_key, tuple(recipients), Profile.DEMO, Assurance.SOFTWARE)
    return sealed_epoch(sealer, length)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A throw-away site whose database holds one epoch and one message of noise."""
    site = init_site(tmp_path_factory.mktemp("words") / "site", KIOSK)
    sealed = chain(
        load_private_key(site.kiosk(KIOSK).signing.private),
        [load_public_key(site.recipient.public)],
    )
    settings = CentralSettings.load(site.configuration)
    with settings.store() as store:
        intake = settings.intake(store, lambda _notice: None)
        intake.commit([*((KIOSK, one.wire()) for one in sealed), ("kiosk-bad", b"noise")])
        state = cbor.dumps({"online": True, "head": sealed[3].statement})
        intake.take_state(KIOSK, state)
    return site


@pytest.fixture
def site(made, tmp_path):
    shutil.copytree(made.folder, tmp_path / "site")
    return Site(tmp_path / "site")


@pytest.fixture
def run(site, capsys):
    """Runs one word at the site; gives exit code, standard output, standard error."""

    def run(word, *more):
        code = main([word, "--config", str(site.configuration), *more])
        return (code, *capsys.readouterr())

    return run


def test_the_fleet_shows_each_kiosk_and_what_is_wrong_with_it(run):
    code, out, _ = run("fleet", "--json")
    bad, good = json.loads(out)
    assert code == 0
    assert (bad["kiosk"], bad["online"], bad["alarms"]) == ("kiosk-bad", None, ["quarantine"])
    assert (good["online"], good["head"], good["lag"], good["alarms"]) == (True, 4, 0, [])
    assert good["release"] == specimen.SOFTWARE.release
    table = run("fleet")[1].splitlines()
    assert table[0].split()[:2] == ["kiosk", "state"]
    assert "online" in table[2]
    assert "ERIKSSON" not in out + "".join(table)


def test_a_signed_head_that_is_ahead_is_a_lag_and_a_forged_one_is_none(site):
    settings = CentralSettings.load(site.configuration)
    key = load_private_key(site.kiosk(KIOSK).signing.private)
    recipients = [load_public_key(site.recipient.public)]
    ahead = Sealer(key, tuple(recipients), Profile.DEMO, Assurance.SOFTWARE).seal(
        events.encode(specimen.crossing(9)),
        head=Head(KIOSK, EPOCH, 9, b"p" * 32),
        kind=Kind.CROSSING,
        event_id=specimen.EVENT_ID,
        at_utc=NOW,
    )
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = chain(stranger, recipients)[3].statement
    with settings.store() as store:
        intake = settings.intake(store, lambda _notice: None)
        intake.take_state(KIOSK, cbor.dumps({"online": False, "head": ahead.statement}))
        (one,) = [one for one in fleet(store) if one.kiosk == KIOSK]
        assert (one.lag, one.online) == (5, False)
        assert site_view(store, 7).lag_events == 5
        intake.take_state(KIOSK, cbor.dumps({"online": True, "head": forged}))
        assert store.lags() == {}


def test_gaps_are_listed_with_their_places(site, run):
    assert run("gaps")[:2] == (0, "0 gaps\n")
    with sqlite3.connect(site.database) as database:
        database.execute("DELETE FROM statements WHERE sequence = 3")
        database.execute("UPDATE epochs SET stored = 3")
    database.close()
    code, out, _ = run("gaps", "--json")
    (gap,) = json.loads(out)
    assert code == 1
    assert (gap["kiosk"], gap["epoch"], gap["first"], gap["last"]) == (KIOSK, EPOCH, 3, 3)


def test_an_export_is_whole_named_private_and_takes_up_where_it_ended(run, tmp_path):
    out = tmp_path / "all.ndjson"
    code, _, err = run("export", "--out", str(out))
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert code == 0
    assert "personal data" in err
    assert [row["arrival"] for row in rows] == [1, 2, 3, 4]
    assert {row["schema"] for row in rows} == {export.SCHEMA}
    assert rows[1]["event"]["traveller"]["surname"]["mrz"] == "ERIKSSON"
    assert rows[1]["event"]["biometrics"][0]["bytes"]["base64"]
    assert out.stat().st_mode & 0o777 == 0o600
    _, later, _ = run("export", "--after", "3", "--kind", "crossing")
    assert [json.loads(line)["sequence"] for line in later.splitlines()] == [4]


def test_an_impersonal_export_has_nothing_of_a_person(run):
    _, out, _ = run("export", "--impersonal")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["event"] is None for row in rows] == [False, True, True, True]
    assert "ERIKSSON" not in out


def test_parquet_says_which_columns_are_personal(run, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "all.parquet"
    assert run("export", "--format", "parquet", "--out", str(out))[0] == 0
    table = parquet.read_table(out)
    assert table.schema.metadata[b"personal_columns"] == b"event"
    assert table.schema.metadata[b"schema"] == export.SCHEMA.encode()
    assert table.column("arrival").to_pylist() == [1, 2, 3, 4]
    crossing = json.loads(table.column("event")[1].as_py())
    assert crossing["document"]["number"] == specimen.DOCUMENT.number
    code, _, err = run("export", "--format", "parquet")
    assert (code, "--out" in err) == (2, True)


def test_an_export_that_fails_leaves_what_was_there(run, tmp_path):
    out = tmp_path / "folder" / "all.ndjson"
    code, _, err = run("export", "--out", str(out))
    assert code == 2
    assert "No such file" in err
    (tmp_path / "old.ndjson").write_text("old")

    def broken():
        yield {"arrival": 1}
        raise DiskFullError("no room.")

    with pytest.raises(DiskFullError):
        export.write_ndjson(broken(), tmp_path / "old.ndjson")
    assert (tmp_path / "old.ndjson").read_text() == "old"
    assert len(list(tmp_path.glob("*.part"))) == 0


def test_a_purge_counts_first_then_takes_and_the_audit_stays_whole(run):
    code, out, _ = run("purge", "--dry-run", "--today", "2026-03-03", "--json")
    due = json.loads(out)
    assert (code, due["events"]) == (0, 2)
    assert "2 events" in run("purge", "--today", "2026-03-03")[1]
    assert json.loads(run("purge", "--today", "2026-03-03", "--json")[1])["events"] == 0
    assert run("audit")[0] == 0
    assert "content purged" in run("show")[1]


def test_an_event_is_found_by_the_reference_that_its_traveller_has(run):
    crossing = json.loads(run("show", "--last", "--json")[1])[0]
    text = crossing["reference"]
    assert text == reference(crossing["event"]["envelope"]["event_id"])
    found = json.loads(run("show", text.lower(), "--json")[1])
    assert crossing in found
    own = {one["arrival"] for one in found if one["kind"] == "crossing"}
    assert {one["event"]["relates_to"] for one in found if one["kind"] == "attachment"} <= {
        crossing["event"]["envelope"]["event_id"]
    }
    assert own == {crossing["arrival"]}
    assert f"reference: {text}" in run("show", text)[1]
    code, _, err = run("show", f"{text[:-1]}{(int(text[-1]) + 1) % 10}")
    assert code == 2
    assert "has a slip in it" in err
    code, _, err = run("show", reference("01a20168-0000-7000-8000-fedcba987654"))
    assert code == 2
    assert "no event has that reference" in err


def test_a_clock_that_jumped_purges_nothing(run, monkeypatch):
    monkeypatch.setattr(upkeep_commands, "utc_now", lambda: datetime(2090, 1, 1, tzinfo=UTC))
    code, _, err = run("purge")
    assert code == 2
    assert "--today" in err
    assert "content purged" not in run("show")[1]


def test_retention_days_also_end_the_quarantine(site, run):
    text = site.configuration.read_text()
    site.configuration.write_text(f"{text}retention_days = 30\n")
    _, out, _ = run("purge", "--today", "2100-01-01", "--json")
    assert json.loads(out)["quarantined"] == 1
    assert json.loads(out)["events"] == 3


def test_two_months_keys_open_theirs_and_after_destruction_nothing_does(site, run):
    centre = site.configuration.parent
    old, new = (create_private_key(centre / f"recipient-2026-{n}.key") for n in ("02", "03"))
    signing_key = load_private_key(site.kiosk(KIOSK).signing.private)
    escrow = ec.generate_private_key(ec.SECP256R1()).public_key()
    sealed = chain(signing_key, [old.public_key(), escrow])
    (centre / "central.sqlite3").unlink()
    settings = CentralSettings.load(site.configuration)
    with settings.store() as store:
        intake = settings.intake(store, lambda _notice: None)
        intake.commit([(KIOSK, one.wire()) for one in sealed])
        assert intake.counts[Outcome.NEW] == 4
        assert None not in {one.event for one in store.events()}
    _, out, _ = run("recipients", "--json")
    told = json.loads(out)
    use = {one["kid"]: one for one in told["keys"]}
    assert told["opened_by_none_of_ours"] == 0
    assert use[thumbprint(old.public_key()).hex()]["alone"] == 4
    assert use[thumbprint(new.public_key()).hex()]["events"] == 0
    assert use[thumbprint(escrow).hex()]["held"] is False
    (centre / "recipient-2026-02.key").unlink()
    assert json.loads(run("recipients", "--json")[1])["opened_by_none_of_ours"] == 4
    with settings.store() as store:
        intake = settings.intake(store, lambda _notice: None)
        store._engine.change("DELETE FROM events")  # as the purge does, before the month's end
        intake.commit([(KIOSK, one.wire()) for one in sealed])
        assert {one.event for one in store.events()} == {None}  # nobody reads it again
        _, unreadable = key_use(store, intake.recipient_keys)
        assert unreadable == 4


def test_what_came_after_a_months_key_was_lost_is_opened_by_two_holders(site, run):
    escrow, shares = keys_escrow.split()
    lost = ec.generate_private_key(ec.SECP256R1()).public_key()
    sealed = chain(load_private_key(site.kiosk(KIOSK).signing.private), [lost, escrow])
    site.database.unlink()
    settings = CentralSettings.load(site.configuration)
    with settings.store() as store:
        intake = settings.intake(store, lambda _notice: None)
        assert len(intake.commit([(KIOSK, one.wire()) for one in sealed])) == 4  # receipted
    assert run("rejudge")[1].startswith("0 opened and stored, 4 left")
    joined = keys_escrow.join(keys_escrow.read_share(share.text()) for share in shares)
    path = site.configuration.parent / "recipient-escrow.key"
    write_private(path, private_pem(joined))
    assert run("rejudge")[1].startswith("4 opened and stored, 0 left")
    path.unlink()
    assert run("audit")[0] == 0
    assert "ERIKSSON" in run("show")[1]


def private_pem(key):
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def test_a_backup_is_restored_and_the_kiosk_fills_the_rest(site, run, tmp_path):
    out = tmp_path / "centre.backup"
    assert run("backup", "--out", str(out))[0] == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert run("backup", "--out", str(out))[0] == 2  # never over another
    site.database.unlink()
    shutil.copy(out, site.database)
    assert run("audit")[0] == 0
    assert len(run("export")[1].splitlines()) == 4


def test_a_postgresql_backup_is_restored_whole(site, cluster, new_postgres, run, tmp_path):
    sealed = chain(
        load_private_key(site.kiosk(KIOSK).signing.private),
        [load_public_key(site.recipient.public)],
    )
    text = site.configuration.read_text()

    def use(url):
        site.configuration.write_text(text.replace("central.sqlite3", url))
        return CentralSettings.load(site.configuration)

    first, second = new_postgres(), new_postgres()
    settings = use(first)
    with settings.store() as store:
        settings.intake(store, print).commit([(KIOSK, one.wire()) for one in sealed[:2]])
    assert run("backup", "--out", str(tmp_path / "centre.dump"))[0] == 0
    with settings.store() as store:
        settings.intake(store, print).commit([(KIOSK, one.wire()) for one in sealed[2:]])
    dump = (tmp_path / "centre.dump").read_bytes()
    restore = ["pg_restore", f"--dbname={second}"]
    subprocess.run(restore, input=dump, check=True, timeout=60)
    settings = use(second)
    with settings.store() as store:
        intake = settings.intake(store, print)
        state = cbor.dumps({"online": True, "head": sealed[3].statement})
        intake.take_state(KIOSK, state)  # retained: it comes as soon as a member subscribes
        assert run("audit")[0] == 1  # the kiosk's signed head says that the tail is missing
        intake.commit([(KIOSK, one.wire()) for one in sealed])  # what kiosks still hold, anew
        assert (intake.counts[Outcome.AGAIN], intake.counts[Outcome.NEW]) == (2, 2)
    assert run("audit")[0] == 0


def test_a_centre_without_a_database_says_how_to_make_one(site, run):
    site.database.unlink()
    for word in ("fleet", "audit", "show", "export", "recipients"):
        code, out, err = run(word)
        assert (code, out) == (2, "")
        assert "`migrate`" in err


def test_migrate_makes_the_database(site, run):
    site.database.unlink()
    assert run("migrate")[:2] == (0, "The database is of this release; 0 events.\n")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('database = "postgresql:///none?host=/nowhere"', "try again by themselves"),
        ('database = "central.sqlite3"\nreplicated = true', "needs PostgreSQL"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_with_its_mend(site, run, line, says):
    text = site.configuration.read_text()
    site.configuration.write_text(text.replace('database = "central.sqlite3"', line))
    code, out, err = run("audit")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_metrics_are_numbers_alone_on_one_page(site):
    settings = CentralSettings.load(site.configuration)
    metrics = Metrics()
    metrics.messages[Outcome.NEW] = 3
    metrics.commits.see(0.004)
    with settings.store(read_only=True) as store:
        metrics.site = site_view(store, 1 << 30)
    address = Address("127.0.0.1", free_port())
    with MetricsServer(address, metrics.text):
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://{address}/", timeout=5)
        refused.value.close()
        with pytest.raises(MetricsPortError), MetricsServer(address, metrics.text):
            pass
        line = HTTPConnection(address.host, address.port, timeout=5)
        line.request("POST", "/metrics")
        assert line.getresponse().status == 501
        line.close()
    assert 'kiosk_central_messages_total{outcome="new"} 3' in text
    assert "kiosk_central_kiosks_online 1" in text
    assert 'commit_seconds_bucket{le="0.005"} 1' in text
    assert 'commit_seconds_bucket{le="+Inf"} 1' in text
    assert KIOSK not in text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(len(line.rsplit(" ", 1)) == 2 for line in lines)


def entries(count):
    return [("k", ReceiptEntry(EPOCH, n, os.urandom(32))) for n in range(1, count + 1)]


def test_receipts_go_after_20_events_or_200_ms():
    key = ec.generate_private_key(ec.SECP256R1())
    desk = ReceiptDesk(key, ReceiptLevel.REPLICATED)
    desk.add(entries(19), now_s=10.0)
    assert desk.due(10.1, NOW) == {}
    assert desk.left_s(10.1) == pytest.approx(0.1)
    desk.add(entries(1), now_s=10.15)
    (receipt,) = desk.due(10.15, NOW).values()
    found = verify_receipt(receipt, [key.public_key()])
    assert (len(found.entries), found.level) == (20, ReceiptLevel.REPLICATED)
    desk.add(entries(1), now_s=11.0)
    assert len(desk.due(11.2, NOW)) == 1
    assert desk.left_s(12.0) is None


def test_more_than_a_receipt_holds_goes_in_several():
    key = ec.generate_private_key(ec.SECP256R1())
    desk = ReceiptDesk(key, ReceiptLevel.COMMITTED)
    desk.add(entries(1500), now_s=0.0)
    sizes = []
    while found := desk.due(1.0, NOW, all_of_it=True):
        sizes += [len(verify_receipt(one, [key.public_key()]).entries) for one in found.values()]
    assert sizes == [1000, 500]


def test_a_flood_of_alarms_of_one_kind_is_a_line_a_minute():
    told = []
    alarms = Alarms(told.append)
    for number in range(100_000):
        alarms.say("kiosk-bad", Notice("quarantined", "error", "noise."), number / 1_000)
    alarms.say("kiosk-2", Notice("quarantined", "error", "noise."), 100.0)
    assert len(told) == 3  # at once, after a minute, and the other kiosk's
    alarms.watch(200.0)
    assert "And 39999 of this kind since." in told[-1].what
    alarms.watch(400.0)
    alarms.watch(500.0)
    assert len(told) == 4


def test_an_enrolled_kiosk_is_believed_without_a_stop_and_a_broken_registry_keeps_the_old(site):
    notices = []
    settings = CentralSettings.load(site.configuration)
    with settings.store() as store:
        intake = settings.intake(store, notices.append)
        assert "kiosk-9" not in intake.registry.keys
        init_site(site.folder, "kiosk-9")
        intake.watch()
        assert "kiosk-9" in intake.registry.keys
        site.registry.write_text("broken =")
        intake._watch_at_s = 0.0
        intake.watch()
        assert "kiosk-9" in intake.registry.keys
    assert [one.name for one in notices] == ["trust_renewed", "trust_unread"]


def test_a_gap_that_lasts_is_asked_for_once_an_hour(site):
    notices, clock = [], [0.0]
    settings = CentralSettings.load(site.configuration)
    sealed = chain(
        load_private_key(site.kiosk(KIOSK).signing.private),
        [load_public_key(site.recipient.public)],
    )
    site.database.unlink()
    with settings.store() as store:
        intake = settings.intake(store, notices.append)
        intake.monotonic_s = lambda: clock[0]
        intake.commit([(KIOSK, sealed[0].wire()), (KIOSK, sealed[3].wire())])
        for clock[0] in (0.0, 130.0, 140.0):
            intake.watch()
        due = intake.orders.due(intake.utc_now(), clock[0])
    assert [one.name for one in notices] == ["gap", "resend_asked"]
    assert "2 to 3" in notices[1].what
    assert [kiosk for kiosk, _ in due] == [KIOSK]
