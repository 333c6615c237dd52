"""The virtual chip by story, read, proven and decoded: which checks it passes, which it fails."""

from datetime import UTC, datetime
from functools import cache

import pytest

from drivers.chip import certificates, lds_persons, passive_auth, sod
from drivers.chip.api import MrzSecret
from drivers.chip.csca import CscaStore
from drivers.chip.errors import ChipAccessError
from drivers.chip.face_record import faces
from drivers.chip.files import FileId
from drivers.chip.reader import ChipReader
from drivers.chip.simulated import SimulatedChip
from drivers.chip.simulated_bac import mrz_information
from drivers.chip.simulated_document import Personaliser
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_manners import STORIES
from drivers.chip.simulated_pace import PaceOffer
from drivers.chip.simulated_peer import ISSUED_SINCE, PORTRAIT, PROFILES, SIGNED_AT, SPECIMEN
from drivers.chip.simulated_profile import ChipProfile, Holder
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from firmware_app.domain.document_checks_chip import check_chip
from firmware_app.domain.mrz import parse
from firmware_app.workers.chip_evidence import evidence, unread
from vision.picture_file import decode_portrait

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MRZ = parse(SPECIMEN, NOW.date())
BOTH_PROOFS = ChipProfile(pace=(PaceOffer("ECDH-GM", "AES-128", 12),), active="ecdsa", curve=12)
PASSIVE, PROVEN = "chip.passive_authentication", "chip.proven"


class Inline:
    """A channel without a line: the chip in the same thread."""

    atr = b"\x3b\x80\x80\x01\x01"
    info = DeviceInfo("virtual", "chip")

    def __init__(self, held):
        self._chip = SimulatedChip(held)

    def transmit(self, command, deadline):
        deadline.slice_s()
        return self._chip.answer(command)

    def close(self):
        """Nothing is held."""


@cache
def utopia():
    return make_issuer(State(), ISSUED_SINCE)


@cache
def read(story="good", profile=BOTH_PROOFS):
    holder = Holder(
        SPECIMEN, PORTRAIT.read_bytes(), full_name="Ériksson<<Anna<María", authority="Utopia"
    )
    held = Personaliser(utopia(), SIGNED_AT).make(holder, profile, STORIES[story])
    secret = MrzSecret(mrz_information(SPECIMEN).encode())
    reader = ChipReader(lambda data: frozenset(sod.parse(data).hashes))
    wanted = frozenset((1, 2, 3, 11, 12))
    return reader.read(Inline(held), secret, wanted, Deadline.after("chip", 20), lambda _: None)


def told(story="good", profile=BOTH_PROOFS, trusted=True):
    reading = read(story, profile)
    authorities = [certificates.parse(utopia().csca.encoded)] if trusted else []
    store = CscaStore.of(authorities)
    passive = passive_auth.check(reading.files[FileId.SOD], reading.files, store, NOW)
    checks = check_chip(MRZ, evidence(reading, passive))
    return {check.code: (check.result.value, check.why) for check in checks}


def test_a_good_chip_passes_everything_but_what_it_does_not_have():
    rest = {code: answer for code, answer in told().items() if answer[0] != "passed"}
    assert rest == {
        "chip.passive.revocation": ("not_done", "no_list"),
        "chip.chip_authentication_mapping": ("not_applicable", "not_offered"),
    }
    assert told()["chip.read"] == ("passed", "files_protected")


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_each_profile_is_genuine_and_proven_as_far_as_it_can_be(profile):
    checks = told(profile=PROFILES[profile])
    assert checks[PASSIVE] == ("passed", "")
    assert not [code for code, answer in checks.items() if answer[0] == "failed"]
    alone = ("not_done", "genuine_data_chip_not_proven")
    # the key of the mapping stands in EF.CardSecurity, whose signature nobody judges here
    assert checks[PROVEN] == (alone if profile in {"bac", "pace-cam"} else ("passed", ""))


@pytest.mark.parametrize(
    ("story", "fails"),
    [
        ("altered-data", {PASSIVE, "chip.passive.hashes", "chip.dg1_against_mrz"}),
        ("altered-portrait", {PASSIVE, "chip.passive.hashes"}),
        ("swapped-key", {PASSIVE, "chip.passive.hashes"}),
        ("clone", {PROVEN, "chip.active_authentication", "chip.chip_authentication"}),
        ("downgrade", {"chip.access_protocol"}),
        ("access-differs", {"chip.card_access_against_dg14"}),
        ("hidden", set()),
    ],
)
def test_a_fault_fails_its_checks_and_no_others(story, fails):
    checks = told(story)
    assert {code for code, answer in checks.items() if answer[0] == "failed"} == fails
    assert (PASSIVE in fails) == (checks[PASSIVE][0] == "failed")
    if PASSIVE in fails:
        assert checks[PROVEN] != ("passed", "")


@pytest.mark.parametrize("story", ["other-state", "expired-signer", "forged-curve"])
def test_a_false_signer_never_makes_genuine_data(story):
    checks = told(story)
    assert checks[PASSIVE][0] != "passed"
    assert checks[PROVEN][0] != "passed"


def test_an_issuer_that_nobody_here_knows_is_not_done_and_proves_nothing():
    checks = told(trusted=False)
    assert checks[PASSIVE] == ("not_done", "issuer_unknown")
    assert checks[PROVEN] == ("not_done", "data_not_genuine")
    assert checks["chip.dg1_against_mrz"] == ("passed", "")


def test_a_chip_that_another_zone_does_not_open_is_refused():
    secret = MrzSecret.of("L898902C4", "740812", "120415")
    holder = Holder(SPECIMEN, PORTRAIT.read_bytes())
    held = Personaliser(utopia(), SIGNED_AT).make(holder, BOTH_PROOFS, STORIES["good"])
    with pytest.raises(ChipAccessError) as caught:
        ChipReader(lambda _: frozenset()).read(
            Inline(held), secret, frozenset((1,)), Deadline.after("chip", 20), lambda _: None
        )
    (first, *_) = check_chip(MRZ, unread(caught.value))
    assert (first.code, first.why) == ("chip.read", "access_refused")


def test_portrait_and_names_are_decoded():
    files = read().files
    (portrait,) = faces(files[FileId.DG2]).images
    assert decode_portrait(portrait.picture).shape == (portrait.height_px, portrait.width_px, 3)
    name = lds_persons.dg11(files[FileId.DG11]).full_name
    assert (name.primary, name.secondary) == ("Ériksson", "Anna María")
    document = lds_persons.dg12(files[FileId.DG12])
    assert document.issuing_authority.text == "Utopia"
    assert document.issued == "2025-01-01"


def test_a_bomb_among_the_groups_says_nothing_and_hurts_nobody():
    found = lds_persons.dg11(read("bomb").files[FileId.DG11])
    assert repr(found) == "PersonDetails(leftover)"
    assert found.leftover.unknown
