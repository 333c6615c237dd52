"""What the kiosk and the officer's program say on their Unix socket: a length, a CBOR array (pure).

The officer's program imports this file and nothing else of the workers.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Final, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from mqtt import cbor

VERSION: Final = 1
MAX_FRAME_BYTES: Final = 512 * 1024
_LENGTH_BYTES: Final = 4

Short = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(max_length=400)]
Blob = Annotated[bytes, Meta(max_length=2048)]
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Age = Annotated[float, Meta(ge=0, le=1e9)]
PictureRole = Literal["live_face", "document_portrait"]
WhatToDo = Literal["acknowledge", "assist", "leave", "end", "here"]


class FrameError(Exception):
    """The other end of the officer's socket sent what is no frame; says where, never what."""

    mend = "Run kiosk and officer's program of one release; if it stays, see who else writes there."


class _Part(msgspec.Struct, frozen=True, array_like=True):
    """Base of everything here: nothing of it shows in a repr, because some of it is personal."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


# ---- what the officer's program asks ------------------------------------------------------------


class Signature(_Part, frozen=True, tag="signature"):
    """An authenticator's answer to `challenge`, as the browser gave it."""

    challenge: Blob
    credential_id: Blob
    authenticator_data: Blob
    client_data: Blob
    signature: Blob


class WantSignIn(_Part, frozen=True, tag="want_sign_in"):
    """A challenge to sign in with, please."""


class SignIn(_Part, frozen=True, tag="sign_in"):
    """The officer's key answered."""

    signature: Signature


class WantRegister(_Part, frozen=True, tag="want_register"):
    """A challenge for a new key, please; `code` is the one-time code of `kiosk officers add`."""

    code: Short


class Register(_Part, frozen=True, tag="register"):
    """The new key."""

    code: Short
    challenge: Blob
    authenticator_data: Blob
    client_data: Blob


class Act(_Part, frozen=True, tag="act"):
    """What needs a signed-in officer, but no signature; `crossing` is the one that he saw."""

    what: WhatToDo
    crossing: Short = ""


class WantDecision(_Part, frozen=True, tag="want_decision"):
    """A challenge for a decision, please: it is the hash of just this decision."""

    crossing: Short
    action: Short
    reason: Short
    refusal_reason: Short = ""


class Decide(_Part, frozen=True, tag="decide"):
    """The officer's key signed that decision."""

    signature: Signature


class Picture(_Part, frozen=True, tag="picture"):
    """One picture of the visit that runs, please."""

    role: PictureRole


class SignOut(_Part, frozen=True, tag="sign_out"):
    """The officer goes."""


Request = (
    WantSignIn | SignIn | WantRegister | Register | Act | WantDecision | Decide | Picture | SignOut
)


class Hello(_Part, frozen=True, tag="hello"):
    """First word of the officer's program."""

    version: Number


class Ask(_Part, frozen=True, tag="ask"):
    """One request; the answer bears the same token. `session` is empty before signing in."""

    token: Number
    session: Short
    request: Request


# ---- what the kiosk says ------------------------------------------------------------------------


class Greeting(_Part, frozen=True, tag="greeting"):
    """First word of the kiosk: who it is, and for which page officers' keys sign."""

    version: Number
    kiosk: Short
    origin: Text
    rp_id: Text


class Challenge(_Part, frozen=True, tag="challenge"):
    """What is to be signed, and which keys may; `officer` where a new key is made for him."""

    challenge: Blob
    credentials: tuple[Blob, ...]
    officer: Short = ""


class Session(_Part, frozen=True, tag="session"):
    """Signed in: `token` stands for the officer from now on."""

    token: Short
    officer: Short


class Jpeg(_Part, frozen=True, tag="jpeg"):
    """A picture; personal."""

    data: Annotated[bytes, Meta(max_length=400_000)]


class Done(_Part, frozen=True, tag="done"):
    """It is done."""

    officer: Short = ""


