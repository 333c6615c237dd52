"""What the parts of an update tell one another: small JSON files, each written by one user only.

The kiosk writes the board, the fetching user what it has, root what became of it; each reads the
others' as values of these structs and believes a file that does not read to be none.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from firmware_app.config_update import Quiet
from mqtt.commands import BUNDLE_BYTES_MOST, HttpsUrl, Version
from mqtt.files import write_durably

T = TypeVar("T", bound=Struct)
FILE_LIMIT_BYTES = 256 * 1024
KEPT_ORDERS = 8
BOARD, ROOM = Path("/run/border-kiosk/update"), Path("/var/lib/border-kiosk-update")
DOOR = Path("/run/border-kiosk-update/door")

Step = Literal["installing", "installed", "restarting", "trial", "running", "failed", "fell_back"]
Source = Literal["centre", "stick"]
Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
OrderId = Annotated[str, Meta(pattern=r"^[0-9a-f-]{1,80}$(?!\n)")]
Words = Annotated[str, Meta(max_length=2000)]
Bytes = Annotated[int, Meta(ge=1, le=BUNDLE_BYTES_MOST)]


class Wanted(Struct, frozen=True, kw_only=True):
    """What the centre announced; `order` is the command's id, which is answered by `number`."""

    order: OrderId
    number: int
    version: Version
    url: HttpsUrl
    size: Bytes
    sha256: Hex
    older: bool = False


class Board(Struct, frozen=True, kw_only=True):
    """What the kiosk wants, and by which rules. authorities: PEM, who vouches for the server."""

    port: int
    authorities: tuple[str, ...] = ()
    quiet: Quiet = ""
    idle_s: float = 120.0
    patience_h: float = 24.0
    rate_kb_s: int = 0
    wanted: Wanted | None = None


class Fetched(Struct, frozen=True, kw_only=True):
    """How far a bundle has come; `etag` is the server's for a part.

    order: the command's id; of a stick, that no command sent, the bundle's hash.
    """

    order: OrderId
    step: Literal["fetching", "waits", "ready", "failed"]
    version: str
    sha256: Hex
    size: int
    why: str = ""
    what: Words = ""
    etag: Annotated[str, Meta(max_length=200)] = ""


class Installed(Struct, frozen=True, kw_only=True):
    """What became of a bundle that was ready."""

    order: OrderId
    step: Step
    version: str
    why: str = ""
    what: Words = ""


class Ledger(Struct, frozen=True, kw_only=True):
    """The newest orders that were put in, oldest first."""

    orders: tuple[Installed, ...] = ()

    def of(self, order: str) -> Installed | None:
        """What became of that order."""
        return next((one for one in reversed(self.orders) if one.order == order), None)

    def plus(self, one: Installed) -> "Ledger":
        """With the newest word about its order."""
        others = tuple(each for each in self.orders if each.order != one.order)
        return Ledger(orders=(*others, one)[-KEPT_ORDERS:])


@dataclass(frozen=True, slots=True)
class Places:
    """Where each part finds the others' files; names come from a hash or stand here."""

    board: Path = BOARD
    room: Path = ROOM
    door: Path = DOOR

    @property
    def notice(self) -> Path:
        """The board's file."""
        return self.board / "board.json"

    @property
    def waits(self) -> Path:
        """There while something announced is not put in: what the timer looks at."""
        return self.board / "waits"

    @property
    def delivering(self) -> Path:
        """There while crossings wait for the line: the download steps aside."""
        return self.board / "delivering"

    @property
    def fetched(self) -> Path:
        """The fetching user's folder."""
        return self.room / "fetched"

    @property
    def brought(self) -> Path:
        """What came by stick; root's, so that nobody changes it once it was judged."""
        return self.room / "brought" / "stick.raucb"

    @property
    def ledger(self) -> Path:
        """Root's file."""
        return self.room / "installed" / "ledger.json"

    def said(self, source: Source) -> Path:
        """What the fetching user says of a source."""
        return self.fetched / f"{source}.json"

    def part(self, digest: str) -> Path:
        """What is there of a download so far."""
        return self.fetched / f"{digest}.part"

    def whole(self, digest: str) -> Path:
        """A download that is whole."""
        return self.fetched / f"{digest}.raucb"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one order has come, whoever did the last step."""

    order: str
    step: str
    version: str
    why: str = ""
    what: str = ""

    @property
    def bad(self) -> bool:
        """Whether it ended, and not as it should."""
        return self.step in {"failed", "fell_back"}

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.bad or self.step == "running"


def progress(places: Places, source: Source, order: str | None = None) -> Progress | None:
    """What became of a source's order; None where nobody has begun, or only with another one.

    What root did with it counts before what the fetching user had.
    """
    found = load(places.said(source), Fetched)
    if found is None or (order is not None and found.order != order):
        return None
    ledger = load(places.ledger, Ledger) or Ledger()
    done: Fetched | Installed = found
    if found.step == "ready":
        done = ledger.of(found.order) or found
    return Progress(done.order, done.step, done.version, done.why, done.what)


def load(path: Path, kind: type[T]) -> T | None:
    """The file, or None where there is none or it is not what it should be."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(FILE_LIMIT_BYTES), type=kind)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def save(path: Path, value: Struct) -> None:
    """Write it whole, on the disk when this returns, for everybody to read; raises OSError."""
    write_durably(path, msgspec.json.encode(value), 0o644)
