"""What the centre makes of a message: stored once, receipted where nothing can be lost, alarmed."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import cbor, events
from mqtt.central.audit import Gap, audit
from mqtt.central.errors import StoreError
from mqtt.central.gaps import GapWatch
from mqtt.central.intake import Intake
from mqtt.central.registry import Registry
from mqtt.central.rejudge import rejudge
from mqtt.central.store import Outcome
from mqtt.central.store_sqlite import Store
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealer, to_wire
from mqtt.receipts import verify_receipt

KIOSK = specimen.KIOSK
NOW = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
START = Head(KIOSK, specimen.EPOCH, 1)


class Centre:
    """One member without a broker; the clock is the test's."""

    def __init__(self, open_store, kiosk_key, centre_key, *, profiles=(Profile.DEMO,)):
        self.receipt_key = ec.generate_private_key(ec.SECP256R1())
        self.notices = []
        self.now_s = 0.0
        self.store = open_store()
        self.intake = Intake(
            Registry(
                frozenset(profiles),
                frozenset(Assurance),
                {KIOSK: (kiosk_key.public_key(),)},
            ),
            [centre_key],
            self.receipt_key,
            self.store,
            self.notices.append,
            utc_now=lambda: NOW,
            monotonic_s=lambda: self.now_s,
            gaps=GapWatch(after_s=60.0, look_every_s=1.0),
        )

    def take(self, *wires, kiosk=KIOSK):
        """The places that the receipt names."""
        receipts = self.intake.take([(kiosk, wire) for wire in wires])
        found = {
            name: verify_receipt(data, [self.receipt_key.public_key()])
            for name, data in receipts.items()
        }
        return [one.sequence for one in found[kiosk].entries] if kiosk in found else []

    def names(self):
        return [notice.name for notice in self.notices]


@pytest.fixture
def centre(open_store, kiosk_key, centre_key):
    centre = Centre(open_store, kiosk_key, centre_key)
    yield centre
    centre.store.close()


@pytest.fixture
def chain(sealer):
    """An epoch of four true events, linked."""
    parts = [(Kind.EPOCH_START, specimen.epoch_start())]
    parts += [(Kind.CROSSING, specimen.crossing(sequence)) for sequence in (2, 3, 4)]
    head, sealed = START, []
    for kind, event in parts:
        sealed.append(
            sealer.seal(
                events.encode(event),
                head=head,
                kind=kind,
                event_id=specimen.EVENT_ID,
                at_utc=specimen.CAPTURED_AT,
            )
        )
        head = sealed[-1].next_head
    return sealed


def test_a_batch_is_stored_decrypted_and_receipted(centre, chain):
    assert centre.take(*(one.wire() for one in chain)) == [1, 2, 3, 4]
    stored = centre.store.events()
    assert [one.kind for one in stored] == ["epoch_start", "crossing", "crossing", "crossing"]
    assert events.decode(stored[1].event).traveller.surname.mrz == "ERIKSSON"
    assert centre.notices == []


def test_the_same_again_is_receipted_again_and_counted_once(centre, chain):
    centre.take(*(one.wire() for one in chain))
    assert centre.take(chain[1].wire(), chain[1].wire()) == [2]
    assert centre.store.last_arrival() == 4
    assert centre.intake.counts[Outcome.AGAIN] == 2


def test_a_second_branch_is_kept_receipted_and_alarmed(centre, chain, sealer):
    centre.take(*(one.wire() for one in chain))
    other = sealer.seal(
        events.encode(specimen.crossing(3, specimen.PORTRAIT_ID)),
        head=chain[1].next_head,
        kind=Kind.CROSSING,
        event_id=specimen.PORTRAIT_ID,
        at_utc=specimen.CAPTURED_AT,
    )
    assert centre.take(other.wire()) == [3]
    assert centre.names() == ["fork"]
    assert centre.store.last_arrival() == 5


def test_what_a_kiosk_counted_as_an_alarm_is_said_once_with_its_mend(centre, seal):
    counts = {"alarm.receipt_forged": 7, "alarm.receipt_foreign": 1, "abandoned": 3}
    event = events.Counters(
        event_id=specimen.EPOCH, since=specimen.CAPTURED_AT, until=NOW, counts=counts
    )
    wire = seal(START, events.encode(event)).wire()
    centre.take(wire)
    centre.take(wire)
    (said,) = centre.notices
    assert said.name == "kiosk_alarm"
    assert said.what == f"{KIOSK}: alarm.receipt_foreign (1), alarm.receipt_forged (7)."
    assert "docs/delivery.md" in said.mend
    plain = events.Counters(
        event_id=specimen.EPOCH, since=specimen.CAPTURED_AT, until=NOW, counts={"abandoned": 3}
    )
    centre.take(seal(Head(KIOSK, specimen.EPOCH, 2), events.encode(plain)).wire())
    assert "kiosk_alarm" not in centre.names()[1:]


def test_a_copied_card_shows_as_a_fork_though_its_epoch_is_new(centre, chain, seal):
    centre.take(*(one.wire() for one in chain))
    for epoch in ("11111111-0000-7000-8000-000000000000", "22222222-0000-7000-8000-000000000000"):
        head = Head(KIOSK, epoch, 1, chain[-1].statement_sha256)
        plaintext = events.encode(specimen.epoch_start())
        centre.take(seal(head, plaintext).wire())
    assert centre.names() == ["fork"]


def test_a_ciphertext_that_was_traded_is_kept_and_never_receipted(centre, chain):
    traded = to_wire(chain[1].statement, chain[2].ciphertext)
    assert centre.take(traded) == []
    assert centre.names() == ["quarantined"]
    assert centre.take(chain[1].wire()) == [2]


