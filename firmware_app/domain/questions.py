"""The questions of a crossing as data: ids, versions and answer codes; texts stand in locales/.

Purposes follow the UN Recommendations on Statistics of International Migration (duration, purpose).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One question on one screen; `answers` are stable codes."""

    id: str
    version: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the traveller touched."""

    question: str
    version: int
    code: str


QUESTIONS = (
    Question(
        "purpose-of-visit",
        1,
        ("tourism", "business", "study", "work", "transit", "return-home", "other"),
    ),
    Question(
        "intended-stay",
        1,
        ("up-to-3-days", "up-to-30-days", "up-to-90-days", "longer", "not-applicable"),
    ),
)
