"""The officer's desk over its real socket: signing in, looking, helping, deciding, ending."""

import socket
import threading
from dataclasses import replace

import msgspec
import pytest

from firmware_app.officer.link import KioskAwayError, KioskLink
from firmware_app.workers import officer_frames as frames
from firmware_app.workers.officer_gate import LOCKED_S, WRONG_LIMIT
from firmware_app.workers.officer_line import OfficerLine
from firmware_app.workflow.vocabulary import Called, Go, Idle, Saved, SeeOfficer, Touched
from mqtt import events
from mqtt.alerts import ALERT_TYPE
from mqtt.officer_proof import check
from mqtt.webauthn import Party
from tests.peers.authenticator import Authenticator
from tests.peers.officer_bench import CANARY, CROSSING, KIOSK, NOT_ALIKE, OfficerBench

PARTY = Party("https://localhost:8443", "localhost")


class Page:
    """An officer's page without a browser."""

    def __init__(self, bench):
        self.bench, self.seen, self.session = bench, [], ""
        self.link = KioskLink(bench.socket, self.seen.append)
        self.link.start()
        bench.patient(lambda: self.live is not None)

    @property
    def live(self):
        return self.seen[-1] if self.seen else None

    def ask(self, request, session=None):
        return self.link.ask(self.session if session is None else session, request).result(10)

    def sign(self, key, challenge, **how):
        one = key.sign(challenge, **how)
        return frames.Signature(
            challenge=challenge,
            credential_id=one.credential_id,
            authenticator_data=one.authenticator_data,
            client_data=one.client_data,
            signature=one.signature,
        )

    def sign_in(self, key):
        asked = self.ask(frames.WantSignIn())
        answer = self.ask(frames.SignIn(signature=self.sign(key, asked.challenge)))
        if isinstance(answer, frames.Session):
            self.session = answer.token
        return answer

    def wish(self, crossing=CROSSING, action="let_pass", reason="compared_by_eye", letter=""):
        return self.ask(
            frames.WantDecision(
                crossing=crossing, action=action, reason=reason, refusal_reason=letter
            )
        )

    def decide(self, key, **wish):
        asked = self.wish(**wish)
        if isinstance(asked, frames.Refused):
            return asked
        return self.ask(frames.Decide(signature=self.sign(key, asked.challenge)))

    def act(self, what, crossing=CROSSING):
        return self.ask(frames.Act(what=what, crossing=crossing))

    def sees(self, holds):
        """Wait until what the kiosk shows is so."""
        return self.bench.patient(lambda: self.live is not None and holds(self.live))


@pytest.fixture
def bench(tmp_path):
    with OfficerBench(tmp_path, PARTY) as bench:
        yield bench


@pytest.fixture
def page(bench):
    page = Page(bench)
    yield page
    page.link.stop()


@pytest.fixture
def key(bench, page):
    """An officer who has signed in."""
    key = bench.officer()
    assert page.sign_in(key).officer == "B-117"
    return key


def why(answer):
    assert isinstance(answer, frames.Refused), answer
    return answer.why


# ---- signing in ------------------------------------------------------------------------------


def test_nobody_sees_a_traveller_before_an_officer_signs_in(bench, page):
    bench.to_face()
    page.sees(lambda live: live.screen == "face")
    assert page.live.now is None
    assert page.live.stored == ()
    assert why(page.ask(frames.Picture(role="live_face"))) == "signed_out"
    assert why(page.act("acknowledge")) == "signed_out"
    assert why(page.wish()) == "signed_out"
    page.sign_in(bench.officer())
    page.sees(lambda live: live.now is not None and live.now.rows[0].value == CANARY)


def test_a_challenge_is_good_for_one_answer_and_one_purpose(bench, page):
    key = bench.officer()
    asked = page.ask(frames.WantSignIn())
    first = page.sign(key, asked.challenge)
    assert why(page.ask(frames.Decide(signature=first), "")) == "signed_out"
    assert isinstance(page.ask(frames.SignIn(signature=first)), frames.Session)
    assert why(page.ask(frames.SignIn(signature=first))) == "too_late"
    own = bytes(32)  # one that the page has drawn itself
    assert why(page.ask(frames.SignIn(signature=page.sign(key, own)))) == "too_late"


def test_a_strangers_or_revoked_key_does_not_sign_in_and_a_session_ends_with_it(bench, page, key):
    assert why(page.sign_in(Authenticator(PARTY))) == "not_signed_in"
    page.sees(lambda live: len(live.sessions) == 1)
    bench.registry.revoke("B-117", bench.now())
    page.sees(lambda live: live.sessions == ())
    assert why(page.act("here")) == "signed_out"
    assert why(page.sign_in(key)) == "not_signed_in"


