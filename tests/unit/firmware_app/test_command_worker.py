"""The kiosk does what the centre signed, once, and answers; nothing else moves it."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app import config
from firmware_app.errors import ConfigError
from firmware_app.services.config_stage import STAGED, ConfigStage
from firmware_app.services.keys import open_keys, wanted_file
from firmware_app.services.orders import KioskOrders
from firmware_app.workers.commands import WAITING_LIMIT, CommandWorker, Post
from mqtt.bundle_store import BundleStore, KeyRing
from mqtt.bundles import (
    KEYS,
    Bundle,
    KeySet,
    Recipient,
    key_bytes,
    make_bundle,
    pack_keys,
)
from mqtt.command_record import CommandRecord
from mqtt.commands import (
    Command,
    Configure,
    Outcome,
    Ping,
    Reader,
    RequestSupport,
    Resend,
    Rotate,
    UpdateList,
    read_result,
    sign_command,
)
from mqtt.contract import specimen
from mqtt.envelope import NO_PREVIOUS, Head, Kind
from mqtt.keys import create_private_key, public_pem
from mqtt.outbox import Outbox
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KIOSK = "uto-1"
EPOCH = "01920000-0000-7000-8000-0000000000e0"
ROOT, CENTRE, MONTH, RECEIPTS, STRANGER = (
    ec.generate_private_key(ec.SECP256R1()) for _ in range(5)
)

CONFIG = """
kiosk_id = "uto-1"
profile = "demo"
relay_socket = "relay.sock"
[post]
locode = "UTABC"
code = "X"
authority = "UTO"
[devices]
document_reader = "simulated:///stage/reader"
camera = "simulated:///stage/camera"
[storage]
outbox = "outbox.sqlite3"
[keys]
signing = "keys/signing.pem"
root = "keys/root.pem"
bundles = "bundles"
tls = "tls"
groups = ["north"]
[law]
legal_basis = "act"
notice_version = "1"
retention_days = 1
"""


def keys_bundle(version=1, **changes):
    month = Recipient(
        key=key_bytes(MONTH.public_key()),
        use="month",
        not_before=NOW - DAY,
        not_after=NOW + 40 * DAY,
    )
    fields = {
        "recipients": (month,),
        "receipts": (key_bytes(RECEIPTS.public_key()),),
        "commands": (key_bytes(CENTRE.public_key()),),
    }
    content = pack_keys(KeySet(**(fields | changes)))
    one = Bundle(
        name=KEYS, version=version, issued_at=NOW, expires_at=NOW + 90 * DAY, content=content
    )
    return make_bundle(one, ROOT)


class Desk:
    """One kiosk with a real outbox, keys and configuration; answers collect in `said`."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "kiosk.toml"
        self.clock = [NOW]
        if not self.file.exists():
            self.file.write_text(CONFIG)
            (folder / "keys").mkdir()
            (folder / "keys" / "root.pem").write_bytes(public_pem(ROOT.public_key()))
            (folder / "bundles").mkdir()
            store = BundleStore(folder / "bundles", ROOT.public_key(), lambda: NOW)
            store.take(keys_bundle(), KEYS)
            pem = folder / "keys" / "signing.pem"
            create_private_key(pem)
        self.config = config.load(self.file)
        self.keys = open_keys(self.config, lambda: self.clock[0])
        self.outbox = Outbox(self.config.storage.outbox, kiosk=KIOSK, max_bytes=2**24)
        self.said = []
        self.record = CommandRecord.open(folder / "commands.record")
        reader = Reader(KIOSK, frozenset(self.config.keys.groups), self.record.highest)
        post = Post(reader, self.keys.signer, self.keys.ring, self.said.append, self.now)
        orders = KioskOrders(self.config, self.file, self.outbox, self.keys, self.now)
        self.worker = CommandWorker(post, self.record, orders)
        self.next = 100

    def now(self):
        return self.clock[0]

    def send(self, order, signer=CENTRE, **changes):
        """Sign and hand over; the bytes, to be sent again."""
        self.next += 1
        fields = {
            "id": f"01920000-0000-4000-8000-{self.next:012d}",
            "number": self.next,
            "issued_at": NOW,
            "expires_at": NOW + DAY,
            "order": order,
            "kiosks": (KIOSK,),
        }
        data = sign_command(Command(**(fields | changes)), signer)
        self.worker.command(data)
        return data

    def answers(self):
        return [read_result(one.payload, [self.keys.signer.public_key()]) for one in self.said]

    def last(self):
        return self.answers()[-1]


