"""Questions as data: who is asked what, what an answer changes, and what the linter finds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.domain.questions import (
    BUILT_IN,
    About,
    Answer,
    Condition,
    Kind,
    Question,
    Questionnaire,
    is_answer,
    is_asked,
    kept,
    next_index,
)
from firmware_app.domain.questions_drawing import dot, tree
from firmware_app.domain.questions_lint import changes, problems
from firmware_app.domain.questions_walk import walk

WHY = Question("why", 1, ("work", "visit", "home"))
DAYS = Question("days", 1, kind=Kind.DAYS, when=(Condition("why", none_of=("home",)),))
PERMIT = Question(
    "permit",
    1,
    kind=Kind.YES_NO,
    when=(Condition("why", one_of=("work",)), Condition("days", at_least=15)),
    from_years=16,
)
LIVES = Question("lives", 1, kind=Kind.COUNTRY, nationality_not=("GHA",), direction="ENTRY")
ALL = (WHY, DAYS, PERMIT, LIVES)
SHEET = Questionnaire(ALL)
LONGEST = len(walk(SHEET).longest)
ADULT = About("ENTRY", "TGO", 30)


def answers(**codes):
    return tuple(Answer(name, 1, code) for name, code in codes.items())


def has_text(_language, _message_id):
    return True


def found(*questions, languages=("en",), text=has_text, most=4):
    return " ".join(problems(Questionnaire(questions, most), languages, text))


def asked_of(about, said):
    """The ids that are asked when each is answered as `said` has it."""
    given, way = (), []
    while (at := next_index(ALL, about, given)) < len(ALL):
        way.append(ALL[at].id)
        given = (*given, Answer(ALL[at].id, 1, said[ALL[at].id]))
    return way


@pytest.mark.parametrize(
    ("about", "said", "way"),
    [
        (ADULT, {"why": "home", "lives": "TGO"}, ["why", "lives"]),
        (ADULT, {"why": "visit", "days": "90", "lives": "GHA"}, ["why", "days", "lives"]),
        (
            ADULT,
            {"why": "work", "days": "15", "permit": "no", "lives": "TGO"},
            ["why", "days", "permit", "lives"],
        ),
        (ADULT, {"why": "work", "days": "14", "lives": "TGO"}, ["why", "days", "lives"]),
        (replace(ADULT, nationality="GHA"), {"why": "home"}, ["why"]),
        (replace(ADULT, nationality=""), {"why": "home"}, ["why"]),
        (replace(ADULT, direction="EXIT"), {"why": "home"}, ["why"]),
        (
            replace(ADULT, age_years=15),
            {"why": "work", "days": "15", "lives": "TGO"},
            ["why", "days", "lives"],
        ),
        (
            replace(ADULT, age_years=None),
            {"why": "work", "days": "15", "lives": "TGO"},
            ["why", "days", "lives"],
        ),
    ],
)
def test_who_is_asked_what(about, said, way):
    assert asked_of(about, said) == way


def test_an_answer_that_changes_forgets_what_is_no_longer_asked():
    said = answers(why="work", days="20", permit="yes", lives="TGO")
    assert kept(ALL, ADULT, said) == said
    home = tuple(replace(one, code="home") if one.question == "why" else one for one in said)
    assert [one.question for one in kept(ALL, ADULT, home)] == ["why", "lives"]
    child = replace(ADULT, age_years=3)
    assert [one.question for one in kept(ALL, child, said)] == ["why", "days", "lives"]
    raised = (replace(WHY, version=2), *ALL[1:])
    assert [one.question for one in kept(raised, ADULT, said)] == ["lives"]


def test_only_answers_of_its_kind_count():
    assert is_answer(LIVES, "GHA")
    assert not is_answer(LIVES, "QQQ")
    assert is_answer(DAYS, "0")
    assert not any(is_answer(DAYS, text) for text in ("", "007", "-1", "3651", "1.5", "٣"))
    assert is_answer(PERMIT, "yes")
    assert not is_answer(PERMIT, "work")


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        ((WHY, WHY), "stands 2 times"),
        ((replace(WHY, id="Why"),), "the id is not"),
        ((replace(WHY, id="document"),), "word of the kiosk itself"),
        ((replace(WHY, answers=("one",)),), "1 answers"),
        ((replace(WHY, answers=("help", "two")),), "button of the kiosk"),
        ((replace(WHY, icons={"sing": "note"}),), "sing, which is no answer"),
        ((replace(DAYS, answers=("a", "b")), WHY), "lists no answers"),
        ((DAYS, WHY), "why, which is not asked before it"),
        ((WHY, replace(DAYS, when=(Condition("why", one_of=("sing",)),))), "no answer sing"),
        ((WHY, replace(DAYS, when=(Condition("why"),))), "names no answer"),
        ((WHY, replace(DAYS, when=(Condition("why", at_least=3),))), "no number of days"),
        ((WHY, replace(LIVES, nationality=("QQQ",))), "QQQ is no code"),
        ((WHY, replace(LIVES, direction="UP")), "none of ENTRY, EXIT"),
        ((WHY, replace(LIVES, text={"en": "x" * 91})), "over 90 signs"),
        ((WHY, replace(LIVES, text={"en": "two\nlines"})), "not one line"),
        (
            (WHY, replace(DAYS, when=(Condition("why", ("home",)), Condition("why", ("work",))))),
            "days: nobody is ever asked this",
        ),
        (
            (WHY, replace(LIVES, from_years=18, below_years=12)),
            "lives: nobody is ever asked this",
        ),
    ],
)
def test_the_linter_names_what_is_wrong(questions, says):
    assert says in found(*questions)


def test_the_linter_finds_the_longest_way_and_lets_it_be_raised():
    assert found(*ALL) == ""
    fifth = Question("fifth", 1, ("a", "b"))
    assert "5 questions on one way (why, days, permit, lives, fifth); 4 at most" in found(
        *ALL, fifth
    )
    assert found(*ALL, fifth, most=5) == ""
    either = replace(fifth, when=(Condition("why", one_of=("home",)),))
    assert found(*ALL, either) == "", "no one way meets all five"


def test_a_text_that_one_language_lacks_is_found():
    lacking = found(
        WHY, languages=("en", "so"), text=lambda tag, one: (tag, one) != ("so", "why-work")
    )
    assert lacking == "why: no text why-work in so."
    own = replace(WHY, answer_text={"work": {"so": "shaqo"}})
    assert found(own, languages=("so",), text=lambda _tag, one: one != "why-work") == "", (
        "the file brings it"
    )


def test_a_post_may_reword_the_built_in_questions_and_nothing_else_of_the_kiosk():
    own = Question("typing-hint", 1, ("number", "date"), text={"en": "Which?"})
    assert "typing-hint-number is a text of the kiosk itself" in found(
        replace(own, answer_text={"number": {"en": "The first"}})
    )
    purpose = replace(BUILT_IN.question[0], text={"en": "Why do you come?"})
    assert found(purpose) == ""


def test_who_goes_by_drawings_alone_meets_none_that_is_missing():
    own = replace(WHY, icon="note", icons={"work": "tool"})
    told = " ".join(
        problems(Questionnaire((own,)), ("en",), has_text, {"visit", "tool"}.__contains__)
    )
    assert "no drawing note" in told
    assert "no drawing for the answer home" in told
    assert "work" not in told


def test_too_many_branches_are_an_answer_and_not_a_wait():
    many = tuple(Question(f"q{at}", 1, tuple("abcdefgh")) for at in range(12))
    last = Question(
        "last", 1, ("a", "b"), when=tuple(Condition(one.id, none_of=("a",)) for one in many)
    )
    assert "branch too often" in found(*many, last, most=10)


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (replace(WHY, answers=("work", "visit")), "raise version to 2"),
        (replace(WHY, answers=("work", "visit"), version=2), ""),
        (replace(WHY, version=0), "below the earlier 1"),
        (replace(WHY, id="purpose"), "is why under another id"),
        (replace(WHY, text={"en": "Why are you here?"}), ""),
    ],
)
def test_editions_are_compared(now, says):
    told = " ".join(changes(Questionnaire((now,)), SHEET))
    assert told == "" if not says else says in told


def test_the_drawings_name_every_question_and_every_branch():
    assert tree(SHEET).count("permit") == 1
    assert "if why is work; days at least 15: permit v1" in tree(SHEET)
    assert '"why" -> "permit" [label="is work"]' in dot(SHEET)
    assert problems(BUILT_IN, ("en",), has_text) == ()


codes = st.sampled_from(["work", "visit", "home", "0", "14", "15", "90", "yes", "no", "TGO", "?"])
said_of = st.dictionaries(st.sampled_from([one.id for one in ALL]), codes)


@given(
    said_of,
    st.builds(
        About,
        st.sampled_from(["ENTRY", "EXIT", ""]),
        st.sampled_from(["GHA", "TGO", ""]),
        st.one_of(st.none(), st.integers(0, 120)),
    ),
)
def test_whatever_was_answered_what_is_kept_is_asked_and_no_way_is_longer_than_the_linter_says(
    said, about
):
    left = kept(ALL, about, answers(**said))
    for at, one in enumerate(left):
        question = next(each for each in ALL if each.id == one.question)
        assert is_asked(question, about, left[:at])
        assert is_answer(question, one.code)
    assert kept(ALL, about, left) == left
    assert len(left) <= LONGEST
