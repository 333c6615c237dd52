"""Break-glass tokens: one engineer's key, one kiosk, some hours; signed by root or deputy (pure).

The root lies in a safe, and a kiosk breaks at night: so the root may name a deputy for some months,
whose key signs tokens and nothing else. A token carries its deputy's grant, so that a kiosk without
a link needs nothing but the root that it believes already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from mqtt.bundles import KeyBytes, Version, key_of
from mqtt.errors import WireError
from mqtt.groups import KioskId, Utc
from mqtt.keys import PublicKey
from mqtt.signed import Form
from mqtt.time_floor import doubt, is_plausible

TOKEN_TYPE = "application/vnd.border-kiosk.break-glass+cbor"  # noqa: S105 - a media type
GRANT_TYPE = "application/vnd.border-kiosk.deputy+cbor"
TOKEN_LIMIT_BYTES = 4096
GRANT_LIMIT_BYTES = 1024
LONGEST = timedelta(hours=24)
DEPUTY_LONGEST = timedelta(days=190)

SSH_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com")
_KINDS = "|".join(SSH_KINDS).replace(".", "[.]")
SshKey = Annotated[str, Meta(pattern=rf"^({_KINDS}) [A-Za-z0-9+/]{{60,400}}={{0,2}}$(?!\n)")]
"""A line of an SSH public key without its comment: no space, quote or line end can come after."""


class BreakGlassError(WireError):
    """A token or grant that does not hold; nothing was opened."""

    mend = "Make a new token (`kiosk break-glass make`) for this kiosk, and switch it off and on."


class Deputy(Struct, frozen=True, kw_only=True):
    """Who may sign tokens beside the root: for kiosks whose id begins with `kiosks` ("": all).

    version only rises: a kiosk that saw a newer grant believes no older one.
    """

    key: KeyBytes
    version: Version
    not_before: Utc
    not_after: Utc
    kiosks: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{0,40}$(?!\n)")] = ""

    def __post_init__(self) -> None:
        key_of(self.key)
        if not timedelta() < self.not_after - self.not_before <= DEPUTY_LONGEST:
            raise ValueError(f"a deputy is one for {DEPUTY_LONGEST.days} days at most.")


class Token(Struct, frozen=True, kw_only=True):
    """Who may come in, where, from when to when, and why; number only rises at each kiosk."""

    kiosk: KioskId
    ssh_key: SshKey
    number: Version
    not_before: Utc
    not_after: Utc
    reason: Annotated[str, Meta(min_length=3, max_length=120, pattern=r"^[ -~]+$(?!\n)")]
    grant: Annotated[bytes, Meta(max_length=GRANT_LIMIT_BYTES)] | None = None

    def __post_init__(self) -> None:
        if not timedelta() < self.not_after - self.not_before <= LONGEST:
            raise ValueError("a token is good for 24 hours at most.")


@dataclass(frozen=True, slots=True)
class Floor:
    """The highest number and grant that this kiosk ever took."""

    number: int = 0
    deputy: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """What the kiosk knows of the time, in seconds since 1970; steered: by a time server, now."""

    system_utc_s: float
    earliest_utc_s: float
    steered: bool = False


_TOKEN = Form(Token, TOKEN_TYPE, TOKEN_LIMIT_BYTES, BreakGlassError)
_GRANT = Form(Deputy, GRANT_TYPE, GRANT_LIMIT_BYTES, BreakGlassError)
sign_token = _TOKEN.sign
sign_grant = _GRANT.sign
unproven_token = _TOKEN.unproven
unproven_grant = _GRANT.unproven


def read_grant(data: bytes, roots: Sequence[PublicKey]) -> Deputy:
    """The grant, where one of `roots` signed it; raises BreakGlassError."""
    return _GRANT.verify(data, roots)


def read_token(data: bytes, roots: Sequence[PublicKey]) -> tuple[Token, Deputy | None]:
    """The token and the deputy who signed it, None: a root did; raises BreakGlassError."""
    grant = _TOKEN.unproven(data).grant
    if grant is None:
        return _TOKEN.verify(data, roots), None
    deputy = read_grant(grant, roots)
    token = _TOKEN.verify(data, [key_of(deputy.key)])
    check_granted(token, deputy)
    return token, deputy


def check_granted(token: Token, deputy: Deputy) -> None:
    """Refuse what this deputy was not given: other hours, another kiosk; with BreakGlassError."""
    if not deputy.not_before <= token.not_before or not token.not_after <= deputy.not_after:
        raise BreakGlassError("its deputy may not sign for those hours.")
    if not token.kiosk.startswith(deputy.kiosks):
        raise BreakGlassError("its deputy may not sign for that kiosk.")


def admit(token: Token, deputy: Deputy | None, kiosk: str, floor: Floor, moment: Moment) -> float:
    """For how many powered seconds it stands, where this kiosk takes it now.

    Raises BreakGlassError. A clock that says nothing believable (a dead one) takes a token that has
    not ended for sure; then it stands for its whole span, counted while the kiosk has power.
    """
    if token.kiosk != kiosk:
        raise BreakGlassError(f"it is for the kiosk {token.kiosk}.")
    if token.number <= floor.number:
        raise BreakGlassError("it, or a newer one, was taken here before.")
    if deputy is not None and deputy.version < floor.deputy:
        raise BreakGlassError("its deputy's grant was replaced by a newer one.")
    begins_s, ends_s = token.not_before.timestamp(), token.not_after.timestamp()
    why = doubt(begins_s, ends_s, *_judging(moment))
    if why:
        raise BreakGlassError("it has expired." if why == "expired" else "it is not valid yet.")
    believed = moment.steered or is_plausible(moment.system_utc_s, moment.earliest_utc_s)
    known_s = moment.system_utc_s if believed else moment.earliest_utc_s
    left_s = ends_s - max(begins_s, known_s)
    if left_s <= 0:
        raise BreakGlassError("it has expired.")
    return left_s


def has_ended(not_after: datetime, moment: Moment) -> bool:
    """Whether a token that was taken is over by the clock; powered seconds are counted besides."""
    return doubt(0.0, not_after.timestamp(), *_judging(moment)) == "expired"


def _judging(moment: Moment) -> tuple[float, float]:
    """System time and floor as `doubt` takes them: a steered clock is believed however far on."""
    ahead = moment.steered and moment.system_utc_s > moment.earliest_utc_s
    return moment.system_utc_s, moment.system_utc_s if ahead else moment.earliest_utc_s
