"""`kiosk selftest`: could this kiosk serve a traveller now? One exit code for whoever asks."""

import os
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app import config as configuration
from firmware_app import health
from firmware_app.clock import utc_now
from firmware_app.config import Config
from firmware_app.engineer.doctor import TROUBLE_EXIT_CODE, Finding, examine
from firmware_app.engineer.report import emit, table
from firmware_app.errors import ConfigError
from mqtt.envelope import (
    Assurance,
    Head,
    Kind,
    Profile,
    Sealer,
    open_ciphertext,
    read_wire,
)
from mqtt.errors import EnvelopeError

DEVICE_LIMIT_S = 2.0
PAGE_MEND = "Read `journalctl -u border-kiosk`: its last lines say what keeps it from starting."
SEAL_MEND = "The release on this card is damaged: flash it again, or take the newest update."
DISK_MEND = "Look at the card and its free space; a card that refuses to write is worn."


def selftest(path: Path, *, as_json: bool) -> int:
    """Look at everything; exit code 5 where a traveller could not be served."""
    findings = examine(path, DEVICE_LIMIT_S)
    try:
        config = configuration.load(path)
    except ConfigError:
        pass  # the first finding says it
    else:
        findings += [_page(config), _sealing(config.kiosk_id), _disk(config)]
    bad = [one for one in findings if one.verdict == "bad"]
    words = [table([(one.verdict, one.check, one.what) for one in findings])]
    words += [f"mend {one.check}: {one.mend}" for one in bad if one.mend]
    document = {"good": not bad, "checks": [asdict(one) for one in findings]}
    emit(document, "\n".join(words), as_json=as_json)
    return TROUBLE_EXIT_CODE if bad else 0


def _page(config: Config) -> Finding:
    if health.page_answers(config.page.port):
        return Finding("page", "good", f"answers on port {config.page.port}")
    return Finding("page", "bad", f"no page on port {config.page.port}", PAGE_MEND)


def _sealing(kiosk: str) -> Finding:
    """One event of profile selftest: sealed, signed, read, opened, by keys that end here.

    The kiosk's own key signs nothing: a statement beside its chain would look like a copied card.
    """
    own, centre = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    sealer = Sealer(own, (centre.public_key(),), Profile.SELFTEST, Assurance.SOFTWARE)
    plaintext = os.urandom(1024)
    head = Head(kiosk, str(uuid4()), 2, os.urandom(32))
    sealed = sealer.seal(
        plaintext, head=head, kind=Kind.SELFTEST, event_id=str(uuid4()), at_utc=utc_now()
    )
    try:
        wire = read_wire(sealed.wire(), {kiosk: own.public_key()}.get)
        same = open_ciphertext(wire.ciphertext, wire.statement, [centre]) == plaintext
    except EnvelopeError as error:
        return Finding("sealing", "bad", str(error), SEAL_MEND)
    if not same:
        return Finding("sealing", "bad", "what was opened is not what was sealed", SEAL_MEND)
    return Finding("sealing", "good", "an event of profile selftest was sealed and opened again")


def _disk(config: Config) -> Finding:
    """Whether the outbox's folder takes bytes down to the disk."""
    folder = config.storage.outbox.parent
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(os.urandom(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding("disk", "bad", f"{folder}: {error.strerror}", DISK_MEND)
    return Finding("disk", "good", f"{folder} takes what is written")