@pytest.mark.parametrize("noise", [b"", b"noise", cbor.dumps([b"a", b"b"]), cbor.dumps({"a": 1})])
def test_noise_is_kept_as_received_and_not_receipted(centre, noise):
    assert centre.take(noise) == []
    assert [one.wire for one in centre.store.quarantined()] == [noise]
    centre.take(noise)
    assert centre.names() == ["quarantined"]


def test_a_statement_in_another_kiosks_topic_is_not_receipted(centre, chain):
    assert centre.take(chain[0].wire(), kiosk="kiosk-9") == []
    assert centre.names() == ["quarantined"]


def test_a_signature_of_an_unknown_key_is_kept_receipted_and_alarmed(centre, centre_key):
    stranger = Sealer(
        ec.generate_private_key(ec.SECP256R1()),
        (centre_key.public_key(),),
        Profile.DEMO,
        Assurance.SOFTWARE,
    )
    sealed = stranger.seal(
        events.encode(specimen.epoch_start()),
        head=START,
        kind=Kind.EPOCH_START,
        event_id=specimen.EVENT_ID,
        at_utc=NOW,
    )
    assert centre.take(sealed.wire()) == [1]
    assert centre.store.last_arrival() == 0
    assert centre.names() == ["quarantined"]


def test_a_production_centre_keeps_demo_events_apart(open_store, kiosk_key, centre_key, chain):
    centre = Centre(open_store, kiosk_key, centre_key, profiles=(Profile.PRODUCTION,))
    assert centre.take(chain[0].wire()) == [1]
    assert centre.store.events() == []
    assert "profile demo is not accepted" in centre.notices[0].what
    centre.store.close()


def test_what_no_key_opens_keeps_its_place_in_the_chain_and_opens_later(
    open_store, kiosk_key, centre_key, chain
):
    keyless = Centre(open_store, kiosk_key, ec.generate_private_key(ec.SECP256R1()))
    assert keyless.take(*(one.wire() for one in chain)) == [1, 2, 3, 4]
    assert {one.event for one in keyless.store.events()} == {None}
    keyless.store.close()

    centre = Centre(open_store, kiosk_key, centre_key)
    assert rejudge(centre.store, centre.intake) == (4, 0)
    assert None not in {one.event for one in centre.store.events()}
    assert centre.store.quarantined() == []
    centre.store.close()


def test_what_is_judged_anew_keeps_the_day_on_which_it_came(
    open_store, kiosk_key, centre_key, chain
):
    stranger = Centre(open_store, ec.generate_private_key(ec.SECP256R1()), centre_key)
    stranger.take(*(one.wire() for one in chain))
    assert stranger.store.events() == []
    came = {one.received_utc for one in stranger.store.quarantined()}
    stranger.store.close()

    later = Centre(open_store, kiosk_key, centre_key)
    later.intake.utc_now = lambda: datetime(2031, 1, 1, tzinfo=UTC)
    assert rejudge(later.store, later.intake) == (4, 0)
    assert {one.received_utc for one in later.store.events()} == came
    later.store.close()


def test_a_gap_is_alarmed_when_it_lasts_and_told_when_it_closes(centre, chain):
    centre.take(chain[0].wire(), chain[3].wire())
    for now_s in (0.0, 30.0, 61.0, 90.0):
        centre.now_s = now_s
        centre.intake.watch()
    assert centre.names() == ["gap"]
    centre.take(chain[1].wire(), chain[2].wire())
    centre.now_s = 92.0
    centre.intake.watch()
    assert centre.names() == ["gap", "gap_closed"]


def links(centre):
    return centre.store.statements(KIOSK)


def test_an_audit_finds_the_chain_whole_without_any_ciphertext(centre, chain, kiosk_key):
    centre.take(*(one.wire() for one in chain))
    found = audit(KIOSK, links(centre), [kiosk_key.public_key()])
    assert found.whole
    assert (found.statements, found.epochs) == (4, 1)


def test_an_audit_names_what_is_missing(centre, chain, kiosk_key):
    centre.take(chain[0].wire(), chain[3].wire())
    found = audit(KIOSK, links(centre), [kiosk_key.public_key()])
    assert found.gaps == (Gap(specimen.EPOCH, 2, 3),)
    assert found.unlinked == (f"{specimen.EPOCH} 4",)
    assert not found.whole


def test_an_audit_sees_a_cut_tail_by_the_kiosks_signed_head(centre, chain, kiosk_key):
    centre.take(*(one.wire() for one in chain[:3]))
    state = cbor.dumps({"online": True, "head": chain[3].statement})
    centre.intake.take_state(KIOSK, state)
    head = centre.store.heads()[KIOSK]
    assert audit(KIOSK, links(centre), [kiosk_key.public_key()], head).tail_missing
    centre.take(chain[3].wire())
    assert audit(KIOSK, links(centre), [kiosk_key.public_key()], head).whole


def test_an_audit_sees_a_row_that_was_changed_in_the_database(centre, chain, kiosk_key):
    centre.take(*(one.wire() for one in chain))
    centre.store._engine.change("UPDATE statements SET statement = ? WHERE sequence = 2", (b"x",))
    assert audit(KIOSK, links(centre), [kiosk_key.public_key()]).bad_signatures == 1


@pytest.mark.parametrize("payload", [b"", b"online", cbor.dumps({"online": 1})])
def test_a_state_that_does_not_read_is_passed_over(centre, payload):
    centre.intake.take_state(KIOSK, payload)
    assert centre.store.heads() == {}
    assert centre.names() == ["state_unread"]


def test_a_store_that_cannot_be_opened_says_so(tmp_path):
    (tmp_path / "noise").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError):
        Store(tmp_path / "noise")
    with pytest.raises(StoreError):
        Store(tmp_path / "not there", read_only=True)
