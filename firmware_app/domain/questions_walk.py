"""Every way through a questionnaire: which questions can be reached, how many are asked (pure).

Answers that no later condition tells apart count as one, so that the ways stay few.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from firmware_app.domain.questions import (
    MOST_DAYS,
    About,
    Answer,
    Kind,
    Question,
    Questionnaire,
    is_asked,
)

MOST_STEPS = 5_000
"""More steps than this are too many branches to be judged, or to be understood."""
ELSEWHERE = "XXX"
Way = tuple[str, ...]


class TooManyWaysError(Exception):
    """The conditions branch into more ways than can be walked."""


@dataclass(slots=True)
class Walk:
    """What a walk over all ways found: the questions reached, the longest way by their ids."""

    reached: set[str] = field(default_factory=set)
    longest: Way = ()


def walk(sheet: Questionnaire) -> Walk:
    """Go every way that makes a difference; raises TooManyWaysError."""
    found, questions = Walk(), sheet.question
    steps = [
        _Step(one, different_answers(one, questions), _read_after(questions, at))
        for at, one in enumerate(questions)
    ]
    budget = MOST_STEPS
    for about in persons(questions):
        ways: dict[tuple[Answer, ...], Way] = {(): ()}
        for step in steps:
            budget -= len(ways)
            if budget < 0:
                raise TooManyWaysError
            ways = step.ahead(ways, about, found)
        found.longest = max(found.longest, *ways.values(), key=len)
    return found


@dataclass(frozen=True, slots=True)
class _Step:
    """One question, the answers that differ, and which answers are still read after it."""

    question: Question
    codes: tuple[str, ...]
    read_after: frozenset[str]

    def ahead(
        self, ways: dict[tuple[Answer, ...], Way], about: About, found: Walk
    ) -> dict[tuple[Answer, ...], Way]:
        """The longest way to each set of answers that somebody still reads."""
        longest: dict[tuple[Answer, ...], Way] = {}
        for answers, way in ways.items():
            for after, longer in self._answered(answers, way, about, found):
                left = tuple(one for one in after if one.question in self.read_after)
                longest[left] = max(longest.get(left, ()), longer, key=len)
        return longest

    def _answered(
        self, answers: tuple[Answer, ...], way: Way, about: About, found: Walk
    ) -> Iterator[tuple[tuple[Answer, ...], Way]]:
        if not is_asked(self.question, about, answers):
            yield answers, way
            return
        found.reached.add(self.question.id)
        for code in self.codes:
            answer = Answer(self.question.id, self.question.version, code)
            yield (*answers, answer), (*way, self.question.id)


def _read_after(questions: Sequence[Question], at: int) -> frozenset[str]:
    later = questions[at + 1 :]
    return frozenset(one.question for question in later for one in question.when)


def different_answers(question: Question, questions: Sequence[Question]) -> tuple[str, ...]:
    """An answer of each sort that some condition may tell from the others."""
    if question.codes:
        return question.codes
    asked = [one for each in questions for one in each.when if one.question == question.id]
    if question.kind is Kind.COUNTRY:
        named = {code for one in asked for code in (*one.one_of, *one.none_of)}
        return (ELSEWHERE, *sorted(named))
    limits = {limit for one in asked for limit in (one.at_least, one.at_most) if limit is not None}
    around = {limit + by for limit in limits for by in (-1, 0, 1)} | {0, MOST_DAYS}
    return tuple(str(days) for days in sorted(around) if 0 <= days <= MOST_DAYS)


def persons(questions: Sequence[Question]) -> Iterator[About]:
    """One person for each kind of person that the questions tell apart."""
    directions = {"ENTRY", "EXIT"}
    nationalities = {_told_apart(code, questions): code for code in _nationalities(questions)}
    limits = {
        limit
        for question in questions
        for limit in (question.from_years, question.below_years)
        if limit is not None
    }
    ages: set[int | None] = {None, 0, *limits, *(limit - 1 for limit in limits if limit)}
    for direction, nationality, age in product(directions, nationalities.values(), ages):
        yield About(direction, nationality, age)


def _nationalities(questions: Sequence[Question]) -> list[str]:
    named = {code for one in questions for code in (*one.nationality, *one.nationality_not)}
    return ["", ELSEWHERE, *sorted(named)]


def _told_apart(code: str, questions: Sequence[Question]) -> tuple[tuple[bool, bool], ...]:
    unknown = ((code == "", False),)
    return unknown + tuple(
        (code in one.nationality, code in one.nationality_not) for one in questions
    )
