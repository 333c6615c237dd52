"""A kiosk in the test's own process: its kiosk.toml, and the whole of it running."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from drivers.camera.simulated import leave_stage
from firmware_app import config
from firmware_app.compose import Kiosk
from firmware_app.engineer.small_site import KIOSK_ID
from mqtt.central.site import init_site

END_LIMIT_S = 30.0
USUAL = {
    "kiosk_id": KIOSK_ID,
    "profile": "demo",
    "relay_socket": "relay.sock",
    "post.locode": "UTABC",
    "post.code": "X",
    "post.authority": "UTO",
    "devices.document_reader": "",
    "devices.camera": "simulated://{folder}/camera",
    "storage.outbox": "outbox.sqlite3",
    "keys.signing": "signing.pem",
    "law.legal_basis": "act",
    "law.notice_version": "1",
    "law.retention_days": 1,
}


def write_kiosk_file(folder: Path, differs: Mapping[str, object]) -> Path:
    """Write kiosk.toml: the usual, and what differs by its dotted key; {folder} is the folder.

    The centre's keys come from a site beside it, which is made once.
    """
    site = init_site(folder / "site", KIOSK_ID)
    keys = {
        "keys.recipients": [str(site.recipient.public)],
        "keys.receipts": [str(site.receipts.public)],
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in {**USUAL, **keys, **differs}.items()]
    path = folder / "kiosk.toml"
    path.write_text("\n".join(lines).replace("{folder}", str(folder)), encoding="utf-8")
    return path


@contextmanager
def running_kiosk(path: Path) -> Iterator[Kiosk]:
    """Run the kiosk of that file in a thread; at the end its cameras leave the stage."""
    kiosk = Kiosk(config.load(path), path)
    thread = threading.Thread(target=kiosk.run)
    thread.start()
    try:
        yield kiosk
    finally:
        kiosk.stop()
        thread.join(END_LIMIT_S)
        for camera in ("camera", "page"):
            leave_stage(path.with_name(camera))
    assert not thread.is_alive()
