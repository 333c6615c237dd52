"""A programme's centre on this machine, for a guest to enrol at and to send its crossings to.

Made as a real one is (docs/keys.md): root, centre, certificates of servers and members, one-time
tokens; mosquitto, the desk and the sink are the shipped ones. QEMU shows this machine's loopback
to its guest as 10.0.2.2.
"""

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

from firmware_app.engineer.processes import Family
from image_build.steps import run
from mqtt.central import keys_ceremony as ceremony
from mqtt.central import mosquitto
from mqtt.central.clock import utc_now
from mqtt.central.command_desk import CommandDesk
from mqtt.central.issue import MEMBER, equip, issue
from mqtt.central.keys_rooms import CentreRoom, RootRoom
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.mosquitto import LOOPBACK, BrokerFiles
from mqtt.central.pki import write_private
from mqtt.central.show import as_json
from mqtt.central.store_sqlite import Store
from mqtt.enrol import new_token

KIOSK: Final = "uto-guest-1"
GUEST_SIDE: Final = "10.0.2.2"
BROKER_PORT: Final = 8883  # the two ports that systemd/nftables.conf lets out
DESK_PORT: Final = 8443
BIN: Final = Path(sys.executable).parent
# A post with a reader on a serial line and a camera, without a finger scanner.
POST: Final = """\
[post]
locode = "UTABC"
code = "GST"
authority = "UTO"
direction = "ENTRY"
group_size_max = 1

[page]
languages = ["en", "fr", "ar"]

[devices]
document_reader = "serial:///dev/kiosk-reader?baud=9600&protocol=honeywell"
camera = "v4l2:///dev/kiosk-camera?width=640&height=480"

[policy]
try_limit_s = 15

[storage]
keep_after_receipt_h = 0

[law]
legal_basis = "guest"
notice_version = "1"
retention_days = 1
"""


@dataclass(slots=True)
class Centre:
    """Start with `with`; nothing of it runs after the block."""

    folder: Path
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def root(self) -> RootRoom:
        """The programme's root, which lies in a safe elsewhere."""
        return RootRoom(self.folder / "root")

    @property
    def room(self) -> CentreRoom:
        """Its keys, registry and database."""
        return CentreRoom(self.folder / "centre")

    def __enter__(self) -> Self:
        ceremony.make_root(self.root, None)
        ceremony.make_centre(self.room, self.root, None, utc_now())
        issue(self.room, "broker", LOOPBACK, GUEST_SIDE)
        central = equip(self.room)
        with ExitStack() as stack:
            stack.enter_context(mosquitto.start(self._broker(), BROKER_PORT))
            family = stack.enter_context(Family(self.folder / "log"))
            family.start("sink", [BIN / "kiosk-central", "serve", "--config", central])
            words = ["--serve", f"{LOOPBACK}:{DESK_PORT}", "--name", GUEST_SIDE]
            family.start("desk", [BIN / "kiosk-central", "keys", "enrol", self.room.folder, *words])
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_about: object) -> None:
        self._stack.close()

    def _broker(self) -> BrokerFiles:
        folder = self.room.folder
        files = BrokerFiles(
            authority=self.room.authorities,
            certificate=folder / "broker.pem",
            key=folder / "broker.key",
            configuration=folder / "mosquitto.conf",
            acl=folder / "acl",
            log=folder / "mosquitto.log",
        )
        write_private(files.acl, mosquitto.acl_text([MEMBER]).encode())
        return files

    def provision(self, post: str = POST) -> Path:
        """A provision.toml for one more kiosk of that id, as `kiosk provision make` writes it."""
        url = f"https://{GUEST_SIDE}:{DESK_PORT}"
        token = new_token(KIOSK, ceremony.root_key(self.room), url)
        TokenBook(self.room.tokens).open(token, utc_now(), timedelta(hours=1))
        said, out = self.folder / "post.toml", self.folder / "provision.toml"
        said.write_text(post, encoding="utf-8")
        words: list[str | Path] = [BIN / "kiosk", "provision", "make", "--post", said, "--out", out]
        words += ["--token", token.text(), "--root", self.room.root]
        run([*words, "--broker", f"{GUEST_SIDE}:{BROKER_PORT}"])
        return out

    def announce(self, bundle: Path, version: str) -> None:
        """Order the kiosk to fetch what a web server beside this has, older or newer."""
        what: list[str | Path] = ["--bundle", bundle, "--version", version, "--older"]
        url = f"https://{GUEST_SIDE}/{bundle.name}"
        send: list[str | Path] = [BIN / "kiosk-central", "command", "send", self.room.folder]
        run([*send, "--kiosk", KIOSK, "update", *what, "--url", url])

    def answered(self) -> str:
        """How far the kiosk says it is with the newest order; empty while it is silent."""
        sent = CommandDesk(self.room.folder / "commands").all()
        found = sent[-1].answers.get(KIOSK) if sent else None
        return found.facts.get("step", "") if found else ""

    def crossings(self) -> list[dict[str, Any]]:
        """Those that the centre has decrypted and stored, oldest first."""
        return [one for one in self.events() if one["kind"] == "crossing"]

    def events(self) -> list[dict[str, Any]]:
        """All that the centre has decrypted and stored, oldest first."""
        path = self.room.folder / "central.sqlite3"
        if not path.exists():
            return []
        with Store(path, read_only=True) as store:
            return [as_json(one) for one in store.events(0, sys.maxsize)]
