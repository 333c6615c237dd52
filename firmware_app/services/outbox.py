"""The kiosk's outbox as its configuration asks for it, and what its owner does for it meanwhile."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from firmware_app import log
from firmware_app.config import Config
from firmware_app.errors import SetupError
from mqtt.errors import OutboxError
from mqtt.keys import PublicKey
from mqtt.outbox import Disk, Outbox
from mqtt.outbox_drop import take_dropped
from mqtt.outbox_file import CHECKED_WHOLE_BYTES, full_check
from mqtt.outbox_room import check_partition
from mqtt.receipts import OnAlarm, no_alarm

MB = 1024 * 1024


def open_outbox(config: Config) -> Outbox:
    """Open it, and say in the log what its owner must know. Raises SetupError."""
    storage = config.storage
    limit_bytes, ballast_bytes = sizes(config)
    try:
        storage.outbox.parent.mkdir(parents=True, exist_ok=True)
        check_partition(storage.outbox.parent, limit_bytes, ballast_bytes)
        outbox = Outbox(
            storage.outbox,
            kiosk=config.kiosk_id,
            max_bytes=limit_bytes,
            resend_s=storage.resend_after_s,
            disk=Disk(
                ballast_bytes=ballast_bytes,
                mirror=storage.mirror,
                alone=storage.without_mirror == "go_on",
            ),
        )
    except OutboxError as error:
        raise SetupError(str(error), error.mend) from error
    except OSError as error:
        raise SetupError(str(error), "Check the path under [storage] in kiosk.toml.") from error
    if outbox.corrupt is not None:
        log.say("outbox_set_aside", "error", what=str(outbox.corrupt), mend=outbox.corrupt.mend)
    return outbox


def sizes(config: Config) -> tuple[int, int]:
    """The cap of the file and the ballast beside it, in bytes."""
    storage = config.storage
    return int(storage.outbox_limit_mb * MB), int(storage.ballast_mb * MB)


class OutboxUpkeep:
    """What the owner does once a second, and once after the start; every call from one thread."""

    def __init__(
        self,
        outbox: Outbox,
        path: Path,
        receipt_keys: Sequence[PublicKey],
        on_alarm: OnAlarm = no_alarm,
    ) -> None:
        self._outbox = outbox
        self._path = path
        self._receipt_keys = receipt_keys
        self._on_alarm = on_alarm
        self._mirror_said = ""
        self._damaged = ""

    def start(self) -> None:
        """Read the whole of a large file in a thread of its own: the start checked a part of it."""
        if self._path.stat().st_size > CHECKED_WHOLE_BYTES:
            threading.Thread(target=self._check, name="outbox-check", daemon=True).start()

    def why_closed(self) -> str:
        """Why no traveller may start, or ""; brings in receipts that came by hand.

        Raises OutboxError.
        """
        self._take_receipts()
        self._say_mirror()
        if self._damaged:
            return "outbox_unusable"
        if self._outbox.is_full:
            return "outbox_full"
        return "outbox_mirror" if self._outbox.why_closed is not None else ""

    def _take_receipts(self) -> None:
        now_s = time.monotonic()
        keys, on_alarm = self._receipt_keys, self._on_alarm
        told = take_dropped(self._outbox, self._path, keys, now_s, on_alarm)
        for name, marked, why in told:
            if why:
                mend = "Ask the centre for the receipts of this kiosk; the file is kept."
                log.say("courier_receipts_refused", "error", what=f"{name}: {why}", mend=mend)
            else:
                log.say("courier_receipts_taken", count=marked)

    def _say_mirror(self) -> None:
        mirror = self._outbox.mirror
        if mirror is None or mirror.what == self._mirror_said:
            return
        self._mirror_said = mirror.what
        if mirror.in_step:
            log.say("outbox_mirror_in_step", what=str(mirror.path))
            return
        mend = "Put the mirror's medium back; `kiosk outbox status` tells more."
        log.say("outbox_mirror_away", "error", what=mirror.what, mend=mend)

    def _check(self) -> None:
        began_s = time.monotonic()
        try:
            verdict = full_check(self._path)
            if verdict != "ok":
                self._outbox.suspect()
        except OutboxError as error:
            log.say("outbox_trouble", "error", what=str(error), mend=error.mend)
            return
        took_ms = round((time.monotonic() - began_s) * 1000)
        if verdict == "ok":
            log.say("outbox_checked", duration_ms=took_ms)
            return
        self._damaged = verdict
        mend = "Let it send what it can, then `kiosk outbox export` the rest and restart the kiosk."
        log.say("outbox_damaged", "error", what="a page of it does not read.", mend=mend)