def test_wrong_signatures_lock_the_key_for_a_while(bench, page):
    key = bench.officer()
    for _ in range(WRONG_LIMIT):
        asked = page.ask(frames.WantSignIn())
        bad = page.sign(key, asked.challenge, flags=0x01)
        assert why(page.ask(frames.SignIn(signature=bad))) == "not_signed_in"
    assert why(page.sign_in(key)) == "locked"
    tries = bench.desk.gate.tries(key.credential_id)
    assert not tries.locked(tries._wrong_at_s[0] + LOCKED_S + 1)


def test_a_session_ends_where_nobody_acts(bench, page):
    bench.desk.gate.idle_s = 0.3
    key = bench.officer()
    page.sign_in(key)
    bench.patient(lambda: not bench.desk.gate.officers())
    page.sees(lambda live: live.sessions == ())
    assert why(page.act("here")) == "signed_out"


def test_signing_out_ends_it_at_once(page, key):
    page.ask(frames.SignOut())
    assert why(page.act("here")) == "signed_out"


# ---- registering -----------------------------------------------------------------------------


def register(page, key, code, **how):
    asked = page.ask(frames.WantRegister(code=code))
    if isinstance(asked, frames.Refused):
        return asked
    data = key.client_data("webauthn.create", asked.challenge)
    return page.ask(
        frames.Register(
            code=code,
            challenge=asked.challenge,
            authenticator_data=key.attested(**how),
            client_data=data,
        )
    )


def test_a_one_time_code_registers_one_key(bench, page):
    code = bench.registry.add("C-9", bench.now())
    key = Authenticator(PARTY)
    assert register(page, key, code.lower()).officer == "C-9"
    assert why(register(page, Authenticator(PARTY), code)) == "no_such_code"
    assert page.sign_in(key).officer == "C-9"


def test_a_copied_key_is_not_registered_and_the_code_stays_good(bench, page):
    code = bench.registry.add("C-9", bench.now())
    assert why(register(page, Authenticator(PARTY), code, flags=0x4D)) == "key_refused"
    assert register(page, Authenticator(PARTY), code).officer == "C-9"


def test_codes_cannot_be_guessed(bench, page):
    code = bench.registry.add("C-9", bench.now())
    for number in range(WRONG_LIMIT):
        assert why(page.ask(frames.WantRegister(code=f"WRONG-{number}"))) == "no_such_code"
    assert why(page.ask(frames.WantRegister(code=code))) == "locked"


# ---- helping --------------------------------------------------------------------------------


def test_a_call_is_heard_lit_and_told_and_an_officer_who_comes_ends_the_sound(bench, page, key):
    bench.to_document()
    bench.runner.post(Touched("help"))
    page.sees(lambda live: [one.reason for one in live.calls if not one.answered] == ["help"])
    bench.patient(lambda: bench.lit == [True])
    page.sees(lambda live: live.now is not None and live.now.called and not live.now.helped)
    page.act("acknowledge")
    page.sees(lambda live: all(one.answered for one in live.calls))
    bench.patient(lambda: bench.lit == [True, False])
    bench.runner.post(Touched("end"))
    page.sees(lambda live: live.calls == () and live.now is None)
    assert [(one.state, one.reason) for one in bench.alerts()] == [
        ("open", "help"),
        ("answered", "help"),
        ("closed", "help"),
    ]
    assert len({one.call for one in bench.alerts()}) == 1
    for aside in bench.asides:
        assert (aside.leaf, aside.content_type) == ("alerts", ALERT_TYPE)
        assert CROSSING.encode() not in aside.payload


def test_an_officer_takes_over_hands_back_and_ends(bench, page, key):
    bench.to_face()
    page.sees(lambda live: live.now is not None)
    page.act("assist")
    page.sees(lambda live: live.now is not None and live.now.helped and live.screen == "called")
    page.act("leave")
    page.sees(lambda live: live.screen == "face")
    page.act("end")
    page.sees(lambda live: live.now is None and live.screen == "attract")
    assert [type(one) for one in bench.events()] == [events.EpochStart]


def test_nothing_that_an_officer_does_meets_the_next_traveller(bench, page, key):
    bench.crossing = "01a20168-0000-7000-8000-000000000002"
    bench.to_face()
    page.sees(lambda live: live.now is not None)
    for what in ("assist", "leave", "end"):
        assert why(page.act(what, CROSSING)) == "visit_over"
    assert why(page.wish(CROSSING)) == "visit_over"
    assert page.live.screen == "face"


# ---- deciding --------------------------------------------------------------------------------


