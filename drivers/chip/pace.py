"""PACE: a password shown to be known on both sides, then session keys (Doc 9303-11, 4.4)."""

import hashlib
import hmac
from dataclasses import dataclass
from enum import IntEnum

from drivers.chip import pace_mapping, tlv
from drivers.chip.apdu import MOST_ANSWER, MOST_SHORT_ANSWER, SUCCESS, Command
from drivers.chip.api import MrzSecret, Random, Secret
from drivers.chip.card import Card
from drivers.chip.domain_parameters import standardised
from drivers.chip.errors import (
    ChipAccessError,
    ChipDataError,
    ChipProtocolError,
    ChipRefusedError,
    PaceUnavailableError,
)
from drivers.chip.key_groups import CurveGroup, Group
from drivers.chip.secure_messaging import SecureMessaging
from drivers.chip.security_infos import PACE, PaceInfo
from drivers.chip.suites import BY_NUMBER, FOR_PASSWORD, SessionKeys, Suite

_MORE_TO_COME = 0x10
_GENERAL_AUTHENTICATE = 0x86
_DYNAMIC = 0x7C
_PUBLIC_KEY = 0x7F49
_OBJECT_ID = 0x06
_ROOM_FOR_TAGS = 16
_VERSION = 2


class Mapping(IntEnum):
    """How the generator is made; the number is the arc of the object identifier on curves."""

    GENERIC = 2
    INTEGRATED = 4
    CHIP_AUTHENTICATION = 6


