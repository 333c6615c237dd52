"""A hostile chip and a forger: whatever they send ends soon and typed, and never as good."""

import time
from datetime import UTC, datetime

import pytest

from drivers.chip import (
    active_auth,
    certificates,
    chip_auth,
    elliptic,
    pace,
    passive_auth,
    proofs,
    security_infos,
)
from drivers.chip.active_auth import Choice
from drivers.chip.apdu import Command, Response
from drivers.chip.api import MrzSecret, ProofResult
from drivers.chip.card import Card
from drivers.chip.csca import CscaStore
from drivers.chip.domain_parameters import standardised
from drivers.chip.errors import ChipDataError, ChipProtocolError, UnsupportedChipError
from drivers.chip.keys import RsaKey
from drivers.chip.pace import MappingEvidence, Pace
from drivers.chip.passive_result import Verdict
from drivers.chip.proofs import MappingKeys
from drivers.chip.public_keys import GroupKey, parse
from drivers.chip.security_infos import ChipKeyInfo
from drivers.chip.signatures import digest
from drivers.chip.simulated_certificates import Authority
from drivers.chip.simulated_certificates import _extension as extension
from drivers.chip.simulated_der import der, integer, octets, oid, sequence, set_of, tagged
from drivers.chip.simulated_issuer import LDS_SECURITY_OBJECT, State, make_issuer
from drivers.chip.simulated_keys import digest_algorithm
from drivers.chip.suites import BY_NUMBER
from drivers.deadline import Deadline
from drivers.device import DeviceInfo

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SIGNED = datetime(2025, 1, 1, tzinfo=UTC)
ISSUER = make_issuer(State(), datetime(2024, 1, 1, tzinfo=UTC))
STORE = CscaStore.of([certificates.parse(ISSUER.csca.encoded)])
LONG_NUMBER = der(2, b"\x01" + b"\xff" * 20_000)
LONG_OID = der(6, b"\x2a" + b"\x81" * 50_000 + b"\x01")
NONCE = bytes(range(16))
SOON_S = 1.0
"""Far more than any of these takes, far less than one number read in the long way."""
MRZ = MrzSecret.of("L898902C3", "740812", "120415")


def soon(work):
    """The result, in bounded time."""
    began = time.monotonic()
    result = work()
    assert time.monotonic() - began < SOON_S
    return result


def judged(data):
    return soon(lambda: passive_auth.check(data, {}, STORE, NOW))


def envelope(inside, signer_info, certificate=ISSUER.signer.certificate.encoded):
    """An EF.SOD of these parts."""
    signed = sequence(
        integer(3),
        set_of(digest_algorithm("sha256")),
        sequence(oid(LDS_SECURITY_OBJECT), tagged(0, octets(inside))),
        tagged(0, certificate),
        set_of(signer_info),
    )
    return der(0x77, sequence(oid("1.2.840.113549.1.7.2"), tagged(0, signed)))


def content(version=None, number=None):
    hashed = sequence(number or integer(1), octets(digest("sha256", b"one")))
    return sequence(version or integer(0), digest_algorithm("sha256"), sequence(hashed))


def signer_info(inside, sid=None, algorithm=None, digest_by=None):
    signer = ISSUER.signer
    return sequence(
        integer(1),
        sid or signer.certificate.issuer_and_serial(),
        digest_by or digest_algorithm("sha256"),
        algorithm or signer.key.algorithm(),
        octets(signer.key.sign(inside)),
    )


def test_frame_of_these_tests_is_valid():
    assert judged(envelope(content(), signer_info(content()))).verdict is Verdict.VALID


@pytest.mark.parametrize("inside", [content(version=LONG_NUMBER), content(number=LONG_NUMBER)])
def test_numbers_too_long_to_be_told_are_unparsable(inside):
    assert judged(envelope(inside, signer_info(inside))).verdict is Verdict.UNPARSABLE


def test_serial_number_too_long_to_be_told_is_unparsable():
    sid = sequence(ISSUER.csca.subject.name(), LONG_NUMBER)
    assert judged(envelope(content(), signer_info(content(), sid))).verdict is Verdict.UNPARSABLE


def test_signer_with_an_empty_key_identifier_is_unparsable():
    """Serial number 0 would have fitted it."""
    subject = ISSUER.signer.certificate.subject
    zero = Authority(ISSUER.csca.subject, ISSUER.signer.key).certify(
        subject, ISSUER.signer.key, 0, VALIDITY
    )
    info = signer_info(content(), der(0x80))
    assert judged(envelope(content(), info, zero.encoded)).verdict is Verdict.UNPARSABLE


class Period:
    """A validity with times as they are given."""

    def __init__(self, *times):
        self.times = times

    def encoded(self):
        return sequence(*(der(0x18, one) for one in self.times))


