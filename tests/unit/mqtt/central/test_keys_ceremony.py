"""The ceremony: root, escrow with two holders, months that overlap, keys that end, desk, tokens."""

import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import cose
from mqtt.bundles import KEYS, key_of, make_bundle, read_bundle, read_keys, seal_for
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.keys_desk import SIGNING_KEYS_KEPT, Desk
from mqtt.central.keys_escrow import join, read_share, split
from mqtt.central.keys_rooms import CentreRoom, KeysError, RootRoom
from mqtt.central.keys_tokens import TRIES, TokenBook
from mqtt.central.registry import Registry, entry_keys
from mqtt.enrol import Token, check_answer, new_token
from mqtt.enrol_device import Device, DeviceRoom
from mqtt.envelope import WIRE_LIMIT_BYTES, Assurance, Head, Kind, Profile, Sealer, open_ciphertext
from mqtt.envelope import read_wire as read
from mqtt.errors import EnrolError
from mqtt.keys import load_private_key, load_public_key, renew_at, thumbprint

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KIOSK = "uto-1"


@pytest.fixture
def centre(tmp_path):
    ceremony.make_root(RootRoom(tmp_path / "root"), None)
    room = CentreRoom(tmp_path / "centre")
    ceremony.make_centre(room, RootRoom(tmp_path / "root"), None, NOW)
    return room


@pytest.fixture
def root(tmp_path):
    return RootRoom(tmp_path / "root")


def device(folder: Path, kiosk=KIOSK, *, now=NOW, in_tpm=False):
    room = DeviceRoom(
        signing=folder / "keys" / "signing.pem",
        tls_key=folder / "tls" / "tls.key",
        tls_certificate=folder / "tls" / "tls.pem",
        authorities=folder / "tls" / "ca.pem",
        root=folder / "keys" / "root.pem",
        bundles=folder / "bundles",
    )
    return Device(kiosk, room, in_tpm, lambda: now)


def token_for(centre, kiosk=KIOSK, *, hours=72.0, now=NOW):
    token = new_token(kiosk, ceremony.root_key(centre))
    TokenBook(centre.tokens).open(token, now, timedelta(hours=hours))
    return Token.parse(token.text())


def enrolled(centre, folder, kiosk=KIOSK):
    one = device(folder, kiosk)
    one.take(Desk(centre).answer(one.request(token_for(centre, kiosk)), NOW))
    return one


def keys_of(centre, kiosk=KIOSK):
    return [thumbprint(key) for key in Registry.load(centre.registry).keys.get(kiosk, ())]


def own(one: Device):
    return thumbprint(load_private_key(one.room.signing).public_key())


# ---- root, months, escrow -------------------------------------------------------------------


def test_the_root_signs_and_is_never_replaced(centre, root):
    bundle, keys = ceremony.present(centre)
    assert bundle.version == 1
    assert [one.use for one in keys.recipients] == ["month", "escrow"]
    with pytest.raises(KeysError, match="already"):
        ceremony.make_root(root, None)
    with pytest.raises(KeysError, match="already"):
        ceremony.make_centre(centre, root, None, NOW)


def test_nothing_of_the_root_lies_at_the_centre(centre, root):
    pem = root.root.private.read_bytes()
    for path in centre.folder.rglob("*"):
        if path.is_file():
            assert pem[40:120] not in path.read_bytes(), path
            assert path.stat().st_mode & 0o077 == 0 or path.suffix in {".pem", ".bundle"}, path


def test_a_passphrase_locks_the_root(tmp_path):
    room = RootRoom(tmp_path / "locked")
    ceremony.make_root(room, b"correct horse")
    assert ceremony.open_root(room, b"correct horse")
    for wrong in (None, b"", b"battery"):
        with pytest.raises(KeysError, match="passphrase"):
            ceremony.open_root(room, wrong)


def rotate(centre, root, now, **how):
    draft = ceremony.draft(centre, now, **how)
    return ceremony.take(centre, make_bundle(draft, ceremony.open_root(root, None)), now)