_IN_FIELDS = {1: Mapping.GENERIC, 3: Mapping.INTEGRATED}
_SHORT = {Mapping.GENERIC: "GM", Mapping.INTEGRATED: "IM", Mapping.CHIP_AUTHENTICATION: "CAM"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One PACE of the chip that is known here."""

    info: PaceInfo
    mapping: Mapping
    suite: Suite
    group: Group

    @property
    def name(self) -> str:
        """The protocol in words."""
        kind = "ECDH" if isinstance(self.group, CurveGroup) else "DH"
        return f"PACE {kind}-{_SHORT[self.mapping]} {self.suite.name} {self.group.name}"


@dataclass(frozen=True, slots=True, repr=False)
class MappingEvidence:
    """What chip-authentication mapping leaves to be checked against the chip's static key.

    `data` is CA.IC, `mapping_key` the chip's public key of the mapping.
    """

    group: Group
    data: bytes
    mapping_key: bytes

    def proves(self, static_key: bytes) -> bool:
        """Whether the owner of that static key did the mapping. Raises ChipDataError."""
        ours = self.group.times(int.from_bytes(self.data), static_key)
        return hmac.compare_digest(ours, self.mapping_key)


@dataclass(frozen=True, slots=True, repr=False)
class Password:
    """A password as PACE takes it: the key derived from it, and its reference (1 MRZ, 2 CAN)."""

    key: bytes
    reference: int


def offer(info: PaceInfo) -> Offer:
    """What that info offers. Raises PaceUnavailableError's reason as ChipDataError."""
    kind, cipher = info.oid[len(PACE) :]
    group = None if info.parameters is None else standardised(info.parameters)
    suite = BY_NUMBER.get(cipher)
    if info.version != _VERSION or suite is None or group is None:
        raise ChipDataError(f"PACE {kind}.{cipher} with parameters {info.parameters}.")
    on_curve = isinstance(group, CurveGroup)
    if kind not in ({*Mapping} if on_curve else _IN_FIELDS):
        raise ChipDataError(f"PACE {kind} in {group.name}.")
    mapping = Mapping(kind) if on_curve else _IN_FIELDS[kind]
    return Offer(info, mapping, suite, group)


def password(secret: Secret, suite: Suite) -> Password:
    """The password's key: from a digest of the MRZ, or from the CAN as it is."""
    if isinstance(secret, MrzSecret):
        digest = hashlib.sha1(secret.information, usedforsecurity=False).digest()
        return Password(suite.derive(digest, FOR_PASSWORD), 1)
    return Password(suite.derive(secret.digits, FOR_PASSWORD), 2)


@dataclass(frozen=True, slots=True, repr=False)
class Pace:
    """One run with one chip. `ambiguous`: the parameters' number must be said to the chip."""

    card: Card
    offer: Offer
    password: Password
    random: Random
    ambiguous: bool = False

    def establish(self) -> MappingEvidence | None:
        """Run it; the card is secured afterwards. Evidence comes of chip-authentication mapping.

        Raises PaceUnavailableError where the chip declines this protocol, ChipAccessError where it
        does not take the password, ChipProtocolError where its proof is wrong.
        """
        self._select()
        suite, group = self.offer.suite, self.offer.group
        try:
            nonce = suite.decrypt(self.password.key, self._ask(b"", 0x80))
            generator, mapping_key = self._map(nonce)
            private = group.draw(self.random)
            ours = group.times(private, generator)
            theirs = self._exchange(ours)
            shared = group.times(private, theirs)
            keys = SessionKeys.from_secret(suite, group.secret(shared))
            return self._agree(keys, ours, theirs, mapping_key)
        except ChipDataError as error:
            raise ChipProtocolError(self.card.device, f"{self.offer.name}: {error}") from error

    def _select(self) -> None:
        """MSE:Set AT."""
        data = tlv.write(0x80, self.offer.info.oid)
        data += tlv.write(0x83, bytes((self.password.reference,)))
        if self.ambiguous and self.offer.info.parameters is not None:
            data += tlv.write(0x84, bytes((self.offer.info.parameters,)))
        response = self.card.send(Command(0, 0x22, 0xC1, 0xA4, data))
        if response.status >> 8 == 0x63:
            return  # a warning: so many tries are left
        if response.status != SUCCESS:
            refused = ChipRefusedError(self.card.device, self.offer.name, response.status)
            raise PaceUnavailableError(self.card.device, refused.what)

    def _map(self, nonce: bytes) -> tuple[bytes, bytes]:
        """The new generator, and the chip's key of the mapping where it has one."""
        group, suite = self.offer.group, self.offer.suite
        size, integrated = pace_mapping.nonce_bytes(suite), self.offer.mapping is Mapping.INTEGRATED
        if len(nonce) > size or (integrated and len(nonce) < size):
            raise ChipDataError(f"a nonce of {len(nonce)} bytes.")
        if integrated:
            ours = self.random(suite.key_bytes)
            self._tell(tlv.write(0x81, ours))
            return pace_mapping.integrated(group, suite, nonce, ours), b""
        private = group.draw(self.random)
        theirs = self._ask(tlv.write(0x81, group.times(private, group.base)), 0x82)
        return pace_mapping.generic(group, nonce, group.times(private, theirs)), theirs

    def _exchange(self, ours: bytes) -> bytes:
        """The chip's key of the agreement, which must not be ours."""
        theirs = self._ask(tlv.write(0x83, ours), 0x84)
        if int.from_bytes(ours) == int.from_bytes(theirs):  # however many zeros lead
            raise ChipDataError("the chip sent our own key back.")
        return theirs

    def _agree(
        self, keys: SessionKeys, ours: bytes, theirs: bytes, mapping_key: bytes
    ) -> MappingEvidence | None:
        """Exchange tokens; switch to secure messaging."""
        token = tlv.write(0x85, self._token(keys, theirs))
        response = self.card.send(self._command(token, 0))
        if response.status != SUCCESS:
            refused = ChipRefusedError(self.card.device, self.offer.name, response.status)
            raise ChipAccessError(self.card.device, refused.what)
        answer = tlv.only(response.data, _DYNAMIC)
        proof = tlv.find(answer, 0x86) or b""
        if not hmac.compare_digest(proof, self._token(keys, ours)):
            raise ChipDataError("the chip's token is wrong.")
        evidence = self._evidence(keys, answer, mapping_key)
        self.card.secured = SecureMessaging(keys)
        return evidence

    def _evidence(
        self, keys: SessionKeys, answer: bytes, mapping_key: bytes
    ) -> MappingEvidence | None:
        if self.offer.mapping is not Mapping.CHIP_AUTHENTICATION:
            return None
        suite = self.offer.suite
        vector = suite.counter_vector(keys.encryption, b"\xff" * suite.block_bytes)
        data = suite.decrypt(keys.encryption, tlv.find(answer, 0x8A) or b"", vector)
        return MappingEvidence(self.offer.group, suite.unpad(data), mapping_key)

    def _token(self, keys: SessionKeys, element: bytes) -> bytes:
        """The MAC over the other side's key (9303-11, 4.4.3.4)."""
        body = tlv.write(_OBJECT_ID, self.offer.info.oid)
        body += tlv.write(self.offer.group.public_tag, element)
        return keys.suite.token(keys.mac, tlv.write(_PUBLIC_KEY, body))

    def _ask(self, data: bytes, tag: int) -> bytes:
        """One step's answer."""
        value = tlv.find(self._tell(data), _DYNAMIC, tag)
        if value is None:
            raise ChipDataError(f"a step of PACE without {tag:X}.")
        return value

    def _tell(self, data: bytes) -> bytes:
        return self.card.ask(self._command(data, _MORE_TO_COME), self.offer.name)

    def _command(self, data: bytes, chained: int) -> Command:
        roomy = self.offer.group.element_bytes + _ROOM_FOR_TAGS > MOST_SHORT_ANSWER
        longest = MOST_ANSWER if roomy else MOST_SHORT_ANSWER
        return Command(chained, _GENERAL_AUTHENTICATE, 0, 0, tlv.write(_DYNAMIC, data), longest)
