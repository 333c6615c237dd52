"""Walks of thousands of steps through the workflow: nobody is stuck, kept or mixed up."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from firmware_app.domain.biometrics import FaceSample, FingerSample
from firmware_app.ui.screens import screen
from firmware_app.workflow import commands, events, states
from firmware_app.workflow.machine import step
from firmware_app.workflow.patience import patience_s
from firmware_app.workflow.tries import EXTENSIONS, TRIES
from tests.unit.firmware_app.workflow_examples import EVENTS, TERMS

RESTING = (states.Idle, states.OutOfService)
STEPS_HOME = 3 * EXTENSIONS
"""Every time-out warns, ends or goes on; with no touch at all a few of them end any visit."""


def inner(state):
    return state.back_to if isinstance(state, states.StillThere | states.Called) else state


def visit_of(state):
    return getattr(inner(state), "visit", None)


class Walk(RuleBasedStateMachine):
    """A kiosk whose traveller, devices, disk and officers do anything at any time."""

    def __init__(self):
        super().__init__()
        self.terms = TERMS["plain"]
        self.state = states.Idle()
        self.last = ()
        self.started = 0
        self.unwiped = False
        self.tries = {}

    @initialize(post=st.sampled_from(sorted(TERMS)))
    def opens(self, post):
        self.terms = TERMS[post]

    @rule(event=st.sampled_from(EVENTS))
    def anything_happens(self, event):
        self.happens(event)

    @rule(at=st.integers(0, 30))
    def a_button_of_the_screen_is_touched(self, at):
        buttons = screen(self.state, self.terms).buttons
        if not buttons:
            return
        button = buttons[at % len(buttons)].id
        self.started += 1
        start = events.StartPressed(f"visit-{self.started}")
        self.happens(start if button == "start" else events.Touched(button))

    @rule()
    def the_device_of_this_step_answers(self):
        """What the good way needs, so that walks come far."""
        wanted = {
            states.AwaitDocument: events.DocumentArrived,
            states.AwaitChip: events.ChipDone,
            states.AwaitFace: events.FaceTaken,
            states.AwaitFinger: events.FingerTaken,
        }.get(type(self.state))
        if wanted is not None:
            self.happens(next(one for one in EVENTS if isinstance(one, wanted)))
        elif isinstance(self.state, states.Saving):
            stored = events.CrossingStored(self.state.visit.crossing_id, "K7QM-2X9D-4T83")
            self.happens(stored)

    def happens(self, event):
        before = self.state
        done = step(before, event, self.terms)
        self.state, self.last = done.state, done.commands
        gone = visit_of(before)
        here = visit_of(self.state)
        if gone is not None and (here is None or here.crossing_id != gone.crossing_id):
            assert commands.Wipe() in self.last, f"{before} after {event} is not wiped"
        self.check_one_visit_only(gone, here)

    def check_one_visit_only(self, gone, here):
        """Nothing of a traveller comes into the visit of another."""
        if here is None or (gone is not None and gone.crossing_id == here.crossing_id):
            return
        assert not isinstance(here.face, FaceSample)
        assert not any(isinstance(one, FingerSample) for one in here.fingers)
        assert here.document is None
        assert not here.deeds

    @invariant()
    def tries_and_extensions_are_bounded(self):
        at = inner(self.state)
        assert 1 <= getattr(at, "tries_left", 1) <= TRIES
        visit = visit_of(self.state)
        assert visit is None or visit.extensions <= EXTENSIONS
        assert len(getattr(at, "party", None).stored if hasattr(at, "party") else ()) <= max(
            5, self.terms.group_size_max
        )

    @invariant()
    def a_person_is_one_touch_away(self):
        ids = {button.id for button in screen(self.state, self.terms).buttons}
        at_a_person = isinstance(self.state, states.Called | states.SeeOfficer)
        assert "help" in ids or at_a_person
        if "help" in ids:
            called = step(self.state, events.Touched("help"), self.terms)
            assert commands.CallPerson("help") in called.commands

    @invariant()
    def left_alone_it_is_soon_at_rest(self):
        state = self.state
        for _ in range(STEPS_HOME):
            if patience_s(state) is None:
                break
            state = step(state, events.TimedOut(), self.terms).state
        assert isinstance(state, RESTING)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_walks_of_thousands_of_steps_keep_every_promise():
    run_state_machine_as_test(
        Walk, settings=settings(max_examples=60, stateful_step_count=80, deadline=None)
    )
