"""When an update may come and be put in (pure): versions only rise, and never within a visit."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Final, Literal

RESTING: Final = frozenset({"attract", "out-of-service"})
CLOSED: Final = "out-of-service"
SILENT_S: Final = 600.0  # a page that is silent so long serves nobody; the update may be the mend
SEES_DOOR_S: Final = 5.0  # the kiosk looks every second
DOOR_S: Final = 60.0  # the same where it was asked to close
_VERSION: Final = re.compile(r"(\d+(?:\.\d+){1,3})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.+-]+)?")
_LONGEST: Final = 4

Key = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def version_key(version: str) -> Key | None:
    """What sorts versions as semver.org 2.0, 11 says; None for what is no version.

    Behind a plus stands what was built, not how new it is.
    """
    found = _VERSION.fullmatch(version)
    if not found:
        return None
    numbers = [int(one) for one in found[1].split(".")]
    words = found[2].split(".") if found[2] else []
    rest = tuple((not one.isdigit(), int(one) if one.isdigit() else 0, one) for one in words)
    return (*numbers, *[0] * (_LONGEST - len(numbers))), not words, rest


Order = Literal["newer", "same", "older", "no_version"]


def compared(running: str, offered: str) -> Order:
    """What the offered version is beside the running one."""
    one, other = version_key(running), version_key(offered)
    if one is None or other is None:
        return "no_version"
    if one == other:
        return "same"
    return "newer" if other > one else "older"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of a day, UTC; from the first to before the second, over midnight where need be."""

    first: time
    end: time

    @classmethod
    def of(cls, text: str) -> "QuietHours | None":
        """From HH:MM-HH:MM; None for the empty text."""
        if not text:
            return None
        first, _, end = text.partition("-")
        return cls(time.fromisoformat(first), time.fromisoformat(end))

    def holds(self, at: time) -> bool:
        """Whether `at` lies within."""
        if self.first <= self.end:
            return self.first <= at < self.end
        return at >= self.first or at < self.end


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows and since when, and how long the update has waited.

    screen: None where no page answers, which then lasts since `since_s`.
    """

    screen: str | None
    since_s: float
    waited_s: float
    at_utc: time


@dataclass(frozen=True, slots=True)
class Rules:
    """Of the post: kiosk.toml, [update]."""

    idle_s: float = 120.0
    patience_s: float = 86_400.0
    quiet: QuietHours | None = None


def may_install(seen: Seen, rules: Rules) -> bool:
    """Whether writing the other slot may begin: nobody is served, and was not for a while.

    It goes on with low priority where a traveller comes meanwhile.
    """
    if seen.screen is None:
        return seen.since_s >= SILENT_S
    return seen.screen in RESTING and seen.since_s >= rules.idle_s


def may_close(seen: Seen, rules: Rules) -> bool:
    """Whether the door may be shut for the restart; a visit that runs is not touched by it.

    In the quiet hours, where there are some; a kiosk that is out of service needs none; and after
    `patience_s` any moment will do, since the door waits for the end of the visit by itself.
    """
    if seen.waited_s >= rules.patience_s:
        return seen.screen is not None or may_install(seen, rules)
    if not may_install(seen, rules):
        return False
    served = seen.screen is not None and seen.screen != CLOSED
    return not served or rules.quiet is None or rules.quiet.holds(seen.at_utc)


def may_restart(seen: Seen) -> bool:
    """Whether, behind a door that was shut `waited_s` ago, nobody is served any more.

    A kiosk that was closed for another reason could open before it has seen the door.
    """
    if seen.waited_s < SEES_DOOR_S:
        return False
    return seen.screen == CLOSED or (seen.screen is None and seen.since_s >= DOOR_S)