def test_months_overlap_and_versions_rise(centre, root):
    assert rotate(centre, root, NOW).version == 2
    keys = ceremony.present(centre)[1]
    months = [len(seal_for(keys, NOW + days * DAY)) - 1 for days in range(48)]
    assert set(months[:6]) == {1}
    assert set(months[6:15]) == {2}
    assert set(months[16:]) == {1}
    with pytest.raises(KeysError, match="made already"):
        ceremony.draft(centre, NOW)


def test_a_year_of_rotations_keeps_a_key_for_each_day_and_destroys_old_ones_only(centre, root):
    for month in range(14):
        now = NOW + month * 30 * DAY
        if month:
            try:
                rotate(centre, root, now)
            except KeysError as error:
                assert "made already" in str(error)  # noqa: PT017 - a month has 31 days
        keys = ceremony.present(centre)[1]
        assert any(one.not_before <= now < one.not_after for one in keys.recipients[:-1])
        ceremony.destroy(centre, now)
    left = {path.name for path in centre.recipients()}
    assert "recipient-2026-11.key" not in left
    assert "recipient-2027-12.key" in left
    assert 7 <= len(left) <= 10


def test_the_newest_key_is_never_destroyed(centre):
    assert ceremony.destroy(centre, NOW + 189 * DAY) == []
    assert centre.recipients()


def test_a_clock_that_jumped_destroys_nothing(centre, root):
    rotate(centre, root, NOW)
    before = centre.recipients()
    with pytest.raises(KeysError, match="clock"):
        ceremony.destroy(centre, NOW + 23000 * DAY)
    assert centre.recipients() == before


def test_an_older_bundle_is_not_put_into_force_at_the_centre_either(centre, root):
    first = centre.bundle.read_bytes()
    rotate(centre, root, NOW)
    with pytest.raises(KeysError, match="not newer"):
        ceremony.take(centre, first, NOW)


def test_a_stolen_key_is_out_of_use_at_once_and_still_opens_what_is_under_way(centre, root):
    before = seal_for(ceremony.present(centre)[1], NOW)
    rotate(centre, root, NOW, replace=True)
    after = seal_for(ceremony.present(centre)[1], NOW)
    assert thumbprint(before[1]) not in [thumbprint(one) for one in after]
    assert (centre.folder / "recipient-2026-11.key").exists()
    assert (centre.folder / "recipient-2026-11b.key").exists()


def test_what_months_have_lost_two_holders_open_and_one_does_not(tmp_path):
    """The rehearsal: the centre's keys are gone, an event is opened with the escrow alone."""
    root, centre = RootRoom(tmp_path / "root"), CentreRoom(tmp_path / "centre")
    one, other = (share.text() for share in ceremony.make_root(root, None))
    ceremony.make_centre(centre, root, None, NOW)
    recipients = seal_for(ceremony.present(centre)[1], NOW)
    signer = ec.generate_private_key(ec.SECP256R1())
    sealer = Sealer(signer, recipients, Profile.DEMO, Assurance.SOFTWARE)
    head = Head(KIOSK, "01920000-0000-7000-8000-0000000000e0", 2)
    sealed = sealer.seal(
        b"a crossing",
        head=head,
        kind=Kind.CROSSING,
        event_id="01920000-0000-7000-8000-000000000001",
        at_utc=NOW,
    )
    for path in centre.recipients():
        path.unlink()
    opened = read(sealed.wire(), {KIOSK: signer.public_key()}.get)
    key = join([read_share(other), read_share(one)])
    assert open_ciphertext(opened.ciphertext, opened.statement, [key]) == b"a crossing"
    for half in (one, other):
        with pytest.raises(KeysError, match="two shares"):
            join([read_share(half), read_share(half)])
    kids = cose.recipients_of(opened.ciphertext, limit_bytes=WIRE_LIMIT_BYTES)
    assert thumbprint(load_public_key(root.escrow)) in kids


def test_a_slip_of_the_pen_in_a_share_is_found_and_not_repeated():
    _, (share, _) = split()
    text = share.text()
    for at in range(text.index("\n"), len(text)):
        if text[at] in "0123456789abcdef":
            other = "0" if text[at] != "0" else "1"
            with pytest.raises(KeysError) as caught:
                read_share(text[:at] + other + text[at + 1 :])
            assert share.value.hex()[:8] not in str(caught.value)


