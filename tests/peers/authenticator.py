"""A security key in software: registers and signs as WebAuthn asks, or as badly as a test wants."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.webauthn import Assertion, Credential, Party

PRESENT_AND_VERIFIED = 0x05


@dataclass
class Authenticator:
    """One key of one officer; `counter` rises with each signature, as most keys do."""

    party: Party
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: urandom(32))
    counter: int = 1

    def client_data(self, kind, challenge, **other):
        said = {
            "type": kind,
            "challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "origin": self.party.origin,
            "crossOrigin": False,
        }
        return json.dumps(said | other).encode()

    def head(self, flags, rp_id=None):
        digest = sha256((rp_id or self.party.rp_id).encode()).digest()
        return digest + bytes([flags]) + self.counter.to_bytes(4, "big")

    def attested(self, flags=PRESENT_AND_VERIFIED | 0x40):
        """Authenticator data of a new credential."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        cose = bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y
        size = len(self.credential_id).to_bytes(2, "big")
        return self.head(flags) + bytes(16) + size + self.credential_id + cose

    def sign(self, challenge, *, flags=PRESENT_AND_VERIFIED, rp_id=None, client=None):
        """An assertion over `challenge`."""
        self.counter += 1
        data = self.client_data("webauthn.get", challenge)
        if client:
            data = json.dumps(json.loads(data) | client).encode()
        head = self.head(flags, rp_id)
        signature = self.key.sign(head + sha256(data).digest(), ec.ECDSA(hashes.SHA256()))
        return Assertion(self.credential_id, head, data, signature)

    def credential(self, counter=0):
        return Credential(self.credential_id, self.key.public_key(), counter)
