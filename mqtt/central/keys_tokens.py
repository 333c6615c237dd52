"""The open enrolment tokens: one a kiosk, good once, for a while, for a few tries."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from mqtt.enrol import Claim, Token, proof_key
from mqtt.errors import EnrolError
from mqtt.files import locked, write_durably
from mqtt.groups import Utc

TRIES = 5
_NOBODY = os.urandom(32)  # what a request for no token is held against, in the same time


class _Open(msgspec.Struct, frozen=True):
    proof: str
    expires_at: Utc
    tries_left: int = TRIES
    used: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class TokenBook:
    """One file, changed under a lock; it holds no token, only what checks a request."""

    path: Path

    def open(self, token: Token, now: datetime, life: timedelta) -> datetime:
        """Enter a fresh token; an open one of the same kiosk ends. Gives its end."""
        with self._changed(now) as book:
            end = now.replace(microsecond=0) + life
            book[token.kiosk] = _Open(proof=proof_key(token.secret).hex(), expires_at=end)
        return end

    def close(self, kiosk: str) -> None:
        """End the token of a kiosk, where it has one."""
        with self._changed() as book:
            book.pop(kiosk, None)

    def check(self, claim: Claim, now: datetime) -> bytes | None:
        """Whether the claim bears the kiosk's open token: raises EnrolError where it does not.

        Gives the answer that was given to this very request before, else None: then `used` must
        follow. A wrong MAC costs one of five tries. No token, a wrong one, an expired one and a
        used one are told alike.
        """
        refused = EnrolError("no open token of this kiosk made this request.")
        with self._changed(now) as book:
            one = book.get(claim.request.kiosk)
            proven = claim.proven_by(_NOBODY if one is None else bytes.fromhex(one.proof))
            if one is None:
                raise refused
            if not proven:
                self._tried(book, claim.request.kiosk, one)
                raise refused
            if not one.used:
                return None
            if one.used != sha256(claim.body).hexdigest():
                raise refused
            return bytes.fromhex(one.answer)

    def used(self, claim: Claim, answer: bytes) -> None:
        """The token is spent on this request; the same request gets the same answer again."""
        with self._changed() as book:
            one = book.get(claim.request.kiosk)
            if one is None or one.used:
                raise EnrolError("no open token of this kiosk made this request.")
            digest = sha256(claim.body).hexdigest()
            book[claim.request.kiosk] = msgspec.structs.replace(
                one, used=digest, answer=answer.hex()
            )

    def _tried(self, book: dict[str, _Open], kiosk: str, one: _Open) -> None:
        left = one.tries_left - 1
        if left > 0:
            book[kiosk] = msgspec.structs.replace(one, tries_left=left)
        else:
            del book[kiosk]

    @contextmanager
    def _changed(self, now: datetime | None = None) -> Iterator[dict[str, _Open]]:
        """The book, written when the block ends, also by an error; one process at a time.

        With `now`, tokens whose time is over are gone from it.
        """
        with locked(self.path.with_name(f".{self.path.name}.lock")):
            before = self._read()
            book = dict(before)
            if now is not None:
                book = {name: one for name, one in before.items() if now < one.expires_at}
            try:
                yield book
            finally:
                if book != before:
                    write_durably(self.path, msgspec.json.encode(book))

    def _read(self) -> dict[str, _Open]:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=dict[str, _Open])
        except FileNotFoundError:
            return {}
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise EnrolError("the file of open tokens does not read.") from None
