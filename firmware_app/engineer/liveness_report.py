"""What `kiosk evaluate liveness` answers: one document, and the same in words."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from firmware_app.engineer.report import shortened, table
from firmware_app.field_record import MOST_PASSED_PCT, MOST_REFUSED_PCT, amounts
from vision.evaluate.attack_laboratory import Presented
from vision.evaluate.attack_rates import CueTrial, Decisions, Rate, cue_trials, halves
from vision.evaluate.attack_species import LIVE, MEASURED_ONLY
from vision.liveness import METHOD, VERSION, ChallengeKind, Verdict
from vision.liveness_release import under_test

LABORATORY = (
    "Regression rates of a laboratory in which one hand renders attack and live: they say whether a"
    " change made the test better or worse at what is rendered here. They are not APCER and BPCER"
    " (ISO/IEC 30107-3), which need real instruments and real people: docs/pad-field-test.md."
)
FIELD = (
    "Counts of the clips given. They are APCER and BPCER (ISO/IEC 30107-3) only where they were"
    " taken as docs/pad-field-test.md says."
)
SUPERVISED = "The kiosk stays supervised: liveness informs the officer and clears nobody alone."


@dataclass(frozen=True, slots=True)
class Conditions:
    """Of a laboratory run."""

    seed: int
    portraits: int
    people: int
    left_out: int
    quick: bool
    seconds_each: float


def laboratory(presented: Sequence[Presented], conditions: Conditions) -> dict[str, Any]:
    """The run as one JSON document."""
    reporting = halves(one.person for one in presented)[1]
    other_half = [one for one in presented if one.person in reporting]
    return {
        "what": "laboratory",
        "means": LABORATORY,
        "method": METHOD,
        "version": VERSION,
        **asdict(conditions),
        "colours_on": _side(presented, colours=True),
        "colours_off": _side(presented, colours=False),
        "colours_on_half_b": _side(other_half, colours=True),
        "cues": [asdict(trial) for trial in trials(presented)],
        "supervised": True,
    }


def trials(presented: Sequence[Presented]) -> tuple[CueTrial, ...]:
    """Each cue by itself: its threshold from one half of the people, its rates on the other."""
    scores = [(one.species, one.person, dict(one.with_colours.scores)) for one in presented]
    return cue_trials(scores, LIVE)


def _side(presented: Sequence[Presented], *, colours: bool) -> dict[str, Any]:
    by_species: dict[str, list[Verdict]] = {}
    for one in presented:
        by_species.setdefault(one.species, []).append(one.verdict(colours=colours))
    return _decided(by_species)


def _decided(by_species: Mapping[str, Sequence[Verdict]]) -> dict[str, Any]:
    """Live ones and each species, with what is asked of it."""
    live = Decisions.of(by_species.get(LIVE, ()))
    attacks = {name: Decisions.of(found) for name, found in by_species.items() if name != LIVE}
    return {
        "live": {**_numbers(live), "refused": asdict(live.refused), "called_attack": live.attack},
        "attacks": {
            name: {**_numbers(one), "passed": asdict(one.called_live), **_asked(name, one)}
            for name, one in attacks.items()
        },
    }


def _numbers(found: Decisions) -> dict[str, int]:
    return {"live": found.live, "not_sure": found.not_sure, "attack": found.attack}


def _asked(name: str, found: Decisions) -> dict[str, Any]:
    if name in MEASURED_ONLY:
        return {"asked_passed_pct": None}
    return {"asked_passed_pct": MOST_PASSED_PCT, "kept": found.called_live.pct <= MOST_PASSED_PCT}


def laboratory_words(document: Mapping[str, Any]) -> str:
    """The same for people to read."""
    on, off = document["colours_on"], document["colours_off"]
    half = document["colours_on_half_b"]["attacks"]
    rows = [
        (
            "presented",
            "called live % [95 %]",
            "of",
            "attack",
            "colours off %",
            "half B %",
            "asked %",
        )
    ]
    live = on["live"]
    rows.append(
        (
            "live, not so called",
            *_cells(live["refused"]),
            str(live["called_attack"]),
            _pct(off["live"]["refused"]),
            _pct(document["colours_on_half_b"]["live"]["refused"]),
            f"<= {MOST_REFUSED_PCT:g}",
        )
    )
    for name, one in on["attacks"].items():
        asked = one["asked_passed_pct"]
        rows.append(
            (
                name,
                *_cells(one["passed"]),
                str(one["attack"]),
                _pct(off["attacks"][name]["passed"]),
                _pct(half[name]["passed"]) if name in half else "-",
                "measured" if asked is None else f"<= {asked:g}",
            )
        )
    quick = ["a quick look: two challenges, four species; no figure"] if document["quick"] else []
    ran = (
        f"{METHOD} {VERSION}; {document['portraits']} portraits of {document['people']} people,"
        f" {document['left_out']} pictures not fit; seed {document['seed']};"
        f" {document['seconds_each']:.1f} s each"
    )
    return "\n".join(
        [table(rows), "", *_cue_words(document["cues"]), *quick, ran, LABORATORY, SUPERVISED]
    )


def _cue_words(cues: Sequence[Mapping[str, Any]]) -> list[str]:
    if not cues:
        return ["one person alone: no half to choose thresholds on, no cue by itself", ""]
    rows = [
        ("one cue alone", "live is", "live refused %", "what it stops: passed %, where below 100")
    ]
    for one in cues:
        passed = ", ".join(
            f"{name} {_pct(rate)}"
            for name, rate in one["passed"].items()
            if rate["count"] < rate["of"]
        )
        sign = ">=" if one["above"] else "<="
        refused = f"{_pct(one['refused'])} of {one['refused']['of']}"
        rows.append((one["cue"], f"{sign} {one['threshold']:g}", refused, passed))
    return [table(rows), "thresholds from one half of the people, rates on the other", ""]


def _cells(rate: Mapping[str, float]) -> tuple[str, str]:
    return f"{rate['pct']:.1f} [{rate['low_pct']:.1f}, {rate['high_pct']:.1f}]", str(rate["of"])


def _pct(rate: Mapping[str, float]) -> str:
    return f"{rate['pct']:.1f}"


@dataclass(frozen=True, slots=True)
class Judged:
    """One clip of a field test and what was decided."""

    species: str
    person: str
    is_film: bool
    plan: tuple[ChallengeKind, ...]
    verdict: Verdict


def field(judged: Sequence[Judged], folder: str) -> dict[str, Any]:
    """A field test as one JSON document."""
    by_species: dict[str, list[Verdict]] = {}
    for one in judged:
        by_species.setdefault(one.species, []).append(one.verdict)
    plans = [one.plan for one in judged if one.plan]
    return {
        "what": "field",
        "means": FIELD,
        "method": METHOD,
        "version": VERSION,
        "under_test": under_test(),
        "challenges": sorted({kind.value for plan in plans for kind in plan}),
        "least_planned": min((len(plan) for plan in plans), default=0),
        "people": len({one.person for one in judged if one.species == LIVE}),
        "folder": folder,
        "clips": sum(one.is_film for one in judged),
        "pictures": sum(not one.is_film for one in judged),
        "without_plan": sum(not one.plan for one in judged),
        **_decided(by_species),
        "short_of_protocol": _short(judged, by_species),
        "supervised": True,
    }


def _short(judged: Sequence[Judged], by_species: Mapping[str, Sequence[Verdict]]) -> list[str]:
    """What a field test still lacks by docs/pad-field-test.md."""
    people = {one.person for one in judged if one.species == LIVE}
    attacks = {name: len(found) for name, found in by_species.items() if name != LIVE}
    lacks = list(amounts(len(people), len(by_species.get(LIVE, ())), attacks))
    unplanned = sum(not (one.is_film and one.plan) for one in judged)
    if unplanned:
        lacks.append(f"{unplanned} pictures or clips without the plan that was asked for")
    return lacks


def field_words(document: Mapping[str, Any]) -> str:
    """The same for people to read."""
    rows = [("presented", "called live % [95 %]", "of", "not sure", "attack")]
    live = document["live"]
    rows.append(
        (
            "live, not so called",
            *_cells(live["refused"]),
            str(live["not_sure"]),
            str(live["attack"]),
        )
    )
    rows += [
        (shortened(name), *_cells(one["passed"]), str(one["not_sure"]), str(one["attack"]))
        for name, one in document["attacks"].items()
    ]
    said = [table(rows), ""]
    if document["pictures"]:
        said.append(
            f"{document['pictures']} are pictures: nothing can be obeyed in one, so at best it is"
            " not sure."
        )
    lacks = document["short_of_protocol"]
    said += [f"short of docs/pad-field-test.md: {one}" for one in lacks]
    return "\n".join([*said, f"{METHOD} {VERSION}", FIELD, SUPERVISED])


__all__ = ["Conditions", "Judged", "Rate", "field", "field_words", "laboratory", "laboratory_words"]
