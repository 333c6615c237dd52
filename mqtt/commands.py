"""What the centre may ask of a kiosk, signed and expiring, and what the kiosk answers (pure).

Never code: a command is one of seven values. Each bears an id and a number that rises in all
commands of a centre, so that the kiosk refuses what is old or out of order with one number and a
short list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mqtt.bundles import Name
from mqtt.errors import CommandError
from mqtt.groups import Code, Digest, KioskId, Utc, Uuid
from mqtt.keys import PublicKey
from mqtt.signed import Form

COMMAND_TYPE = "application/vnd.border-kiosk.command+cbor"
RESULT_TYPE = "application/vnd.border-kiosk.command-result+cbor"
COMMAND_LIMIT_BYTES = 512 * 1024
RESULT_LIMIT_BYTES = 64 * 1024
KIOSKS_LIMIT = 1000
LONGEST_LIFE = timedelta(days=31)

Number = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Version = Annotated[str, Meta(pattern=r"^[0-9A-Za-z.+-]{1,64}$(?!\n)")]
HttpsUrl = Annotated[
    str, Meta(pattern=r"^https://[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?/[!-~]{0,300}$(?!\n)")
]
BUNDLE_BYTES_MOST = 2**31


class Resend(Struct, frozen=True, kw_only=True, tag_field="what", tag="resend"):
    """Send these places of the chain again, where the kiosk still has them."""

    epoch: Uuid
    first: Number
    last: Number

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a range ends at or after its first place.")


class Rotate(Struct, frozen=True, kw_only=True, tag_field="what", tag="rotate"):
    """Ask for new keys and certificates with the next turn of `kiosk keys rotate --if-due`."""


class Configure(Struct, frozen=True, kw_only=True, tag_field="what", tag="configure"):
    """A new kiosk.toml: judged only, or kept aside; `apply` puts the one that was kept into force.

    `sha256` names the text that is applied, so that nothing else than what was staged can be.
    """

    step: Literal["dry_run", "stage", "apply"]
    sha256: Digest
    toml: Annotated[str, Meta(max_length=64 * 1024)] = ""


class UpdateList(Struct, frozen=True, kw_only=True, tag_field="what", tag="update_list"):
    """A bundle, signed by the root: a list, or keys."""

    name: Name
    bundle: Annotated[bytes, Meta(max_length=384 * 1024)]


class Update(Struct, frozen=True, kw_only=True, tag_field="what", tag="update"):
    """A new system lies at `url`: fetch it, put it in while nobody is served, start it on trial.

    `older`: also a version below the running one; what the bundle itself allows is asked besides.
    """

    version: Version
    url: HttpsUrl
    size: Annotated[int, Meta(ge=1, le=BUNDLE_BYTES_MOST)]
    sha256: Digest
    older: bool = False


class RequestSupport(Struct, frozen=True, kw_only=True, tag_field="what", tag="request_support"):
    """Answer with impersonal facts: release, levels, keys, clock."""


class Ping(Struct, frozen=True, kw_only=True, tag_field="what", tag="ping"):
    """Answer, and do nothing."""


Order = Resend | Rotate | Configure | UpdateList | Update | RequestSupport | Ping


class Command(Struct, frozen=True, kw_only=True):
    """One order to some kiosks or to a group, between two times.

    `number` rises with every command that this centre signs.
    """

    id: Uuid
    number: Number
    issued_at: Utc
    expires_at: Utc
    order: Order
    kiosks: Annotated[tuple[KioskId, ...], Meta(max_length=KIOSKS_LIMIT)] = ()
    group: Code | None = None

    def __post_init__(self) -> None:
        if not timedelta(0) < self.expires_at - self.issued_at <= LONGEST_LIFE:
            raise ValueError("a command lives above 0 and at most 31 days.")
        if bool(self.kiosks) == (self.group is not None):
            raise ValueError("a command is for kiosks or for one group.")


class Outcome(StrEnum):
    """What became of a command."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Result(Struct, frozen=True, kw_only=True):
    """The kiosk's answer; `why` is a code, `facts` are impersonal."""

    kiosk: KioskId
    command: Uuid
    number: Number
    outcome: Outcome
    at: Utc
    why: Code | None = None
    facts: dict[Code, Annotated[str, Meta(max_length=8192)]] = {}


_COMMAND = Form(Command, COMMAND_TYPE, COMMAND_LIMIT_BYTES, CommandError)
_RESULT = Form(Result, RESULT_TYPE, RESULT_LIMIT_BYTES, CommandError)
sign_command, sign_result = _COMMAND.sign, _RESULT.sign


def read_command(data: bytes, keys: Sequence[PublicKey]) -> Command:
    """A command that one of the centre's `keys` signed; raises CommandError."""
    return _COMMAND.verify(data, keys)


def read_result(data: bytes, keys: Sequence[PublicKey]) -> Result:
    """An answer that one of the kiosk's `keys` signed; raises CommandError."""
    return _RESULT.verify(data, keys)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a kiosk, its groups, and the highest number that it has answered."""

    kiosk: str
    groups: frozenset[str]
    highest: int


def refusal(command: Command, reader: Reader, now_utc: datetime) -> str | None:
    """Why a command is not done, as a code; None where it is to be done now.

    `foreign` is answered by nobody. A command of the future is done: the kiosk's clock may be the
    one that is wrong, and the number keeps old ones out.
    """
    if reader.kiosk not in command.kiosks and command.group not in reader.groups:
        return "foreign"
    if now_utc >= command.expires_at:
        return "expired"
    if command.number <= reader.highest:
        return "out_of_order"
    return None
