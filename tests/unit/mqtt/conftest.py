"""Keys and sealers that the wire's tests share."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealed, Sealer


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def kiosk_key():
    return _key()


@pytest.fixture(scope="session")
def centre_key():
    return _key()


@pytest.fixture(scope="session")
def escrow_key():
    return _key()


@pytest.fixture(scope="session")
def sealer(kiosk_key, centre_key, escrow_key):
    recipients = (centre_key.public_key(), escrow_key.public_key())
    return Sealer(kiosk_key, recipients, Profile.DEMO, Assurance.SOFTWARE)


@pytest.fixture(scope="session")
def seal(sealer) -> Callable[..., Sealed]:
    """Seal bytes at a head; an epoch_start where the head is number 1."""

    def at(head: Head, plaintext: bytes = b"event", kind: Kind | None = None) -> Sealed:
        natural = Kind.EPOCH_START if head.sequence == 1 else Kind.CROSSING
        return sealer.seal(
            plaintext,
            head=head,
            kind=kind or natural,
            event_id=f"01920000-0000-7000-8000-{head.sequence:012x}",
            at_utc=specimen.CAPTURED_AT,
        )

    return at
