"""What must be right before a traveller comes: keys and outbox belong together, or it says so."""

import pytest

from firmware_app import config
from firmware_app.compose import Kiosk
from firmware_app.errors import SetupError
from tests.peers.own_kiosk import write_kiosk_file

READER = {"devices.document_reader": "simulated://{folder}/reader"}
PAGE_CAMERA = {"devices.page_camera": "simulated://{folder}/page"}


def test_a_kiosk_makes_its_key_once_and_refuses_an_outbox_whose_key_is_gone(tmp_path):
    path = write_kiosk_file(tmp_path, READER)
    first = Kiosk(config.load(path), path)
    first._outbox.close()
    key = path.with_name("signing.pem")
    assert key.exists()
    key.unlink()
    with pytest.raises(SetupError, match="is gone") as caught:
        Kiosk(config.load(path), path)
    assert "Put the key back" in caught.value.mend
    assert not key.exists(), "no new key is made in silence"


def test_a_post_whose_page_camera_reads_has_one_thread_for_it(tmp_path):
    reads = {"devices.document_reader": "camera:page_camera"}
    path = write_kiosk_file(tmp_path, {**reads, **PAGE_CAMERA})
    kiosk = Kiosk(config.load(path), path)
    kiosk._outbox.close()
    names = [device.name for device in kiosk._workers.devices()]
    assert sorted(names) == ["camera", "page_camera"]
    assert kiosk._workers.portrait.device is kiosk._workers.document.device


def test_a_reader_and_a_page_camera_are_two_threads_as_ever(tmp_path):
    path = write_kiosk_file(tmp_path, {**READER, **PAGE_CAMERA})
    kiosk = Kiosk(config.load(path), path)
    kiosk._outbox.close()
    names = [device.name for device in kiosk._workers.devices()]
    assert sorted(names) == ["camera", "document_reader", "page_camera"]


def test_a_centre_s_key_that_is_no_key_is_one_line(tmp_path):
    path = write_kiosk_file(tmp_path, READER)
    text = path.read_text()
    (tmp_path / "bad.pem").write_text("no key")
    path.write_text(text.replace('recipients = ["', 'recipients = ["bad.pem", "'))
    with pytest.raises(SetupError) as caught:
        Kiosk(config.load(path), path)
    assert caught.value.mend
