"""The record of a field test of liveness: what it must hold, and whether it is of this kiosk.

It is the file that `kiosk evaluate liveness FOLDER --json` wrote; docs/pad-field-test.md says what
is asked. Nothing in it is signed: whoever may change kiosk.toml may write one.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from firmware_app.errors import ConfigError
from vision.liveness import METHOD, VERSION
from vision.liveness_release import under_test

LEAST_OF_SPECIES, LEAST_LIVE_PEOPLE, LEAST_LIVE = 150, 60, 240
MOST_PASSED_PCT, MOST_REFUSED_PCT = 2.0, 5.0
SPECIES = (
    *("print_flat", "print_bent", "print_cut_out", "tablet_photo", "tablet_obedient_video"),
    *("session_replayed", "mask_of_another", "injected"),
)
"""Each is to be tested; what begins with `injected` counts as that."""
LARGEST_BYTES = 1_000_000
KEEP = "Keep supervised = true."
AGAIN = "Keep supervised = true, or test this release anew by docs/pad-field-test.md."
MAKE = (
    "Keep supervised = true, or name what `kiosk evaluate liveness FOLDER --json` wrote of a field"
    " test by docs/pad-field-test.md."
)


Lack = tuple[str, str]
"""What speaks against a record, and the mend."""


class Count(msgspec.Struct, frozen=True):
    """So many of so many."""

    count: int
    of: int

    @property
    def pct(self) -> float:
        """In percent; of none, all."""
        return 100 * self.count / self.of if self.of > 0 else 100.0


class LiveOnes(msgspec.Struct, frozen=True):
    """Live people, and how many presentations of theirs were not called live."""

    refused: Count


class Attacks(msgspec.Struct, frozen=True):
    """Presentations of one species, and how many passed."""

    passed: Count


class FieldRecord(msgspec.Struct, frozen=True):
    """The parts of the document that are looked at.

    under_test: vision.liveness_release; challenges: those of all plans; least_planned: of the
    shortest plan; people: live ones.
    """

    what: str
    method: str
    version: str
    under_test: str
    challenges: tuple[str, ...]
    least_planned: int
    people: int
    live: LiveOnes
    attacks: dict[str, Attacks]
    short_of_protocol: tuple[str, ...]


class Asked(Protocol):
    """What kiosk.toml says of liveness."""

    @property
    def field_test(self) -> Path | None:
        """The record."""

    @property
    def challenges(self) -> Sequence[str]:
        """What may be asked."""

    @property
    def count(self) -> int:
        """How many of them are."""


def check(config: Path, asked: Asked, *, supervised: bool) -> None:
    """Nothing, where an officer watches, or a whole record of what runs here stands in.

    Raises ConfigError with what the record lacks first.
    """
    path = asked.field_test
    if supervised:
        return
    if path is None:
        what = f"{config}: policy.supervised is false without liveness.field_test."
        raise ConfigError(what, MAKE)
    record = _read(path)
    for lack, mend in (*_other(record, asked), *_too_small(record), *_too_bad(record)):
        raise ConfigError(f"{path}: {lack}", mend)


def amounts(people: int, live: int, attacks: Mapping[str, int]) -> Iterator[str]:
    """What the numbers of a test fall short of: live people, their tests, attacks by species."""
    if people < LEAST_LIVE_PEOPLE:
        yield f"live people: {people}, not {LEAST_LIVE_PEOPLE}"
    if live < LEAST_LIVE:
        yield f"live: {live} presentations, not {LEAST_LIVE}"
    tested = dict.fromkeys(SPECIES, 0)
    for name, made in attacks.items():
        kind = "injected" if name.startswith("injected") else name
        tested[kind] = tested.get(kind, 0) + made
    for name, made in tested.items():
        if made < LEAST_OF_SPECIES:
            yield f"{name}: {made} presentations, not {LEAST_OF_SPECIES}"


def _read(path: Path) -> FieldRecord:
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LARGEST_BYTES), type=FieldRecord)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.", MAKE) from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path} is no record of a field test: {error}.", MAKE) from error


def _other(record: FieldRecord, asked: Asked) -> Iterator[Lack]:
    """In what the test was of something else."""
    if record.what != "field":
        yield f"it is of a {record.what}, not of a field test.", MAKE
    if (record.method, record.version) != (METHOD, VERSION):
        yield f"it tested {record.method} {record.version}, this is {METHOD} {VERSION}.", AGAIN
    if record.under_test != under_test():
        yield "it tested other networks or limits than run here.", AGAIN
    if set(record.challenges) != set(asked.challenges) or record.least_planned > asked.count:
        yield "it tested other challenges, or more of them, than liveness asks for here.", AGAIN


def _too_small(record: FieldRecord) -> Iterator[Lack]:
    attacks = {name: one.passed.of for name, one in record.attacks.items()}
    of_live = record.live.refused.of
    for lack in (*amounts(record.people, of_live, attacks), *record.short_of_protocol):
        yield f"it is too small: {lack}.", AGAIN


def _too_bad(record: FieldRecord) -> Iterator[Lack]:
    for name, one in record.attacks.items():
        if one.passed.pct > MOST_PASSED_PCT:
            yield f"{one.passed.count} of {one.passed.of} of {name} passed.", KEEP
    refused = record.live.refused
    if refused.pct > MOST_REFUSED_PCT:
        yield f"{refused.count} of {refused.of} live ones were refused.", KEEP