def test_shares_of_two_keys_make_none():
    shares = [split()[1] for _ in range(2)]
    with pytest.raises(KeysError):
        join([shares[0][0], shares[1][1]])


def test_a_share_alone_is_as_good_as_noise():
    """Each value of the first share is possible for each key: the second one makes up for it."""
    _, (one, other) = split()
    assert one.value != other.value
    assert share_hidden(one)
    assert share_hidden(other)


def share_hidden(share):
    return share.value.hex() not in repr(share)


# ---- enrolment ------------------------------------------------------------------------------


def test_a_kiosk_is_enrolled_with_keys_that_it_made_itself(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "kiosk")
    assert keys_of(centre) == [own(kiosk)]
    certificate = x509.load_pem_x509_certificate(kiosk.room.tls_certificate.read_bytes())
    assert certificate.subject.rfc4514_string() == f"CN={KIOSK}"
    for path in kiosk.room.key_files():
        assert path.stat().st_mode & 0o777 == 0o600
    entry = Registry.load(centre.registry).entries[KIOSK]
    assert entry.assurance is Assurance.SOFTWARE
    assert (
        read_bundle(
            (kiosk.room.bundles / "keys.bundle").read_bytes(),
            KEYS,
            [load_public_key(kiosk.room.root)],
        ).version
        == 1
    )


