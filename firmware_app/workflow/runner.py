"""The main thread: takes an event, steps the machine, hands out commands, keeps the deadlines."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from firmware_app.workflow.machine import step
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.patience import patience_s
from firmware_app.workflow.vocabulary import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    Called,
    ChooseDirection,
    ChooseLanguage,
    ChooseTransport,
    Command,
    ConfirmDocument,
    Event,
    Idle,
    NextPerson,
    OutOfService,
    ReadNotice,
    Review,
    ServiceChanged,
    StartPressed,
    State,
    StillThere,
    TimedOut,
    Touched,
    Typed,
    TypeDocument,
    WhyNoFinger,
)

LONGEST_WAIT_S = 0.5
# What the event calls the steps that it gives durations for.
STEPS: dict[type[State], str] = {
    ChooseLanguage: "language",
    ReadNotice: "notice",
    ChooseDirection: "direction",
    ChooseTransport: "transport",
    AwaitDocument: "document",
    TypeDocument: "document",
    AwaitChip: "document",
    ConfirmDocument: "confirm",
    AwaitFace: "face",
    AwaitFinger: "finger",
    WhyNoFinger: "finger",
    AskQuestion: "questions",
    Review: "review",
    StillThere: "idle",
    Called: "called",
}
EVENTS_LIMIT = 256


@dataclass(frozen=True, slots=True)
class Durations:
    """How long this visit spent in each step so far, in seconds, in order of entry."""

    by_state: tuple[tuple[str, float], ...] = ()

    def plus(self, name: str, seconds: float) -> "Durations":
        """One stay more; several stays in one state add up."""
        seen = dict(self.by_state)
        seen[name] = round(seen.get(name, 0.0) + seconds, 3)
        return Durations(tuple(seen.items()))


@dataclass(slots=True)
class Runner:
    """Owns the state. `post` is safe from any thread; everything else happens in `run`.

    terms: asked at each step, since days change; hand_out: gives one command to its worker;
    show: draws a state; both must return at once. turned_at_s: when `run` last went round, which
    it does twice a second at least.
    """

    terms: Callable[[], Terms]
    hand_out: Callable[[Command, Durations], None]
    show: Callable[[State, Terms], None]
    state: State = field(default_factory=Idle)
    turned_at_s: float = field(default_factory=time.monotonic)
    _events: "queue.Queue[Event]" = field(default_factory=lambda: queue.Queue(EVENTS_LIMIT))
    _durations: Durations = field(default_factory=Durations)
    _entered_at_s: float = 0.0
    _deadline_s: float | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def post(self, event: Event) -> None:
        """Say that something happened; a flood past the limit is dropped, newest first."""
        try:
            self._events.put_nowait(event)
        except queue.Full:
            return

    def stop(self) -> None:
        """Leave `run` within half a second."""
        self._stopping.set()

    def run(self) -> None:
        """Step until stopped."""
        self._enter(self.state, self.terms())
        self.post(ServiceChanged())
        while not self._stopping.is_set():
            self.turned_at_s = time.monotonic()
            event = self._next_event()
            if event is not None:
                self._step(event)

    def _next_event(self) -> Event | None:
        now_s = time.monotonic()
        wait_s = LONGEST_WAIT_S
        if self._deadline_s is not None:
            if now_s >= self._deadline_s:
                self._deadline_s = None
                return TimedOut()
            wait_s = min(wait_s, self._deadline_s - now_s)
        try:
            return self._events.get(timeout=wait_s)
        except queue.Empty:
            return None

    def _step(self, event: Event) -> None:
        terms = self.terms()
        done = step(self.state, event, terms)
        if done.state != self.state:
            self._enter(done.state, terms)
        elif isinstance(event, Touched | Typed | StartPressed):
            self.show(self.state, terms)  # a touch closes the screen that it was meant for
        for command in done.commands:
            self.hand_out(command, self._durations)

    def _enter(self, state: State, terms: Terms) -> None:
        now_s = time.monotonic()
        if type(state) is not type(self.state):
            if type(self.state) in STEPS:
                stay_s = now_s - self._entered_at_s
                self._durations = self._durations.plus(STEPS[type(self.state)], stay_s)
            self._entered_at_s = now_s
        if isinstance(state, Idle | OutOfService | NextPerson):
            self._durations = Durations()
        self.state = state
        patience = patience_s(state)
        self._deadline_s = None if patience is None else now_s + patience
        self.show(state, terms)
