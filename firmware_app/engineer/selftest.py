"""`kiosk selftest`: could this kiosk serve a traveller now? One exit code for whoever asks."""

import os
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app import config as configuration
from firmware_app import health
from firmware_app.clock import utc_now
from firmware_app.config import Config, Devices
from firmware_app.engineer.doctor import TROUBLE_EXIT_CODE, Finding, examine
from firmware_app.engineer.report import emit, table
from firmware_app.engineer.selftest_patience import NONE, Patience
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
PLUG_MEND = "Check its cable; `journalctl -t border-kiosk-usb` says whether it was refused."
USB = Path("/sys/bus/usb/devices")
CLOSED = "out-of-service"
CLOSED_MEND = "Read `journalctl -u border-kiosk`: it names the cause; then `kiosk outbox status`."
SEAL_MEND = "The release on this card is damaged: flash it again, or take the newest update."
DISK_MEND = "Look at the card and its free space; a card that refuses to write is worn."


def selftest(path: Path, *, as_json: bool, patience: Patience = NONE) -> int:
    """Look at everything, again while `patience` lasts; exit code 5: no traveller is served."""
    while bad := _bad(findings := _look(path)):
        names = ", ".join(one.check for one in bad)
        if not patience.again(f"not ready yet: {names}; looked at again"):
            break
    words = [table([(one.verdict, one.check, one.what) for one in findings])]
    words += [f"mend {one.check}: {one.mend}" for one in bad if one.mend]
    document = {"good": not bad, "checks": [asdict(one) for one in findings]}
    emit(document, "\n".join(words), as_json=as_json)
    return TROUBLE_EXIT_CODE if bad else 0


def _bad(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.verdict == "bad"]


def _look(path: Path) -> list[Finding]:
    findings = examine(path, DEVICE_LIMIT_S)
    try:
        config = configuration.load(path)
    except ConfigError:
        return findings  # the first finding says it
    findings += [_page(config, findings), _sealing(config.kiosk_id), _disk(config)]
    return findings + _plugged(config.devices)


def _page(config: Config, findings: list[Finding]) -> Finding:
    """Whether the page answers, and shows that travellers are served.

    A kiosk whose outbox is full, or whose mirror is away, shows "out of service" itself.
    """
    port = config.page.port
    if not health.page_answers(port):
        return Finding("page", "bad", f"no page on port {port}", PAGE_MEND)
    closed = any(one.check == "kiosk" and repr(CLOSED) in one.what for one in findings)
    if closed:
        return Finding("page", "bad", "it shows that it is out of service", CLOSED_MEND)
    return Finding("page", "good", f"answers on port {port}")


def _plugged(devices: Devices) -> list[Finding]:
    """Each device that is named by a file or by vendor and product, and is not there.

    A running kiosk holds its devices, so they are not opened; this sees a cable that is out.
    """
    urls = {name: getattr(devices, name) for name in Devices.__struct_fields__}
    away = [name for name, url in urls.items() if not _is_there(str(url))]
    if not away:
        return [Finding("plugged", "good", "no device of kiosk.toml is away")]
    return [Finding("plugged", "bad", f"{', '.join(away)} not there", PLUG_MEND)]


def _is_there(url: str) -> bool:
    """False where the URL names a file of /dev or /sys, or a USB device, that does not exist."""
    parts = urlsplit(url)
    if parts.scheme in {"serial", "v4l2", "evdev", "sysfs"}:
        return Path(parts.path).exists()
    if parts.scheme == "usb":
        return parts.netloc.lower() in {_ids(one) for one in USB.glob("*/idVendor")}
    return True


def _ids(vendor: Path) -> str:
    """VENDOR:PRODUCT; "" where it was pulled out just now."""
    try:
        product = vendor.with_name("idProduct").read_text().strip()
        return f"{vendor.read_text().strip()}:{product}"
    except OSError:
        return ""


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
