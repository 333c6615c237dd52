"""The whole reading against the virtual chip, whose cryptography is another library's."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import cv2
import numpy as np
import pytest

from drivers.chip import sod
from drivers.chip.api import CanSecret, MrzSecret, ProofResult
from drivers.chip.errors import (
    ChipAccessError,
    ChipDataError,
    ChipProtocolError,
    ChipRemovedError,
    LongCommandError,
    SecureMessagingError,
)
from drivers.chip.files import FileId
from drivers.chip.reader import ChipReader, read
from drivers.chip.simulated import CardGoneError, SimulatedChip
from drivers.chip.simulated_document import Personaliser
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_manners import STORIES, ChipManners
from drivers.chip.simulated_pace import PaceOffer
from drivers.chip.simulated_profile import PLAIN_BAC, ChipProfile, Holder
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import CancelledError, DeviceError, DeviceTimeoutError

MRZ = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
SECRET = MrzSecret.of("L898902C3", "740812", "120415")
WANTED = frozenset((1, 2, 3, 11, 12))
PROVEN = ChipProfile(active="ecdsa")


class ChipChannel:
    """The virtual chip without a line; `gone_at` takes it away at that command."""

    def __init__(self, chip, gone_at=0):
        self.chip, self.gone_at, self.sent = chip, gone_at, 0
        self.atr, self.info = chip.atr, DeviceInfo("Test", "chip")

    def transmit(self, command, deadline):
        deadline.slice_s()
        self.sent += 1
        if self.sent == self.gone_at:
            raise ChipRemovedError(deadline.device, "taken away.")
        try:
            return self.chip.answer(command)
        except CardGoneError as error:
            raise ChipRemovedError(deadline.device, "taken away.") from error

    def close(self):
        """Nothing to give back."""


@cache
def contents(profile=PROVEN, manners=STORIES["good"], side=90):
    noise = np.random.default_rng(7).integers(0, 255, (side, side, 3), dtype=np.uint8)
    portrait = cv2.imencode(".jpg", noise)[1].tobytes()
    issuer = make_issuer(State(), datetime(2024, 1, 1, tzinfo=UTC))
    maker = Personaliser(issuer, datetime(2025, 1, 1, tzinfo=UTC))
    return maker.make(Holder(MRZ, portrait, full_name="Anna Maria Eriksson"), profile, manners)


def run(channel, secret=SECRET, wanted=WANTED, limit_s=10.0, **rules):
    told = []
    reader = ChipReader(sod.signed_groups, **rules)
    reading = reader.read(channel, secret, wanted, Deadline.after("chip", limit_s), told.append)
    assert told == sorted(set(told))
    assert told[-1] == 100
    return reading


def of(profile=PROVEN, story="good", **more):
    return run(ChipChannel(SimulatedChip(contents(profile, STORIES[story]))), **more)


def test_everything_of_a_good_chip():
    reading = of()
    held = contents().application
    assert reading.access == "PACE ECDH-GM AES-128 brainpoolP256r1"
    for file in (FileId.DG1, FileId.DG2, FileId.DG11, FileId.DG14, FileId.DG15):
        assert reading.files[file] == held[0x100 + file].data
    assert reading.files[FileId.SOD] == held[0x11D].data
    assert reading.files[FileId.COM] == held[0x11E].data
    assert reading.protected == (FileId.DG3,)
    assert reading.missing == (FileId.DG12,)
    assert reading.chip.result is ProofResult.PASSED
    assert reading.chip.active.protocol == "AA ECDSA sha256 brainpoolP256r1"
    assert reading.chip.chip.protocol == "CA ECDH AES-128 brainpoolP256r1"
    assert reading.warnings == ()
    assert "ERIKSSON" not in repr(reading)


@pytest.mark.parametrize("suite", ["3DES", "AES-128", "AES-192", "AES-256"])
@pytest.mark.parametrize(
    ("mapping", "number"),
    [
        *(("ECDH-GM", number) for number in range(8, 19)),
        ("ECDH-IM", 12),
        ("ECDH-IM", 18),
        ("ECDH-CAM", 13),
        *(("DH-GM", number) for number in range(3)),
        *(("DH-IM", number) for number in range(3)),
    ],
)
def test_every_pace_agrees_with_another_library(mapping, suite, number):
    if (mapping, suite) == ("ECDH-CAM", "3DES"):
        suite = "AES-128"
    profile = ChipProfile(pace=(PaceOffer(mapping, suite, number),))
    reading = of(profile, wanted=frozenset((1,)))
    assert reading.access.startswith(f"PACE {mapping} {suite}")
    assert reading.chip.result is ProofResult.PASSED


@pytest.mark.parametrize("curve", range(8, 19))
@pytest.mark.parametrize("suite", ["3DES", "AES-128", "AES-192", "AES-256"])
def test_every_chip_authentication_agrees(curve, suite):
    profile = ChipProfile(chip_authentication=suite, curve=curve, active="ecdsa")
    reading = of(profile, wanted=frozenset((1,)))
    assert reading.chip.chip.result is ProofResult.PASSED
    assert reading.chip.active.result is ProofResult.PASSED
    assert suite in reading.chip.chip.protocol


@pytest.mark.parametrize("active", ["rsa-sha1", "rsa-sha256"])
@pytest.mark.parametrize("bits", [1024, 2048])
def test_active_authentication_by_rsa(active, bits):
    reading = of(ChipProfile(active=active, rsa_bits=bits), wanted=frozenset((1,)))
    assert reading.chip.active.result is ProofResult.PASSED
    assert reading.chip.active.protocol == f"AA RSA-{bits}"


def test_first_generation_is_genuine_data_with_a_chip_not_proven():
    reading = of(PLAIN_BAC)
    assert reading.access == "BAC 3DES"
    assert reading.chip.result is ProofResult.NOT_APPLICABLE
    assert reading.card_access == b""
    assert reading.warnings == ()


def test_card_access_number_opens_pace_and_nothing_else():
    assert of(secret=CanSecret.of("123456")).access.startswith("PACE")
    with pytest.raises(ChipAccessError, match="PACE alone"):
        of(PLAIN_BAC, secret=CanSecret.of("123456"))


@pytest.mark.parametrize("profile", [PROVEN, PLAIN_BAC])
def test_wrong_secret_opens_nothing(profile):
    with pytest.raises(ChipAccessError):
        of(profile, secret=MrzSecret.of("L898902C3", "740812", "120416"))


def test_mapping_with_a_key_in_card_security_wants_its_signature_judged():
    profile = ChipProfile(pace=(PaceOffer("ECDH-CAM", "AES-256", 16),), chip_authentication="")
    unjudged = of(profile)
    assert unjudged.chip.result is ProofResult.NOT_DONE
    judged = of(profile, card_security_good=lambda data: data == unjudged.files[0x11D])
    assert judged.chip.result is ProofResult.PASSED
    assert judged.chip.mapping.protocol == "PACE ECDH-CAM AES-256 brainpoolP384r1"
    clone = of(profile, "clone", card_security_good=lambda data: True)
    assert clone.chip.result is ProofResult.FAILED


def test_clone_is_found_by_each_proof():
    reading = of(story="clone")
    assert reading.chip.result is ProofResult.FAILED
    assert reading.chip.chip.result is ProofResult.FAILED
    assert reading.chip.active.result is ProofResult.FAILED
    assert FileId.DG2 in reading.files


def test_swapped_key_answers_well_and_is_left_to_passive_authentication():
    reading = of(ChipProfile(active="ecdsa", chip_authentication=""), "swapped-key")
    assert reading.files[FileId.DG15] != contents().application[0x10F].data


def test_what_ef_com_hides_is_owed_all_the_same():
    reading = of(story="hidden")
    assert reading.chip.chip.result is ProofResult.PASSED
    assert reading.chip.active.result is ProofResult.PASSED


def without(held, *groups):
    """The chip that does not give these groups."""
    application = {key: file for key, file in held.application.items() if key & 0xFF not in groups}
    return replace(held, application=application)


@pytest.mark.parametrize("group", [14, 15])
def test_signed_key_that_the_chip_does_not_give_is_a_failure(group):
    reading = run(ChipChannel(SimulatedChip(without(contents(), group))))
    assert reading.chip.result is ProofResult.FAILED
    assert f"DG{group} is signed" in reading.chip.why
    assert FileId(group) in reading.missing


def test_pace_declined_by_the_chip_is_read_by_bac_and_said():
    reading = of(story="downgrade")
    assert reading.access == "BAC 3DES"
    assert reading.warnings == ("bac_after_pace",)
    assert reading.attempts[0].protocol.startswith("PACE")


class Hiding(ChipChannel):
    """Something between that denies EF.CardAccess, or gives another."""

    def __init__(self, chip, instead=b""):
        super().__init__(chip)
        self.instead = instead

    def transmit(self, command, deadline):
        if command[:3] == b"\x00\xb0\x9c":
            return self.instead + b"\x90\x00" if self.instead else b"\x6a\x82"
        if command[:7] == b"\x00\xa4\x02\x0c\x02\x01\x1c":
            return b"\x6a\x82"
        return super().transmit(command, deadline)


def test_hidden_or_altered_card_access_is_found_after_authentication():
    chip = SimulatedChip(contents())
    reading = run(Hiding(chip))
    assert (reading.access, reading.warnings) == ("BAC 3DES", ("pace_hidden",))
    assert of(story="access-differs").warnings == ("card_access_differs",)
    unknown = bytes.fromhex("31143012060A04007F0007020204020202010202010F")
    reading = run(Hiding(SimulatedChip(contents()), unknown[:-1] + b"\x63"))
    assert reading.warnings == ("bac_after_pace", "card_access_differs")
    reading = run(Hiding(SimulatedChip(contents()), b"\x31\x03\x30\x01\x02"))
    assert reading.warnings[0] == "card_access_unreadable"


def test_wrong_password_never_falls_back_to_bac():
    channel = ChipChannel(SimulatedChip(contents()))
    with pytest.raises(ChipAccessError):
        run(channel, secret=MrzSecret.of("L898902C4", "740812", "120415"))
    assert channel.sent <= 8


def test_unreadable_security_object_leaves_the_proof_undone():
    def broken(data):
        raise ChipDataError("no.")

    channel = ChipChannel(SimulatedChip(contents()))
    deadline = Deadline.after("chip", 10)
    reading = read(channel, SECRET, frozenset((1,)), deadline, lambda percent: None, broken)
    assert reading.chip.result is ProofResult.NOT_DONE
    assert "sod_unreadable" in reading.warnings
    assert FileId.DG1 in reading.files


def test_removed_at_each_command_in_turn():
    whole = ChipChannel(SimulatedChip(contents()))
    run(whole)
    for gone_at in range(1, whole.sent + 1):
        with pytest.raises(ChipRemovedError):
            run(ChipChannel(SimulatedChip(contents()), gone_at))


@pytest.mark.slow
@pytest.mark.parametrize("profile", [PROVEN, PLAIN_BAC], ids=["pace", "bac"])
@pytest.mark.parametrize("fault", ["broken_at", "cut_at", "wrong_mac_at", "replay_at"])
def test_faults_at_each_command_in_turn_end_typed_or_are_borne(profile, fault):
    held = contents(profile, side=16)
    good = run(ChipChannel(SimulatedChip(held)))
    ended = 0
    for at in range(1, good.apdus + 1):
        chip = SimulatedChip(replace(held, manners=ChipManners(**{fault: at})))
        try:
            reading = run(ChipChannel(chip))
        except DeviceError:
            ended += 1
            continue
        for file, data in reading.files.items():
            assert data == good.files[file]
    assert ended > good.apdus // 3


@pytest.mark.parametrize("story", ["wrong-mac", "replay", "silent", "cut", "endless", "longer"])
def test_hostile_stories_of_the_first_generation_end_typed(story):
    with pytest.raises(ChipProtocolError):
        of(ChipProfile(pace=(), chip_authentication="", active="", extended=False), story)


def test_silence_and_cancel_end_within_the_deadline():
    chip = SimulatedChip(contents())
    with pytest.raises(DeviceTimeoutError):
        run(ChipChannel(chip), limit_s=0.0)
    cancelled = Deadline("chip", 10**9, lambda: True)
    with pytest.raises(CancelledError):
        ChipReader(sod.signed_groups).read(
            ChipChannel(chip), SECRET, WANTED, cancelled, lambda percent: None
        )


class ShortOnly(ChipChannel):
    """A reader that carries no protected command of extended length, and how it says so."""

    def __init__(self, chip, manner):
        super().__init__(chip)
        self.manner = manner

    def transmit(self, command, deadline):
        if command[0] & 0x0C and len(command) > 6 and command[4] == 0:
            self.sent += 1
            if self.manner == "error":
                raise LongCommandError(deadline.device, "too long.")
            return b"\x67\x00"
        return super().transmit(command, deadline)


@pytest.mark.parametrize("manner", ["error", "status"])
def test_reader_without_extended_length_is_read_in_short_pieces(manner):
    channel = ShortOnly(SimulatedChip(contents()), manner)
    reading = run(channel)
    assert reading.files[FileId.DG2] == contents().application[0x102].data
    assert reading.chip.result is ProofResult.PASSED


@pytest.mark.parametrize("extended", [True, False])
def test_number_of_commands_is_near_the_least(extended):
    held = contents(ChipProfile(extended=extended), side=140)
    channel = ChipChannel(SimulatedChip(held))
    reading = run(channel, wanted=frozenset((1, 2)))
    piece = 32_768 - 40 if extended else 223
    reads = sum(-(-len(data) // piece) for data in reading.files.values())
    access = 1 + 5 + 1  # EF.CardAccess, PACE, the application
    proof = 2
    least = access + reads + proof
    assert reading.apdus <= max(1.15 * least, least + 2)


def test_spoilt_session_is_named_for_what_it_is():
    with pytest.raises(SecureMessagingError):
        of(PLAIN_BAC, "wrong-mac")
