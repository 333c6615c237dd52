"""Break-glass at this kiosk: takes a token, says what stands, tells the centre (alarms).

Two places: `record`, on the card, keeps the floor and what the centre was told; `room`, in /run, is
what stands now, and a restart empties it. The number is kept before the door opens, so that no
power cut lets a token in twice.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from firmware_app import clock, config
from firmware_app.config import Config
from firmware_app.services.keys import device_room
from mqtt import break_glass
from mqtt.break_glass import BreakGlassError, Floor, Moment, Token
from mqtt.bundle_store import BundleStore
from mqtt.bundles import fingerprint
from mqtt.files import give_like_folder, write_durably
from mqtt.keys import load_public_key
from mqtt.time_floor_file import FloorKeeper, floor_path, powered_s, system_utc_s

ROOM = Path("/run/border-kiosk-break-glass")
SUFFIX = ".breakglass"
MAINTENANCE = "maintenance"
_READ_LIMIT_BYTES = 8192


class GlassAlarm(StrEnum):
    """What the centre is told; the name of its count in `Counters`."""

    TAKEN = "alarm.break_glass_taken"
    ENDED = "alarm.break_glass_ended"


@dataclass(frozen=True, slots=True)
class Record:
    """What outlives a restart: the floor of this root's tokens, and how much the centre knows."""

    root: str = ""
    number: int = 0
    deputy: int = 0
    told_taken: int = 0
    told_ended: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """An open door: until so many powered seconds of this start, and until then by the clock."""

    number: int
    kiosk: str
    until_powered_s: float
    not_after: str
    reason: str
    key: str

    @property
    def left_s(self) -> float:
        """Powered seconds that are left; at least 0."""
        return max(0.0, self.until_powered_s - powered_s())

    def over(self, moment: Moment) -> bool:
        """Whether it must end now."""
        ends = datetime.fromisoformat(self.not_after)
        return self.left_s <= 0 or break_glass.has_ended(ends, moment)


def record_path(loaded: Config) -> Path:
    """Beside the outbox, on the card."""
    return loaded.storage.outbox.with_name("break-glass.json")


def moment(loaded: Config) -> Moment:
    """What this machine knows of the time."""
    keeper = FloorKeeper(floor_path(loaded.storage.outbox))
    steered = clock.quality().source == "ntp"
    return Moment(system_utc_s(), keeper.earliest_utc_s(), steered)


def take(path: Path, data: bytes, room: Path = ROOM) -> Standing:
    """Verify a token and open the door for it; raises BreakGlassError, KioskError, KeyFileError.

    The same token again, while it stands, changes nothing.
    """
    loaded = config.load(path)
    files = device_room(loaded)
    if not files.root.exists():
        raise BreakGlassError("this kiosk is not set up: it believes no root yet.")
    root = load_public_key(files.root)
    roots = BundleStore(files.bundles, root, clock.utc_now).roots()
    token, deputy = break_glass.read_token(data, roots)
    present = look(room)
    if present is not None and present.number == token.number and token.kiosk == present.kiosk:
        return present
    record = _of_root(read_record(record_path(loaded)), fingerprint(root))
    floor = Floor(record.number, record.deputy)
    left_s = break_glass.admit(token, deputy, loaded.kiosk_id, floor, moment(loaded))
    version = max(record.deputy, deputy.version if deputy is not None else 0)
    keep(record_path(loaded), replace(record, number=token.number, deputy=version))
    return _open(token, left_s, room)


def look(room: Path = ROOM) -> Standing | None:
    """What stands; None where nothing does."""
    try:
        with (room / "standing.json").open("rb") as file:
            found = Standing(**json.loads(file.read(_READ_LIMIT_BYTES)))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.left_s > 0 else None


def close(room: Path = ROOM) -> None:
    """Nothing stands any more; safe to call twice."""
    for name in ("standing.json", ".ssh/authorized_keys", "seconds"):
        (room / name).unlink(missing_ok=True)


def read_record(path: Path) -> Record:
    """What the card says; an empty one where it says nothing."""
    try:
        with path.open("rb") as file:
            return Record(**json.loads(file.read(_READ_LIMIT_BYTES)))
    except (OSError, ValueError, TypeError):
        return Record()


def keep(path: Path, record: Record) -> None:
    """On the disk when this returns; raises OSError."""
    write_durably(path, json.dumps(asdict(record)).encode())
    give_like_folder(path)


def untold(record: Record, standing: Standing | None) -> tuple[GlassAlarm | None, Record]:
    """What the centre does not know yet, and the record once it was told."""
    if record.number > record.told_taken:
        return GlassAlarm.TAKEN, replace(record, told_taken=record.number)
    if standing is None and record.told_taken > record.told_ended:
        return GlassAlarm.ENDED, replace(record, told_ended=record.told_taken)
    return None, record


@dataclass(frozen=True, slots=True)
class GlassWatch:
    """The running kiosk's look at the door, once a second."""

    path: Path
    room: Path = ROOM

    def news(self, heard: Callable[[GlassAlarm], None]) -> str:
        """Why nobody may start while the door is open, or ""; tells `heard` of a change, once.

        On the card first: one that does not write could not keep the alarm either.
        """
        standing = look(self.room)
        alarm, record = untold(read_record(self.path), standing)
        if alarm is not None:
            with suppress(OSError):
                keep(self.path, record)
                heard(alarm)
        return MAINTENANCE if standing is not None else ""


def _of_root(record: Record, root: str) -> Record:
    """A new root's numbers begin anew; what the centre was told goes on from there."""
    return record if record.root == root else Record(root=root)


def _open(token: Token, left_s: float, room: Path) -> Standing:
    """Lay out what the server needs; `standing.json` last, since its unit waits for that."""
    home = room / ".ssh"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(home / "authorized_keys", f"restrict {token.ssh_key}\n".encode())
    write_durably(room / "seconds", b"%d\n" % max(1, round(left_s)))
    key = sha256(token.ssh_key.encode()).hexdigest()[:16]
    standing = Standing(
        number=token.number,
        kiosk=token.kiosk,
        until_powered_s=powered_s() + left_s,
        not_after=token.not_after.astimezone(UTC).isoformat(),
        reason=token.reason,
        key=key,
    )
    write_durably(room / "standing.json", json.dumps(asdict(standing)).encode())
    return standing
