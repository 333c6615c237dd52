"""Bundles of the root: signed, rising, ending; whom a kiosk seals for; every bit matters."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mqtt import cbor, cose
from mqtt.bundle_store import FLOORS, BundleStore, KeyRing
from mqtt.bundles import (
    BUNDLE_TYPE,
    CONTENT_LIMIT_BYTES,
    KEYS,
    Bundle,
    KeySet,
    Recipient,
    bundle_from_draft,
    draft_bytes,
    key_bytes,
    make_bundle,
    pack_keys,
    read_bundle,
    read_keys,
    seal_for,
)
from mqtt.cose import recipients_of
from mqtt.envelope import WIRE_LIMIT_BYTES, Assurance, Head, Kind, Profile, Sealer
from mqtt.errors import BundleError
from mqtt.keys import thumbprint
from mqtt.signed import plain

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def key():
    return ec.generate_private_key(ec.SECP256R1())


ROOT, OTHER, NEXT = key(), key(), key()
OLD_MONTH, NEW_MONTH, ESCROW, RECEIPTS, COMMANDS = (key() for _ in range(5))


def recipient(one, first_day, last_day, use="month"):
    return Recipient(
        key=key_bytes(one.public_key()),
        use=use,
        not_before=NOW + first_day * DAY,
        not_after=NOW + last_day * DAY,
    )


def key_set(**changes):
    fields = {
        "recipients": (
            recipient(OLD_MONTH, -20, 10),
            recipient(NEW_MONTH, 5, 40),
            recipient(ESCROW, -100, 900, "escrow"),
        ),
        "receipts": (key_bytes(RECEIPTS.public_key()),),
        "commands": (key_bytes(COMMANDS.public_key()),),
    }
    return KeySet(**(fields | changes))


def bundle(version=1, *, name=KEYS, content=None, days=30, signer=ROOT):
    one = Bundle(
        name=name,
        version=version,
        issued_at=NOW,
        expires_at=NOW + days * DAY,
        content=pack_keys(key_set()) if content is None else content,
    )
    return make_bundle(one, signer)


@pytest.fixture
def store(tmp_path):
    return BundleStore(tmp_path / "bundles", ROOT.public_key(), lambda: NOW)


def kids(keys):
    return [thumbprint(one) for one in keys]


def at(days):
    return kids(seal_for(key_set(), NOW + days * DAY))


def test_two_months_are_sealed_for_while_they_overlap_and_the_escrow_always():
    old, new, escrow = (thumbprint(one.public_key()) for one in (OLD_MONTH, NEW_MONTH, ESCROW))
    assert at(0) == [escrow, old]
    assert at(7) == [escrow, new, old]
    assert at(10) == [escrow, new]


@pytest.mark.parametrize("days", [-9000, 41, 4000])
def test_a_clock_that_fits_no_month_seals_for_the_newest(days):
    assert at(days) == [thumbprint(ESCROW.public_key()), thumbprint(NEW_MONTH.public_key())]


@given(st.integers(-5000, 5000), st.integers(1, 60))
def test_somebody_can_always_open_and_never_more_than_eight_are_sealed_for(days, months):
    many = tuple(recipient(OLD_MONTH, -months + one, one + 1) for one in range(months))
    keys = key_set(recipients=(*many, recipient(ESCROW, -9, 9, "escrow")))
    chosen = seal_for(keys, NOW + days * DAY)
    assert 2 <= len(chosen) <= 8
    assert thumbprint(chosen[0]) == thumbprint(ESCROW.public_key())


def test_the_sealer_asks_the_ring_at_each_event(store):
    clock = [NOW]
    store.take(bundle(), KEYS)
    ring = KeyRing(store, lambda: clock[0])
    sealer = Sealer(OTHER, ring.recipients, Profile.DEMO, Assurance.SOFTWARE)
    head = Head("k", "01920000-0000-7000-8000-0000000000e0", 2)

    def sealed_for():
        sealed = sealer.seal(
            b"x",
            head=head,
            kind=Kind.CROSSING,
            event_id="01920000-0000-7000-8000-000000000001",
            at_utc=NOW,
        )
        return recipients_of(sealed.ciphertext, limit_bytes=WIRE_LIMIT_BYTES)

    assert sealed_for() == kids(seal_for(key_set(), NOW))
    clock[0] = NOW + 20 * DAY
    assert sealed_for() == kids(seal_for(key_set(), NOW + 20 * DAY))


def test_a_bundle_counts_at_once_and_lasts(store):
    store.take(bundle(3), KEYS)
    again = BundleStore(store.folder, ROOT.public_key(), lambda: NOW)
    assert again.newest(KEYS).version == again.floor(KEYS) == 3
    ring = KeyRing(again, lambda: NOW)
    live = ring.receipts
    assert kids(live) == kids([RECEIPTS.public_key()])
    newer = pack_keys(key_set(receipts=(key_bytes(OTHER.public_key()),)))
    again.take(bundle(4, content=newer), KEYS)
    ring.renew()
    assert kids(live) == kids([OTHER.public_key()])


def test_an_older_one_is_refused_also_after_a_restart_and_what_was_there_goes_on(store):
    newest = bundle(7)
    store.take(newest, KEYS)
    again = BundleStore(store.folder, ROOT.public_key(), lambda: NOW)
    with pytest.raises(BundleError, match="version 6 is older than 7"):
        again.take(bundle(6), KEYS)
    assert (store.folder / "keys.bundle").read_bytes() == newest


def test_an_older_file_put_back_on_the_card_is_not_believed(store):
    old = bundle(1)
    store.take(old, KEYS)
    store.take(bundle(2), KEYS)
    (store.folder / "keys.bundle").write_bytes(old)
    assert store.newest(KEYS) is None
    with pytest.raises(BundleError, match="no bundle of keys"):
        KeyRing(store, lambda: NOW)


def test_two_of_one_version_are_not_both_believed(store):
    store.take(bundle(5), KEYS)
    other = pack_keys(key_set(commands=()))
    with pytest.raises(BundleError, match="another one of version 5"):
        store.take(bundle(5, content=other), KEYS)


def test_the_same_bytes_again_change_nothing(store):
    data = bundle(5)
    store.take(data, KEYS)
    before = (store.folder / FLOORS).stat().st_mtime_ns
    store.take(data, KEYS)
    assert (store.folder / FLOORS).stat().st_mtime_ns == before


def test_one_past_its_end_is_not_taken_but_one_in_use_goes_on(store):
    store.take(bundle(1, days=2), KEYS)
    late = BundleStore(store.folder, ROOT.public_key(), lambda: NOW + 3 * DAY)
    with pytest.raises(BundleError, match="expired"):
        late.take(bundle(2, days=2), KEYS)
    assert late.newest(KEYS).version == 1


def test_a_clock_that_died_does_not_lock_new_keys_out(tmp_path):
    dead = BundleStore(tmp_path, ROOT.public_key(), lambda: datetime(1970, 1, 2, tzinfo=UTC))
    assert dead.take(bundle(9), KEYS).version == 9


def test_a_list_does_not_pass_for_keys_nor_one_list_for_another(store):
    with pytest.raises(BundleError, match="it is the bundle watchlist"):
        store.take(bundle(name="watchlist", content=b"x"), KEYS)
    store.take(bundle(name="watchlist", content=b"x"), "watchlist")
    assert store.newest("watchlist").content == b"x"


def test_a_list_is_not_downgraded(store):
    store.take(bundle(8, name="watchlist", content=b"new"), "watchlist")
    with pytest.raises(BundleError, match="older"):
        store.take(bundle(7, name="watchlist", content=b"old"), "watchlist")
    assert store.newest("watchlist").content == b"new"


def test_somebody_else_may_not_sign(store):
    with pytest.raises(BundleError, match="not the centre's or not on file"):
        store.take(bundle(signer=OTHER), KEYS)
    assert store.newest(KEYS) is None


def test_a_next_root_that_the_root_named_may_sign_and_no_other(store):
    named = pack_keys(key_set(next_root=key_bytes(NEXT.public_key())))
    store.take(bundle(1, content=named), KEYS)
    store.take(bundle(2, signer=NEXT), KEYS)
    again = BundleStore(store.folder, ROOT.public_key(), lambda: NOW)
    assert again.newest(KEYS).version == 2
    with pytest.raises(BundleError):
        again.take(bundle(3, signer=OTHER), KEYS)


@pytest.mark.parametrize("name", ["../keys", ".keys", "", "a/b"])
def test_a_name_does_not_leave_the_folder(store, name):
    with pytest.raises(BundleError):
        store.take(bundle(), name)


def signed_fields(**changes):
    """A bundle of any fields, signed by the root: what a newer or a careless centre may send."""
    fields = plain(read_bundle(bundle(), KEYS, [ROOT.public_key()])) | changes
    return cose.sign1(cbor.dumps(fields), ROOT, BUNDLE_TYPE)


def test_fields_of_a_newer_centre_are_passed_over(store):
    content = cbor.loads(pack_keys(key_set()), limit_bytes=CONTENT_LIMIT_BYTES)
    newer = cbor.dumps(content | {"post_quantum": [b"later"]})
    data = signed_fields(content=newer, remark="something new")
    assert store.take(data, KEYS).version == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"version": "1"},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"issued_at": "2026-11-22T12:00:00"},
        {"content": "text"},
        {"name": "Keys"},
        {"content": b"no keys"},
        {"content": cbor.dumps({"recipients": [], "receipts": []})},
    ],
)
def test_what_the_contract_does_not_have_is_refused_though_the_root_signed_it(store, changes):
    with pytest.raises(BundleError):
        store.take(signed_fields(**changes), KEYS)
    assert store.newest(KEYS) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"recipients": (recipient(ESCROW, -1, 1, "escrow"),)},
        {"receipts": (b"\x00" * 91,)},
        {"receipts": ()},
    ],
)
def test_keys_that_nobody_could_use_are_not_packed(changes):
    with pytest.raises(ValueError, match=r"."):
        pack_keys(key_set(**changes))


def test_a_key_on_another_curve_is_refused():
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    with pytest.raises(ValueError, match=r"."):
        pack_keys(key_set(receipts=(key_bytes(other),)))


def test_a_bundle_is_bounded():
    with pytest.raises(ValueError, match=r"."):
        bundle(name="watchlist", content=bytes(CONTENT_LIMIT_BYTES + 1))
    with pytest.raises(BundleError, match="more than"):
        read_bundle(bytes(CONTENT_LIMIT_BYTES + 2000), KEYS, [ROOT.public_key()])


def test_each_bit_matters():
    data = bundle()
    step = max(1, len(data) * 8 // 600)
    for at_bit in range(0, len(data) * 8, step):
        bad = bytearray(data)
        bad[at_bit // 8] ^= 1 << at_bit % 8
        with pytest.raises(BundleError):
            read_bundle(bytes(bad), KEYS, [ROOT.public_key()])
    for end in range(0, len(data), 37):
        with pytest.raises(BundleError):
            read_bundle(data[:end], KEYS, [ROOT.public_key()])


@given(st.binary(max_size=300))
def test_noise_is_refused_and_raises_nothing_else(data):
    for look in (
        lambda: read_bundle(data, KEYS, [ROOT.public_key()]),
        lambda: read_keys(data),
        lambda: bundle_from_draft(data),
    ):
        with pytest.raises(BundleError):
            look()


def test_a_draft_is_what_the_root_signs():
    one = read_bundle(bundle(4), KEYS, [ROOT.public_key()])
    assert bundle_from_draft(draft_bytes(one)) == one