VALIDITY = Period(b"20240101000000Z", b"20340101000000Z")


@pytest.mark.parametrize(
    "times",
    [
        (b"20240101000000", b"20340101000000Z"),
        (b"20240101000000Z", b"20340101000000"),
        (b"00000101000000Z", b"20340101000000Z"),
        (b"20240101000000Z", b"99999999999999Z"),
        (b"", b"20340101000000Z"),
    ],
)
def test_certificate_without_a_zone_or_a_year_judges_nothing(times):
    key, subject = ISSUER.signer.key, ISSUER.signer.certificate.subject
    authority = Authority(ISSUER.csca.subject, key)
    made = authority.certify(subject, key, 7, Period(*times))
    info = signer_info(content(), made.issuer_and_serial())
    assert judged(envelope(content(), info, made.encoded)).verdict is Verdict.NOT_DONE


@pytest.mark.parametrize("where", ["digest", "algorithm", "hash", "mask", "salt"])
def test_long_identifiers_and_numbers_in_algorithms_are_not_judged(where):
    held = {"hash": sequence(oid("2.16.840.1.101.3.4.2.1")), "mask": LONG_OID, "salt": integer(32)}
    held |= {"hash": sequence(LONG_OID)} if where == "hash" else {}
    held |= {"salt": LONG_NUMBER} if where == "salt" else {}
    mask = sequence(oid("1.2.840.113549.1.1.8"), sequence(held["mask"]))
    pss = sequence(
        oid("1.2.840.113549.1.1.10"),
        sequence(tagged(0, held["hash"]), tagged(1, mask), tagged(2, held["salt"])),
    )
    digest_by = sequence(LONG_OID) if where == "digest" else None
    algorithm = sequence(LONG_OID) if where == "algorithm" else pss
    info = signer_info(content(), None, algorithm, digest_by)
    assert judged(envelope(content(), info)).verdict not in {Verdict.VALID, Verdict.UNPARSABLE}


@pytest.mark.parametrize("salt", [-1, 0, 1, 31, 33, 222, 1024, 1025, 1 << 40])
def test_salts_that_no_signature_has(salt):
    sha256 = sequence(oid("2.16.840.1.101.3.4.2.1"))
    mask = sequence(oid("1.2.840.113549.1.1.8"), sha256)
    number = der(2, salt.to_bytes(6, signed=True))
    pss = sequence(
        oid("1.2.840.113549.1.1.10"),
        sequence(tagged(0, sha256), tagged(1, mask), tagged(2, number)),
    )
    info = signer_info(content(), None, pss)
    assert judged(envelope(content(), info)).verdict in {Verdict.BAD_SIGNATURE, Verdict.NOT_DONE}


@pytest.mark.parametrize("value", [sequence(LONG_OID), sequence(*[oid("1.2.3")] * 2000)])
def test_extension_that_takes_long_to_read_is_refused(value):
    class Lengthy(Authority):
        def _extensions(self, subject, key):
            return (extension("2.5.29.37", value),)

    issuer = Lengthy(ISSUER.csca.subject, ISSUER.signer.key)
    made = issuer.certify(ISSUER.csca.subject, ISSUER.signer.key, 3, VALIDITY)
    with pytest.raises(ChipDataError):
        soon(lambda: certificates.parse(made.encoded))


def spki(kind, key):
    return der(0x30, der(0x30, kind), der(3, b"\0", key))


RSA_OID = der(6, bytes.fromhex("2A864886F70D010101")) + b"\x05\0"


@pytest.mark.parametrize(
    ("bits", "exponent"),
    [(7, 3), (512, 3), (1023, 3), (1024, 1), (1024, 0), (1024, 2), (1024, 1 << 80), (9000, 3)],
)
def test_weak_keys_of_active_authentication_are_not_judged(bits, exponent):
    key = sequence(integer((1 << bits - 1) | 1), integer(exponent))
    outcome = proofs.active_authentication(card(), der(0x6F, spki(RSA_OID, key)), None, bytes)
    assert outcome.proof.result is ProofResult.NOT_DONE


def test_key_of_a_kind_with_a_long_name_is_not_judged():
    with pytest.raises(ChipDataError):
        soon(lambda: parse(spki(LONG_OID, b"")))


@pytest.mark.parametrize("r", ["0", "n", "good"])
@pytest.mark.parametrize("s", ["0", "n", "good"])
def test_signature_of_zero_or_the_order_is_none(r, s):
    group = standardised(12)
    numbers = {"0": 0, "n": group.curve.n, "good": 5}
    signature = b"".join(numbers[one].to_bytes(32) for one in (r, s))
    choice = Choice(GroupKey(group, group.base), "sha256")
    assert not active_auth.verify(choice, bytes(8), signature)


