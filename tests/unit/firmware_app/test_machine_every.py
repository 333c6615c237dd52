"""Every state x every event x every kind of post: a next state, a screen, a way to a person."""

import re
from dataclasses import dataclass, fields, is_dataclass
from itertools import product
from pathlib import Path

import pytest

from firmware_app.domain.biometrics import FaceSample, FingerSample
from firmware_app.domain.crossing import Document
from firmware_app.domain.rules import Outcome
from firmware_app.domain.typed_document import TypedSoFar
from firmware_app.ui.screens import screen
from firmware_app.ui.texts import Texts
from firmware_app.workflow import commands, events, states
from firmware_app.workflow.machine import step
from firmware_app.workflow.patience import patience_s
from tests.unit.firmware_app.workflow_examples import (
    BUTTONS,
    EVENTS,
    FULL,
    ONE,
    PLAIN,
    STATES,
    TERMS,
    VISIT,
    VISITS,
    kinds,
)

PERSONAL = (Document, FaceSample, FingerSample, TypedSoFar)
AT_A_PERSON = (states.Called, states.SeeOfficer)
NOBODY_BEGAN = (states.Idle, states.OutOfService)
OVER = (states.Saved, states.Companions, states.NextPerson, states.Go, states.SeeOfficer)


def inside(value):
    """A value and all that hangs on it."""
    yield value
    if is_dataclass(value):
        for one in fields(value):
            yield from inside(getattr(value, one.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from inside(one)


def is_possible(state, terms):
    """Whether this post could ever be in this state."""
    match state:
        case states.StillThere(back_to=inner) | states.Called(back_to=inner):
            return is_possible(inner, terms)
        case states.AskQuestion(index=index):
            return index < len(terms.questions)
        case states.ChooseDirection():
            return len(terms.directions) > 1
        case states.ChooseTransport():
            return len(terms.transports) > 1
        case _:
            return True


def possible(terms):
    """The examples that this post could be in."""
    return [state for state in STATES if is_possible(state, terms)]


@dataclass(frozen=True)
class Happened:
    """One state, one event, and what came of it at a post."""

    post: str
    state: object
    event: object
    done: commands.Step


@pytest.fixture(scope="module")
def everything():
    """All that can happen in one step."""
    return [
        Happened(post, state, event, step(state, event, terms))
        for post, terms in TERMS.items()
        for state in possible(terms)
        for event in EVENTS
    ]


def test_the_examples_leave_out_no_state_no_event_and_no_button():
    assert {type(one) for one in STATES} == kinds(states.State)
    assert {type(one) for one in EVENTS} == kinds(events.Event)


def test_whatever_happens_there_is_a_next_state_with_a_screen_and_a_way_to_a_person(everything):
    seen = set()
    for one in everything:
        after = one.done.state
        if (one.post, after) in seen:
            continue
        seen.add((one.post, after))
        shown = screen(after, TERMS[one.post])
        ids = {button.id for button in shown.buttons}
        assert "help" in ids or isinstance(after, AT_A_PERSON), one
        assert len(ids) == len(shown.buttons), f"{one}: two buttons of one id"
        resting = isinstance(after, NOBODY_BEGAN)
        assert patience_s(after) is not None or resting, f"{one} waits for ever"


@pytest.mark.parametrize("name", TERMS)
def test_every_button_that_stands_there_does_something(name):
    terms = TERMS[name]
    for state in possible(terms):
        for button in screen(state, terms).buttons:
            event = events.Touched(button.id)
            if button.id == "start":
                event = events.StartPressed("new")
            if button.id == "enter":
                continue  # it sends what was typed, not itself
            done = step(state, event, terms)
            dead = done.state == state and not done.commands
            closed = name == "shut" and button.id == "start"
            assert not dead or closed, f"{state}: {button.id}"


def inner(state):
    """Where a visit stands beneath a warning or a call."""
    return state.back_to if isinstance(state, states.StillThere | states.Called) else state


def test_whoever_leaves_or_is_sent_away_is_wiped_and_nothing_personal_outlives_a_visit(everything):
    for one in everything:
        if not isinstance(inner(one.done.state), OVER + NOBODY_BEGAN):
            continue
        assert not any(isinstance(value, PERSONAL) for value in inside(one.done.state)), one
        if not isinstance(inner(one.state), OVER + NOBODY_BEGAN):
            assert commands.Wipe() in one.done.commands, one


def test_only_saving_stores_and_only_once(everything):
    for one in everything:
        stores = [each for each in one.done.commands if isinstance(each, commands.StoreCrossing)]
        begins = isinstance(one.done.state, states.Saving)
        assert len(stores) == (begins and not isinstance(one.state, states.Saving)), one


def test_whoever_is_referred_or_calls_is_heard_at_once(everything):
    for one in everything:
        calls = [each for each in one.done.commands if isinstance(each, commands.CallPerson)]
        if one.event == events.Touched("help") and not isinstance(one.state, AT_A_PERSON):
            assert calls == [commands.CallPerson("help")], one
        for each in one.done.commands:
            if isinstance(each, commands.StoreCrossing) and not each.visit.deeds:
                assert bool(calls) == (each.outcome is not Outcome.COMPLETED), one


def test_help_and_back_leaves_the_step_as_it_was_with_its_device_armed():
    for terms, state in product((PLAIN, FULL), VISITS):
        waiting = step(state, events.Touched("help"), terms).state
        back = step(waiting, events.Touched("go-on"), terms)
        assert type(back.state) is type(state)
        assert back.state.visit.called
        armed = {type(one) for one in back.commands}
        wanted = {
            states.AwaitDocument: {commands.ReadDocument},
            states.AwaitChip: {commands.ReadChip},
            states.AwaitFace: {commands.LookForFace},
            states.AwaitFinger: {commands.ScanFinger},
        }
        assert wanted.get(type(state), set()) <= armed


def test_every_screen_has_its_words_in_every_language():
    texts = Texts.load()
    shown_of = {repr(screen(s, t)): screen(s, t) for t in TERMS.values() for s in possible(t)}
    for shown in shown_of.values():
        said = [shown.title, shown.cue, *(b.message for b in shown.buttons if not b.text)]
        said += [row.message for row in shown.rows]
        for language, message in product(texts.languages(), filter(None, said)):
            assert texts.say(language, message, **dict(shown.arguments))


def test_the_second_of_a_group_starts_with_what_is_shared_and_nothing_else():
    done = step(states.NextPerson(ONE), events.StartPressed("new"), PLAIN)
    visit = done.state.visit
    assert (visit.crossing_id, visit.party) == ("new", ONE)
    assert (visit.language, visit.answers) == (ONE.language, ONE.answers)
    bare = (visit.document, visit.face, visit.liveness, visit.comparison, visit.fingers)
    assert bare == (None, None, None, None, ())
    assert (visit.disputed, visit.portrait_found, visit.asked_for_person) == (False, False, False)
    assert commands.Wipe() in done.commands


def test_the_page_of_the_traveller_s_way_names_each_screen_and_its_seconds():
    text = (Path(__file__).parents[3] / "docs/traveller.md").read_text(encoding="utf-8")
    waits = dict(re.findall(r"^\| `([a-z-]+)` \|[^|]*\| ([^|]*) \|", text, re.MULTILINE))
    told = {
        name: {float(one) for one in re.findall(r"(\d+) s", wait)} for name, wait in waits.items()
    }
    held = {}
    for terms in TERMS.values():
        for state in possible(terms):
            limit_s = patience_s(state)
            limits = held.setdefault(screen(state, terms).name, set())
            limits |= set() if limit_s is None else {limit_s}
    assert told == held


def test_no_repr_shows_what_is_personal():
    canaries = ("ERIKSSON", "ANNA", "L898902", "1974", "FMR")
    for one in (*STATES, *EVENTS):
        assert not any(canary in repr(one) for canary in canaries), type(one)
    assert VISIT.crossing_id in repr(VISIT)
    assert "help" in BUTTONS
