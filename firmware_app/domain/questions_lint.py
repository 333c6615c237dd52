"""What is wrong with a questionnaire, before a traveller meets it; a sentence each (pure)."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from firmware_app.domain.codes import is_known_state
from firmware_app.domain.languages import LANGUAGES
from firmware_app.domain.questions import QUESTIONS, Condition, Kind, Question, Questionnaire
from firmware_app.domain.questions_walk import TooManyWaysError, walk

ID = re.compile("[a-z][a-z0-9-]{0,39}")
TITLE_LONGEST = 90
ANSWER_LONGEST = 48
MOST_ANSWERS = 10
MOST_QUESTIONS = 40
HIGHEST_VERSION = 9999
DIRECTIONS = ("", "ENTRY", "EXIT")
SCREENS = frozenset(
    {
        *("attract", "language", "notice", "notice-more", "direction", "transport", "document"),
        *("typing", "reading", "confirm", "face", "finger", "finger-why", "companions", "called"),
        *("next-person", "question", "review", "saving", "saved", "go", "officer", "warning"),
        *("out-of-service", "button", "row", "page", "tool", "answer", "challenge", "sex", "state"),
    }
)
"""Words that open the message ids of the kiosk itself."""
BUTTONS = frozenset({"back", "end", "enter", "help", "more-time", "go-on", "to-officer"})
BUILT_IN_IDS = frozenset(one.id for one in QUESTIONS)
"""Whose texts in the release a post may replace by its own."""
HasText = Callable[[str, str], bool]


def problems(
    sheet: Questionnaire,
    languages: Sequence[str],
    has_text: HasText,
    has_icon: Callable[[str], bool] = bool,
) -> tuple[str, ...]:
    """Everything that is wrong; nothing where all is well.

    has_text: whether the release has a text in this language with this message id; has_icon:
    whether it has a drawing of this name: whoever cannot read goes by drawings alone.
    """
    found = [*_whole(sheet)]
    earlier: dict[str, Question] = {}
    for question in sheet.question:
        found += (f"{question.id}: {what}" for what in _one(question, earlier))
        found += (f"{question.id}: {what}" for what in _texts(question, languages, has_text))
        found += (f"{question.id}: {what}" for what in _icons(question, has_icon))
        earlier[question.id] = question
    return tuple(_printable(one) for one in found) or tuple(_ways(sheet))


def changes(sheet: Questionnaire, earlier: Questionnaire) -> tuple[str, ...]:
    """What an earlier edition forbids: an id and version with another meaning, or a new name."""
    before = {one.id: one for one in earlier.question}
    now = {one.id for one in sheet.question}
    gone = [one for one in earlier.question if one.id not in now]
    return tuple(what for one in sheet.question for what in _change(one, before.get(one.id), gone))


def _printable(sentence: str) -> str:
    """What a file holds may steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in sentence)


def _change(now: Question, before: Question | None, gone: Sequence[Question]) -> Iterator[str]:
    if before is None:
        for old in gone:
            if now.codes and (old.kind, old.codes) == (now.kind, now.codes):
                yield f"{now.id}: is {old.id} under another id; keep the id, it is what is counted."
    elif now.version < before.version:
        yield f"{now.id}: version {now.version} is below the earlier {before.version}."
    elif now.version == before.version and (now.kind, now.codes) != (before.kind, before.codes):
        yield f"{now.id}: the answers changed; raise version to {before.version + 1}."


def _whole(sheet: Questionnaire) -> Iterator[str]:
    if not 1 <= sheet.most_asked <= MOST_ANSWERS:
        yield f"most_asked is {sheet.most_asked}; 1 to {MOST_ANSWERS} is possible, 4 is wise."
    if len(sheet.question) > MOST_QUESTIONS:
        yield f"{len(sheet.question)} questions; {MOST_QUESTIONS} at most."
    for name, times in Counter(one.id for one in sheet.question).items():
        if times > 1:
            yield f"{name}: the id stands {times} times."


def _one(question: Question, earlier: dict[str, Question]) -> Iterator[str]:
    if not ID.fullmatch(question.id) or question.id in SCREENS:
        yield "the id is not a-z, 0-9, dashes, at most 40, or is a word of the kiosk itself."
    if not 1 <= question.version <= HIGHEST_VERSION:
        yield f"version is not 1 to {HIGHEST_VERSION}."
    yield from _answers(question)
    yield from _audience(question)
    for name in question.icons.keys() | question.answer_text.keys():
        if name not in question.codes:
            yield f"icons or answer_text name {name}, which is no answer."
    for condition in question.when:
        yield from _condition(condition, earlier.get(condition.question))