def test_an_override_is_stored_with_the_crossing_and_the_centre_verifies_it(bench, page, key):
    bench.to_review()
    page.sees(lambda live: live.now is not None and "face_not_matched" in live.now.reasons)
    assert isinstance(page.decide(key), frames.Done)
    bench.patient(lambda: isinstance(bench.runner.state, Saved | Go))
    _, event = bench.events()
    assert event.crossing.outcome == "completed"
    assert set(event.crossing.referral_reasons) == {"face_not_matched", "supervised"}
    (action,) = event.officer
    assert (action.officer_id, action.action, action.override_of) == (
        "B-117",
        "let_pass",
        "referred",
    )
    assert set(action.overrides) == {"face_not_matched", "supervised"}
    check(KIOSK, event.envelope.event_id, action, key.credential(), PARTY)
    page.sees(lambda live: [one.decided for one in live.stored] == ["let_pass"])
    assert why(page.wish()) == "decided_before"


def test_a_refusal_bears_its_letter(bench, page, key):
    bench.to_document()
    page.sees(lambda live: live.now is not None)
    done = page.decide(key, action="refuse", reason="entry_refused", letter="A")
    assert isinstance(done, frames.Done)
    bench.patient(lambda: len(bench.events()) == 2)
    event = bench.events()[1]
    assert event.crossing.outcome == "refused_by_officer"
    assert event.crossing.refusal_reason == event.officer[0].refusal_reason == "A"
    assert {one.group for one in event.not_captured} == {"traveller", "document", "liveness"}


def test_a_decision_after_the_crossing_is_an_event_of_its_own(bench, page, key):
    bench.to_review()
    bench.runner.post(Touched("continue"))
    page.sees(lambda live: [one.outcome for one in live.stored] == ["referred"])
    assert [one.reason for one in page.live.calls] == ["referral"]
    assert isinstance(page.decide(key, reason="checked_at_the_desk"), frames.Done)
    _, crossing, decision = bench.events()
    assert isinstance(decision, events.OfficerDecision)
    assert decision.relates_to == crossing.envelope.event_id
    assert decision.outcome == "completed"
    assert decision.retention_until == crossing.law.retention_until
    check(KIOSK, decision.relates_to, decision.officer, key.credential(), PARTY)
    page.sees(lambda live: live.calls == () and live.stored[0].decided == "let_pass")
    assert why(page.decide(key, action="refuse", reason="entry_refused", letter="B")) == (
        "decided_before"
    )


def test_nobody_is_let_pass_for_a_reason_that_the_officer_has_not_seen(bench, page, key):
    """What the kiosk finds between the look and the signature asks for another look."""
    bench.to_face()
    page.sees(lambda live: live.now is not None)
    asked = page.wish()
    bench.runner.post(replace(NOT_ALIKE))
    page.sees(lambda live: live.now is not None and "face_not_matched" in live.now.reasons)
    signature = page.sign(key, asked.challenge)
    assert why(page.ask(frames.Decide(signature=signature))) == "changed"
    assert len(bench.events()) == 1


def happens_first(bench, *earlier):
    """What the kiosk has before it when the officer's decision comes."""

    def post(event):
        for one in earlier:
            bench.runner.post(one)
        bench.runner.post(event)

    bench.desk.hands = replace(bench.desk.hands, post=post)


def test_a_decision_that_meets_a_crossing_on_its_way_to_the_disk_is_not_lost(bench, page, key):
    bench.to_review()
    page.sees(lambda live: live.now is not None and live.screen == "review")
    happens_first(bench, Touched("continue"))
    done = page.decide(key, action="refuse", reason="entry_refused", letter="B")
    assert isinstance(done, frames.Done)
    bench.patient(lambda: len(bench.events()) == 3)
    _, crossing, decision = bench.events()
    assert (decision.relates_to, decision.outcome) == (
        crossing.envelope.event_id,
        "refused_by_officer",
    )
    page.sees(lambda live: [one.decided for one in live.stored] == ["refuse"])


def test_a_decision_that_a_new_reason_overtook_may_be_asked_for_again(bench, page, key):
    bench.to_face()
    page.sees(lambda live: live.now is not None and live.screen == "face")
    happens_first(bench, NOT_ALIKE)
    page.decide(key)
    page.sees(lambda live: live.now is not None and "face_not_matched" in live.now.reasons)
    assert len(bench.events()) == 1, "nobody is let pass for what the officer has not seen"
    assert isinstance(page.decide(key), frames.Done)
    bench.patient(lambda: isinstance(bench.runner.state, Saved | Go))


@pytest.mark.parametrize(
    "wish",
    [
        {"action": "let_pass", "reason": "because"},
        {"action": "let_pass", "reason": "compared_by_eye", "letter": "A"},
        {"action": "refuse", "reason": "entry_refused"},
        {"action": "refuse", "reason": "entry_refused", "letter": "K"},
        {"action": "refuse", "reason": "entry_refused", "letter": "AB"},
        {"action": "open_the_gate", "reason": "compared_by_eye"},
    ],
    ids=str,
)
def test_what_is_no_decision_is_not_signed(bench, page, key, wish):
    bench.to_document()
    page.sees(lambda live: live.now is not None)
    assert why(page.wish(**wish)) == "not_a_decision"


