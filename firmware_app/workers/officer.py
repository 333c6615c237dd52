"""The officer's desk in the kiosk: shows the live visit, verifies every signature, raises calls.

The officer's program at the other end of the socket is not believed: whoever signed in, what he may
see and what he signed is judged here, with challenges that are drawn here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import assert_never

from firmware_app import log
from firmware_app.domain.officer import Deed, Proof
from firmware_app.workers import officer_frames as frames
from firmware_app.workers import officer_view
from firmware_app.workers.officer_calls import Calls, OneCall
from firmware_app.workers.officer_decisions import Decisions, Seen
from firmware_app.workers.officer_gate import Gate
from firmware_app.workers.officer_keys import DECIDE, SIGN_IN, OfficerKeys
from firmware_app.workers.officer_line import OfficerLine
from firmware_app.workers.officer_registry import OfficerRegistry
from firmware_app.workers.officer_wire import deed_challenge
from firmware_app.workers.session import Session
from firmware_app.workflow.officer import running_visit
from firmware_app.workflow.officer_words import (
    OfficerDecides,
    OfficerEnds,
    OfficerLeaves,
    OfficerTakes,
)
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.vocabulary import (
    CrossingStored,
    Event,
    Idle,
    Saving,
    State,
    StoreCrossing,
)
from mqtt.alerts import Reason
from mqtt.webauthn import Party

Answer = frames.Challenge | frames.Session | frames.Jpeg | frames.Done | frames.Refused
DEEDS: dict[str, Callable[[str, str], Event]] = {
    "assist": OfficerTakes,
    "leave": OfficerLeaves,
    "end": OfficerEnds,
}


@dataclass(frozen=True, slots=True)
class Hands:
    """What the desk can do outside itself; every call comes from its own thread.

    after: stores the event of a late decision, for a crossing whose content is kept until a date.
    """

    post: Callable[[Event], None]
    after: Callable[[Deed, date], bool]
    utc_now: Callable[[], datetime]


def _no_lamp(_on: bool) -> None:
    return


@dataclass(slots=True)
class OfficerDesk:
    """Talks to one officer's program; `show`, `storing`, `heard` and `call` from any thread."""

    kiosk: str
    party: Party
    registry: OfficerRegistry
    session: Session
    calls: Calls
    hands: Hands
    retention_days: int
    gate: Gate = field(default_factory=Gate)
    lamp: Callable[[bool], None] = _no_lamp
    line: OfficerLine = field(init=False)
    _decisions: Decisions = field(init=False)
    _state: State = field(default_factory=Idle)
    _screen: str = ""
    _seen: Seen | None = None
    _serial: int = 0
    _lamp_on: bool = False
    _there: tuple[tuple[OneCall, ...], tuple[str, ...]] = ((), ())

    def __post_init__(self) -> None:
        self.line = OfficerLine(None, self)
        during = self._during
        self._decisions = Decisions(self.retention_days, during, self.hands.after)

    # ---- what the kiosk tells, from any thread --------------------------------------------------

    def show(self, state: State, terms: Terms, screen: str) -> None:
        """The runner's second listener: this is where the traveller is."""
        self.line.do(lambda: self._show(state, terms, screen))

    def storing(self, command: StoreCrossing) -> None:
        """A crossing goes to the disk."""
        now_utc = self.hands.utc_now()
        self.line.do(lambda: self._decisions.storing(command, time.monotonic(), now_utc))

    def heard(self, event: Event) -> None:
        """What the store says."""
        if isinstance(event, CrossingStored):
            self.line.do(lambda: self._stored(event))

    def call(self, reason: Reason) -> None:
        """A traveller waits for a person: sound, lamp and alert, at once."""
        self.line.do(lambda: self.calls.open(reason, time.monotonic()))

    # ---- in the desk's own thread: what happens -------------------------------------------------

    def _show(self, state: State, terms: Terms, screen: str) -> None:
        now_s, before = time.monotonic(), self._seen
        visit = running_visit(state)
        if before is not None and (visit is None or visit.crossing_id != before.visit.crossing_id):
            self.calls.visit_over()
            before = None
        same_step = before is not None and screen == self._screen
        self._state, self._screen, self._seen = state, screen, None
        if visit is not None:
            began_s = before.began_s if before is not None else now_s
            step_s = before.step_began_s if before is not None and same_step else now_s
            self._seen = Seen(visit, terms, began_s, step_s)
        saving = state.visit.crossing_id if isinstance(state, Saving) else ""
        self._decisions.look(self._seen, saving)

    def _stored(self, event: CrossingStored) -> None:
        self._decisions.stored(event.crossing_id, event.code, time.monotonic())

    def _during(self, deed: Deed) -> None:
        self.hands.post(OfficerDecides(deed))

    # ---- in the desk's own thread: what the line asks -------------------------------------------

    def greet(self) -> frames.Greeting:
        """The first word."""
        return frames.Greeting(
            version=frames.VERSION,
            kiosk=self.kiosk,
            origin=self.party.origin,
            rp_id=self.party.rp_id,
        )

    def upkeep(self) -> bool:
        """End what is over; the lamp follows the calls."""
        now_s = time.monotonic()
        self.calls.upkeep(now_s)
        for officer in self.gate.officers():
            if not self.registry.may_sign(officer):
                self.gate.close_officer(officer)
        if self._lamp_on != self.calls.waiting:
            self._lamp_on = self.calls.waiting
            self.lamp(self._lamp_on)
        before, self._there = self._there, (self.calls.now, self.gate.sessions(now_s))
        return before != self._there

    def hung_up(self) -> None:
        """Sessions go on: it may come back in a second."""

    def live(self) -> frames.Live:
        """All that there is to see; without a signed-in officer the calls alone."""
        now_s = time.monotonic()
        sessions = self.gate.sessions(now_s)
        self._serial += 1
        return frames.Live(
            serial=self._serial,
            screen=self._screen,
            calls=tuple(
                frames.Call(
                    call=one.call,
                    reason=one.reason,
                    age_s=max(0.0, now_s - one.since_s),
                    answered=one.answered,
                )
                for one in self.calls.now
            ),
            sessions=sessions,
            now=self._now(now_s) if sessions else None,
            stored=self._recent(now_s) if sessions else (),
        )

    def answer(self, ask: frames.Ask) -> frames.Reply:
        """One request; whatever it holds, the desk goes on."""
        return frames.Reply(token=ask.token, answer=self._answer(ask, time.monotonic()))

    def _answer(self, ask: frames.Ask, now_s: float) -> Answer:
        match ask.request:
            case frames.WantSignIn():
                challenge = self.gate.ask(SIGN_IN, now_s)
                return frames.Challenge(challenge=challenge, credentials=self._keys().credentials())
            case frames.SignIn(signature=signature):
                return self._keys().sign_in(signature, now_s)
            case frames.WantRegister() | frames.Register():
                return self._keys().registering(ask.request, now_s)
            case frames.SignOut():
                self.gate.close(ask.session)
                return frames.Done()
            case _:
                return self._signed_in(ask, ask.request, now_s)

    def _signed_in(
        self,
        ask: frames.Ask,
        request: frames.Act | frames.WantDecision | frames.Decide | frames.Picture,
        now_s: float,
    ) -> Answer:
        acts = not isinstance(request, frames.Picture)
        officer = self.gate.officer(ask.session, now_s, acts=acts)
        if officer is None or not self.registry.may_sign(officer):
            return frames.Refused(why="signed_out")
        match request:
            case frames.Act():
                return self._act(officer, request)
            case frames.WantDecision():
                return self._want_decision(officer, request, now_s)
            case frames.Decide(signature=signature):
                return self._decide(officer, signature, now_s)
            case frames.Picture(role=role):
                return self._picture(role)
            case _:
                assert_never(request)

    def _keys(self) -> OfficerKeys:
        return OfficerKeys(self.registry, self.gate, self.party, self.hands.utc_now)

    # ---- acting ---------------------------------------------------------------------------------

    def _act(self, officer: str, request: frames.Act) -> Answer:
        """Nothing here needs a signature, because nothing here decides."""
        if request.what == "here":
            return frames.Done()
        if request.what == "acknowledge":
            self.calls.answer()
            log.say("officer_comes", what=officer)
            return frames.Done()
        seen = self._seen
        if seen is None or seen.visit.crossing_id != request.crossing:
            return frames.Refused(why="visit_over")
        if request.what == "assist":
            self.calls.answer()
        self.hands.post(DEEDS[request.what](officer, request.crossing))
        log.say(f"officer_{request.what}", what=officer, crossing_id=request.crossing)
        return frames.Done()

    def _want_decision(self, officer: str, want: frames.WantDecision, now_s: float) -> Answer:
        deed = self._decisions.wish(officer, want, self._seen, self.hands.utc_now())
        if isinstance(deed, str):
            return frames.Refused(why=deed)
        challenge = self.gate.ask(DECIDE, now_s, deed_challenge(self.kiosk, deed))
        self._decisions.keep_wish(challenge, deed)
        keys = [one for one in self.registry.officers() if one.id == officer]
        mine = tuple(one.credential.id for one in keys if one.credential is not None)
        return frames.Challenge(challenge=challenge, credentials=mine, officer=officer)

    def _decide(self, officer_id: str, signature: frames.Signature, now_s: float) -> Answer:
        deed = self._decisions.take_wish(signature.challenge)
        officer = self.registry.signer(signature.credential_id)
        if deed is None or officer is None or not officer.id == officer_id == deed.officer_id:
            return frames.Refused(why="too_late")
        why = self._keys().verify(officer, signature, DECIDE, now_s)
        if why:
            return frames.Refused(why=why)
        signed = _with_proof(deed, signature)
        why = self._decisions.decide(signed, self._seen)
        if why:
            return frames.Refused(why=why)
        self.calls.answer()
        log.say(f"officer_{deed.action.value}", what=officer_id, crossing_id=deed.crossing_id)
        return frames.Done()

    # ---- looking --------------------------------------------------------------------------------

    def _picture(self, role: frames.PictureRole) -> Answer:
        jpeg = dict(self.session.attachments()).get(role) if self._seen is not None else None
        return frames.Jpeg(data=jpeg) if jpeg is not None else frames.Refused(why="no_picture")

    def _now(self, now_s: float) -> frames.Now | None:
        if self._seen is None:
            return None
        taken = dict(self.session.attachments())
        roles: tuple[frames.PictureRole, ...] = ("document_portrait", "live_face")
        pictures = tuple(role for role in roles if role in taken)
        return officer_view.now(self._seen, self._state, self._screen, pictures, now_s)

    def _recent(self, now_s: float) -> tuple[frames.Stored, ...]:
        return tuple(
            frames.Stored(
                crossing=one.crossing_id,
                code=one.code,
                outcome=one.outcome,
                reasons=one.reasons,
                age_s=max(0.0, now_s - one.since_s),
                decided=one.decided,
            )
            for one in self._decisions.recent(now_s)
        )


def _with_proof(deed: Deed, signature: frames.Signature) -> Deed:
    proof = Proof(
        signature.credential_id,
        deed.proof.nonce,
        signature.authenticator_data,
        signature.client_data,
        signature.signature,
    )
    return replace(deed, proof=proof)
