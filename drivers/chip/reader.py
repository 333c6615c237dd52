"""The whole reading of a chip in the order of Doc 9303-11, 4.2: open, prove, read."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from drivers.chip import access, proofs
from drivers.chip.api import (
    Channel,
    ChipProof,
    ChipReading,
    Progress,
    ProofResult,
    ProtocolProof,
    Random,
    Secret,
    SignedGroups,
    frozen,
)
from drivers.chip.card import Card
from drivers.chip.errors import (
    ChipDataError,
    ChipProtocolError,
    ChipRefusedError,
    FileMissingError,
    FileProtectedError,
)
from drivers.chip.file_reader import FileReader
from drivers.chip.files import NEEDS_TERMINAL_AUTHENTICATION, FileId
from drivers.chip.progress import Percent
from drivers.chip.read_size import ReadSize
from drivers.chip.security_infos import SecurityInfos
from drivers.deadline import Deadline

SOD_UNREADABLE = "sod_unreadable"
_GROUPS = range(1, 17)
_KEY_GROUPS = frozenset((FileId.DG14, FileId.DG15))


def _never(_data: bytes) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ChipReader:
    """Reads chips. Which groups are signed is decided by `signed_groups` out of EF.SOD alone.

    `card_security_good` judges the signature of EF.CardSecurity; the key of a chip-authentication
    mapping is taken from there only where it says yes, else from DG14.
    """

    signed_groups: SignedGroups
    random: Random = secrets.token_bytes
    card_security_good: Callable[[bytes], bool] = _never

    def read(
        self,
        channel: Channel,
        secret: Secret,
        wanted: frozenset[int],
        deadline: Deadline,
        progress: Progress,
    ) -> ChipReading:
        """Read the wanted data groups; EF.COM, EF.SOD, DG14 and DG15 are read by themselves.

        Raises ChipAccessError where MRZ or CAN do not open it, ChipProtocolError (secure messaging,
        files without end), DeviceGoneError (ChipRemovedError), DeviceTimeoutError, CancelledError.
        """
        card = Card(channel, deadline)
        reading = _Reading(self, card, secret, Percent(progress))
        try:
            return reading.run(frozenset(FileId(n) for n in wanted if n in _GROUPS))
        except ChipDataError as error:
            raise ChipProtocolError(card.device, str(error)) from error


def read(
    channel: Channel,
    secret: Secret,
    wanted: frozenset[int],
    deadline: Deadline,
    progress: Progress,
    signed_groups: SignedGroups,
) -> ChipReading:
    """One reading with the system's random numbers; see ChipReader.read."""
    return ChipReader(signed_groups).read(channel, secret, wanted, deadline, progress)


