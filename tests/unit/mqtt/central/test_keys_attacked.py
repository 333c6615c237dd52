"""The key officer's slips and bad days: shares kept, names taken, a centre or root made anew."""

import multiprocessing
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mqtt.bundle_store import BundleStore
from mqtt.bundles import KEYS, kid_text, make_bundle
from mqtt.central import backup
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.__main__ import main
from mqtt.central.backup import BackupError, back_up
from mqtt.central.clock import utc_now
from mqtt.central.errors import DiskFullError
from mqtt.central.keys_desk import Desk
from mqtt.central.keys_rooms import CentreRoom, KeysError, RootRoom
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.settings import CentralSettings
from mqtt.central.site import init_site
from mqtt.enrol import new_token
from mqtt.enrol_device import Device, DeviceRoom, ask
from mqtt.errors import BundleError, EnrolError, EnrolLinkError
from mqtt.files import write_durably
from mqtt.keys import load_private_key, load_public_key

NOW = utc_now()
DAY = timedelta(days=1)


@pytest.fixture
def say(tmp_path, capsys):
    def typed(*words):
        code = main([str(word).replace("{}", str(tmp_path)) for word in words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return typed


@pytest.fixture
def centre(say, tmp_path):
    code, said = say(*INIT)
    assert code == 0, said
    return CentreRoom(tmp_path / "centre")


HOLDERS = ("--holder-1", "{}/a", "--holder-2", "{}/b")
INIT = ("keys", "init", "{}/centre", "--root", "{}/root", *HOLDERS)


def files_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- shares and passphrase ------------------------------------------------------------------


def test_a_share_that_lies_on_a_medium_is_never_written_over(say, centre, tmp_path):
    before = files_in(tmp_path)
    for words in (
        ("keys", "init", "{}/other", "--root", "{}/other-root", *HOLDERS),
        ("keys", "escrow", "--new", "{}/centre", *HOLDERS),
    ):
        code, said = say(*words)
        assert code == 2
        assert "another medium" in said
    assert files_in(tmp_path) == before


def test_two_shares_do_not_go_to_one_holder(say, tmp_path):
    one = ("--holder-1", "{}/a", "--holder-2", "{}/b/../a")
    code, said = say("keys", "init", "{}/centre", "--root", "{}/root", *one)
    assert code == 2
    assert "two persons" in said
    assert files_in(tmp_path) == {}


def test_an_empty_passphrase_leaves_no_root_unlocked(say, tmp_path):
    (tmp_path / "pass").write_text("\n")
    code, said = say(*INIT, "--passphrase-file", "{}/pass")
    assert code == 2
    assert "empty" in said
    assert list(files_in(tmp_path)) == [tmp_path / "pass"]


def test_the_root_does_not_lie_at_the_centre(say, tmp_path):
    code, said = say("keys", "init", "{}/centre", "--root", "{}/centre", *HOLDERS)
    assert code == 2
    assert "another --root" in said
    assert files_in(tmp_path) == {}


def test_without_room_for_the_shares_there_is_no_root_that_names_their_escrow(say, tmp_path):
    (tmp_path / "b").write_bytes(b"a file where the medium should be")
    code, said = say(*INIT)
    assert code == 2
    assert "b" in said
    assert not (tmp_path / "root" / "root.key").exists()


def test_a_new_escrow_counts_after_its_shares_are_handed_out(centre):
    before = centre.escrow.read_bytes()

    def full(_shares):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        ceremony.new_escrow(centre, full)
    assert centre.escrow.read_bytes() == before


# ---- names that are taken -------------------------------------------------------------------


@pytest.mark.parametrize(
    "taken", ["root", "issuing", "receipts", "commands", "escrow", "ca", "crl", "recipient-2031-01"]
)
def test_a_certificate_takes_no_other_keys_name(say, centre, taken):
    before = files_in(centre.folder)
    code, said = say("keys", "issue", "{}/centre", "--server", "b.example", "--name", taken)
    assert code == 2
    assert "another --name" in said
    assert files_in(centre.folder) == before


def test_a_servers_certificate_may_be_issued_anew(say, centre):
    issue = ("keys", "issue", "{}/centre", "--server", "b.example", "--name", "broker")
    assert say(*issue)[0] == 0
    (centre.folder / "broker.pem").unlink()  # it broke off between its two files
    assert say(*issue)[0] == say(*issue)[0] == 0


@pytest.mark.parametrize("words", [("--hours", "nan"), ("--hours", "-3"), ("--days", "0")])
def test_a_life_that_cannot_be_makes_no_token(say, centre, words):
    with pytest.raises(SystemExit):
        say("keys", "enrol", "{}/centre", "--kiosk", "uto-1", *words)
    assert not centre.tokens.exists()


def test_a_folder_that_is_not_there_is_one_line(say, centre):
    code, said = say("keys", "rotate", "{}/centre", "--draft", "{}/nowhere/draft")
    assert code == 2
    assert "nowhere/draft: No such file" in said
    assert "Traceback" not in said


# ---- made anew ------------------------------------------------------------------------------


def test_an_init_that_broke_off_anywhere_goes_on(say, centre, tmp_path):
    whole = files_in(centre.folder)
    for gone in sorted(whole):
        centre.bundle.unlink(missing_ok=True)
        gone.unlink(missing_ok=True)
        code, said = say(*INIT)
        assert code == 0, (gone, said)
        keys = ceremony.present(centre)[1]
        held = {kid_text(load_private_key(path).public_key()) for path in centre.recipients()}
        assert {kid_text(one.key) for one in keys.recipients if one.use == "month"} <= held, gone


def test_an_init_under_another_root_touches_nothing(say, centre, tmp_path):
    centre.bundle.unlink()
    before = files_in(centre.folder)
    other = ("--holder-1", "{}/c", "--holder-2", "{}/d")
    code, said = say("keys", "init", "{}/centre", "--root", "{}/other", *other)
    assert code == 2
    assert "another root" in said
    assert files_in(centre.folder) == before


def device(tmp_path):
    room = DeviceRoom(
        signing=tmp_path / "kiosk" / "signing.pem",
        tls_key=tmp_path / "tls" / "tls.key",
        tls_certificate=tmp_path / "tls" / "tls.pem",
        authorities=tmp_path / "tls" / "ca.pem",
        root=tmp_path / "kiosk" / "root.pem",
        bundles=tmp_path / "bundles",
    )
    return Device("uto-1", room, False, lambda: NOW)


def token_of(centre):
    token = new_token("uto-1", ceremony.root_key(centre))
    TokenBook(centre.tokens).open(token, NOW, DAY)
    return token


def enrol(kiosk, centre):
    kiosk.take(Desk(centre).answer(kiosk.request(token_of(centre)), NOW))


def store_of(kiosk):
    return BundleStore(kiosk.room.bundles, load_public_key(kiosk.room.root), lambda: NOW)


def rotated(centre, root, now):
    draft = ceremony.draft(centre, now)
    return ceremony.take(centre, make_bundle(draft, ceremony.open_root(root, None)), now)


def test_kiosks_take_the_keys_of_a_centre_made_anew_under_the_old_root(centre, tmp_path):
    root, kiosk = RootRoom(tmp_path / "root"), device(tmp_path)
    enrol(kiosk, centre)
    store = store_of(kiosk)
    rotated(centre, root, NOW)
    store.take(centre.bundle.read_bytes(), KEYS)
    anew = CentreRoom(tmp_path / "anew")
    ceremony.make_centre(anew, root, None, NOW + 2 * DAY)
    bundle = store.take(anew.bundle.read_bytes(), KEYS)
    assert store.newest(KEYS) == bundle


def test_kiosks_take_the_keys_of_a_folder_that_was_set_back_to_a_backup(centre, tmp_path):
    root, kiosk = RootRoom(tmp_path / "root"), device(tmp_path)
    enrol(kiosk, centre)
    copy = files_in(centre.folder)
    rotated(centre, root, NOW + DAY)
    store_of(kiosk).take(centre.bundle.read_bytes(), KEYS)
    for path in centre.recipients():
        path.unlink()
    for path, data in copy.items():
        write_durably(path, data)
    rotated(centre, root, NOW + 2 * DAY)
    assert store_of(kiosk).take(centre.bundle.read_bytes(), KEYS)


def test_a_kiosk_enrols_under_a_new_root_whatever_version_the_old_one_had_reached(
    say, centre, tmp_path
):
    kiosk = device(tmp_path)
    enrol(kiosk, centre)
    old = rotated(centre, RootRoom(tmp_path / "root"), NOW)
    old_store = store_of(kiosk)
    old_store.take(centre.bundle.read_bytes(), KEYS)
    other = ("--holder-1", "{}/c", "--holder-2", "{}/d")
    assert say("keys", "init", "{}/second", "--root", "{}/second-root", *other)[0] == 0
    second = CentreRoom(tmp_path / "second")
    enrol(kiosk, second)
    store = store_of(kiosk)
    assert store.newest(KEYS).version < old.version
    with pytest.raises(BundleError):
        store.take(centre.bundle.read_bytes(), KEYS)
    first = second.bundle.read_bytes()
    rotated(second, RootRoom(tmp_path / "second-root"), NOW)
    store.take(second.bundle.read_bytes(), KEYS)
    with pytest.raises(BundleError, match="older"):
        store_of(kiosk).take(first, KEYS)


# ---- broken off -----------------------------------------------------------------------------


def test_an_enrolment_whose_answer_was_lost_is_ended_by_saying_it_again(centre, tmp_path):
    kiosk, token = device(tmp_path), token_of(centre)
    Desk(centre).answer(kiosk.request(token), NOW)  # and the line breaks
    kiosk.take(Desk(centre).answer(device(tmp_path).request(token), NOW))
    assert store_of(kiosk).newest(KEYS)


def test_a_desk_that_is_not_there_costs_no_token():
    with pytest.raises(EnrolLinkError) as caught:
        ask("https://127.0.0.1:9", b"request", "00" * 32, Path("nowhere"))
    assert "still good" in caught.value.mend


def test_an_old_card_is_on_the_brokers_list_before_its_token_is_spent(centre, tmp_path):
    enrol(device(tmp_path), centre)
    stopped = centre.revoked
    stopped.unlink()
    stopped.mkdir()  # the list cannot be written: as if the machine stopped there
    token = token_of(centre)
    request = device(tmp_path / "new card").request(token)
    with pytest.raises((OSError, KeysError)):
        Desk(centre).answer(request, NOW)
    stopped.rmdir()
    Desk(centre).answer(request, NOW)
    assert stopped.is_file()


def test_a_full_disk_of_the_copy_is_not_told_as_the_databases(tmp_path, monkeypatch):
    settings = CentralSettings.load(init_site(tmp_path / "site", "uto-1").configuration)
    with settings.store():
        pass

    def full(*_, **__):
        raise DiskFullError("central.sqlite3: database or disk is full.")

    monkeypatch.setattr(backup, "Store", full)
    with pytest.raises(BackupError, match=r"c\.backup"):
        back_up(settings, tmp_path / "c.backup")
    assert not list(tmp_path.glob("*c.backup*"))


def test_two_officers_who_rotate_at_once_lose_no_key(centre, tmp_path):
    words = [sys.executable, "-m", "mqtt.central", "keys", "rotate", str(centre.folder)]
    words += ["--root", str(tmp_path / "root")]
    both = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=100)[1] for one in both]
    assert sorted(one.returncode for one in both) == [0, 2], said
    assert "made already" in "".join(said)
    held = {kid_text(load_private_key(path).public_key()) for path in centre.recipients()}
    months = [one for one in ceremony.present(centre)[1].recipients if one.use == "month"]
    assert {kid_text(one.key) for one in months} == held


