"""The officer's frames and requests: where bytes are cut does not matter, noise is refused."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.officer import talk
from firmware_app.workers import officer_frames as frames
from firmware_app.workers.officer_frames import FrameError, FrameReader

SHORT = st.text(max_size=64)
BLOB = st.binary(max_size=64)
SIGNATURE = st.builds(
    frames.Signature,
    challenge=BLOB,
    credential_id=BLOB,
    authenticator_data=BLOB,
    client_data=BLOB,
    signature=BLOB,
)
REQUEST = st.one_of(
    st.builds(frames.WantSignIn),
    st.builds(frames.SignIn, signature=SIGNATURE),
    st.builds(frames.WantRegister, code=SHORT),
    st.builds(
        frames.Register,
        code=SHORT,
        challenge=BLOB,
        authenticator_data=BLOB,
        client_data=BLOB,
    ),
    st.builds(frames.Act, what=st.sampled_from(["acknowledge", "end"]), crossing=SHORT),
    st.builds(frames.WantDecision, crossing=SHORT, action=SHORT, reason=SHORT),
    st.builds(frames.Decide, signature=SIGNATURE),
    st.builds(frames.Picture, role=st.sampled_from(["live_face", "document_portrait"])),
    st.builds(frames.SignOut),
)
ASK = st.builds(frames.Ask, token=st.integers(0, 2**53 - 1), session=SHORT, request=REQUEST)
LIVE = frames.Live(
    serial=1,
    screen="face",
    calls=(frames.Call(call="c", reason="help", age_s=1.5, answered=False),),
    sessions=("s",),
    now=frames.Now(
        crossing="x",
        screen="face",
        language="en",
        visit_age_s=2.0,
        step_age_s=1.0,
        tries_left=3,
        called=False,
        helped=False,
        rows=(frames.Row(name="surname", value="ERIKSSON"),),
        checks=(frames.Check(code="mrz.format", result="passed"),),
        liveness="live",
        challenges=(),
        compared=frames.Compared(decision="match", score=0.5, threshold=0.4),
        fingers=(),
        reasons=("supervised",),
        pictures=("live_face",),
    ),
    stored=(frames.Stored(crossing="y", code="A", outcome="referred", reasons=(), age_s=0.0),),
)


@given(st.lists(ASK, min_size=1, max_size=4), st.data())
def test_where_the_bytes_are_cut_does_not_matter(asked, data):
    sent = b"".join(frames.encode(one) for one in asked)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=6)))
    reader = FrameReader[frames.ToKiosk](frames.ToKiosk)
    read = []
    for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        read += reader.feed(sent[start:end])
    assert read == asked


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_else_happens(noise):
    for kind in (frames.ToKiosk, frames.ToOfficer):
        for data in (noise, len(noise).to_bytes(4, "big") + noise):
            with suppress(FrameError):
                assert len(FrameReader(kind).feed(data)) <= len(data) // 5


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_bent_frame_is_refused_or_another_frame_and_never_more(at, byte):
    sent = bytearray(frames.encode(LIVE))
    sent[at % len(sent)] = byte
    try:
        found = FrameReader(frames.ToOfficer).feed(bytes(sent))
    except FrameError:
        return
    assert len(found) <= 1


def test_live_comes_back_as_it_went_and_shows_nothing():
    (back,) = FrameReader[frames.ToOfficer](frames.ToOfficer).feed(frames.encode(LIVE))
    assert back == LIVE
    assert "ERIKSSON" not in repr(back) + repr(back.now) + repr(back.now.rows)


@pytest.mark.parametrize("bound", [{"code": "x" * 65}, {"code": 1}])
def test_what_is_too_long_or_of_another_type_is_refused(bound):
    bad = msgspec.structs.replace(frames.WantRegister(code=""), **bound)
    frame = frames.encode(frames.Ask(token=1, session="", request=bad))
    with pytest.raises(FrameError):
        FrameReader(frames.ToKiosk).feed(frame)


@given(st.sampled_from(sorted(talk.ROUTES)), st.binary(max_size=400))
def test_a_post_of_noise_is_refused(route, body):
    try:
        talk.request(route, body)
    except talk.BadBodyError:
        return
    assert body in {b"", b"{}"} or talk.ROUTES[route].__name__ == "_Body"


def test_without_a_good_session_the_calls_alone_are_told():
    greeting = frames.Greeting(version=1, kiosk="k", origin="o", rp_id="r")
    for token in ("", "wrong"):
        told = talk.live_event(LIVE, greeting, token)
        assert b"help" in told
        assert b"ERIKSSON" not in told
        assert b"stored" not in told
    known = msgspec.structs.replace(LIVE, sessions=(frames.session_name("right"),))
    assert b"ERIKSSON" in talk.live_event(known, greeting, "right")
    assert b"ERIKSSON" not in talk.live_event(known, None, "right")
