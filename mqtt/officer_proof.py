"""What an officer signs when he decides, and how the centre checks it again from the event."""

from base64 import urlsafe_b64decode
from hashlib import sha256

import msgspec

from mqtt import cbor
from mqtt.groups import OfficerAction
from mqtt.signed import plain
from mqtt.webauthn import Assertion, Credential, Party, WebauthnError, verify_assertion

USE = "border-kiosk officer decision 1"
NONCE_BYTES = 16


def challenge_of(kiosk: str, crossing: str, action: OfficerAction, nonce: bytes) -> bytes:
    """SHA-256 over the deterministic CBOR of the whole decision: what the officer's key signs.

    `kiosk` and `crossing` (its event_id) bind it to one traveller, `nonce` to one asking; the
    action's own `proof` is not part of it.
    """
    said = plain(msgspec.structs.replace(action, proof=None))
    decision = {"use": USE, "kiosk": kiosk, "crossing": crossing, "nonce": nonce, "decision": said}
    return sha256(cbor.dumps(decision)).digest()


def check(
    kiosk: str, crossing: str, action: OfficerAction, credential: Credential, party: Party
) -> None:
    """Raise WebauthnError where `action` does not bear this officer's signature over itself.

    The counter is not judged here: events of many kiosks come in any order.
    """
    proof = action.proof
    if proof is None:
        raise WebauthnError("no signature in it.")
    one = Assertion(
        proof.credential_id, proof.authenticator_data, proof.client_data, proof.signature
    )
    challenge = challenge_of(kiosk, crossing, action, proof.nonce)
    verify_assertion(one, Credential(credential.id, credential.key), party, challenge)


def from_base64url(text: str) -> bytes:
    """Bytes of unpadded base64url, as browsers write them; raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
