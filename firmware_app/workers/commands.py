"""Does what the centre asks with signed commands, once each, in its own thread, and answers."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from firmware_app import log
from firmware_app.errors import KioskError
from mqtt.bundle_store import KeyRing
from mqtt.command_record import CommandRecord
from mqtt.commands import (
    RESULT_TYPE,
    Command,
    Configure,
    Outcome,
    Ping,
    Reader,
    RequestSupport,
    Resend,
    Result,
    Rotate,
    Update,
    UpdateList,
    read_command,
    refusal,
    sign_result,
)
from mqtt.errors import BundleError, CommandError, KeyFileError, OutboxError
from mqtt.keys import Signer
from mqtt.relay_asides import Aside

WAITING_LIMIT = 64
FACT_SIGNS = 8000
Facts = dict[str, str]
_EXPECTED = (KioskError, BundleError, OutboxError, OSError)


class Hands(Protocol):
    """What a command can do on this kiosk; each raises KioskError, BundleError, OSError.

    Each may be done twice with the effect of once.
    """

    def resend(self, order: Resend) -> Facts:
        """Make the range ready again."""
        ...

    def rotate(self) -> Facts:
        """Mark that new keys are wanted."""
        ...

    def configure(self, order: Configure) -> Facts:
        """Judge, stage or apply."""
        ...

    def take_bundle(self, name: str, data: bytes) -> Facts:
        """Verify and keep; keys count at once."""
        ...

    def update(self, command: Command, order: Update) -> Facts:
        """Note what is to be fetched and put in."""
        ...

    def support(self) -> Facts:
        """Impersonal facts of this kiosk."""
        ...


@dataclass(frozen=True, slots=True)
class Later:
    """A later answer to a command that takes its time; it replaces the one before."""

    command: str
    number: int
    outcome: Outcome
    why: str | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class Post:
    """Who this kiosk is for commands, and what it speaks with."""

    reader: Reader
    signer: Signer
    ring: KeyRing
    say: Callable[[Aside], None]
    utc_now: Callable[[], datetime]


@dataclass(slots=True)
class CommandWorker:
    """Messages of the centre in by `take`, answers out by `post.say`; nobody else is answered."""

    post: Post
    record: CommandRecord
    hands: Hands
    _waiting: "queue.Queue[tuple[str, bytes] | Later | None]" = field(
        default_factory=lambda: queue.Queue(WAITING_LIMIT)
    )
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to take messages."""
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what was taken, then end."""
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def take(self, leaf: str, payload: bytes) -> None:
        """A message below cmd, lists/ or shadow/; comes back at once. The centre sends again."""
        try:
            self._waiting.put_nowait((leaf, payload))
        except queue.Full:
            log.say("signed_messages_too_many", "warning", what=leaf)

    def later(self, answer: Later) -> None:
        """Answer a command anew; comes back at once. What finds no room is said at the next start.

        The centre keeps the newest answer, and a replay of the command is given it from now on.
        """
        with suppress(queue.Full):
            self._waiting.put_nowait(answer)

    def _run(self) -> None:
        while (one := self._waiting.get()) is not None:
            if isinstance(one, Later):
                self._answer_later(one)
                continue
            leaf, payload = one
            if leaf == "cmd":
                self.command(payload)
            elif leaf.startswith("lists/"):
                self._bundle(leaf.removeprefix("lists/"), payload)
            else:
                log.say("signed_message_not_used", what=leaf)

    def command(self, data: bytes) -> None:
        """Judge one command, do it, remember and send the answer; raises nothing expected."""
        try:
            command = read_command(data, self.post.ring.commands)
        except CommandError as error:
            log.say("command_refused", "error", what=str(error), mend=error.mend)
            return
        before = self.record.answered(command.id)
        if before is not None:
            self._send(before)
            return
        reader = self.post.reader
        known = Reader(reader.kiosk, reader.groups, self.record.highest)
        why = refusal(command, known, self.post.utc_now())
        if why == "foreign":
            log.say("command_refused", "warning", what="it is for others.")
            return
        result = self._done(command) if why is None else self._result(command, "refused", why)
        self._answer(result, remember=why is None)

    def _done(self, command: Command) -> Result:
        try:
            facts = self._do(command)
        except _EXPECTED as error:
            log.say("command_failed", "warning", what=f"{type(error).__name__}: {error}")
            return self._result(
                command, "failed", type(error).__name__, {"what": str(error)[:FACT_SIGNS]}
            )
        log.say("command_done", what=type(command.order).__name__)
        return self._result(command, "done", None, facts)

    def _do(self, command: Command) -> Facts:
        match command.order:
            case Resend() as order:
                return self.hands.resend(order)
            case Rotate():
                return self.hands.rotate()
            case Configure() as order:
                return self.hands.configure(order)
            case UpdateList() as order:
                return self.hands.take_bundle(order.name, order.bundle)
            case RequestSupport():
                return self.hands.support()
            case Update() | Ping() as order:
                return self.hands.update(command, order) if isinstance(order, Update) else {}

    def _answer_later(self, one: Later) -> None:
        result = Result(
            kiosk=self.post.reader.kiosk,
            command=one.command,
            number=one.number,
            outcome=one.outcome,
            at=self.post.utc_now(),
            why=one.why,
            facts=one.facts,
        )
        self._answer(result, remember=True)

    def _answer(self, result: Result, *, remember: bool) -> None:
        try:
            signed = sign_result(result, self.post.signer)
            if remember:
                self.record.keep(result.command, result.number, signed)
        except (OSError, KeyFileError, ValueError) as error:
            what = f"{type(error).__name__}: the answer was not kept; the centre asks again."
            log.say("command_unanswered", "error", what=what)
            return
        self._send(signed)

    def _result(
        self, command: Command, outcome: str, why: str | None, facts: Facts | None = None
    ) -> Result:
        return Result(
            kiosk=self.post.reader.kiosk,
            command=command.id,
            number=command.number,
            outcome=Outcome(outcome),
            at=self.post.utc_now(),
            why=why,
            facts=facts or {},
        )

    def _send(self, signed: bytes) -> None:
        self.post.say(Aside("cmd/res", signed, RESULT_TYPE))

    def _bundle(self, name: str, data: bytes) -> None:
        try:
            facts = self.hands.take_bundle(name, data)
        except _EXPECTED as error:
            mend = getattr(error, "mend", "")
            log.say("bundle_refused", "error", what=f"{name}: {error}", mend=mend)
            return
        log.say("bundle_taken", what=name, version=facts.get("version", ""))