def test_openssl_believes_the_certificate(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "kiosk")
    words = ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile"]
    words += [str(centre.authorities), str(kiosk.room.tls_certificate)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_token_is_good_once_and_its_own_request_gets_the_same_answer(centre, tmp_path):
    token = token_for(centre)
    request = device(tmp_path / "a").request(token)
    answer = Desk(centre).answer(request, NOW)
    assert Desk(centre).answer(request, NOW) == answer
    with pytest.raises(EnrolError, match="no open token"):
        Desk(centre).answer(device(tmp_path / "b").request(token), NOW)
    assert len(keys_of(centre)) == 1


def test_an_expired_token_is_refused(centre, tmp_path):
    request = device(tmp_path / "a").request(token_for(centre, hours=1))
    with pytest.raises(EnrolError, match="no open token"):
        Desk(centre).answer(request, NOW + timedelta(hours=1))
    assert keys_of(centre) == []


def test_a_token_of_another_kiosk_is_refused_at_both_ends(centre, tmp_path):
    token = token_for(centre, "uto-2")
    with pytest.raises(EnrolError, match="another kiosk"):
        device(tmp_path / "a").request(token)
    stolen = Token(KIOSK, token.secret, token.root)
    with pytest.raises(EnrolError, match="no open token"):
        Desk(centre).answer(device(tmp_path / "a").request(stolen), NOW)


def test_a_newer_token_ends_the_older(centre, tmp_path):
    old = device(tmp_path / "a").request(token_for(centre))
    new = device(tmp_path / "b").request(token_for(centre))
    with pytest.raises(EnrolError):
        Desk(centre).answer(old, NOW)
    assert Desk(centre).answer(new, NOW)


def test_guesses_are_few(centre, tmp_path):
    token = token_for(centre)
    wrong = Token(KIOSK, bytes(20), token.root)
    guess = device(tmp_path / "a").request(wrong)
    for _ in range(TRIES):
        with pytest.raises(EnrolError, match="no open token"):
            Desk(centre).answer(guess, NOW)
    with pytest.raises(EnrolError, match="no open token"):
        Desk(centre).answer(device(tmp_path / "b").request(token), NOW)


def test_the_token_is_neither_shown_nor_kept_nor_carried(centre, tmp_path):
    token = token_for(centre)
    request = device(tmp_path / "a").request(token)
    book = centre.tokens.read_text()
    for place in (repr(token), book, request.hex(), str(list((tmp_path / "a").rglob("*")))):
        assert token.secret.hex() not in place
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            assert token.secret not in path.read_bytes()


@pytest.mark.filterwarnings("ignore:Parsed a")
def test_each_bit_of_a_request_matters(centre, tmp_path):
    token = token_for(centre)
    data = device(tmp_path / "a").request(token)
    book = TokenBook(centre.tokens)
    for at_bit in range(0, len(data) * 8, 97):
        bad = bytearray(data)
        bad[at_bit // 8] ^= 1 << at_bit % 8
        book.open(token, NOW, timedelta(hours=1))
        with pytest.raises(EnrolError):
            Desk(centre).answer(bytes(bad), NOW)
    assert keys_of(centre) == []


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_each_bit_of_an_answer_matters_and_nothing_is_changed(centre, tmp_path):
    kiosk = device(tmp_path / "a")
    answer = Desk(centre).answer(kiosk.request(token_for(centre)), NOW)
    for at_bit in range(0, len(answer) * 8, 61):
        bad = bytearray(answer)
        bad[at_bit // 8] ^= 1 << at_bit % 8
        with pytest.raises(EnrolError):
            kiosk.take(bytes(bad))
    assert not kiosk.room.signing.exists()
    kiosk.take(answer)
    assert kiosk.room.signing.exists()


def test_an_answer_of_another_root_is_refused(centre, tmp_path):
    other_root, other = RootRoom(tmp_path / "r2"), CentreRoom(tmp_path / "c2")
    ceremony.make_root(other_root, None)
    ceremony.make_centre(other, other_root, None, NOW)
    kiosk = device(tmp_path / "a")
    token = token_for(centre)
    request = kiosk.request(token)
    TokenBook(other.tokens).open(token, NOW, timedelta(hours=1))
    with pytest.raises(EnrolError, match="another root"):
        kiosk.take(Desk(other).answer(request, NOW))


def test_an_answer_to_another_kiosk_is_refused(centre, tmp_path):
    kiosk = device(tmp_path / "a")
    kiosk.request(token_for(centre))
    foreign = device(tmp_path / "b", "uto-2")
    answer = Desk(centre).answer(foreign.request(token_for(centre, "uto-2")), NOW)
    with pytest.raises(EnrolError, match="another kiosk or another request"):
        kiosk.take(answer)


def test_an_answer_without_a_request_is_refused(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    with pytest.raises(EnrolError, match="no request"):
        kiosk.take(b"anything")


# ---- renewal, revocation --------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 3, 90, 365])
def test_two_thirds_of_a_life(days):
    assert renew_at(NOW, NOW + days * DAY) == NOW + timedelta(hours=16 * days)


def test_the_present_key_renews_and_the_old_one_still_verifies(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    old = own(kiosk)
    kiosk.take(Desk(centre).answer(kiosk.request(None), NOW))
    assert own(kiosk) != old
    assert keys_of(centre) == [own(kiosk), old]


def test_the_tls_key_alone_is_renewed(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    signing, tls = (path.read_bytes() for path in kiosk.room.key_files())
    kiosk.take(Desk(centre).answer(kiosk.request(None, keep_signing=True), NOW))
    assert kiosk.room.signing.read_bytes() == signing
    assert kiosk.room.tls_key.read_bytes() != tls
    assert len(keys_of(centre)) == 1


def test_an_answer_that_was_lost_is_asked_for_again(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    old = own(kiosk)
    Desk(centre).answer(kiosk.request(None), NOW)
    assert own(kiosk) == old
    kiosk.take(Desk(centre).answer(kiosk.request(None), NOW))
    assert keys_of(centre) == [own(kiosk), old]


def test_a_renewal_that_broke_off_between_two_files_is_ended_by_the_same_answer(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    answer = Desk(centre).answer(kiosk.request(None), NOW)
    signing = kiosk.room.signing
    signing.with_name(signing.name + ".next").replace(signing)
    kiosk.take(answer)
    assert not list((tmp_path / "a").rglob("*.next"))


def test_two_renewals_at_once_forget_no_certificate(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    requests = [kiosk.request(None) for _ in range(6)]
    threads = [threading.Thread(target=Desk(centre).answer, args=(one, NOW)) for one in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Registry.load(centre.registry).entries[KIOSK].certificates) == 7


def test_old_keys_are_few(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    for _ in range(6):
        kiosk.take(Desk(centre).answer(kiosk.request(None), NOW))
    assert len(keys_of(centre)) == SIGNING_KEYS_KEPT


def test_a_renewal_of_another_time_is_refused(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    request = kiosk.request(None)
    with pytest.raises(EnrolError, match="another time"):
        Desk(centre).answer(request, NOW + 3 * DAY)


def test_a_stranger_may_not_renew(centre, tmp_path):
    enrolled(centre, tmp_path / "a")
    thief = device(tmp_path / "b")
    thief.room.signing.parent.mkdir(parents=True)
    enrolled(centre, tmp_path / "c", "uto-2")
    (tmp_path / "b" / "keys" / "root.pem").write_bytes(
        (tmp_path / "c" / "keys" / "root.pem").read_bytes()
    )
    thief.room.signing.write_bytes((tmp_path / "c" / "keys" / "signing.pem").read_bytes())
    thief.room.signing.chmod(0o600)
    with pytest.raises(EnrolError, match="not on file"):
        Desk(centre).answer(thief.request(None), NOW)


def test_no_kiosk_becomes_a_member_of_the_centre(centre, tmp_path):
    """Its certificate would let it speak to every kiosk at the broker."""
    with pytest.raises(EnrolError, match="member of the centre"):
        enrolled(centre, tmp_path / "a", "centre-1")
    assert Registry.load(centre.registry).entries == {}


def test_a_copied_card_does_not_become_a_second_kiosk(centre, tmp_path):
    one = enrolled(centre, tmp_path / "a")
    copy = device(tmp_path / "b", "uto-2")
    copy.room.signing.parent.mkdir(parents=True)
    next_key = copy.room.signing.with_name("signing.pem.next")
    next_key.write_bytes(one.room.signing.read_bytes())
    next_key.chmod(0o600)
    with pytest.raises(EnrolError, match="another kiosk has"):
        Desk(centre).answer(copy.request(token_for(centre, "uto-2")), NOW)


def test_a_revoked_kiosk_is_believed_in_nothing_and_its_certificates_are_listed(centre, tmp_path):
    kiosk = enrolled(centre, tmp_path / "a")
    Desk(centre).revoke(KIOSK, "stolen", NOW)
    registry = Registry.load(centre.registry)
    assert registry.keys.get(KIOSK) is None
    assert "revoked on 2026-11-22" in registry.stranger(KIOSK)
    assert [thumbprint(one) for one in registry.every_key(KIOSK)] == [own(kiosk)]
    with pytest.raises(EnrolError, match="may not renew"):
        Desk(centre).answer(kiosk.request(None), NOW)
    revoked = x509.load_pem_x509_crl(centre.revoked.read_bytes())
    certificate = x509.load_pem_x509_certificate(kiosk.room.tls_certificate.read_bytes())
    assert revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)


def test_after_a_revocation_a_new_token_brings_new_keys_and_the_old_stay_out(centre, tmp_path):
    thief = enrolled(centre, tmp_path / "a")
    Desk(centre).revoke(KIOSK, "stolen", NOW)
    new = enrolled(centre, tmp_path / "b")
    assert keys_of(centre) == [own(new)]
    registry = Registry.load(centre.registry)
    assert {thumbprint(one) for one in registry.every_key(KIOSK)} == {own(new), own(thief)}
    assert len(registry.revoked()) == 1
    assert len(entry_keys(registry.entries[KIOSK])) == 1


def test_a_kiosk_that_nobody_knows_is_not_revoked(centre):
    with pytest.raises(KeysError, match="does not know"):
        Desk(centre).revoke("nobody", "stolen", NOW)


def test_assurance_is_that_of_the_enrolment(centre, tmp_path):
    enrolled(centre, tmp_path / "a")
    registry = Registry.load(centre.registry)
    assert registry.admits(KIOSK, Assurance.SOFTWARE)
    assert not registry.admits(KIOSK, Assurance.TPM)


def test_the_expected_answer_names_its_root(centre, tmp_path):
    bundle, keys = ceremony.present(centre)
    assert read_keys(bundle.content) == keys
    assert key_of(keys.receipts[0]).curve.name == "secp256r1"
    with pytest.raises(EnrolError, match="no answer"):
        check_answer(b"\xff", None)