def test_the_page_cannot_trade_one_decision_for_another(bench, page, key):
    """It may pass any signature on; the kiosk does what was signed, and for whom, or nothing."""
    bench.to_document()
    page.sees(lambda live: live.now is not None)
    sign_in = page.ask(frames.WantSignIn())
    assert why(page.ask(frames.Decide(signature=page.sign(key, sign_in.challenge)))) == "too_late"
    asked = page.wish()
    other = bench.officer("C-9")
    assert why(page.ask(frames.Decide(signature=page.sign(other, asked.challenge)))) == "too_late"
    asked = page.wish()
    good = page.sign(key, asked.challenge)
    bent = msgspec.structs.replace(good, client_data=good.client_data.replace(b"get", b"git"))
    assert why(page.ask(frames.Decide(signature=bent))) == "not_signed_in"
    assert why(page.ask(frames.Decide(signature=good))) == "too_late"
    assert len(bench.events()) == 1


# ---- pictures, and the end -------------------------------------------------------------------


def test_pictures_are_there_while_the_visit_is_and_gone_after_it(bench, page, key):
    bench.to_face()
    bench.session.keep_face(bench.session.token, b"jpeg of " + CANARY.encode())
    page.sees(lambda live: live.now is not None)
    assert page.ask(frames.Picture(role="live_face")).data.endswith(CANARY.encode())
    assert why(page.ask(frames.Picture(role="document_portrait"))) == "no_picture"
    page.act("end")
    page.sees(lambda live: live.now is None)
    assert why(page.ask(frames.Picture(role="live_face"))) == "no_picture"
    assert CANARY not in repr(page.seen)


def test_of_a_stored_crossing_only_the_slips_code_is_shown(bench, page, key):
    bench.to_review()
    bench.runner.post(Touched("continue"))
    page.sees(lambda live: len(live.stored) == 1)
    assert CANARY.encode() not in frames.encode(
        msgspec.structs.replace(page.live, now=None, sessions=())
    )
    assert len(page.live.stored[0].code) >= 7


# ---- the line --------------------------------------------------------------------------------


def test_the_kiosk_goes_on_without_the_page_and_the_page_knows_that_the_kiosk_is_away(bench, page):
    key = bench.officer()
    page.sign_in(key)
    bench.to_document()
    page.link._line.shutdown(socket.SHUT_RDWR)  # as when the program dies
    bench.runner.post(Touched("help"))
    bench.patient(lambda: isinstance(bench.runner.state, Called))
    page.sees(lambda live: len(live.calls) == 1)
    assert None in page.seen
    assert isinstance(page.act("acknowledge"), frames.Done), "the session lives in the kiosk"
    bench.desk.line.stop()
    bench.patient(lambda: page.live is None)
    with pytest.raises(KioskAwayError):
        page.act("acknowledge")
    bench.runner.post(Touched("to-officer"))
    bench.patient(lambda: isinstance(bench.runner.state, SeeOfficer | Idle))


def test_another_user_does_not_get_in(tmp_path, bench):
    line = OfficerLine(tmp_path / "other.sock", bench.desk, frozenset({4_000_000}))
    line.start()
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(10)
            one.connect(str(tmp_path / "other.sock"))
            assert one.recv(1) == b""
    finally:
        line.stop()


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02\xff\xff",
        frames.encode(frames.Hello(version=99)),
        frames.encode(frames.Ask(token=1, session="", request=frames.WantSignIn())),
    ],
    ids=["too large", "noise", "another version", "no greeting"],
)
def test_who_talks_nonsense_is_cut_off_and_the_kiosk_goes_on(bench, sent):
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(10)
        one.connect(str(bench.socket))
        one.sendall(sent)
        while one.recv(65536):
            pass
    bench.desk.line._deaf_until_s = 0.0
    assert bench.desk.line._thread.is_alive()
    page = Page(bench)
    assert page.live.calls == ()
    page.link.stop()


def test_the_desk_ends_with_all_its_threads(bench):
    bench.desk.line.stop()
    bench.desk.line.stop()
    assert "officer" not in [one.name for one in threading.enumerate()]
    assert not bench.socket.exists()


def test_a_fault_of_ours_is_said_and_the_desk_goes_on(bench, capsys):
    def fault():
        raise ZeroDivisionError

    bench.desk.line.do(fault)
    bench.to_document()
    bench.runner.post(Touched("help"))
    bench.patient(lambda: bench.lit == [True])
    assert "ZeroDivisionError at fault" in capsys.readouterr().err