def _answers(question: Question) -> Iterator[str]:
    codes = question.answers
    if question.kind is not Kind.CHOICE:
        if codes:
            yield f"a question of kind {question.kind.value} lists no answers."
        return
    if not 2 <= len(codes) <= MOST_ANSWERS or len(set(codes)) != len(codes):
        yield f"it has {len(codes)} answers; 2 to {MOST_ANSWERS} different ones fit a screen."
    for code in codes:
        if not ID.fullmatch(code) or code in BUTTONS:
            yield f"answer {code} is not a-z, 0-9, dashes, or is a button of the kiosk itself."


def _audience(question: Question) -> Iterator[str]:
    if question.direction not in DIRECTIONS:
        yield "direction is none of ENTRY, EXIT."
    for code in (*question.nationality, *question.nationality_not):
        if not is_known_state(code):
            yield f"{code} is no code of Doc 9303-3, section 5."


def _condition(condition: Condition, asked: Question | None) -> Iterator[str]:
    if asked is None:
        yield f"it hangs on {condition.question}, which is not asked before it."
        return
    if asked.kind is Kind.DAYS:
        if condition.one_of or condition.none_of or condition == Condition(condition.question):
            yield f"{asked.id} is a number of days: use at_least or at_most."
        return
    if condition.at_least is not None or condition.at_most is not None:
        yield f"{asked.id} is no number of days: use one_of or none_of."
    named = (*condition.one_of, *condition.none_of)
    if not named:
        yield f"the condition on {asked.id} names no answer."
    for code in named:
        known = is_known_state(code) if asked.kind is Kind.COUNTRY else code in asked.codes
        if not known:
            yield f"{asked.id} has no answer {code}."


def _texts(question: Question, languages: Sequence[str], has_text: HasText) -> Iterator[str]:
    own = own_texts(question)
    for message_id in own if question.id not in BUILT_IN_IDS else ():
        if languages and has_text(languages[0], message_id):
            yield f"{message_id} is a text of the kiosk itself: choose another id."
    yield from _own_words(own)
    for message_id in message_ids(question):
        missing = [
            language
            for language in languages
            if language not in own.get(message_id, {}) and not has_text(language, message_id)
        ]
        if missing:
            yield f"no text {message_id} in {', '.join(missing)}."


def _own_words(own: dict[str, dict[str, str]]) -> Iterator[str]:
    for language in {tag for by_language in own.values() for tag in by_language} - set(LANGUAGES):
        yield f"its texts name {language}, which is no language of the kiosk."
    for message_id, by_language in own.items():
        longest = TITLE_LONGEST if message_id.endswith("-title") else ANSWER_LONGEST
        for language, text in by_language.items():
            if not text.strip() or len(text) > longest or not text.isprintable():
                yield f"{message_id} in {language} is empty, not one line, or over {longest} signs."


def _icons(question: Question, has_icon: Callable[[str], bool]) -> Iterator[str]:
    if question.icon and not has_icon(question.icon):
        yield f"there is no drawing {question.icon}."
    for code in question.codes:
        if not has_icon(question.icons.get(code, code)):
            yield f"there is no drawing for the answer {code}: name one in icons."


def own_texts(question: Question) -> dict[str, dict[str, str]]:
    """The texts that the file itself brings, by message id and language."""
    answers = {f"{question.id}-{code}": texts for code, texts in question.answer_text.items()}
    return {**({f"{question.id}-title": question.text} if question.text else {}), **answers}


def message_ids(question: Question) -> tuple[str, ...]:
    """Every text that only this question needs."""
    codes = question.answers if question.kind is Kind.CHOICE else ()
    return (f"{question.id}-title", *(f"{question.id}-{code}" for code in codes))


def _ways(sheet: Questionnaire) -> Iterator[str]:
    try:
        found = walk(sheet)
    except TooManyWaysError:
        yield "the conditions branch too often to be judged: use fewer of them."
        return
    for question in sheet.question:
        if question.id not in found.reached:
            yield f"{question.id}: nobody is ever asked this; look at its conditions."
    if len(found.longest) > sheet.most_asked:
        way = ", ".join(found.longest)
        yield f"{len(found.longest)} questions on one way ({way}); {sheet.most_asked} at most."
