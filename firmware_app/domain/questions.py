"""The questions of a crossing as data: what is asked of whom, in which order, after which answers.

Texts stand in locales/ or in the post's own file (docs/questions.md). Purposes follow the UN
Recommendations on Statistics of International Migration (duration, purpose).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from firmware_app.domain.codes import is_known_state

MOST_ASKED = 4
MOST_DAYS = 3650


class Kind(StrEnum):
    """How a question is answered: one touch, or a searched country, or a number of days."""

    CHOICE = "choice"
    YES_NO = "yes-no"
    COUNTRY = "country"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Condition:
    """What an earlier question must have been answered with; one that was not asked never holds.

    one_of, none_of: answer codes or countries' codes; at_least, at_most: days, both included.
    """

    question: str
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, code: str) -> bool:
        """Whether that answer is such a one."""
        if (self.one_of and code not in self.one_of) or code in self.none_of:
            return False
        if self.at_least is None and self.at_most is None:
            return True
        return code.isdecimal() and self._between(int(code))

    def _between(self, days: int) -> bool:
        return (self.at_least is None or days >= self.at_least) and (
            self.at_most is None or days <= self.at_most
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One question on one screen; `id` and the codes in `answers` are stable.

    when: all conditions must hold. direction: ENTRY or EXIT, "" for both. nationality and
    nationality_not: codes of Doc 9303-3. from_years, below_years: the age by the document. Who has
    no known nationality or age is not asked what only some are. icon, icons: drawings of the
    question and by answer. text: the title by language; answer_text: by answer and language.
    """

    id: str
    version: int
    answers: tuple[str, ...] = ()
    kind: Kind = Kind.CHOICE
    when: tuple[Condition, ...] = ()
    direction: str = ""
    nationality: tuple[str, ...] = ()
    nationality_not: tuple[str, ...] = ()
    from_years: int | None = None
    below_years: int | None = None
    icon: str = ""
    icons: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    answer_text: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """The answers that are buttons."""
        return ("yes", "no") if self.kind is Kind.YES_NO else self.answers


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """All questions of a post in their order; at most `most_asked` of them on any way through."""

    question: tuple[Question, ...]
    most_asked: int = MOST_ASKED


@dataclass(frozen=True, slots=True)
class Answer:
    """What the traveller touched, searched or typed: a code, never free text."""

    question: str
    version: int
    code: str


@dataclass(frozen=True, slots=True)
class About:
    """What decides who is asked; "" and None where it is not known."""

    direction: str = ""
    nationality: str = ""
    age_years: int | None = None


def next_index(questions: Sequence[Question], about: About, answers: Sequence[Answer]) -> int:
    """The place of the first question that is to be asked and has no answer; past the end: none."""
    given = {one.question for one in answers}
    places = range(len(questions))
    open_ = (at for at in places if questions[at].id not in given)
    return next((at for at in open_ if is_asked(questions[at], about, answers)), len(questions))


def kept(
    questions: Sequence[Question], about: About, answers: Sequence[Answer]
) -> tuple[Answer, ...]:
    """The answers to what is still asked after the ones before them, in the questions' order."""
    given = {one.question: one for one in answers}
    left: tuple[Answer, ...] = ()
    for question in questions:
        answer = given.get(question.id)
        if answer is None or answer.version != question.version:
            continue
        if is_asked(question, about, left) and is_answer(question, answer.code):
            left = (*left, answer)
    return left


def is_asked(question: Question, about: About, answers: Sequence[Answer]) -> bool:
    """Whether this is asked of such a person after these answers."""
    given = {one.question: one.code for one in answers}
    return _is_about(question, about) and all(
        one.question in given and one.holds(given[one.question]) for one in question.when
    )


def is_answer(question: Question, code: str) -> bool:
    """Whether that code answers this question."""
    if question.kind is Kind.COUNTRY:
        return is_known_state(code)
    if question.kind is Kind.DAYS:
        return bool(re.fullmatch("0|[1-9][0-9]{0,3}", code)) and int(code) <= MOST_DAYS
    return code in question.codes


def _is_about(question: Question, about: About) -> bool:
    if question.direction and question.direction != about.direction:
        return False
    if question.nationality and about.nationality not in question.nationality:
        return False
    if question.nationality_not and about.nationality in {"", *question.nationality_not}:
        return False
    return _is_of_age(question, about.age_years)


def _is_of_age(question: Question, years: int | None) -> bool:
    if question.from_years is None and question.below_years is None:
        return True
    if years is None:
        return False
    return (question.from_years is None or years >= question.from_years) and (
        question.below_years is None or years < question.below_years
    )


QUESTIONS = (
    Question(
        "purpose-of-visit",
        1,
        ("tourism", "business", "study", "work", "transit", "return-home", "other"),
        icon="purpose-of-visit",
    ),
    Question(
        "intended-stay",
        1,
        ("up-to-3-days", "up-to-30-days", "up-to-90-days", "longer", "not-applicable"),
        icon="intended-stay",
    ),
)
BUILT_IN = Questionnaire(QUESTIONS)