class _Reading:
    """One reading: what is known so far."""

    def __init__(self, rules: ChipReader, card: Card, secret: Secret, percent: Percent) -> None:
        self._rules = rules
        self._card = card
        self._secret = secret
        self._percent = percent
        self._files: dict[FileId, bytes] = {}
        self._missing: set[FileId] = set()
        self._protected: set[FileId] = set()
        self._warnings: list[str] = []
        self._card_access = b""
        self._size = ReadSize()
        self._entered = access.Access(access.OPEN)

    def run(self, wanted: frozenset[FileId]) -> ChipReading:
        """Everything, in its order."""
        self._percent.expect({FileId.COM, FileId.SOD, *wanted})
        self._look_around()
        self._enter()
        self._fetch_security_object()
        self._fetch(FileId.COM)
        signed = self._signed()
        here = wanted if signed is None else signed
        self._sort(wanted, here)
        chip = self._prove(here, unknown=signed is None)
        for file in sorted(wanted & here - NEEDS_TERMINAL_AUTHENTICATION):
            self._fetch(file)
        self._percent.end()
        return self._result(chip)

    def _look_around(self) -> None:
        """EF.CardAccess and EF.ATR/INFO, which are open to all; neither need be there."""
        plain = FileReader(self._card, ReadSize())
        self._card_access = self._open_file(plain)
        if not self._card_access and access.select_master_file(self._card):
            self._card_access = self._open_file(plain)
        self._size = ReadSize.of(plain.loose(FileId.ATR_INFO), self._card.atr)

    def _open_file(self, plain: FileReader) -> bytes:
        try:
            return plain.read(FileId.CARD_ACCESS, _silent)
        except (FileMissingError, FileProtectedError, ChipRefusedError):
            return b""

    def _enter(self) -> None:
        """Open the chip and stand in its application."""
        card = self._card
        entered = access.open_chip(card, self._secret, self._card_access, self._rules.random)
        self._entered = entered
        self._warnings += entered.warnings
        if entered.evidence is not None and FileId.CARD_SECURITY not in self._files:
            self._fetch(FileId.CARD_SECURITY)
        if entered.offer is not None:
            access.select_application(card)

    def _enter_again(self) -> None:
        """A new session after one that was spoilt."""
        self._card.secured = None
        access.select_master_file(self._card)
        self._enter()

    def _fetch_security_object(self) -> None:
        """The first protected read; where a long answer does not come through, short ones must."""
        try:
            self._fetch(FileId.SOD)
        except ChipProtocolError:
            if self._size.extended_bytes is None:
                raise
            self._size = ReadSize()
            self._enter_again()
            self._fetch(FileId.SOD)
        if self._entered.protocol == access.OPEN and FileId.SOD in self._protected:
            what = "the chip knows no basic access control and is closed all the same."
            raise ChipProtocolError(self._card.device, what)

    def _fetch(self, file: FileId) -> bytes | None:
        """A file into the reading, once; None where the chip does not have or give it."""
        if file in self._files:
            return self._files[file]

        def report(done: int, total: int) -> None:
            self._percent.report(file, done, total)

        try:
            self._files[file] = FileReader(self._card, self._size).read(file, report)
        except FileMissingError:
            self._missing.add(file)
        except FileProtectedError:
            self._protected.add(file)
        return self._files.get(file)

    def _signed(self) -> frozenset[FileId] | None:
        """The groups whose hashes EF.SOD signs; None where it cannot be read."""
        sod = self._files.get(FileId.SOD)
        try:
            if sod is not None:
                numbers = self._rules.signed_groups(sod)
                return frozenset(FileId(number) for number in numbers if number in _GROUPS)
        except ChipDataError:
            pass
        self._warnings.append(SOD_UNREADABLE)
        return None

    def _sort(self, wanted: frozenset[FileId], here: frozenset[FileId]) -> None:
        """What is not there, what is closed to us, what is left to read."""
        self._missing |= wanted - here
        self._protected |= NEEDS_TERMINAL_AUTHENTICATION & here
        keys = _KEY_GROUPS & here
        left = (wanted & here | keys) - NEEDS_TERMINAL_AUTHENTICATION
        self._percent.expect({FileId.COM, FileId.SOD, *left, *self._files})

    def _prove(self, here: frozenset[FileId], *, unknown: bool) -> ChipProof:
        """DG14, then whatever it and DG15 make the chip owe."""
        infos = proofs.dg14_infos(self._fetch(FileId.DG14) if FileId.DG14 in here else None)
        told = access.infos_of(self._card_access)
        self._warnings += proofs.card_access_warnings(told, infos)
        mapped = self._mapping(infos)
        chip = proofs.not_owed()
        if mapped.result is not ProofResult.PASSED:
            chip = self._chip_authentication(infos, here)
        active = self._active_authentication(infos, here)
        return proofs.together(active, chip, mapped, SOD_UNREADABLE if unknown else "")

    def _mapping(self, infos: SecurityInfos | None) -> ProtocolProof:
        """Chip-authentication mapping, where the chip was opened by it."""
        entered = self._entered
        if entered.evidence is None:
            return proofs.not_owed()
        security = self._files.get(FileId.CARD_SECURITY, b"")
        keys = proofs.MappingKeys(
            signed=() if infos is None else infos.keys,
            beside=proofs.card_security_keys(security),
            judged=bool(security) and self._rules.card_security_good(security),
        )
        return proofs.mapping(entered.evidence, entered.protocol, keys)

    def _chip_authentication(
        self, infos: SecurityInfos | None, here: frozenset[FileId]
    ) -> ProtocolProof:
        if FileId.DG14 not in here:
            return proofs.not_owed()
        if infos is None:
            held = FileId.DG14 in self._files
            return proofs.not_done("DG14 cannot be read") if held else proofs.absent("DG14")
        present = infos
        return self._settled(
            lambda: proofs.chip_authentication(self._card, present, self._rules.random)
        )

    def _active_authentication(
        self, infos: SecurityInfos | None, here: frozenset[FileId]
    ) -> ProtocolProof:
        if FileId.DG15 not in here:
            return proofs.not_owed()
        dg15 = self._fetch(FileId.DG15)
        if dg15 is None:
            return proofs.absent("DG15")
        algorithm = None if infos is None else infos.active
        random = self._rules.random
        return self._settled(
            lambda: proofs.active_authentication(self._card, dg15, algorithm, random)
        )

    def _settled(self, attempt: Callable[[], proofs.Outcome]) -> ProtocolProof:
        """The proof. A session that it spoilt is opened anew and it is tried once more.

        One spoilt answer may be the air's fault; nobody is called a forger for that.
        """
        outcome = attempt()
        if outcome.spoilt:
            self._enter_again()
            outcome = attempt()
        if outcome.spoilt:
            self._enter_again()
        return outcome.proof

    def _result(self, chip: ChipProof) -> ChipReading:
        entered = self._entered
        return ChipReading(
            files=frozen({int(file): data for file, data in self._files.items()}),
            protected=tuple(sorted(self._protected)),
            missing=tuple(sorted(self._missing)),
            access=entered.protocol,
            chip=chip,
            apdus=self._card.apdus,
            card_access=self._card_access,
            attempts=entered.attempts,
            warnings=tuple(dict.fromkeys(self._warnings)),
        )


def _silent(_done: int, _total: int) -> None:
    """Open files are too short to be worth a percent."""
