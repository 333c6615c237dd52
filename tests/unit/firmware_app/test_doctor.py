"""`kiosk doctor`: each finding says what is, and what mends it; looking changes nothing."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from drivers.camera.puppet import PICTURES
from drivers.chip import certificates
from drivers.chip.csca import CscaStore
from drivers.chip.simulated_peer import SPECIMEN, issuer_of
from drivers.chip.simulated_reader import leave_stage
from drivers.fingerprint.simulated_zfm import SHAPE
from drivers.fingerprint.simulated_zfm_peer import ZfmPeer
from drivers.stage import send_cue
from firmware_app.engineer import doctor
from mqtt.contract import vectors
from mqtt.outbox import Outbox
from mqtt.outbox_status import look as look_beside

EXAMPLE = Path(__file__).parents[3] / "kiosk.example.toml"
WHERE = "/var/lib/border-kiosk/outbox.sqlite3"
MAX_BYTES = 8 * 2**20


@pytest.fixture
def config(tmp_path):
    """The example with its outbox in a folder of its own."""
    (tmp_path / "outbox").mkdir()
    path = tmp_path / "kiosk.toml"
    text = EXAMPLE.read_text(encoding="utf-8").replace(WHERE, "outbox/rows.sqlite3")
    path.write_text(text, encoding="utf-8")
    return path


def look(config, check="outbox"):
    """The finding of one check; the devices get no time."""
    (found,) = [one for one in doctor.examine(config, 0.01) if one.check == check]
    return found


def test_an_outbox_that_is_not_there_yet_is_not_made(config):
    assert look(config).verdict == "good"
    assert list((config.parent / "outbox").iterdir()) == []


def test_the_rows_that_wait_are_counted_while_another_process_owns_them(config):
    path = config.parent / "outbox" / "rows.sqlite3"
    chain = vectors.chain()
    with Outbox(path, kiosk=chain[0].kiosk, max_bytes=MAX_BYTES) as outbox:
        outbox.commit(chain, 1.0)
        assert look_beside(path).ready == len(chain)
        found = look(config)
    assert found.verdict == "good"
    assert found.what.startswith(f"{len(chain)} rows wait for a receipt, 0 have one")


def test_an_outbox_that_is_no_database_is_bad_and_stays_where_it_is(config):
    path = config.parent / "outbox" / "rows.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    found = look(config)
    assert found.verdict == "bad"
    assert found.mend
    assert path.read_bytes().startswith(b"no database")


def test_a_folder_that_is_not_there_is_bad(config):
    (config.parent / "outbox").rmdir()
    found = look(config)
    assert (found.verdict, bool(found.mend)) == ("bad", True)


def limit(config, mb):
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("limit_mb = 512", f"limit_mb = {mb:.0f}"), encoding="utf-8")


def test_a_disk_that_is_full_before_the_outbox_is_named(config):
    disk = shutil.disk_usage(config.parent)
    limit(config, (disk.free + disk.total) / 2 / 2**20)
    found = look(config)
    assert found.verdict == "unsure"
    assert "outbox_limit_mb" in found.mend


def test_a_cap_that_no_emptying_of_the_disk_makes_fit_is_bad(config):
    limit(config, shutil.disk_usage(config.parent).total / 2**20)
    found = look(config)
    assert found.verdict == "bad"
    assert "outbox_limit_mb" in found.mend


def test_a_file_that_was_set_aside_is_named_with_its_mend(config):
    path = config.parent / "outbox" / "rows.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    chain = vectors.chain()
    with Outbox(path, kiosk=chain[0].kiosk, max_bytes=MAX_BYTES) as outbox:
        outbox.commit(chain, 1.0)
        found = look(config)
    assert found.verdict == "bad"
    assert "docs/outbox.md" in found.mend


@pytest.mark.parametrize(
    ("picture", "verdict"), [("specimen_page.jpg", "good"), ("head.jpg", "unsure")]
)
def test_a_page_camera_that_reads_documents_is_asked_to_read_one(config, picture, verdict):
    folder = config.parent / "page"
    folder.mkdir()
    shutil.copy(PICTURES / picture, folder)
    text = config.read_text(encoding="utf-8").replace('"production"', '"demo"')
    text = text.replace('"serial:///dev/kiosk-reader?baud=9600"', '"camera:page_camera"')
    url = '"v4l2:///dev/v4l/by-path/NAME-video-index0?width=1920&height=1080"'
    config.write_text(text.replace(url, f'"folder://{folder}"'), encoding="utf-8")
    (found,) = [one for one in doctor.examine(config, 5.0) if one.check == "document_reader"]
    assert found.verdict == verdict
    assert "ERIKSSON" not in found.what
    assert ("2 lines" in found.what) == (verdict == "good")
    assert bool(found.mend) == (verdict == "unsure")


@pytest.fixture
def chip_config(config):
    """The example with authorities beside it and a virtual chip reader."""
    stage = config.parent / "chip"
    text = config.read_text(encoding="utf-8").replace('"production"', '"demo"')
    text = text.replace("/var/lib/border-kiosk/csca", "csca")
    text = text.replace('chip_reader = ""', f'chip_reader = "simulated://{stage}"')
    config.write_text(text, encoding="utf-8")
    yield config
    leave_stage(stage)


def test_a_chip_reader_opens_and_says_that_no_chip_lies_there(chip_config):
    (found,) = [one for one in doctor.examine(chip_config, 0.3) if one.check == "chip_reader"]
    assert (found.verdict, bool(found.mend)) == ("unsure", True)
    assert "no chip lies there" in found.what


def test_a_chip_that_answers_is_good_without_its_lines(chip_config):
    text = chip_config.read_text(encoding="utf-8").replace('/chip"', '/chip?profile=bac"')
    chip_config.write_text(text, encoding="utf-8")
    (found,) = [one for one in doctor.examine(chip_config, 3.0) if one.check == "chip_reader"]
    assert (found.verdict, found.mend) == ("good", "")
    assert "a chip answers" in found.what


def test_a_chip_reader_whose_name_no_reader_bears_is_bad(chip_config):
    text = chip_config.read_text(encoding="utf-8")
    text = text.replace(f"simulated://{chip_config.parent}/chip", "pcsc://?reader=nobody")
    chip_config.write_text(text, encoding="utf-8")
    (found,) = [one for one in doctor.examine(chip_config, 0.3) if one.check == "chip_reader"]
    assert (found.verdict, bool(found.mend)) == ("bad", True)


def test_authorities_are_counted_and_none_is_said(chip_config):
    folder = chip_config.parent / "csca"
    assert look(chip_config, "authorities").verdict == "unsure"
    CscaStore.of((certificates.parse(issuer_of(SPECIMEN).csca.encoded),)).save(folder)
    assert look(chip_config, "authorities").what == "1 certificates of 1 states"
    (folder / "index.tsv").write_text("spoilt", encoding="utf-8")
    found = look(chip_config, "authorities")
    assert (found.verdict, bool(found.mend)) == ("bad", True)
    text = chip_config.read_text(encoding="utf-8")
    chip_config.write_text(text.replace('authorities = "csca"', ""), encoding="utf-8")
    assert "names no folder" in look(chip_config, "authorities").what


def test_a_post_without_a_chip_reader_is_not_asked_for_authorities(config):
    found = doctor.examine(config, 0.01)
    assert "authorities" not in {one.check for one in found}
    (chip,) = [one for one in found if one.check == "chip_reader"]
    assert (chip.verdict, chip.what) == ("good", "this post has none")


def test_a_config_that_is_not_there_is_the_only_finding(tmp_path):
    (found,) = doctor.examine(tmp_path / "kiosk.toml", 0.01)
    assert (found.check, found.verdict) == ("config", "bad")
    assert "--config" in found.mend


@pytest.mark.slow
def test_a_module_on_a_slow_line_gets_the_time_that_its_picture_takes(config):
    """The picture alone takes two seconds, the patience with the person is one."""
    stage = config.parent / "finger"
    peer = ZfmPeer(stage)
    peer.module.place(np.full(SHAPE, 128, np.uint8))
    send_cue(stage, each_s=2.0 / 288)
    text = config.read_text(encoding="utf-8").replace('"production"', '"demo"')
    url = f"serial://{peer.tty}?model=zfm&baud=57600&fast=57600"
    config.write_text(text.replace("usb://05ba:000a", url), encoding="utf-8")
    try:
        (found,) = [one for one in doctor.examine(config, 1.0) if one.check == "finger_scanner"]
        assert (found.verdict, found.mend) == ("good", "")
        assert "gives 256x288 at 500" in found.what
    finally:
        peer.leave()