def test_rsa_answers_that_are_trivial_are_none():
    key = RsaKey((1 << 1024) - 105, 3)
    for signature in (1, key.n - 1, 2):
        assert not active_auth.verify(Choice(key, ""), bytes(8), signature.to_bytes(128))
    for signature in (bytes(128), b"\xff" * 128, b"", bytes(4096)):
        with pytest.raises(ChipDataError):
            active_auth.verify(Choice(key, ""), bytes(8), signature)


class Fixed:
    """A chip that says the same to everything."""

    atr = b"\x3b"
    info = DeviceInfo("Test", "fixed")

    def __init__(self, answer=b"\x90\x00"):
        self.answer = answer
        self.asked = 0

    def transmit(self, command, deadline):
        deadline.slice_s()
        self.asked += 1
        return self.answer(command) if callable(self.answer) else self.answer

    def close(self):
        """Nothing is held."""


def card(answer=b"\x90\x00"):
    return Card(Fixed(answer), Deadline.after("chip", 5))


def test_answer_that_is_never_whole_ends_by_size():
    channel = Fixed(bytes(60_000) + b"\x61\x00")
    with pytest.raises(ChipProtocolError):
        Card(channel, Deadline.after("chip", 5)).send(Command(0, 0xB0, 0, 0, answer_bytes=256))
    assert channel.asked <= 2


def test_chip_that_always_has_more_ends_by_count():
    channel = Fixed(b"\x61\x00")
    answer = Card(channel, Deadline.after("chip", 5)).send(Command(0, 0xB0, 0, 0))
    assert (answer, channel.asked < 400) == (Response(b"", 0x6100), True) or answer.data == b""
    assert answer.status != 0x9000


@pytest.mark.parametrize("tag", ["parameters", "version", "key"])
def test_long_numbers_in_security_infos_are_refused(tag):
    pace_oid = der(6, security_infos.PACE + b"\x02\x02")
    key_oid = der(6, security_infos.PUBLIC_KEY + b"\x02")
    info = {
        "parameters": der(0x30, pace_oid, integer(2), LONG_NUMBER),
        "version": der(0x30, pace_oid, LONG_NUMBER, integer(13)),
        "key": der(0x30, key_oid, spki(b"", b""), der(2, bytes(1), b"\x7f" * 70_000)),
    }[tag]
    with pytest.raises(ChipDataError):
        security_infos.card_access(der(0x31, info))


def offer(kind=2, cipher=2, number=13):
    oid_ = security_infos.PACE + bytes((kind, cipher))
    return pace.offer(security_infos.PaceInfo(oid_, 2, number))


def establish(answer, found, draw=None):
    secret = pace.password(MRZ, found.suite)
    return Pace(card(answer), found, secret, draw or (lambda size: b"\x05" * size)).establish()


def steps(*values):
    """A chip's answers to MSE:Set AT and to each general authenticate, by what it was sent."""
    answers = [b"\x90\x00", *(der(0x7C, value) + b"\x90\x00" for value in values)]
    count = []

    def answer(sent):
        if isinstance(sent, list):
            return answers[len(sent) - 1]
        count.append(sent)
        return answers[len(count) - 1]

    return answer


@pytest.mark.parametrize("size", [0, 8, 17, 32, 240])
def test_nonce_of_another_length_is_refused(size):
    with pytest.raises(ChipProtocolError):
        establish(steps(der(0x80, bytes(size))), offer())


SPELT = {
    "identity": b"\0",
    "not on the curve": b"\4" + bytes(63) + b"\1",
    "coordinates of p": b"\4" + standardised(13).curve.p.to_bytes(32) * 2,
    "short": b"\4" + bytes(10),
    "compressed": b"\2" + standardised(13).base[1:33],
    "empty": b"",
}


@pytest.mark.parametrize("public", SPELT.values(), ids=SPELT)
@pytest.mark.parametrize("step", ["mapping", "agreement"])
def test_points_that_are_none_are_refused_at_each_step(public, step):
    good = der(0x82, standardised(13).times(9, standardised(13).base))
    values = [der(0x80, NONCE)]
    values += [der(0x82, public)] if step == "mapping" else [good, der(0x84, public)]
    with pytest.raises(ChipProtocolError):
        establish(steps(*values), offer())


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("value", ["0", "1", "p-1", "p", "p+1", "outside"])
@pytest.mark.parametrize("step", ["mapping", "agreement"])
def test_numbers_of_small_order_are_refused_at_each_step(number, value, step):
    group = standardised(number)
    outside = pow(2, group.q, group.p)
    values = {
        "0": 0,
        "1": 1,
        "p-1": group.p - 1,
        "p": group.p,
        "p+1": group.p + 1,
        "outside": outside,
    }
    public = values[value].to_bytes(group.element_bytes)
    told = [der(0x80, NONCE)]
    good = der(0x82, group.times(9, group.base))
    told += [der(0x82, public)] if step == "mapping" else [good, der(0x84, public)]
    with pytest.raises(ChipProtocolError):
        establish(steps(*told), offer(1, 2, number))


