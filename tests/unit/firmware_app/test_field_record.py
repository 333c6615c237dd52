"""A record of a field test: whole and of what runs here, or no kiosk goes without an officer."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from firmware_app import field_record
from firmware_app.engineer import liveness_report
from firmware_app.engineer.liveness_report import Judged
from firmware_app.errors import ConfigError
from vision.liveness import ChallengeKind, Decision, Verdict
from vision.liveness_release import under_test

PLAN = (ChallengeKind.TURN_LEFT, ChallengeKind.BLINK, ChallengeKind.COLOURS)
LIVE, UNSURE = (Verdict(one, (), ()) for one in (Decision.LIVE, Decision.NOT_SURE))


@dataclass(frozen=True)
class Liveness:
    """What kiosk.toml says."""

    field_test: Path | None
    challenges: tuple[str, ...] = tuple(kind.value for kind in PLAN)
    count: int = 3


@dataclass
class Made:
    """A whole field test, as the command writes it; `changed` is laid over it."""

    folder: Path
    changed: dict[str, object] = field(default_factory=dict)

    def record(self) -> Path:
        judged = [Judged("live", f"p{n % 60}", True, PLAN, LIVE) for n in range(240)]
        for species in field_record.SPECIES:
            judged += [Judged(species, "p0", True, PLAN, UNSURE) for _ in range(150)]
        document = liveness_report.field(judged, "test") | self.changed
        path = self.folder / "record.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path


def check(path: Path | None, *, supervised: bool = False, **other: object) -> None:
    asked = Liveness(path, **other)  # type: ignore[arg-type]  # a test names what it changes
    field_record.check(Path("kiosk.toml"), asked, supervised=supervised)


def test_a_whole_record_of_what_runs_here_is_taken(tmp_path: Path) -> None:
    path = Made(tmp_path).record()
    check(path)
    check(path, challenges=("colours", "blink", "turn_left"), count=4)


def passed(count: int, of: int) -> dict[str, object]:
    whole = {name: {"passed": {"count": 0, "of": 150}} for name in field_record.SPECIES}
    return {"attacks": whole | {"print_bent": {"passed": {"count": count, "of": of}}}}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"what": "laboratory"}, "not of a field test"),
        ({"version": "1"}, "it tested challenges 1"),
        ({"under_test": "0" * 64}, "other networks or limits"),
        ({"challenges": ["blink"]}, "other challenges"),
        ({"least_planned": 4}, "or more of them"),
        ({"people": 59}, "live people: 59, not 60"),
        ({"live": {"refused": {"count": 0, "of": 239}}}, "live: 239 presentations"),
        ({"live": {"refused": {"count": 13, "of": 240}}}, "13 of 240 live ones were refused"),
        (passed(0, 149), "print_bent: 149 presentations, not 150"),
        (passed(4, 150), "4 of 150 of print_bent passed"),
        ({"attacks": {}}, "print_flat: 0 presentations"),
        ({"short_of_protocol": ["3 pictures"]}, "3 pictures"),
        ({"live": {}}, "no record of a field test"),
        ({"people": "60"}, "no record of a field test"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_stale_a_small_or_a_bad_one_is_refused_with_a_mend(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    path = Made(tmp_path, changed).record()
    with pytest.raises(ConfigError, match=said) as caught:
        check(path)
    assert "supervised = true" in caught.value.mend
    check(path, supervised=True)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]", b"{" * 2_000_000])
def test_what_is_no_record_is_said_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "record.json").write_bytes(content)
    with pytest.raises(ConfigError, match="no record"):
        check(tmp_path / "record.json")


@pytest.mark.parametrize("nowhere", [None, "missing.json", "."])
def test_none_is_refused_and_an_officer_needs_none(tmp_path: Path, nowhere: str | None) -> None:
    path = None if nowhere is None else tmp_path / nowhere
    with pytest.raises(ConfigError) as caught:
        check(path)
    assert "supervised = true" in caught.value.mend
    check(path, supervised=True)


def test_what_was_tested_changes_with_the_list_of_networks(tmp_path: Path) -> None:
    (tmp_path / "MODELS.toml").write_text("# another", encoding="utf-8")
    assert under_test(tmp_path) != under_test()