class Refused(_Part, frozen=True, tag="refused"):
    """It is not done; `why` is a code that the page has words for."""

    why: Short


class Reply(_Part, frozen=True, tag="reply"):
    """The answer to one request."""

    token: Number
    answer: Challenge | Session | Jpeg | Done | Refused


class Check(_Part, frozen=True):
    """One check of the document: passed, failed, not_done, not_applicable; and why."""

    code: Short
    result: Short
    why: Short = ""


class Row(_Part, frozen=True):
    """One line of what was read from the document; personal."""

    name: Short
    value: Text


class Compared(_Part, frozen=True):
    """The live face with the document's: match, no_match, or not_done."""

    decision: Short
    score: float = 0.0
    threshold: float = 0.0


class Now(_Part, frozen=True):
    """The visit that runs, as it is at this moment; personal."""

    crossing: Short
    screen: Short
    language: Short
    visit_age_s: Age
    step_age_s: Age
    tries_left: Number
    called: bool
    helped: bool
    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    liveness: Short
    challenges: tuple[Check, ...]
    compared: Compared
    fingers: tuple[Check, ...]
    reasons: tuple[Short, ...]
    pictures: tuple[PictureRole, ...]


class Stored(_Part, frozen=True):
    """A crossing that is stored; nothing of the traveller but his slip's code."""

    crossing: Short
    code: Short
    outcome: Short
    reasons: tuple[Short, ...]
    age_s: Age
    decided: Short = ""


class Call(_Part, frozen=True):
    """Somebody waits for a person."""

    call: Short
    reason: Short
    age_s: Age
    answered: bool


class Live(_Part, frozen=True, tag="live"):
    """All that the page shows; without a signed-in officer the calls alone.

    sessions: which are good now, by the SHA-256 of their token (32 hex digits).
    """

    serial: Number
    screen: Short
    calls: tuple[Call, ...]
    sessions: tuple[Short, ...]
    now: Now | None = None
    stored: tuple[Stored, ...] = ()


ToKiosk = Hello | Ask
ToOfficer = Greeting | Reply | Live
T = TypeVar("T")


def session_name(token: str) -> str:
    """What stands for a session's token where the token itself must not stand."""
    return sha256(token.encode()).hexdigest()[:32]


def encode(frame: ToKiosk | ToOfficer) -> bytes:
    """The bytes of one frame; FrameError where it is larger than the other end takes."""
    body = cbor.dumps(msgspec.to_builtins(frame, builtin_types=(bytes,)))
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"a frame of {len(body)} bytes; {MAX_FRAME_BYTES} is the most.")
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


@dataclass(slots=True)
class FrameReader(Generic[T]):
    """Bytes from the socket in, whole frames of `kind` out; only FrameError leaves."""

    kind: object
    limit_bytes: int = MAX_FRAME_BYTES
    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[T]:
        """The frames that `data` makes whole, in order."""
        self._held += data
        frames: list[T] = []
        while (size := self._whole_bytes()) is not None:
            frames.append(self._decode(bytes(self._held[_LENGTH_BYTES:size])))
            del self._held[:size]
        return frames

    def _whole_bytes(self) -> int | None:
        if len(self._held) < _LENGTH_BYTES:
            return None
        body_bytes = int.from_bytes(self._held[:_LENGTH_BYTES], "big")
        if body_bytes > self.limit_bytes:
            raise FrameError(f"a frame of {body_bytes} bytes; {self.limit_bytes} is the most.")
        size = _LENGTH_BYTES + body_bytes
        return size if len(self._held) >= size else None

    def _decode(self, body: bytes) -> T:
        try:
            value = cbor.loads(body, limit_bytes=self.limit_bytes)
            frame: T = msgspec.convert(value, self.kind, builtin_types=(bytes,))
        except (cbor.CborError, msgspec.ValidationError) as error:
            raise FrameError(
                f"{len(body)} bytes that are no frame ({type(error).__name__})."
            ) from None
        return frame
