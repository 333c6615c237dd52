"""What a document check is, and what a line of the catalogue is: values without any rule."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How a check ended; `not_done` and `not_applicable` always say why."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


class Follow(StrEnum):
    """What the kiosk does: nothing, send to an officer, or read again first and then send."""

    NOTHING = "nothing"
    REFER = "refer"
    READ_AGAIN = "read_again"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: a stable code, its result, why as a code, and the names of the inputs it used."""

    code: str
    result: Result
    why: str = ""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """One reason that a check can give: its result, what it says, and what the kiosk does."""

    result: Result
    says: str
    follow: Follow = Follow.NOTHING


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue: what is asked, of which inputs, and what a consumer should do."""

    asks: str
    inputs: tuple[str, ...]
    whys: dict[str, Why]
    consumer: str


def failed(says: str, follow: Follow = Follow.REFER) -> Why:
    """A reason to fail, which goes to an officer unless another reading may mend it."""
    return Why(Result.FAILED, says, follow)


def not_done(says: str, follow: Follow = Follow.NOTHING) -> Why:
    """A reason why it was not or could not be checked."""
    return Why(Result.NOT_DONE, says, follow)


def no_case(says: str) -> Why:
    """A reason why this document has nothing to check here."""
    return Why(Result.NOT_APPLICABLE, says)


def remark(says: str) -> Why:
    """It passed, and this has to be said with it."""
    return Why(Result.PASSED, says)