def test_a_note_of_a_request_that_says_nothing_is_no_request(centre, tmp_path):
    kiosk = device(tmp_path)
    kiosk.request(token_of(centre))
    for note in (b"[]", b"{}", b"1"):
        kiosk.room.pending.write_bytes(note)
        with pytest.raises(EnrolError, match="no request"):
            kiosk.take(b"")


def _backed_up(settings, target, results):
    try:
        results.put(back_up(settings, target))
    except BackupError as error:
        results.put(str(error))


def test_of_two_backups_into_one_file_one_says_no_and_what_a_killed_one_left_is_no_trap(tmp_path):
    site = init_site(tmp_path / "site", "uto-1")
    settings = CentralSettings.load(site.configuration)
    with settings.store():
        pass
    target = tmp_path / "c.backup"
    (tmp_path / ".c.backup.part").write_bytes(b"half of something" * 1000)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    both = [context.Process(target=_backed_up, args=(settings, target, results)) for _ in range(2)]
    for one in both:
        one.start()
    said = [results.get(timeout=60) for _ in both]
    for one in both:
        one.join()
    sizes = [one for one in said if isinstance(one, int)]
    assert sizes
    assert set(sizes) == {target.stat().st_size}
    assert target.read_bytes()[:15] == b"SQLite format 3"
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_what_an_engineer_enrols_as_root_belongs_to_the_service(centre, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 12345, 12345)
    enrol(device(state), centre)
    assert {path.stat().st_uid for path in state.rglob("*")} == {12345}
