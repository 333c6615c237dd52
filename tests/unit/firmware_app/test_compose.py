"""What must be right before a traveller comes: keys and outbox belong together, or it says so."""

import pytest

from firmware_app import config
from firmware_app.compose import Kiosk
from firmware_app.engineer.small_site import KIOSK_ID
from firmware_app.errors import SetupError
from mqtt.central.site import init_site

CONFIG = """
kiosk_id = "{kiosk}"
profile = "demo"
relay_socket = "relay.sock"
[post]
locode = "UTABC"
code = "X"
authority = "UTO"
[devices]
document_reader = "simulated://{folder}/reader"
camera = "simulated://{folder}/camera"
[storage]
outbox = "outbox.sqlite3"
[keys]
signing = "signing.pem"
recipients = ["{recipient}"]
receipts = ["{receipts}"]
[law]
legal_basis = "act"
notice_version = "1"
retention_days = 1
"""


@pytest.fixture
def path(tmp_path):
    site = init_site(tmp_path / "site", KIOSK_ID)
    path = tmp_path / "kiosk.toml"
    path.write_text(
        CONFIG.format(
            kiosk=KIOSK_ID,
            folder=tmp_path,
            recipient=site.recipient.public,
            receipts=site.receipts.public,
        )
    )
    return path


def test_a_kiosk_makes_its_key_once_and_refuses_an_outbox_whose_key_is_gone(path):
    first = Kiosk(config.load(path), path)
    first._outbox.close()
    key = path.with_name("signing.pem")
    assert key.exists()
    key.unlink()
    with pytest.raises(SetupError, match="is gone") as caught:
        Kiosk(config.load(path), path)
    assert "Put the key back" in caught.value.mend
    assert not key.exists(), "no new key is made in silence"


def test_a_post_whose_page_camera_reads_has_one_thread_for_it(path):
    text = path.read_text()
    reader = f'"simulated://{path.parent}/reader"'
    camera = f'"camera:page_camera"\npage_camera = "simulated://{path.parent}/page"'
    path.write_text(text.replace(reader, camera))
    kiosk = Kiosk(config.load(path), path)
    kiosk._outbox.close()
    names = [device.name for device in kiosk._workers.devices()]
    assert sorted(names) == ["camera", "page_camera"]
    assert kiosk._workers.portrait.device is kiosk._workers.document.device


def test_a_reader_and_a_page_camera_are_two_threads_as_ever(path):
    text = path.read_text()
    path.write_text(
        text.replace("[devices]", f'[devices]\npage_camera = "simulated://{path.parent}/page"')
    )
    kiosk = Kiosk(config.load(path), path)
    kiosk._outbox.close()
    names = [device.name for device in kiosk._workers.devices()]
    assert sorted(names) == ["camera", "document_reader", "page_camera"]


def test_a_centre_s_key_that_is_no_key_is_one_line(path):
    text = path.read_text()
    (path.parent / "bad.pem").write_text("no key")
    path.write_text(text.replace('recipients = ["', 'recipients = ["bad.pem", "'))
    with pytest.raises(SetupError) as caught:
        Kiosk(config.load(path), path)
    assert caught.value.mend
