"""The main thread: events in order, deadlines kept, durations by step, no flood, a clean end."""

import threading
import time
from dataclasses import replace
from datetime import date

import pytest

from firmware_app.domain.crossing import Party, Stored, Visit
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Policy
from firmware_app.domain.typed_document import NOTHING_TYPED, TypedField
from firmware_app.workflow import patience
from firmware_app.workflow import runner as runners
from firmware_app.workflow.machine import step
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.runner import Durations, Runner
from firmware_app.workflow.vocabulary import (
    AwaitDocument,
    ChooseLanguage,
    DocumentUnreadable,
    Idle,
    NextPerson,
    ReadDocument,
    ReadNotice,
    StartPressed,
    StillThere,
    Touched,
    Typed,
    TypeDocument,
    Wipe,
)

TERMS = Terms(date(2026, 11, 22), Policy(), ("en",), QUESTIONS)


class Stage:
    def __init__(self):
        self.shown, self.commands = [], []
        self.runner = Runner(
            lambda: TERMS,
            lambda command, durations: self.commands.append((command, durations)),
            lambda state, _terms: self.shown.append(state),
        )
        self.thread = threading.Thread(target=self.runner.run, daemon=True)
        self.thread.start()

    def until(self, true, limit_s=3.0):
        give_up_s = time.monotonic() + limit_s
        while not true():
            assert time.monotonic() < give_up_s, self.shown[-1:]
            threading.Event().wait(0.01)


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.runner.stop()
    stage.thread.join(2)
    assert not stage.thread.is_alive()


def test_events_step_the_machine_in_order_and_commands_carry_durations(stage):
    for event in (StartPressed("id"), Touched("language-en"), Touched("continue")):
        stage.runner.post(event)
    stage.until(lambda: stage.commands)
    assert [type(state) for state in stage.shown] == [
        Idle,
        ChooseLanguage,
        ReadNotice,
        AwaitDocument,
    ]
    command, durations = stage.commands[0]
    assert command == ReadDocument()
    assert [name for name, _ in durations.by_state] == ["language", "notice"]


def test_a_touch_that_changes_nothing_draws_the_screen_again(stage):
    stage.runner.post(StartPressed("id"))
    stage.runner.post(Touched("language-xx"))
    stage.until(lambda: len(stage.shown) == 3)
    assert stage.shown[1] == stage.shown[2]


def test_the_same_text_again_draws_the_screen_again(stage):
    """Or the screen stays closed for every touch, the one for help too."""
    document = TypeDocument(Visit("id"), TypedField.NUMBER, NOTHING_TYPED)
    stage.runner.state = document
    for _ in range(2):
        stage.runner.post(Typed("???"))
    stage.until(lambda: len([1 for one in stage.shown if one != document and one != Idle()]) == 2)
    assert stage.shown[-1] == stage.shown[-2] == stage.runner.state
    assert stage.runner.state.hint == "typing-hint-number"


def test_what_was_typed_while_the_kiosk_began_to_warn_is_a_sign_of_life():
    asked = TypeDocument(Visit("id"), TypedField.NUMBER, NOTHING_TYPED)
    after = step(StillThere(asked), Typed("L898902C3"), TERMS).state
    assert after == replace(asked, visit=replace(asked.visit, extensions=1))


def test_a_flood_is_dropped_and_the_kiosk_goes_on(stage):
    for _ in range(runners.EVENTS_LIMIT * 20):
        stage.runner.post(Touched("nothing"))
    stage.until(stage.runner._events.empty, 10.0)
    stage.runner.post(StartPressed("id"))
    stage.until(lambda: isinstance(stage.shown[-1], ChooseLanguage))


def test_durations_add_up_by_step():
    durations = Durations().plus("face", 1.25).plus("finger", 2.0).plus("face", 0.5)
    assert durations.by_state == (("face", 1.75), ("finger", 2.0))


def test_nobody_there_is_warned_and_wiped_without_a_touch(stage, monkeypatch):
    monkeypatch.setattr(patience, "IDLE_LIMIT_S", 0.3)
    monkeypatch.setitem(patience.LIMITS_S, StillThere, 0.3)
    stage.runner.post(StartPressed("id"))
    stage.until(lambda: any(isinstance(one, StillThere) for one in stage.shown), 20.0)
    stage.until(lambda: any(command == Wipe() for command, _ in stage.commands), 20.0)
    assert stage.shown[-1] == Idle()


def test_the_second_of_a_group_has_durations_of_their_own(stage):
    stage.runner.state = NextPerson(Party((Stored("one", "A", referred=False, adult=True),)))
    stage.runner._durations = Durations((("face", 9.0),))
    stage.runner._enter(stage.runner.state, TERMS)
    stage.runner.post(StartPressed("two"))
    stage.runner.post(DocumentUnreadable("document-cue-present"))
    stage.until(lambda: len([1 for one, _ in stage.commands if one == ReadDocument()]) == 2)
    assert dict(stage.commands[-1][1].by_state).keys() <= {"document"}
