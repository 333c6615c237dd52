"""What the page posts and gets, as JSON, in the socket's words; pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

from firmware_app.workers import officer_frames as frames

BODY_LIMIT_BYTES = 16 * 1024
STATUS = {"signed_out": 401, "locked": 429}
Blob = Annotated[bytes, Meta(max_length=2048)]
Word = Annotated[str, Meta(max_length=64)]


class BadBodyError(Exception):
    """No request of the page."""

    mend = "Load the page again."


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base: bytes stand in base64."""


class _Signature(_Body, frozen=True):
    challenge: Blob
    credential_id: Blob
    authenticator_data: Blob
    client_data: Blob
    signature: Blob

    def frame(self) -> frames.Signature:
        """The same for the socket."""
        return frames.Signature(**msgspec.structs.asdict(self))


class _Code(_Body, frozen=True):
    code: Word


class _NewKey(_Body, frozen=True):
    code: Word
    challenge: Blob
    authenticator_data: Blob
    client_data: Blob


class _Act(_Body, frozen=True):
    what: frames.WhatToDo
    crossing: Word = ""


class _Wish(_Body, frozen=True):
    crossing: Word
    action: Word
    reason: Word
    refusal_reason: Word = ""


ROUTES = {
    "sign-in/ask": _Body,
    "sign-in": _Signature,
    "register/ask": _Code,
    "register": _NewKey,
    "act": _Act,
    "decide/ask": _Wish,
    "decide": _Signature,
    "sign-out": _Body,
}


def request(route: str, body: bytes) -> frames.Request:
    """What the kiosk is asked by a post to /api/`route`; raises BadBodyError."""
    try:
        said = msgspec.json.decode(body or b"{}", type=ROUTES[route])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadBodyError("no such request.") from None
    match said:
        case _Signature():
            kind = frames.SignIn if route == "sign-in" else frames.Decide
            return kind(signature=said.frame())
        case _Code():
            return frames.WantRegister(code=said.code)
        case _NewKey():
            return frames.Register(**msgspec.structs.asdict(said))
        case _Act():
            return frames.Act(what=said.what, crossing=said.crossing)
        case _Wish():
            return frames.WantDecision(**msgspec.structs.asdict(said))
        case _:
            return frames.WantSignIn() if route == "sign-in/ask" else frames.SignOut()


def reply(answer: frames.Challenge | frames.Done | frames.Refused) -> tuple[int, bytes]:
    """Status and JSON of an answer; bytes in base64."""
    match answer:
        case frames.Refused(why=why):
            return STATUS.get(why, 409), msgspec.json.encode({"why": why})
        case frames.Challenge():
            said = {
                "challenge": answer.challenge,
                "credentials": answer.credentials,
                "officer": answer.officer,
            }
            return 200, msgspec.json.encode(said)
        case frames.Done(officer=officer):
            return 200, msgspec.json.encode({"officer": officer})


def live_event(live: frames.Live | None, greeting: frames.Greeting | None, token: str) -> bytes:
    """One Server-Sent Event for a browser with that session token; None: the kiosk is away.

    Without a good session the calls alone, so that a call is heard also where nobody is signed in.
    """
    if live is None or greeting is None:
        return b'event: live\ndata: {"away":true,"calls":[]}\n\n'
    signed_in = bool(token) and frames.session_name(token) in live.sessions
    said: dict[str, object] = {
        "away": False,
        "kiosk": greeting.kiosk,
        "rp_id": greeting.rp_id,
        "screen": live.screen,
        "calls": [_plain(one) for one in live.calls],
        "signed_in": signed_in,
    }
    if signed_in:
        said["now"] = _now(live.now) if live.now is not None else None
        said["stored"] = [_plain(one) for one in live.stored]
    return b"event: live\ndata: " + msgspec.json.encode(said) + b"\n\n"


def _now(now: frames.Now) -> dict[str, object]:
    parts = ("rows", "checks", "challenges", "fingers")
    inner = {name: [_plain(one) for one in getattr(now, name)] for name in parts}
    return _plain(now) | inner | {"compared": _plain(now.compared)}


def _plain(one: msgspec.Struct) -> dict[str, object]:
    """Its fields by name: on the socket they stand in an array."""
    return msgspec.structs.asdict(one)
