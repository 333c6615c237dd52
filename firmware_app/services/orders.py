"""What a command of the centre can do on this kiosk; nothing here runs what it was sent."""

import time
from dataclasses import dataclass
from pathlib import Path

from firmware_app import clock
from firmware_app.config import Config
from firmware_app.errors import KioskError
from firmware_app.release import git_commit, release
from firmware_app.services.config_stage import ConfigStage, changed
from firmware_app.services.keys import Keys, wanted_file
from firmware_app.services.update import UpdateDesk
from mqtt.bundle_store import UtcClock
from mqtt.bundles import KEYS, kid_text, month_ends
from mqtt.commands import Command, Configure, Resend, Update
from mqtt.files import write_durably
from mqtt.outbox import Outbox

Facts = dict[str, str]


class NoRootError(KioskError):
    """A bundle came to a kiosk that believes fixed key files."""

    mend = "Set keys.root and keys.bundles in kiosk.toml: `kiosk keys enrol` fills them."


class NoUpdatesError(KioskError):
    """An update was announced to a kiosk that cannot take one."""

    mend = "Set [update] as kiosk.example.toml has it; until then a new system is a new card."


@dataclass(slots=True)
class KioskOrders:
    """The hands of `workers.commands`: outbox, keys and configuration of this kiosk."""

    config: Config
    config_file: Path
    outbox: Outbox
    keys: Keys
    utc_now: UtcClock = clock.utc_now
    updates: UpdateDesk | None = None

    def resend(self, order: Resend) -> Facts:
        """Make the kept rows of the range ready; raises OutboxError."""
        count = self.outbox.resend(order.epoch, order.first, order.last, time.monotonic())
        return {"rows": str(count), "asked": str(order.last - order.first + 1)}

    def rotate(self) -> Facts:
        """Leave the mark for the next `kiosk keys rotate --if-due`."""
        write_durably(wanted_file(self.config), b"the centre asks for new keys\n")
        return {"when": "next_turn"}

    def configure(self, order: Configure) -> Facts:
        """Judge, stage or apply a kiosk.toml; raises ConfigError, OSError."""
        stage = ConfigStage(self.config_file, self.config.storage.outbox.parent)
        if order.step == "apply":
            stage.apply(order.sha256)
            return {"in_force": "next_start"}
        wanted = stage.judge(order.toml)
        if order.step == "stage":
            stage.stage(order.toml)
        return {"changes": ",".join(changed(self.config, wanted)), "step": order.step}

    def take_bundle(self, name: str, data: bytes) -> Facts:
        """Keep a bundle of the root; keys count from now on. Raises BundleError, OSError."""
        if self.keys.store is None:
            raise NoRootError("this kiosk has no root, so it takes no bundles.")
        bundle = self.keys.store.take(data, name)
        if name == KEYS:
            self.keys.ring.renew()
        return {"name": name, "version": str(bundle.version)}

    def update(self, command: Command, order: Update) -> Facts:
        """Note an announced system; raises UpdateError, OSError."""
        if self.updates is None:
            raise NoUpdatesError("this kiosk has no [update] in its kiosk.toml.")
        return self.updates.announce(command, order)

    def support(self) -> Facts:
        """Release, levels, keys, clock; nothing of any traveller, and no key."""
        levels = self.outbox.levels(time.monotonic())
        quality = clock.quality()
        found = self.keys.store.keys() if self.keys.store is not None else None
        return {
            **(self.updates.facts() if self.updates else {}),
            "release": release(),
            "git_commit": git_commit(),
            "profile": self.config.profile,
            "assurance": self.config.assurance,
            "outbox_ready": str(levels.ready),
            "outbox_sent": str(levels.sent),
            "outbox_used_pct": f"{levels.used_pct:.1f}",
            "oldest_unreceipted_s": str(round(levels.oldest_unreceipted_s or 0)),
            "clock": quality.source,
            "clock_uncertainty_ms": str(quality.uncertainty_ms),
            "signing_key": kid_text(self.keys.signer.public_key()),
            "recipients": ",".join(kid_text(key) for key in self.keys.ring.recipients()),
            "months_end": f"{month_ends(found):%Y-%m-%d}" if found else "fixed",
        }
