"""Basic access control: the machine readable zone opens the chip (Doc 9303-11, 4.3)."""

import hashlib
import hmac

from drivers.chip.apdu import SUCCESS, Command
from drivers.chip.api import MrzSecret, Random
from drivers.chip.card import Card
from drivers.chip.errors import ChipAccessError, ChipProtocolError, ChipRefusedError
from drivers.chip.secure_messaging import SecureMessaging
from drivers.chip.suites import FOR_ENCRYPTION, FOR_MAC, MAC_BYTES, TRIPLE_DES, SessionKeys

NAME = "BAC 3DES"
_CHALLENGE_BYTES = 8
_KEY_BYTES = 16
_ANSWER_BYTES = 2 * _CHALLENGE_BYTES + _KEY_BYTES


def authenticate(card: Card, secret: MrzSecret, random: Random) -> None:
    """Prove the secret on both sides; the card is secured afterwards.

    `random` gives RND.IFD and then K.IFD. Raises ChipAccessError where the chip does not take the
    secret, ChipRefusedError where it has no BAC, ChipProtocolError where its proof is wrong.
    """
    challenge = card.ask(
        Command(0, 0x84, 0, 0, answer_bytes=_CHALLENGE_BYTES), "challenge of basic access control"
    )
    if len(challenge) != _CHALLENGE_BYTES:
        raise ChipProtocolError(card.device, f"a challenge of {len(challenge)} bytes.")
    ours, our_key = random(_CHALLENGE_BYTES), random(_KEY_BYTES)
    keys = SessionKeys.from_secret(TRIPLE_DES, seed(secret))
    cryptogram = TRIPLE_DES.encrypt(keys.encryption, ours + challenge + our_key)
    answer = _external_authenticate(card, cryptogram + _mac(keys, cryptogram))
    their_key = _their_key(card, keys, answer, challenge + ours)
    card.secured = _session(our_key, their_key, challenge[-4:] + ours[-4:])


def seed(secret: MrzSecret) -> bytes:
    """K.seed from the MRZ information (Doc 9303-11, 9.7.2)."""
    return hashlib.sha1(secret.information, usedforsecurity=False).digest()[:_KEY_BYTES]


def _external_authenticate(card: Card, data: bytes) -> bytes:
    """The chip's 40 bytes."""
    response = card.send(Command(0, 0x82, 0, 0, data, _ANSWER_BYTES + MAC_BYTES))
    if response.status != SUCCESS:
        refused = ChipRefusedError(card.device, "basic access control", response.status)
        raise ChipAccessError(card.device, refused.what)
    if len(response.data) != _ANSWER_BYTES + MAC_BYTES:
        raise ChipProtocolError(card.device, f"a proof of {len(response.data)} bytes in BAC.")
    return response.data


def _their_key(card: Card, keys: SessionKeys, answer: bytes, challenges: bytes) -> bytes:
    """K.IC out of the chip's proof, once MAC and challenges are right."""
    cryptogram, mac = answer[:_ANSWER_BYTES], answer[_ANSWER_BYTES:]
    if not hmac.compare_digest(mac, _mac(keys, cryptogram)):
        raise ChipProtocolError(card.device, "the chip's proof in BAC bears a wrong MAC.")
    plain = TRIPLE_DES.decrypt(keys.encryption, cryptogram)
    if not hmac.compare_digest(plain[:-_KEY_BYTES], challenges):
        raise ChipProtocolError(card.device, "the chip's proof in BAC is of another session.")
    return plain[-_KEY_BYTES:]


def _mac(keys: SessionKeys, data: bytes) -> bytes:
    return TRIPLE_DES.mac(keys.mac, TRIPLE_DES.pad(data))


def _session(our_key: bytes, their_key: bytes, counter: bytes) -> SecureMessaging:
    shared = bytes(one ^ other for one, other in zip(our_key, their_key, strict=True))
    derive = TRIPLE_DES.derive
    keys = SessionKeys(TRIPLE_DES, derive(shared, FOR_ENCRYPTION), derive(shared, FOR_MAC))
    return SecureMessaging(keys, counter)
