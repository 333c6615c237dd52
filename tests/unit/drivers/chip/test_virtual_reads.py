"""Whole reads of the virtual chip: every way in, every proof, every fault, over the direct line."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from drivers.chip import certificates, passive_auth, reader, sod
from drivers.chip.api import CanSecret, MrzSecret, ProofResult
from drivers.chip.csca import CscaStore
from drivers.chip.direct import DirectChannel
from drivers.chip.errors import (
    ChipAccessError,
    ChipProtocolError,
    ChipRemovedError,
    FileSizeError,
    SecureMessagingError,
)
from drivers.chip.files import FileId
from drivers.chip.passive_result import Verdict
from drivers.chip.reader import ChipReader
from drivers.chip.simulated import CardGoneError, SimulatedChip
from drivers.chip.simulated_bac import mrz_information
from drivers.chip.simulated_document import OTHER_STATE, Personaliser
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_manners import GOOD, STORIES, ChipManners
from drivers.chip.simulated_pace import PaceOffer
from drivers.chip.simulated_peer import (
    ISSUED_SINCE,
    PORTRAIT,
    PROFILES,
    SIGNED_AT,
    SPECIMEN,
    SimulatedChipPeer,
)
from drivers.chip.simulated_profile import PLAIN_BAC, ChipProfile, Holder
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError, DeviceGoneError, DeviceTimeoutError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WANTED = frozenset((1, 2, 3, 11, 12))
SECRET = MrzSecret(mrz_information(SPECIMEN).encode())
SIGNED_ONLY = "genuine data, chip not proven"
ECDSA_ON_P256 = ChipProfile(pace=(PaceOffer("ECDH-GM", "AES-128", 12),), active="ecdsa", curve=12)


@cache
def portrait_of(size_bytes):
    """The portrait, cut or filled to that many bytes: nothing here decodes it."""
    return PORTRAIT.read_bytes()[:size_bytes].ljust(size_bytes, b"\0")


@cache
def utopia():
    return make_issuer(State(), ISSUED_SINCE)


@cache
def contents(profile=ChipProfile(), manners=GOOD, size_bytes=4000):  # noqa: B008 - frozen
    maker = Personaliser(utopia(), SIGNED_AT)
    holder = Holder(
        SPECIMEN, portrait_of(size_bytes), full_name="Ériksson, Anna María", authority="Utopia"
    )
    return maker.make(holder, profile, manners)


@cache
def store():
    issuers = (
        make_issuer(State(), ISSUED_SINCE),
        make_issuer(OTHER_STATE, datetime(2020, 1, 1, tzinfo=UTC)),
    )
    return CscaStore.of(certificates.parse(issuer.csca.encoded) for issuer in issuers)


class Inline:
    """A channel without a line: the chip in the same thread."""

    def __init__(self, held):
        self.chip = SimulatedChip(held)
        self.atr = self.chip.atr
        self.info = DeviceInfo("virtual", "chip")

    def transmit(self, command, deadline):
        try:
            response = self.chip.answer(command)
        except CardGoneError:
            raise ChipRemovedError(deadline.device, "gone.") from None
        if not response:
            raise DeviceTimeoutError(deadline.device, "silent.")
        return response

    def close(self):
        """Nothing is held."""


@pytest.fixture(scope="module")
def peer():
    peer = SimulatedChipPeer()
    yield peer
    peer.leave()


def signed_groups(data):
    return frozenset(sod.parse(data).hashes)


def well_signed(card_security):
    result = passive_auth.check_card_security(card_security, store(), NOW)
    return result.verdict is Verdict.VALID


def read(channel, secret=SECRET, wanted=WANTED, limit_s=20.0, said=None):
    return ChipReader(signed_groups, card_security_good=well_signed).read(
        channel,
        secret,
        wanted,
        Deadline.after("chip", limit_s),
        (said if said is not None else []).append,
    )


def read_over_the_line(peer, held, secret=SECRET, limit_s=20.0, said=None):
    peer.place(held)
    deadline = Deadline.after("chip", limit_s)
    channel = DirectChannel.open("127.0.0.1", peer.port, deadline)
    try:
        return read(channel, secret, limit_s=limit_s, said=said)
    finally:
        channel.close()


def judged(reading):
    return passive_auth.check(reading.files[FileId.SOD], reading.files, store(), NOW)


def same(reading, held, *numbers):
    """Whether these data groups came as the chip holds them."""
    return all(reading.files[n] == held.application[0x100 + n].data for n in numbers)


def over_curve(mapping, suite, number):
    return ChipProfile(pace=(PaceOffer(mapping, suite, number),))


@pytest.mark.parametrize("number", [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])
def test_generic_mapping_over_each_curve(number):
    held = contents(over_curve("ECDH-GM", "AES-128", number))
    reading = read(Inline(held))
    assert reading.access.startswith("PACE ECDH-GM AES-128")
    assert same(reading, held, 1, 2, 11, 12, 14)


@pytest.mark.parametrize("suite", ["3DES", "AES-128", "AES-192", "AES-256"])
@pytest.mark.parametrize("mapping", ["ECDH-GM", "ECDH-IM", "DH-GM", "DH-IM"])
def test_each_mapping_with_each_cipher(mapping, suite):
    held = contents(over_curve(mapping, suite, 13 if mapping.startswith("EC") else 2))
    reading = read(Inline(held))
    assert reading.access.startswith(f"PACE {mapping} {suite}")
    assert same(reading, held, 1, 2)


@pytest.mark.parametrize("number", [9, 12, 14, 15, 16, 17, 18])
def test_integrated_mapping_over_curves_of_primes_that_are_3_mod_4(number):
    held = contents(over_curve("ECDH-IM", "AES-256", number))
    assert same(read(Inline(held)), held, 1, 2)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_generic_mapping_in_each_modp_group(number):
    held = contents(over_curve("DH-GM", "AES-128", number))
    assert same(read(Inline(held)), held, 1, 2)


@pytest.mark.parametrize("number", [12, 13, 16])
def test_chip_authentication_mapping_proves_the_chip(peer, number):
    offers = (PaceOffer("ECDH-CAM", "AES-128", number), PaceOffer("ECDH-GM", "AES-128", number))
    held = contents(ChipProfile(pace=offers, chip_authentication=""))
    reading = read_over_the_line(peer, held)
    assert reading.access.startswith("PACE ECDH-CAM")
    assert reading.chip.mapping.result is ProofResult.PASSED, reading.chip
    assert reading.chip.result is ProofResult.PASSED
    assert same(reading, held, 1, 2)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_each_profile_reads_and_verifies_over_the_line(peer, profile):
    held, said = contents(PROFILES[profile], size_bytes=20_000), []
    reading = read_over_the_line(peer, held, said=said)
    assert judged(reading).verdict is Verdict.VALID
    assert same(reading, held, 1, 2, 11, 12)
    assert reading.protected == (FileId.DG3,)
    assert said == sorted(said), "progress never falls"
    assert said[-1] == 100
    owed = ProofResult.NOT_APPLICABLE if profile == "bac" else ProofResult.PASSED
    assert reading.chip.result is owed, reading.chip


def test_the_card_access_number_opens_pace(peer):
    held = contents()
    assert same(read_over_the_line(peer, held, CanSecret.of("123456")), held, 1, 2)


@pytest.mark.parametrize("active", ["rsa-sha1", "rsa-sha256", "ecdsa"])
@pytest.mark.parametrize("profile", ["pace", "bac"])
def test_active_authentication(active, profile):
    ways = {"pace": ChipProfile().pace, "bac": ()}
    held = contents(ChipProfile(pace=ways[profile], chip_authentication="", active=active))
    reading = read(Inline(held))
    assert reading.chip.active.result is ProofResult.PASSED, reading.chip
    assert same(reading, held, 1, 2, 15)


@pytest.mark.parametrize("suite", ["3DES", "AES-128", "AES-192", "AES-256"])
@pytest.mark.parametrize("number", [12, 13, 16])
def test_chip_authentication(suite, number):
    held = contents(ChipProfile(chip_authentication=suite, curve=number))
    reading = read(Inline(held))
    assert reading.chip.chip.result is ProofResult.PASSED, reading.chip
    assert same(reading, held, 1, 2, 14)


@pytest.mark.parametrize("extended", [True, False])
@pytest.mark.parametrize("says_end", [True, False])
def test_files_past_32_kb_are_read_whole(extended, says_end):
    held = contents(
        ChipProfile(extended=extended, most_bytes=4096, says_end=says_end), size_bytes=45_539
    )
    assert same(read(Inline(held)), held, 1, 2)


def test_a_wrong_mrz_and_a_wrong_can_are_told():
    wrong = MrzSecret.of("L898902C3", "740812", "120416")
    for profile in (ChipProfile(), PLAIN_BAC):
        with pytest.raises(ChipAccessError) as caught:
            read(Inline(contents(profile)), wrong)
        assert "L898" not in str(caught.value)
    with pytest.raises(ChipAccessError):
        read(Inline(contents()), CanSecret.of("000000"))


@pytest.mark.parametrize("active", ["ecdsa", "rsa-sha1"])
def test_a_clone_has_genuine_data_and_no_proof(active):
    held = contents(ChipProfile(active=active), STORIES["clone"])
    reading = read(Inline(held))
    assert judged(reading).verdict is Verdict.VALID
    assert reading.chip.result is ProofResult.FAILED
    assert reading.chip.active.result is ProofResult.FAILED
    assert reading.chip.chip.result is ProofResult.FAILED
    assert same(reading, held, 1, 2), "what is left can still be read"


def test_a_clone_fails_chip_authentication_mapping():
    held = contents(PROFILES["pace-cam"], STORIES["clone"])
    try:
        reading = read(Inline(held))
    except ChipProtocolError:
        return
    assert reading.chip.mapping.result is ProofResult.FAILED


def test_a_swapped_key_is_not_the_one_that_was_signed():
    reading = read(Inline(contents(ECDSA_ON_P256, STORIES["swapped-key"])))
    assert judged(reading).verdict is Verdict.BAD_DIGEST


def test_proofs_hidden_from_ef_com_are_owed_all_the_same():
    held = contents(ECDSA_ON_P256, STORIES["hidden"])
    reading = read(Inline(held))
    assert reading.chip.active.result is ProofResult.PASSED
    assert reading.chip.chip.result is ProofResult.PASSED
    assert {14, 15} <= set(reading.files)


def test_a_downgrade_to_bac_is_said():
    reading = read(Inline(contents(manners=STORIES["downgrade"])))
    assert reading.access.startswith("BAC")
    assert "bac_after_pace" in reading.warnings


def test_pace_taken_out_of_the_open_files_is_said():
    held = contents()
    master = {key: file for key, file in held.master.items() if key != FileId.CARD_ACCESS}
    reading = read(Inline(replace(held, master=master, offers=())))
    assert reading.access.startswith("BAC")
    assert "pace_hidden" in reading.warnings


def test_card_access_that_differs_from_dg14_is_said():
    reading = read(Inline(contents(manners=STORIES["access-differs"])))
    assert "card_access_differs" in reading.warnings


@pytest.mark.parametrize(
    ("story", "verdict"),
    [
        ("altered-data", Verdict.BAD_DIGEST),
        ("altered-portrait", Verdict.BAD_DIGEST),
        ("other-state", None),
        ("expired-signer", None),
        ("forged-curve", None),
    ],
)
def test_false_signatures_are_never_valid(story, verdict):
    result = judged(read(Inline(contents(manners=STORIES[story]))))
    assert result.verdict is not Verdict.VALID
    assert verdict in {None, result.verdict}


def test_endless_files_and_wrong_lengths_end():
    for extended in (True, False):
        profile = ChipProfile(extended=extended)
        with pytest.raises(FileSizeError):
            read(Inline(contents(profile, STORIES["endless"])))
        with pytest.raises(ChipProtocolError):
            read(Inline(contents(profile, STORIES["longer"])))
        shorter = read(Inline(contents(profile, STORIES["shorter"])))
        assert judged(shorter).verdict is Verdict.BAD_DIGEST


def test_a_bomb_is_data_like_any_other_until_it_is_parsed():
    held = contents(manners=STORIES["bomb"])
    reading = read(Inline(held))
    assert same(reading, held, 11)
    assert judged(reading).verdict is Verdict.VALID


def faults(kind, at):
    return contents(ECDSA_ON_P256, ChipManners(**{kind: at}), 1200)


@cache
def apdus_of_a_good_read():
    return read(Inline(contents(ECDSA_ON_P256, size_bytes=1200))).apdus


def outcome(held):
    """What a read of it gave, or the error that it ended in."""
    try:
        return read(Inline(held))
    except DeviceError as error:
        return error


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["gone_at", "silent_at", "wrong_mac_at", "replay_at", "broken_at", "cut_at"]
)
def test_a_fault_at_each_apdu_in_turn_is_a_typed_error_or_no_proof(kind):
    """Never a hang, never another exception, never "valid and proven" where something was lost."""
    good = contents(ECDSA_ON_P256, size_bytes=1200)
    for at in range(1, apdus_of_a_good_read() + 1):
        got = outcome(faults(kind, at))
        if kind in {"gone_at", "silent_at"}:
            expected = DeviceGoneError if kind == "gone_at" else DeviceTimeoutError
            assert isinstance(got, expected), (at, got)
        elif isinstance(got, DeviceError):
            assert got.mend, at
        elif got.chip.result is ProofResult.PASSED and judged(got).verdict is Verdict.VALID:
            assert same(got, good, 1, 2, 14, 15), at


@pytest.mark.parametrize("at", [8, 12])
def test_a_wrong_mac_is_an_error_of_secure_messaging(at):
    held = contents(ChipProfile(extended=False), ChipManners(wrong_mac_at=at))
    with pytest.raises(SecureMessagingError):
        read(Inline(held))


def test_a_card_taken_away_over_the_line_is_told_at_once(peer):
    started_s = time.monotonic()
    with pytest.raises(DeviceGoneError):
        read_over_the_line(peer, contents(manners=ChipManners(gone_at=9)))
    assert time.monotonic() - started_s < 5


def test_a_silent_chip_costs_the_deadline_and_no_more(peer):
    started_s = time.monotonic()
    with pytest.raises(DeviceTimeoutError):
        read_over_the_line(peer, contents(manners=ChipManners(silent_at=9)), limit_s=1.0)
    assert time.monotonic() - started_s < 5


def test_a_slow_chip_is_read(peer):
    held = contents(ECDSA_ON_P256, ChipManners(slow_s=0.01), 1200)
    assert same(read_over_the_line(peer, held), held, 1, 2)


def least_apdus(reading, read_size, handshake):
    """What no reader could do without: the handshake, and each file in pieces of `read_size`."""
    return handshake + sum(-(-len(data) // read_size) for data in reading.files.values())


@pytest.mark.parametrize(
    ("profile", "read_size", "handshake"),
    [
        # EF.CardAccess, EF.ATR/INFO, MSE and four steps of PACE, SELECT, two of CA
        (ChipProfile(), 32_000, 10),
        (ChipProfile(extended=False), 223, 10),
        # SELECT, challenge, authentication, AA
        (PROFILES["bac-active"], 231, 6),
    ],
)
def test_a_whole_read_takes_no_more_apdus_than_it_must(profile, read_size, handshake):
    reading = read(Inline(contents(profile, size_bytes=20_000)), wanted=frozenset((1, 2)))
    least = least_apdus(reading, read_size, handshake)
    assert reading.apdus <= 1.15 * least, f"{reading.apdus} APDUs where {least} would do"


def test_the_hosts_cpu_of_a_whole_read(peer):
    """PACE, EF.COM, EF.SOD, DG1, 20 KB of DG2, passive and chip authentication: 250 ms."""
    held = contents(size_bytes=20_000)
    used = []
    for _ in range(4):
        peer.place(held)
        channel = DirectChannel.open("127.0.0.1", peer.port, Deadline.after("chip", 10))
        before_s = time.thread_time()
        reading = read(channel, wanted=frozenset((1, 2)))
        assert judged(reading).verdict is Verdict.VALID
        used.append(time.thread_time() - before_s)
        channel.close()
    assert min(used) <= 0.25, used


def test_the_module_reads_with_the_systems_random_numbers():
    held = contents(ECDSA_ON_P256)
    deadline = Deadline.after("chip", 20)
    reading = reader.read(Inline(held), SECRET, WANTED, deadline, lambda _: None, signed_groups)
    assert same(reading, held, 1, 2)
