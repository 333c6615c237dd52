"""PACE on the chip's side (Doc 9303-11, 4.4), step by step, for the virtual chip."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.chip.simulated_apdu import (
    AUTHENTICATION_FAILED,
    CONDITIONS_NOT_SATISFIED,
    WRONG_DATA,
    StatusError,
)
from drivers.chip.simulated_curves import RandomBytes
from drivers.chip.simulated_der import der, objects, oid, oid_value
from drivers.chip.simulated_mapping import Agreement, Group, group_of
from drivers.chip.simulated_messaging import (
    AUTHENTICATE,
    ENCRYPT,
    PASSWORD,
    SUITES,
    Session,
    Suite,
)

_ROOT = "0.4.0.127.0.7.2.2.4"
_MAPPINGS = {"DH-GM": 1, "ECDH-GM": 2, "DH-IM": 3, "ECDH-IM": 4, "ECDH-CAM": 6}
_SUITE_NUMBERS = {"3DES": 1, "AES-128": 2, "AES-192": 3, "AES-256": 4}
_NONCE, _MAP, _AGREE, _CONFIRM = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class PaceOffer:
    """One way in: `ECDH-GM` with `AES-128` over the domain parameters of that number."""

    mapping: str
    suite: str
    parameters: int

    @property
    def oid(self) -> str:
        """Its protocol's object identifier (Doc 9303-11, 9.2.1)."""
        return f"{_ROOT}.{_MAPPINGS[self.mapping]}.{_SUITE_NUMBERS[self.suite]}"

    @property
    def oid_value(self) -> bytes:
        """As MSE:SET AT names it."""
        return oid_value(self.oid)


@dataclass(slots=True, repr=False)
class Pace:
    """One run: the password is chosen, four steps follow; any slip ends it.

    static_key: the chip's private key for chip-authentication mapping, 0 without one.
    """

    offer: PaceOffer
    password: bytes
    random: RandomBytes
    static_key: int = 0
    group: Group = field(init=False)
    _suite: Suite = field(init=False)
    _step: int = _NONCE
    _nonce: bytes = b""
    _mapped: Agreement | None = None
    _mapping_key: int = 0
    _public: bytes = b""
    _theirs: bytes = b""
    _secret: bytes = b""

    def __post_init__(self) -> None:
        self._suite = SUITES[self.offer.suite]
        self.group = group_of(self.offer.parameters, self.offer.mapping.startswith("EC"))

    def answer(self, data: bytes) -> tuple[bytes, Session | None]:
        """The next answer, and the session after the last one; raises StatusError."""
        tag, value = _inner(data)
        steps: dict[tuple[int, int], Callable[[bytes], bytes]] = {
            (_NONCE, 0): self._give_nonce,
            (_MAP, 0x81): self._map,
            (_AGREE, 0x83): self._agree,
            (_CONFIRM, 0x85): self._confirm,
        }
        step = steps.get((self._step, tag))
        if step is None:
            raise StatusError(CONDITIONS_NOT_SATISFIED)
        self._step += 1
        try:
            answer = der(0x7C, step(value))
        except ValueError:
            raise StatusError(WRONG_DATA) from None
        done = self._step > _CONFIRM
        return answer, Session(self._suite, self._secret) if done else None

    def _give_nonce(self, value: bytes) -> bytes:
        if value:
            raise ValueError("the first command carries nothing.")
        longer = self.offer.mapping.endswith("IM") and self._suite.key_bytes > 16
        self._nonce = self.random(32 if longer else 16)
        key = self._suite.derive(self.password, PASSWORD)
        return der(0x80, self._suite.encrypt(key, self._nonce))

    def _map(self, value: bytes) -> bytes:
        if self.offer.mapping.endswith("IM"):
            self._mapped = self.group.integrated(self._suite, self._nonce, value)
            return der(0x82)
        self._mapping_key = self.group.private(self.random)
        public, self._mapped = self.group.generic(self._nonce, self._mapping_key, value)
        return der(0x82, public)

    def _agree(self, value: bytes) -> bytes:
        agreement = self._agreement()
        private = self.group.private(self.random)
        self._public, self._theirs = agreement.public(private), value
        if self._public == value:
            raise ValueError("the terminal sent our own key back.")
        self._secret = agreement.secret(private, value)
        return der(0x84, self._public)

    def _confirm(self, value: bytes) -> bytes:
        if not hmac.compare_digest(self._token(self._public), value):
            raise StatusError(AUTHENTICATION_FAILED)
        proof = der(0x86, self._token(self._theirs))
        if self.offer.mapping != "ECDH-CAM":
            return proof
        order = self.group.order
        chip = pow(self.static_key, -1, order) * self._mapping_key % order
        data = chip.to_bytes(-(-order.bit_length() // 8))
        return proof + der(0x8A, sealed_chip_data(self._suite, self._secret, data))

    def _token(self, public: bytes) -> bytes:
        key = self._suite.derive(self._secret, AUTHENTICATE)
        tag = 0x86 if self.offer.mapping.startswith("EC") else 0x84
        message = der(0x7F49, oid(self.offer.oid), der(tag, public))
        if self.offer.suite == "3DES":
            message = self._suite.pad(message)
        return self._suite.mac(key, message)

    def _agreement(self) -> Agreement:
        if self._mapped is None:
            raise StatusError(CONDITIONS_NOT_SATISFIED)
        return self._mapped


def sealed_chip_data(suite: Suite, secret: bytes, data: bytes) -> bytes:
    """The chip authentication data, encrypted in the session's key (Doc 9303-11, 4.4.3.3.3)."""
    key = suite.derive(secret, ENCRYPT)
    start = suite.encrypt(key, b"\xff" * suite.block_bytes)
    return suite.encrypt(key, suite.pad(data), start)


def _inner(data: bytes) -> tuple[int, bytes]:
    """The one object within dynamic authentication data; tag 0 where it is empty."""
    try:
        ((outer, inside),) = objects(data)
        within = objects(inside)
    except ValueError:
        raise StatusError(WRONG_DATA) from None
    if outer != 0x7C or len(within) > 1:
        raise StatusError(WRONG_DATA)
    return within[0] if within else (0, b"")
