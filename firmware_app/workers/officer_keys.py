"""Officers' keys at the desk: signing in, registering, and whether a signature holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from firmware_app import log
from firmware_app.workers import officer_frames as frames
from firmware_app.workers.officer_gate import Gate
from firmware_app.workers.officer_registry import Officer, OfficerRegistry, OfficersError
from mqtt.webauthn import Assertion, Credential, Party, WebauthnError, registered, verify_assertion

SIGN_IN, REGISTER, DECIDE = "sign_in", "register", "decide"


@dataclass(slots=True)
class OfficerKeys:
    """Judges what the officer's program brings; every challenge was drawn here, and counts once."""

    registry: OfficerRegistry
    gate: Gate
    party: Party
    utc_now: Callable[[], datetime]

    def sign_in(self, signature: frames.Signature, now_s: float) -> frames.Session | frames.Refused:
        """Whatever is wrong is refused in the same words; the log says whose key it was."""
        officer = self.registry.signer(signature.credential_id)
        if officer is None:
            return frames.Refused(why="not_signed_in")
        why = self.verify(officer, signature, SIGN_IN, now_s)
        if why:
            return frames.Refused(why=why)
        log.say("officer_signed_in", what=officer.id)
        return frames.Session(token=self.gate.open(officer.id, now_s), officer=officer.id)

    def verify(
        self, officer: Officer, signature: frames.Signature, purpose: str, now_s: float
    ) -> str:
        """Empty where it is this officer's signature over a challenge of ours; else why not."""
        tries = self.gate.tries(signature.credential_id)
        if tries.locked(now_s):
            return "locked"
        if not self.gate.take(purpose, signature.challenge, now_s) or officer.credential is None:
            return "too_late"
        one = Assertion(
            signature.credential_id,
            signature.authenticator_data,
            signature.client_data,
            signature.signature,
        )
        try:
            counted = verify_assertion(one, officer.credential, self.party, signature.challenge)
        except WebauthnError as error:
            tries.wrong(now_s)
            log.say("officer_refused", "warning", what=f"{officer.id}: {error}", mend=error.mend)
            return "not_signed_in"
        tries.right()
        self.registry.counted(officer.id, counted)
        return ""

    def registering(
        self, request: frames.WantRegister | frames.Register, now_s: float
    ) -> frames.Challenge | frames.Done | frames.Refused:
        """A new key for whoever has a one-time code; five wrong codes shut it for a while."""
        if self.gate.codes.locked(now_s):
            return frames.Refused(why="locked")
        officer = self.registry.invited(request.code, self.utc_now())
        if officer is None:
            self.gate.codes.wrong(now_s)
            return frames.Refused(why="no_such_code")
        if isinstance(request, frames.WantRegister):
            challenge = self.gate.ask(REGISTER, now_s)
            credentials = self.credentials()
            return frames.Challenge(challenge=challenge, credentials=credentials, officer=officer)
        if not self.gate.take(REGISTER, request.challenge, now_s):
            return frames.Refused(why="too_late")
        return self._register(request)

    def _register(self, request: frames.Register) -> frames.Done | frames.Refused:
        try:
            made = registered(
                request.authenticator_data, request.client_data, self.party, request.challenge
            )
            officer = self.registry.register(request.code, made, self.utc_now())
        except WebauthnError as error:
            log.say("officer_key_refused", "warning", what=str(error), mend=error.mend)
            return frames.Refused(why="key_refused")
        except OfficersError as error:
            log.say("officer_key_refused", "warning", what=str(error), mend=error.mend)
            return frames.Refused(why="no_such_code")
        log.say("officer_key_registered", what=officer)
        return frames.Done(officer=officer)

    def credentials(self) -> tuple[bytes, ...]:
        """The ids of all keys that count."""
        found: list[Credential] = [
            one.credential for one in self.registry.officers() if one.may_sign and one.credential
        ]
        return tuple(one.id for one in found)
