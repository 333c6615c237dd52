"""Who has signed in as an officer, and which challenges wait for a signature; no thread, no I/O.

Everything is bounded and ends: challenges after two minutes, sessions when nobody acts, tries when
they are wrong too often. The kiosk holds this, so that the officer's program can invent no session.
"""

import secrets
from collections import deque
from dataclasses import dataclass, field

from firmware_app.workers.officer_frames import session_name

CHALLENGE_BYTES = 32
CHALLENGE_LIFE_S = 120.0
CHALLENGES_LIMIT = 32
SESSIONS_LIMIT = 8
SESSION_IDLE_S = 600.0
SESSION_LONGEST_S = 12 * 3600.0
WRONG_LIMIT = 5
LOCKED_S = 300.0


@dataclass(slots=True)
class Tries:
    """After five wrong tries within five minutes nothing more is judged for the rest of them."""

    _wrong_at_s: "deque[float]" = field(default_factory=lambda: deque(maxlen=WRONG_LIMIT))

    def locked(self, now_s: float) -> bool:
        """Whether to refuse without looking."""
        return len(self._wrong_at_s) == WRONG_LIMIT and now_s - self._wrong_at_s[0] < LOCKED_S

    def wrong(self, now_s: float) -> None:
        """One more."""
        self._wrong_at_s.append(now_s)

    def right(self) -> None:
        """It was him after all."""
        self._wrong_at_s.clear()


@dataclass(slots=True)
class _Session:
    officer: str
    began_s: float
    used_s: float


@dataclass(slots=True)
class Gate:
    """Sessions by token, challenges by their bytes; `now_s` is monotonic in every call."""

    idle_s: float = SESSION_IDLE_S
    codes: Tries = field(default_factory=Tries)
    _keys: dict[bytes, Tries] = field(default_factory=dict)
    _sessions: dict[str, _Session] = field(default_factory=dict)
    _asked: dict[bytes, tuple[str, float]] = field(default_factory=dict)

    def ask(self, purpose: str, now_s: float, challenge: bytes = b"") -> bytes:
        """A challenge that `take` will know once; of more than 32 the oldest go."""
        self._forget_old(now_s)
        while len(self._asked) >= CHALLENGES_LIMIT:
            del self._asked[next(iter(self._asked))]
        made = challenge or secrets.token_bytes(CHALLENGE_BYTES)
        self._asked[made] = (purpose, now_s + CHALLENGE_LIFE_S)
        return made

    def take(self, purpose: str, challenge: bytes, now_s: float) -> bool:
        """Whether it was asked for that purpose, not too long ago, and not answered before."""
        self._forget_old(now_s)
        asked = self._asked.get(challenge)
        if asked is None or asked[0] != purpose:
            return False
        del self._asked[challenge]
        return True

    def tries(self, credential_id: bytes) -> Tries:
        """The wrong tries with one key; only keys on file are counted, so this cannot grow."""
        return self._keys.setdefault(credential_id, Tries())

    def open(self, officer: str, now_s: float) -> str:
        """A new session's token; of more than eight the oldest ends."""
        self.sessions(now_s)
        while len(self._sessions) >= SESSIONS_LIMIT:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[token] = _Session(officer, now_s, now_s)
        return token

    def officer(self, token: str, now_s: float, *, acts: bool) -> str | None:
        """Who that is; `acts` puts the time-out off. None where the session is none, or over."""
        self.sessions(now_s)
        session = self._sessions.get(token)
        if session is None:
            return None
        if acts:
            session.used_s = now_s
        return session.officer

    def close(self, token: str) -> None:
        """Sign out; safe to call twice."""
        self._sessions.pop(token, None)

    def close_officer(self, officer: str) -> None:
        """End every session of one who was revoked."""
        for token in [token for token, one in self._sessions.items() if one.officer == officer]:
            del self._sessions[token]

    def officers(self) -> frozenset[str]:
        """Who is signed in."""
        return frozenset(one.officer for one in self._sessions.values())

    def sessions(self, now_s: float) -> tuple[str, ...]:
        """The names of the sessions that are good; the others are forgotten."""
        over = [token for token, one in self._sessions.items() if self._is_over(one, now_s)]
        for token in over:
            del self._sessions[token]
        return tuple(session_name(token) for token in self._sessions)

    def _is_over(self, one: _Session, now_s: float) -> bool:
        return now_s - one.used_s > self.idle_s or now_s - one.began_s > SESSION_LONGEST_S

    def _forget_old(self, now_s: float) -> None:
        for challenge in [one for one, (_, until_s) in self._asked.items() if now_s > until_s]:
            del self._asked[challenge]