@pytest.mark.parametrize("number", [0, 13])
@pytest.mark.parametrize("shortened", [False, True])
def test_our_own_key_is_not_taken_back(number, shortened):
    """Doc 9303-11, 4.4.1: with our own key the chip could send our own token back, too."""
    group = standardised(number)
    head = der(0x83, bytes(group.element_bytes))[: -group.element_bytes]
    sent = []

    def chip(command):
        sent.append(command)
        if len(sent) < 4:
            return steps(der(0x80, NONCE), der(0x82, group.times(9, group.base)))(sent)
        ours = command[command.index(head) + len(head) :][: group.element_bytes]
        ours = ours.lstrip(b"\0") if shortened else ours
        return der(0x7C, der(0x84, ours)) + b"\x90\x00"

    found = offer(1 if number < 3 else 2, 2, number)
    draws = [7, leading_zero(group, found.suite) if shortened and not number else 5]
    with pytest.raises(ChipProtocolError, match="our own key"):
        establish(chip, found, lambda size: draws.pop(0).to_bytes(size))
    assert len(sent) == 4, "no token was sent"


def leading_zero(group, suite):
    """A private key whose public value begins with a zero byte."""
    nonce = suite.decrypt(pace.password(MRZ, suite).key, NONCE)
    theirs = group.times(9 * 7, group.base)
    generator = group.combine(group.times(int.from_bytes(nonce), group.base), theirs)
    return next(one for one in range(2, 9000) if group.times(one, generator)[0] == 0)


def test_multiplying_by_more_than_the_order_is_the_same():
    curve = standardised(8).curve
    base = (curve.gx, curve.gy)
    for times in (curve.n + 1, 7 + 5 * curve.n, (1 << 256) - 1):
        assert elliptic.multiply(curve, times, base) == elliptic.multiply(
            curve, times % curve.n, base
        )
    with pytest.raises(ChipDataError):
        elliptic.multiply(curve, 2 * curve.n, base)


def test_mapping_evidence_that_is_trivial_proves_nothing():
    group = standardised(13)
    key = group.times(77, group.base)
    info = ChipKeyInfo(b"", spki(CURVE_OID, key), None)
    keys = MappingKeys(signed=(info,), beside=(), judged=False)
    for data, mapping_key in (
        (b"", key),
        (b"\0", key),
        (group.curve.n.to_bytes(32), key),
        (b"\2", key),
        (b"\1", b""),
    ):
        proof = proofs.mapping(MappingEvidence(group, data, mapping_key), "PACE", keys)
        assert proof.result is ProofResult.FAILED
    honest = MappingEvidence(group, b"\5", group.times(5, key))
    assert proofs.mapping(honest, "PACE", keys).result is ProofResult.PASSED
    beside = MappingKeys(signed=(), beside=(info,), judged=False)
    assert proofs.mapping(honest, "PACE", beside).result is ProofResult.NOT_DONE


CURVE_OID = der(6, bytes.fromhex("2A8648CE3D0201")) + der(6, bytes.fromhex("2B2403030208010107"))


@pytest.mark.parametrize("public", SPELT.values(), ids=SPELT)
def test_key_of_chip_authentication_that_is_no_point_proves_nothing(public):
    info = ChipKeyInfo(security_infos.PUBLIC_KEY + b"\x02", spki(CURVE_OID, public), None)
    infos = security_infos.SecurityInfos(keys=(info,))
    outcome = proofs.chip_authentication(card(), infos, lambda size: b"\5" * size)
    assert outcome.proof.result in {ProofResult.FAILED, ProofResult.NOT_DONE}


def test_chip_that_says_yes_to_everything_proves_nothing():
    key = standardised(13).times(77, standardised(13).base)
    info = ChipKeyInfo(security_infos.PUBLIC_KEY + b"\x02", spki(CURVE_OID, key), None)
    infos = security_infos.SecurityInfos(keys=(info,))
    assert chip_auth.choose(infos).suite is BY_NUMBER[1]
    for answer in (b"\x90\x00", der(0x99, b"\x90\x00") + b"\x90\x00", b"\x69\x88"):
        outcome = proofs.chip_authentication(card(answer), infos, lambda size: b"\5" * size)
        assert outcome.proof.result is ProofResult.FAILED


def test_unusual_keys_are_unsupported_and_no_forgery():
    with pytest.raises(UnsupportedChipError):
        parse(spki(RSA_OID, sequence(integer((1 << 511) | 1), integer(3))))