@pytest.fixture
def desk(tmp_path):
    one = Desk(tmp_path)
    yield one
    one.outbox.close()


def again(desk):
    """The same kiosk after a restart."""
    desk.outbox.close()
    return Desk(desk.folder)


def test_an_order_is_done_and_answered_by_the_kiosks_own_key(desk):
    desk.send(Ping())
    assert desk.last().outcome is Outcome.DONE
    assert {one.leaf for one in desk.said} == {"cmd/res"}


def test_a_replay_gets_the_same_answer_and_does_nothing(desk):
    data = desk.send(Rotate())
    wanted_file(desk.config).unlink()
    desk.worker.command(data)
    assert desk.said[0].payload == desk.said[1].payload
    assert not wanted_file(desk.config).exists()


def test_a_replay_after_a_restart_does_nothing_either(desk):
    data = desk.send(Rotate())
    wanted_file(desk.config).unlink()
    restarted = again(desk)
    restarted.worker.command(data)
    assert restarted.last() == desk.last()
    assert not wanted_file(desk.config).exists()
    restarted.outbox.close()


def test_an_older_number_is_refused_after_a_newer_one(desk):
    desk.send(Ping(), number=500)
    desk.send(Rotate(), number=499)
    assert (desk.last().outcome, desk.last().why) == (Outcome.REFUSED, "out_of_order")
    assert not wanted_file(desk.config).exists()


def test_an_expired_one_is_refused(desk):
    desk.clock[0] = NOW + 2 * DAY
    desk.send(Rotate())
    assert (desk.last().outcome, desk.last().why) == (Outcome.REFUSED, "expired")
    assert not wanted_file(desk.config).exists()


def test_an_expired_one_does_not_shut_out_what_comes_after(desk):
    desk.clock[0] = NOW + 2 * DAY
    desk.send(Ping(), number=900)
    desk.clock[0] = NOW
    desk.send(Ping(), number=800)
    assert desk.last().outcome is Outcome.DONE


def test_forged_and_foreign_ones_are_answered_by_silence(desk):
    desk.send(Rotate(), signer=STRANGER)
    desk.send(Rotate(), kiosks=("uto-2",))
    desk.send(Rotate(), kiosks=(), group="south")
    data = desk.send(Ping(), signer=STRANGER)
    for end in range(0, len(data), 23):
        desk.worker.command(data[:end])
    assert desk.said == []
    assert not wanted_file(desk.config).exists()


def test_a_group_of_this_kiosk_counts(desk):
    desk.send(Ping(), kiosks=(), group="north")
    assert desk.last().outcome is Outcome.DONE


def test_the_queue_is_bounded_and_nobody_waits(desk, capsys):
    for _ in range(WAITING_LIMIT + 5):
        desk.worker.take("cmd", b"noise")
    assert "signed_messages_too_many" in capsys.readouterr().err


def test_its_thread_takes_commands_and_lists(desk):
    newest = keys_bundle(2)
    desk.worker.start()
    desk.worker.take("lists/keys", newest)
    desk.worker.take("lists/keys", b"noise")
    desk.worker.take("shadow/desired", b"noise")
    desk.worker.stop()
    assert desk.keys.store.newest(KEYS).version == 2


def put_three(desk):
    sealer = desk.keys.sealer
    head = Head(KIOSK, EPOCH, 1, NO_PREVIOUS)
    sealed = []
    for number in range(1, 4):
        one = sealer.seal(
            b"event",
            head=head,
            kind=Kind.EPOCH_START if number == 1 else Kind.CROSSING,
            event_id=specimen.EVENT_ID,
            at_utc=NOW,
        )
        sealed.append(one)
        head = one.next_head
    desk.outbox.commit(sealed, 0.0)
    return sealed


def test_a_range_is_sent_again_receipted_or_not(desk):
    sealed = put_three(desk)
    rows = desk.outbox.batch(9, 0.0)
    desk.outbox.mark_sent([one.row_id for one in rows], 0.0)
    entries = tuple(ReceiptEntry(EPOCH, one.sequence, one.statement_sha256) for one in sealed)
    desk.outbox.receipted(Receipt(KIOSK, ReceiptLevel.COMMITTED, entries, NOW), 0.0)
    assert desk.outbox.levels(0.0).receipted == 3
    desk.send(Resend(epoch=EPOCH, first=2, last=9))
    assert desk.last().facts == {"rows": "2", "asked": "8"}
    assert [one.sequence for one in desk.outbox.batch(9, 0.0)] == [2, 3]


def test_a_range_of_another_epoch_is_none(desk):
    put_three(desk)
    desk.send(Resend(epoch=EPOCH.replace("e0", "e1"), first=1, last=9))
    assert desk.last().facts["rows"] == "0"


