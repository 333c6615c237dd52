"""What a virtual chip does with each command, protected or not (ISO/IEC 7816-4; Doc 9303-10, 3)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.chip import simulated_apdu as apdu
from drivers.chip.simulated_apdu import Command, Reply, StatusError
from drivers.chip.simulated_bac import Bac
from drivers.chip.simulated_curves import RandomBytes
from drivers.chip.simulated_der import der, objects
from drivers.chip.simulated_document import ATR_INFO, LDS_AID, ChipContents, ChipFile
from drivers.chip.simulated_messaging import Session
from drivers.chip.simulated_pace import Pace, PaceOffer
from drivers.chip.simulated_proofs import ChipProof

_END_REACHED = 0x6282
_MASTER_FILE = 0x3F00
_SHORT_IDENTIFIERS = {0x01: ATR_INFO, 0x1C: 0x011C, 0x1D: 0x011D, 0x1E: 0x2F00}
_MRZ, _CAN = 1, 2


@dataclass(slots=True, repr=False)
class Card:
    """One card in power: where it stands, what it has open, which session runs."""

    contents: ChipContents
    random: RandomBytes
    session: Session | None = None
    _next_session: Session | None = None
    _in_application: bool = False
    _current: ChipFile | None = None
    _entered: bool = False  # access control was passed
    _bac: Bac = field(init=False)
    _pace: Pace | None = None
    _proof: ChipProof | None = None

    def __post_init__(self) -> None:
        self._bac = Bac(self.contents.mrz_password, self.random)

    def run(self, command: Command) -> Reply:
        """The reply to a command whose protection was taken off; never raises."""
        steps: dict[int, Callable[[Command], Reply]] = {
            0xA4: self._select,
            0xB0: self._read,
            0xB1: self._read_far,
            0x84: self._challenge,
            0x82: self._authenticate,
            0x22: self._set_environment,
            0x86: self._general_authenticate,
            0x88: self._internal_authenticate,
        }
        step = steps.get(command.ins)
        if step is None:
            return Reply(status=apdu.NO_SUCH_INS)
        try:
            return step(command)
        except StatusError as error:
            return Reply(status=error.status)

    def begin_session(self) -> None:
        """What follows comes in the session that the last command agreed, if it did."""
        if self._next_session is not None:
            self.session, self._next_session = self._next_session, None
            self._entered = True

    def end_session(self) -> None:
        """A plain command, or one that was spoilt: nothing is open any more."""
        self.session = None
        self._entered = False
        self._current = None

    def _select(self, command: Command) -> Reply:
        p1 = command.header[2]
        if p1 == 0x04:
            if command.data != LDS_AID:
                raise StatusError(apdu.NO_SUCH_FILE)
            self._in_application, self._current = True, None
            return Reply()
        identifier = int.from_bytes(command.data)
        if p1 == 0x00 and (not command.data or identifier == _MASTER_FILE):
            self._in_application, self._current = False, None
            return Reply()
        if p1 not in {0x00, 0x02}:
            raise StatusError(apdu.WRONG_P1_P2)
        self._current = self._open(identifier)
        return Reply()

    def _open(self, identifier: int) -> ChipFile:
        held = self.contents.application if self._in_application else self.contents.master
        found = held.get(identifier)
        if found is None:
            raise StatusError(apdu.NO_SUCH_FILE)
        free = not self._in_application and identifier != 0x011D
        if found.barred or not (free or self._entered):
            raise StatusError(apdu.NOT_ALLOWED)
        return found

    def _read(self, command: Command) -> Reply:
        p1, p2 = command.header[2:4]
        if p1 & 0x80:
            self._current = self._by_short(p1 & 0x1F)
            return self._part(p2, command)
        return self._part(command.parameters, command)

    def _read_far(self, command: Command) -> Reply:
        """READ BINARY with an offset in its data, for files past 32 KB."""
        try:
            ((tag, offset),) = objects(command.data)
        except ValueError:
            raise StatusError(apdu.WRONG_DATA) from None
        if tag != 0x54:
            raise StatusError(apdu.WRONG_DATA)
        if 0 < command.parameters < 0x1F:
            self._current = self._by_short(command.parameters)
        elif command.parameters:
            self._current = self._open(command.parameters)
        fitting = Command(command.header, b"", _room_in_object(command.le))
        reply = self._part(int.from_bytes(offset), fitting)
        return Reply(der(0x53, reply.data), reply.status)

    def _by_short(self, short: int) -> ChipFile:
        if self._in_application:
            return self._open(0x0100 + short)
        return self._open(_SHORT_IDENTIFIERS.get(short, 0))

    def _part(self, at: int, command: Command) -> Reply:
        if self._current is None:
            raise StatusError(apdu.NO_CURRENT_FILE)
        count = min(command.le, self.contents.profile.most_bytes)
        data = self._current.read(at, count)
        if not data and command.le:
            raise StatusError(apdu.BEYOND_END)
        says = self.contents.profile.says_end and len(data) < count and command.le < 256
        return Reply(data, _END_REACHED if says else apdu.OK)

    def _challenge(self, command: Command) -> Reply:
        if command.le not in {8, 256}:
            raise StatusError(apdu.WRONG_LENGTH)
        return Reply(self._bac.challenge())

    def _authenticate(self, command: Command) -> Reply:
        if not self.contents.profile.bac or not self._in_application:
            raise StatusError(apdu.CONDITIONS_NOT_SATISFIED)
        answer, self._next_session = self._bac.authenticate(command.data)
        return Reply(answer)

    def _set_environment(self, command: Command) -> Reply:
        if command.parameters == 0xC1A4:
            self._proof = None
            self._pace = self._chosen_pace(command.data)
            return Reply()
        if command.parameters not in {0x41A4, 0x41A6}:
            raise StatusError(apdu.WRONG_P1_P2)
        if not self._entered:
            raise StatusError(apdu.NOT_ALLOWED)
        self._proof = self.contents.proof()
        if self._proof is None:
            raise StatusError(apdu.NO_SUCH_REFERENCE)
        self._next_session = self._proof.choose(command.data)
        return Reply()

    def _chosen_pace(self, data: bytes) -> Pace:
        try:
            said = dict(objects(data))
        except ValueError:
            raise StatusError(apdu.WRONG_DATA) from None
        passwords = {_MRZ: self.contents.mrz_password, _CAN: self.contents.can}
        password = passwords.get(int.from_bytes(said.get(0x83, b"")))
        offer = self._offered(said)
        if password is None or offer is None or self.contents.manners.bac_only:
            raise StatusError(apdu.NO_SUCH_REFERENCE)
        static = self.contents.mapping_keys.get(offer.parameters, 0)
        return Pace(offer, password, self.random, static)

    def _offered(self, said: dict[int, bytes]) -> PaceOffer | None:
        """The first way in that fits what the terminal asks for; it need not name parameters."""
        number = said.get(0x84)
        for offer in self.contents.offers:
            right = number is None or int.from_bytes(number) == offer.parameters
            if right and offer.oid_value == said.get(0x80):
                return offer
        return None

    def _general_authenticate(self, command: Command) -> Reply:
        if self._proof is not None and self._proof.chosen:
            answer, self._next_session = self._proof.agree(command.data)
            return Reply(answer)
        if self._pace is None:
            raise StatusError(apdu.CONDITIONS_NOT_SATISFIED)
        pace, self._pace = self._pace, None
        answer, self._next_session = pace.answer(command.data)
        self._pace = pace if self._next_session is None else None
        return Reply(answer)

    def _internal_authenticate(self, command: Command) -> Reply:
        if not self._entered:
            raise StatusError(apdu.NOT_ALLOWED)
        if self.contents.active is None:
            raise StatusError(apdu.NO_SUCH_INS)
        if len(command.data) != 8:
            raise StatusError(apdu.WRONG_LENGTH)
        return Reply(self.contents.active.answer(command.data, self.random))


def _room_in_object(most: int) -> int:
    """How much fits an object of at most so many bytes, tag and length included."""
    head = 2 if most - 2 < 0x80 else 3 if most - 3 <= 0xFF else 4
    return max(0, most - head)
