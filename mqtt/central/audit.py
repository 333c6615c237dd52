"""Whether a kiosk's chain is whole: order and completeness, with public keys alone."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mqtt.central.store import StoredHead, StoredStatement
from mqtt.envelope import NO_PREVIOUS, signed_by_one_of
from mqtt.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Gap:
    """Places `first` to `last` of an epoch that are not stored."""

    epoch: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What the chain of one kiosk shows; whole where nothing stands in the lists."""

    kiosk: str
    statements: int
    epochs: int
    gaps: tuple[Gap, ...]
    forks: tuple[str, ...]
    bad_signatures: int
    unlinked: tuple[str, ...]
    tail_missing: bool

    @property
    def whole(self) -> bool:
        """Nothing is missing, doubled or forged."""
        lists = (self.gaps, self.forks, self.unlinked)
        return not (any(lists) or self.bad_signatures or self.tail_missing)


def audit(
    kiosk: str,
    links: Sequence[StoredStatement],
    keys: Sequence[PublicKey],
    head: StoredHead | None = None,
) -> Audit:
    """Check each link: its signature, its place taken once, its forerunner there."""
    by_hash = {link.sha256: link for link in links}
    after: dict[bytes, list[StoredStatement]] = defaultdict(list)
    for link in links:
        after[link.previous].append(link)
    places: dict[str, set[int]] = defaultdict(set)
    for link in links:
        places[link.epoch].add(link.sequence)
    return Audit(
        kiosk=kiosk,
        statements=len(links),
        epochs=len(places),
        gaps=tuple(gaps_in(places)),
        forks=tuple(_forks(links, after)),
        bad_signatures=sum(signed_by_one_of(link.statement, kiosk, keys) is None for link in links),
        unlinked=tuple(
            f"{link.epoch} {link.sequence}"
            for link in links
            if link.previous != NO_PREVIOUS and link.previous not in by_hash
        ),
        tail_missing=_tail_missing(head, kiosk, keys, places),
    )


def gaps_in(places: Mapping[str, Collection[int]]) -> Iterable[Gap]:
    """The empty places below the highest, by epoch."""
    for epoch, taken in places.items():
        expected = 1
        for sequence in sorted(taken):
            if sequence > expected:
                yield Gap(epoch, expected, sequence - 1)
            expected = sequence + 1


def _forks(
    links: Sequence[StoredStatement], after: Mapping[bytes, Sequence[StoredStatement]]
) -> Iterable[str]:
    count = Counter((link.epoch, link.sequence) for link in links)
    twice = {place for place, number in count.items() if number > 1}
    for branches in after.values():
        if len(branches) > 1:
            twice.update((link.epoch, link.sequence) for link in branches)
    return [f"{epoch} {sequence}" for epoch, sequence in sorted(twice)]


def _tail_missing(
    head: StoredHead | None,
    kiosk: str,
    keys: Sequence[PublicKey],
    places: Mapping[str, set[int]],
) -> bool:
    """The kiosk's signed head is not among what is stored: on its way, or cut off."""
    if head is None or not head.statement:
        return False
    said = signed_by_one_of(head.statement, kiosk, keys)
    return said is not None and said.sequence not in places.get(said.epoch, set())