def test_new_keys_count_at_once_and_an_older_bundle_is_refused(desk):
    other = ec.generate_private_key(ec.SECP256R1())
    newer = keys_bundle(3, receipts=(key_bytes(other.public_key()),))
    desk.send(UpdateList(name=KEYS, bundle=newer))
    assert desk.last().facts == {"name": "keys", "version": "3"}
    assert list(desk.keys.ring.receipts) == [other.public_key()]
    desk.send(UpdateList(name=KEYS, bundle=keys_bundle(2)))
    assert (desk.last().outcome, desk.last().why) == (Outcome.FAILED, "BundleError")
    assert list(desk.keys.ring.receipts) == [other.public_key()]


def test_commands_end_with_the_key_that_signed_them(desk):
    desk.send(UpdateList(name=KEYS, bundle=keys_bundle(4, commands=())))
    before = len(desk.said)
    desk.send(Ping())
    assert len(desk.said) == before


def test_support_facts_hold_no_key_and_no_person(desk):
    desk.send(RequestSupport())
    facts = desk.last().facts
    assert facts["outbox_ready"] == "0"
    private = f"{desk.keys.signer.private_numbers().private_value:x}"
    assert all(private not in value and "PRIVATE" not in value for value in facts.values())
    assert private not in repr(desk.worker)


# ---- configuration --------------------------------------------------------------------------


def configure(desk, text, step):
    desk.send(Configure(step=step, sha256=sha256(text.encode()).digest(), toml=text))
    return desk.last()


def test_a_configuration_is_judged_staged_and_applied(desk):
    wanted = CONFIG + "[policy]\ntry_limit_s = 30\n"
    assert configure(desk, wanted, "dry_run").facts == {"changes": "policy", "step": "dry_run"}
    assert not (desk.folder / STAGED).exists()
    configure(desk, wanted, "stage")
    assert desk.file.read_text() == CONFIG
    assert configure(desk, wanted, "apply").facts == {"in_force": "next_start"}
    assert desk.file.read_text() == wanted
    assert desk.file.with_name("kiosk.toml.previous").read_text() == CONFIG
    assert configure(desk, wanted, "apply").outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('profile = "demo"', 'profile = "training"'), "profile"),
        (('camera = "simulated:///stage/camera"', 'camera = "v4l2:///dev/video9"'), "devices"),
        (('root = "keys/root.pem"', 'root = "/tmp/root.pem"'), "keys"),
        (('outbox = "outbox.sqlite3"', 'outbox = "/dev/null"'), "storage"),
        (('kiosk_id = "uto-1"', 'kiosk_id = "uto-2"'), "kiosk_id"),
    ],
)
def test_what_only_a_person_at_the_kiosk_may_change_is_refused(desk, change, why):
    answer = configure(desk, CONFIG.replace(*change), "stage")
    assert (answer.outcome, answer.why) == (Outcome.FAILED, "NotAllowedError")
    assert why in answer.facts["what"]
    assert not (desk.folder / STAGED).exists()


def test_supervision_is_not_taken_away_from_afar(desk):
    stage = ConfigStage(desk.file, desk.folder)
    with pytest.raises(ConfigError, match="supervised"):
        stage.judge(CONFIG + "[policy]\nsupervised = false\n")


@pytest.mark.parametrize("text", ["", "no toml [", CONFIG + "unknown = 1\n"])
def test_what_is_no_configuration_is_refused(desk, text):
    assert configure(desk, text, "dry_run").outcome is Outcome.FAILED


def test_questions_that_would_stop_the_next_start_are_not_staged(desk):
    stage = ConfigStage(desk.file, desk.folder)
    with pytest.raises(ConfigError, match=r"none\.toml"):
        stage.judge(CONFIG + '[policy]\nquestions = "none.toml"\n')


def test_only_what_was_staged_is_applied(desk):
    stage = ConfigStage(desk.file, desk.folder)
    with pytest.raises(ConfigError, match="nothing is staged"):
        stage.apply(bytes(32))
    stage.stage(CONFIG + "[policy]\ntry_limit_s = 30\n")
    with pytest.raises(ConfigError, match="another text"):
        stage.apply(bytes(32))
    assert desk.file.read_text() == CONFIG


def test_a_ring_without_a_root_does_no_commands(tmp_path):
    fixed = KeyRing(None, lambda: NOW, (MONTH.public_key(),), (RECEIPTS.public_key(),))
    assert len(fixed.commands) == 0
    assert len(fixed.receipts) == 1
