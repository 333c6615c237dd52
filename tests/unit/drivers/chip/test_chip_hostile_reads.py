"""Whole readings of chips that lie: swapped files, replays, endless and senseless answers."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from drivers.chip import certificates, passive_auth, sod
from drivers.chip.api import MrzSecret, ProofResult
from drivers.chip.csca import CscaStore
from drivers.chip.errors import ChipProtocolError, ChipRemovedError
from drivers.chip.files import FileId
from drivers.chip.passive_result import GroupResult, Verdict
from drivers.chip.reader import ChipReader
from drivers.chip.simulated import CardGoneError, SimulatedChip
from drivers.chip.simulated_document import ChipFile, Personaliser
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_manners import ChipManners
from drivers.chip.simulated_pace import PaceOffer
from drivers.chip.simulated_peer import PORTRAIT
from drivers.chip.simulated_profile import ChipProfile, Holder
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError

MRZ = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
ANOTHER = (MRZ[0], "D231458907UTO7408122F3104150ZE184226B<<<<<14")
SECRET = MrzSecret.of("L898902C3", "740812", "120415")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ISSUER = make_issuer(State(), datetime(2024, 1, 1, tzinfo=UTC))
STORE = CscaStore.of([certificates.parse(ISSUER.csca.encoded)])
PROVEN = ChipProfile(active="ecdsa")
CAM = ChipProfile(pace=(PaceOffer("ECDH-CAM", "AES-128", 13),), chip_authentication="")
LIMIT_S = 8.0


@cache
def contents(profile=PROVEN, mrz=MRZ):
    maker = Personaliser(ISSUER, datetime(2025, 1, 1, tzinfo=UTC))
    return maker.make(Holder(mrz, PORTRAIT.read_bytes()), profile)


class Line:
    """A chip whose answers can be kept, replaced at one command, or replayed."""

    def __init__(self, held, at=0, instead=b"", replay=()):
        self.chip = SimulatedChip(held)
        self.atr, self.info = self.chip.atr, DeviceInfo("Test", "chip")
        self.at, self.instead, self.replay = at, instead, replay
        self.answers = []

    def transmit(self, command, deadline):
        deadline.slice_s()
        self.answers.append(self._answer(command, deadline))
        return self.answers[-1]

    def _answer(self, command, deadline):
        count = len(self.answers)
        if self.replay:
            return self.replay[min(count, len(self.replay) - 1)]
        if count + 1 == self.at:
            return self.instead
        try:
            return self.chip.answer(command)
        except CardGoneError as error:
            raise ChipRemovedError(deadline.device, "taken away.") from error

    def close(self):
        """Nothing to give back."""


def read(line, wanted=(1, 2), **rules):
    deadline = Deadline.after("chip", LIMIT_S)
    reader = ChipReader(sod.signed_groups, **rules)
    return reader.read(line, SECRET, frozenset(wanted), deadline, lambda percent: None)


def judged(reading):
    return passive_auth.check(reading.files[FileId.SOD], reading.files, STORE, NOW)


def with_files(held, **files):
    """The same chip with other bytes in the files of these names."""
    changed = {0x100 + FileId[name]: ChipFile(data) for name, data in files.items()}
    return replace(held, application={**held.application, **changed})


def test_frame_of_these_tests_is_good():
    reading = read(Line(contents()))
    assert judged(reading).verdict is Verdict.VALID
    assert reading.chip.result is ProofResult.PASSED


def test_zone_of_another_document_with_the_same_signature_does_not_pass():
    other = contents(mrz=ANOTHER).application[0x101].data
    result = judged(read(Line(with_files(contents(), DG1=other))))
    assert (result.verdict, result.groups[1]) == (Verdict.BAD_DIGEST, GroupResult.DIFFERS)


def test_signed_object_of_another_document_does_not_cover_these_groups():
    other = contents(mrz=ANOTHER).application[0x11D].data
    held = replace(contents(), application={**contents().application, 0x11D: ChipFile(other)})
    assert judged(read(Line(held))).verdict is Verdict.BAD_DIGEST


def test_card_access_in_the_place_of_dg14_ends_typed():
    infos = contents().master[0x11C].data
    with pytest.raises(ChipProtocolError, match="DG14 begins with 31"):
        read(Line(with_files(contents(), DG14=infos)))


@pytest.mark.parametrize("group", ["DG14", "DG15"])
def test_key_file_of_another_chip_is_no_genuine_data(group):
    other = contents(mrz=ANOTHER).application[0x100 + FileId[group]].data
    reading = read(Line(with_files(contents(), **{group: other})))
    assert judged(reading).verdict is Verdict.BAD_DIGEST
    assert reading.chip.result is ProofResult.FAILED


@pytest.mark.parametrize("group", ["DG14", "DG15"])
def test_empty_key_file_proves_nothing(group):
    tag = {"DG14": b"\x6e", "DG15": b"\x6f"}[group]
    reading = read(Line(with_files(contents(), **{group: tag + b"\x00"})))
    assert judged(reading).verdict is Verdict.BAD_DIGEST
    proof = reading.chip.chip if group == "DG14" else reading.chip.active
    assert proof.result in {ProofResult.FAILED, ProofResult.NOT_DONE}


@pytest.mark.parametrize("how", ["another chip's", "spoilt", "empty", "unsigned"])
def test_mapping_with_a_wrong_card_security_proves_nothing(how):
    held = contents(CAM)
    own, other = (one.master[0x11D].data for one in (held, contents(CAM, ANOTHER)))
    data = {
        "another chip's": other,
        "spoilt": own[:-9] + bytes(9),
        "empty": b"\x30\x00",
        "unsigned": own,
    }[how]
    line = Line(replace(held, master={**held.master, 0x11D: ChipFile(data)}))
    nobody = CscaStore.of(())

    def good(given):
        store = nobody if how == "unsigned" else STORE
        return passive_auth.check_card_security(given, store, NOW).verdict is Verdict.VALID

    reading = read(line, card_security_good=good)
    assert reading.chip.mapping.result is not ProofResult.PASSED
    assert reading.chip.result is not ProofResult.PASSED
    if how == "another chip's":
        assert reading.chip.result is ProofResult.FAILED


@pytest.mark.parametrize("profile", [PROVEN, ChipProfile(pace=())], ids=["pace", "bac"])
def test_whole_session_replayed_opens_nothing(profile):
    first = Line(contents(profile))
    read(first)
    with pytest.raises(DeviceError):
        read(Line(contents(profile), replay=tuple(first.answers)))


JUNK = {
    "nothing": b"",
    "a byte": b"\x90",
    "success alone": b"\x90\x00",
    "more without end": b"\x61\x00",
    "another length": b"\x6c\x00",
    "too long for any answer": bytes(70_000),
    "long": bytes(65_536) + b"\x90\x00",
    "bomb": b"".join(b"\x7c\x82" + (4 * left).to_bytes(2) for left in range(4000, 0, -1))
    + b"\x90\x00",
    "a length of 4 GB": b"\x7c\x84\xff\xff\xff\xff\x90\x00",
    "a length without end": b"\x7c\x80\x80\x80\x90\x00",
    "a tag without end": b"\x7f" + b"\xff" * 300 + b"\x90\x00",
}


@pytest.mark.slow
@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("profile", [PROVEN, ChipProfile(pace=())], ids=["pace", "bac"])
def test_senseless_answer_at_each_command_ends_typed_or_is_borne(profile, junk):
    whole = Line(contents(profile))
    good = read(whole)
    for at in range(1, len(whole.answers) + 1):
        began = time.monotonic()
        try:
            reading = read(Line(contents(profile), at, junk))
        except DeviceError:
            continue
        finally:
            assert time.monotonic() - began < LIMIT_S
        assert {key: data for key, data in reading.files.items() if key in good.files} == (
            reading.files
        )
        assert judged(reading).verdict is Verdict.VALID


def test_chip_that_denies_its_access_control_and_is_closed_ends_typed():
    line = Line(contents(ChipProfile(pace=())))
    line._answer = lambda command, deadline: (
        b"\x6d\x00" if command[1] == 0x84 else line.chip.answer(command)
    )
    with pytest.raises(ChipProtocolError, match="closed all the same"):
        read(line)


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_chip_that_says_nothing_else_ends_typed(junk):
    line = Line(contents(), replay=(junk,))
    with pytest.raises(DeviceError):
        read(line)
    assert len(line.answers) < 2000


def test_downgrade_stays_said_when_the_chip_is_opened_anew():
    """The first way in was basic access after PACE; the second, after a spoilt answer, was PACE."""

    class Fickle(Line):
        def _answer(self, command, deadline):
            if command[:4] == b"\x00\x22\xc1\xa4" and not self.declined:
                self.declined = True
                return b"\x6a\x80"
            return super()._answer(command, deadline)

        declined = False

    whole = Fickle(contents())
    assert read(whole).warnings == ("bac_after_pace",)
    for at in range(8, len(whole.answers)):
        line = Fickle(replace(contents(), manners=ChipManners(wrong_mac_at=at)))
        try:
            reading = read(line)
        except DeviceError:
            continue
        assert "bac_after_pace" in reading.warnings
