"""Passive authentication of what a virtual issuer signed, with other cryptography than ours."""

import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.chip import certificates, passive_auth, sod
from drivers.chip.csca import CscaStore, keep_revocations
from drivers.chip.errors import ChipDataError
from drivers.chip.passive_result import Found, GroupResult, Question, SignedAt, Verdict
from drivers.chip.simulated_certificates import Authority, Subject, Validity
from drivers.chip.simulated_cms import Signer
from drivers.chip.simulated_der import der, integer, octets, oid, sequence, set_of, tagged
from drivers.chip.simulated_issuer import LDS_SECURITY_OBJECT, State, make_issuer, master_list
from drivers.chip.simulated_keys import EcKey, RsaKey, digest, digest_algorithm

START = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LINES = b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"
DG1 = der(0x61, der(0x5F1F, LINES))
FILES = {1: DG1, 2: b"two", 14: b"fourteen"}
ISSUER = make_issuer(State(), START)
OTHER = make_issuer(State("FRA", "FR"), START)
SOD = ISSUER.sod(FILES, SIGNED)


def store(*issuers):
    return CscaStore.of(certificates.parse(one.csca.encoded) for one in issuers)


TRUSTED = store(ISSUER, OTHER)


def check(data, files=FILES, trusted=TRUSTED, at=NOW):
    return passive_auth.check(data, files, trusted, at)


def seal(signer, content, kind=LDS_SECURITY_OBJECT, at=SIGNED, others=()):
    return der(0x77, signer.seal(kind, content, at, others))


def content(hashes=None, version=0, name="sha256"):
    hashes = FILES if hashes is None else hashes
    listed = [sequence(integer(n), octets(digest(name, data))) for n, data in hashes.items()]
    return sequence(integer(version), digest_algorithm(name), sequence(*listed))


def test_what_a_trusted_state_signed_is_valid_and_says_by_whom():
    result = check(SOD)
    assert result.verdict is Verdict.VALID
    assert (result.issuing_state, result.signer_country, result.csca_country) == ("UTO", "UT", "UT")
    assert result.signed_at == SIGNED
    assert result.signed_at_from is SignedAt.ATTRIBUTE
    assert result.signer_id == certificates.parse(ISSUER.signer.certificate.encoded).sha256
    assert result.csca_id == certificates.parse(ISSUER.csca.encoded).sha256
    assert set(result.groups.values()) == {GroupResult.MATCHES}
    assert result.found(Question.REVOCATION) is Found.NOT_DONE
    assert result.algorithm == "ECDSA sha256, secp256r1"


def test_without_its_authority_the_issuer_is_unknown_and_nothing_is_valid_by_default():
    for trusted in (CscaStore.of(()), store(OTHER)):
        result = check(SOD, trusted=trusted)
        assert result.verdict is Verdict.ISSUER_UNKNOWN
        assert "UT, Virtual documents, CSCA" in result.reason
    assert check(b"").verdict is Verdict.UNPARSABLE


def test_each_data_group_that_was_changed_is_named():
    for number in FILES:
        result = check(SOD, {**FILES, number: b"changed"})
        assert result.verdict is Verdict.BAD_DIGEST
        assert result.reason == f"DG{number} differs from what was signed."
        assert result.groups[number] is GroupResult.DIFFERS


def test_a_group_that_was_read_and_is_not_signed_is_no_genuine_data():
    result = check(SOD, {**FILES, 15: b"a key that somebody added"})
    assert (result.verdict, result.groups[15]) == (Verdict.BAD_DIGEST, GroupResult.NOT_SIGNED)


def test_groups_that_were_not_read_are_said_and_do_no_harm():
    result = check(SOD, {1: DG1})
    assert result.verdict is Verdict.VALID
    assert result.groups[2] is result.groups[14] is GroupResult.NOT_READ
    assert check(SOD, {}).found(Question.GROUPS) is Found.NOT_APPLICABLE


def test_a_validly_signed_object_of_another_state_does_not_fit_its_zone():
    result = check(OTHER.sod(FILES, SIGNED))
    assert result.found(Question.CHAIN) is Found.PASSED
    assert result.verdict is Verdict.BAD_SIGNATURE
    assert "a document of another state" in result.reason


@pytest.mark.parametrize(
    ("state", "country", "verdict"),
    [
        (b"D<<", "de", Verdict.VALID),
        (b"GBD", "GB", Verdict.VALID),
        (b"RKS", "KS", Verdict.VALID),
        (b"HKG", "CN", Verdict.VALID),
        (b"FRA", "DE", Verdict.BAD_SIGNATURE),
        (b"QQQ", "QQ", Verdict.NOT_DONE),
        (b"<<<", "DE", Verdict.NOT_DONE),
    ],
)
def test_the_states_of_zone_and_certificates_are_compared_by_both_codes(state, country, verdict):
    issuer = make_issuer(State("XYZ", country), START)
    dg1 = DG1.replace(b"P<UTO", b"P<" + state)
    result = check(issuer.sod({1: dg1}, SIGNED), {1: dg1}, store(issuer))
    assert result.verdict is verdict, result.reason


def test_signer_and_authority_of_two_countries_do_not_agree():
    subject = Subject("FR", "FRA", "Document signer")
    key = ISSUER.signer.key
    period = Validity(START, START + timedelta(days=3000))
    made = ISSUER.authority.certify(subject, key, 7, period)
    result = check(replace(ISSUER, signer=Signer(made, key)).sod(FILES, SIGNED), {})
    assert result.verdict is Verdict.BAD_SIGNATURE
    assert result.reason == "the document signer is of FR, its authority of UT."


@pytest.fixture(scope="module")
def rsa():
    made = generate_private_key(65537, 2048).private_numbers()
    return RSA.construct((made.public_numbers.n, 65537, made.d, made.p, made.q))


@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", ["pkcs1", "pss", "pss without salt"])
def test_rsa_with_each_digest(rsa, name, kind):
    key = RsaKey(rsa, name, kind != "pkcs1", 0 if "without" in kind else 32)
    _each_way(make_issuer(State(), START, keys=(key, key)), name)


@pytest.mark.parametrize("number", [10, 11, 12, 13, 14, 15, 16, 17, 18])
@pytest.mark.parametrize("explicit", [True, False])
def test_ecdsa_on_each_curve(number, explicit):
    name = "sha512" if number > 15 else "sha1" if number == 10 else "sha256"
    key = replace(EcKey.of(number, b"any", name), explicit=explicit)
    _each_way(make_issuer(State(), START, keys=(key, key)), name)


def _each_way(issuer, name):
    """Valid; another digest's claim and another key's signature are not."""
    issuer = replace(issuer, digest_name=name)
    data = issuer.sod(FILES, SIGNED)
    assert check(data, trusted=store(issuer)).verdict is Verdict.VALID
    signature = issuer.signer.key.sign(b"something else")
    ours = check(_with_last_octets(data, signature), trusted=store(issuer))
    assert ours.verdict is Verdict.BAD_SIGNATURE


def _with_last_octets(data, value):
    """The same object with another signature, which stands last in it."""

    def rebuilt(piece):
        if piece.tag == 0x04:
            return octets(value)
        *first, last = piece.pieces()
        return der(piece.tag, *(one.whole for one in first), rebuilt(last))

    return rebuilt(sod.der.only(data, 0x77))


def test_a_forged_generator_signs_for_nobody():
    """CVE-2020-0601: the impostor's authority has the true one's name, key identifier and point."""
    impostor = ISSUER.forged(private=99)
    result = check(impostor.sod(FILES, SIGNED))
    assert result.verdict is Verdict.BAD_SIGNATURE
    assert result.found(Question.CHAIN) is Found.FAILED


def test_a_document_signer_with_a_forged_curve_is_refused():
    forged = ISSUER.signer.key.forged(private=99)
    data = replace(ISSUER, signer=Signer(ISSUER.signer.certificate, forged)).sod(FILES, SIGNED)
    assert check(data).verdict is Verdict.BAD_SIGNATURE
    made = ISSUER.authority.certify(
        Subject("UT", "UTO", "Document signer"), forged, 9, Validity(START, NOW)
    )
    signed = replace(ISSUER, signer=Signer(made, forged)).sod(FILES, SIGNED)
    result = check(signed)
    assert result.verdict is Verdict.BAD_SIGNATURE
    assert "forged" in result.reason


def test_only_a_document_signer_signs_documents():
    as_authority = Signer(ISSUER.csca, ISSUER.authority.key)
    result = check(replace(ISSUER, signer=as_authority, digest_name="sha384").sod(FILES, SIGNED))
    assert result.verdict is Verdict.BAD_SIGNATURE
    assert result.reason.endswith("is no document signer.")
    lister = Subject("UT", "UTO", "Master list signer")
    key = EcKey.of(12, b"lister")
    period = Validity(START, START + timedelta(days=3000))
    made = ISSUER.authority.certify(lister, key, 8, period, "2.23.136.1.1.3")
    result = check(replace(ISSUER, signer=Signer(made, key)).sod(FILES, SIGNED))
    assert result.found(Question.SIGNER) is Found.FAILED


def test_a_document_signer_issues_no_other():
    key = EcKey.of(12, b"third")
    below = Authority(ISSUER.signer.certificate.subject, ISSUER.signer.key)
    period = Validity(START, START + timedelta(days=3000))
    made = below.certify(Subject("UT", "UTO", "Below"), key, 8, period)
    beside = (ISSUER.signer.certificate.encoded,)
    data = seal(Signer(made, key), content(), others=beside)
    assert check(data).verdict in {Verdict.BAD_SIGNATURE, Verdict.ISSUER_UNKNOWN}
    assert check(data).found(Question.CHAIN) is not Found.PASSED


def test_the_period_counts_at_signing_and_not_today():
    short = ISSUER.with_signer(START, 1.5)
    late = NOW + timedelta(days=2000)
    assert check(short.sod(FILES, SIGNED), at=late).verdict is Verdict.VALID
    after = check(short.sod(FILES, SIGNED + timedelta(days=400)))
    assert after.verdict is Verdict.BAD_SIGNATURE
    assert "out of the document signer's period" in after.reason
    assert check(SOD, at=SIGNED - timedelta(days=1)).verdict is Verdict.BAD_SIGNATURE


def test_a_signer_issued_after_its_authority_ended_is_refused():
    late = ISSUER.with_signer(START + timedelta(days=5500), 3)
    at = START + timedelta(days=5600)
    result = check(late.sod(FILES, at), at=at)
    assert result.found(Question.CHAIN) is Found.FAILED


def _signer_info(signer, attributes, signed):
    held = [tagged(0, *attributes)] if attributes else []
    return sequence(
        integer(1),
        signer.certificate.issuer_and_serial(),
        digest_algorithm("sha256"),
        *held,
        signer.key.algorithm(),
        octets(signer.key.sign(signed)),
    )


def _object(*infos, inside=None, certificates_=None):
    inside = content() if inside is None else inside
    held = ISSUER.signer.certificate.encoded if certificates_ is None else certificates_
    signed = sequence(
        integer(3),
        set_of(digest_algorithm("sha256")),
        sequence(oid(LDS_SECURITY_OBJECT), tagged(0, octets(inside))),
        tagged(0, held),
        set_of(*infos),
    )
    return der(0x77, sequence(oid("1.2.840.113549.1.7.2"), tagged(0, signed)))


def _attributes(inside, kind=LDS_SECURITY_OBJECT):
    return [
        sequence(oid("1.2.840.113549.1.9.3"), set_of(oid(kind))),
        sequence(oid("1.2.840.113549.1.9.4"), set_of(octets(digest("sha256", inside)))),
    ]


def test_signed_attributes_are_hashed_as_they_stand_in_whatever_order():
    signer, inside = ISSUER.signer, content()
    for attributes in (_attributes(inside), _attributes(inside)[::-1]):
        signed = der(0x31, *attributes)
        result = check(_object(_signer_info(signer, attributes, signed)))
        assert result.verdict is Verdict.VALID
        assert result.signed_at_from is SignedAt.PERIOD


def test_without_signed_attributes_the_content_itself_is_what_was_signed():
    signer = ISSUER.signer
    result = check(_object(_signer_info(signer, [], content())))
    assert result.verdict is Verdict.VALID
    assert "no signed attributes" in result.notes[0]
    result = check(_object(_signer_info(signer, [], content({1: b"other"}))))
    assert result.verdict is Verdict.BAD_SIGNATURE


def test_attributes_of_another_signature_are_no_content():
    """The attributes' own bytes as content, without attributes: a signature taken over."""
    attributes = der(0x31, *_attributes(content()))
    result = check(_object(_signer_info(ISSUER.signer, [], attributes), inside=attributes))
    assert result.verdict is Verdict.UNPARSABLE


def test_two_signers_must_both_hold():
    good = _signer_info(ISSUER.signer, [], content())
    bad = _signer_info(ISSUER.signer, [], b"something else")
    assert check(_object(good, good)).verdict is Verdict.VALID
    assert check(_object(good, bad)).verdict is Verdict.BAD_SIGNATURE
    assert check(_object(bad, good)).verdict is Verdict.BAD_SIGNATURE
    assert check(_object()).verdict is Verdict.UNPARSABLE
    assert check(_object(*[good] * 5)).verdict is Verdict.UNPARSABLE


@pytest.mark.parametrize(
    "attributes",
    [
        _attributes(content())[:1],
        _attributes(content())[1:],
        _attributes(content(), "2.23.136.1.1.2"),
        _attributes(content()) + _attributes(content())[1:],
    ],
    ids=["no digest", "no type", "another type", "two digests"],
)
def test_signed_attributes_that_bind_nothing_are_wrong(attributes):
    signed = der(0x31, *attributes)
    result = check(_object(_signer_info(ISSUER.signer, attributes, signed)))
    assert result.verdict is Verdict.BAD_DIGEST
    assert "signed attributes are wrong" in result.reason


def test_without_the_signers_certificate_nothing_is_done():
    info = _signer_info(ISSUER.signer, [], content())
    assert check(_object(info, certificates_=b"")).verdict is Verdict.NOT_DONE
    unreadable = check(_object(info, certificates_=b"\x30\x03\x02\x01\x05"))
    assert unreadable.verdict is Verdict.NOT_DONE
    assert "X.509" in unreadable.reason


def test_an_algorithm_that_nobody_here_knows_is_not_done_and_not_failed():
    md5 = sequence(oid("1.2.840.113549.2.5"))
    data = SOD.replace(digest_algorithm("sha256"), md5)
    data = _relengthened(SOD, digest_algorithm("sha256"), md5)
    assert check(data).verdict is Verdict.NOT_DONE
    assert "1.2.840.113549.2.5" in check(data).reason


def _relengthened(data, old, new):
    """Every piece that is `old` replaced, lengths put right."""

    def rebuilt(piece):
        if piece.whole == old:
            return new
        if not piece.tag & 0x20 or piece.tag == 0x7F:
            return piece.whole
        return der(piece.tag, *map(rebuilt, piece.pieces()))

    return rebuilt(sod.der.only(data, 0x77))


@pytest.mark.parametrize(
    ("inside", "verdict"),
    [
        (content({17: b"a"}), Verdict.UNPARSABLE),
        (content({0: b"a"}), Verdict.UNPARSABLE),
        (content({}), Verdict.NOT_DONE),
        (content(version=2), Verdict.UNPARSABLE),
        (content().replace(integer(0), b"\x02\x01\xff", 1), Verdict.UNPARSABLE),
        (content(name="sha1"), Verdict.VALID),
        (content()[:-4], Verdict.UNPARSABLE),
        (b"", Verdict.UNPARSABLE),
    ],
)
def test_what_is_signed_must_be_hashes_of_data_groups(inside, verdict):
    result = check(seal(ISSUER.signer, inside))
    assert result.verdict is verdict
    assert result.found(Question.SIGNATURE) is Found.PASSED


def test_a_hash_of_one_group_twice_is_refused():
    twice = sequence(integer(1), octets(digest("sha256", DG1)))
    inside = sequence(integer(0), digest_algorithm("sha256"), sequence(twice, twice))
    assert check(seal(ISSUER.signer, inside)).verdict is Verdict.UNPARSABLE


def test_ten_megabytes_and_bombs_end_at_once():
    bombs = (
        der(0x77, b"\0" * 10_000_000),
        der(0x77, b"\x30\x80" * 60_000),
        der(0x77, b"\x30\x84\x7f\xff\xff\xff" * 5_000),
        SOD + b"\x01" * 100,
    )
    begun_s = time.process_time()
    assert {check(one).verdict for one in bombs} == {Verdict.UNPARSABLE}
    assert time.process_time() - begun_s < 1


def test_padding_behind_the_object_is_left_aside():
    assert check(SOD + b"\0" * 40).verdict is Verdict.VALID


def test_several_authorities_of_one_name_are_tried_until_a_key_fits():
    rest = [make_issuer(State(), START, seed=str(number)) for number in range(2)]
    assert check(SOD, trusted=store(*rest, ISSUER)).verdict is Verdict.VALID
    assert check(SOD, trusted=store(*rest)).verdict is Verdict.ISSUER_UNKNOWN


def test_a_link_certificate_leads_from_the_new_key_to_the_old():
    new_key = EcKey.of(15, b"new csca", "sha384")
    new = Authority(ISSUER.authority.subject, new_key)
    period = Validity(START, START + timedelta(days=4000))
    link = ISSUER.authority.certify(ISSUER.authority.subject, new_key, 3, period)
    signer = Subject("UT", "UTO", "Document signer 2")
    made = new.certify(signer, ISSUER.signer.key, 4, period)
    data = seal(Signer(made, ISSUER.signer.key), content(), others=(link.encoded,))
    assert check(data).verdict is Verdict.VALID
    alone = seal(Signer(made, ISSUER.signer.key), content())
    assert check(alone).verdict is Verdict.ISSUER_UNKNOWN
    known = CscaStore.of([*TRUSTED.each(), certificates.parse(link.encoded)])
    assert check(alone, trusted=known).verdict is Verdict.VALID


def test_many_certificates_that_vouch_for_one_another_take_no_time():
    key = ISSUER.signer.key
    ring = Authority(Subject("UT", "UTO", "Ring"), key)
    period = Validity(START, START + timedelta(days=3000))
    own = tuple(ring.certify(ring.subject, key, n, period).encoded for n in range(8))
    made = ring.certify(Subject("UT", "UTO", "Leaf"), key, 99, period)
    data = seal(Signer(made, key), content(), others=own)
    begun_s = time.process_time()
    assert check(data).verdict is Verdict.ISSUER_UNKNOWN
    assert time.process_time() - begun_s < 1


def test_a_revoked_signer_is_refused_and_an_old_list_decides_nothing(tmp_path):
    TRUSTED.save(tmp_path)
    authority = certificates.parse(ISSUER.csca.encoded)
    kept = CscaStore.open(tmp_path)
    assert check(SOD, trusted=kept).found(Question.REVOCATION) is Found.NOT_DONE
    for listed, at, found in (
        (ISSUER.revocation_list(NOW - timedelta(days=9)), NOW, Found.FAILED),
        (_revoking(ISSUER, (12345,)), NOW, Found.PASSED),
        (_revoking(ISSUER, ()), NOW, Found.PASSED),
        (_revoking(ISSUER, (12345,)), NOW + timedelta(days=900), Found.NOT_DONE),
        (_revoking(OTHER, (ISSUER.signer.certificate.serial,)), NOW, Found.NOT_DONE),
    ):
        keep_revocations(tmp_path, listed, authority.subject_print)
        result = check(SOD, trusted=kept, at=at)
        assert result.found(Question.REVOCATION) is found
        assert (result.verdict is Verdict.VALID) == (found is not Found.FAILED)


def _revoking(issuer, serials):
    return issuer.authority.revoke(serials, NOW - timedelta(days=9), NOW + timedelta(days=90))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whatever_byte_is_changed_only_what_is_signed_is_ever_valid():
    signed, csca_id = sod.parse(SOD).hashes, check(SOD).csca_id
    verdicts = set()
    for at in range(len(SOD)):
        changed = SOD[:at] + bytes((SOD[at] ^ (0x80 if at % 2 else 0x01),)) + SOD[at + 1 :]
        result = check(changed)
        verdicts.add(result.verdict)
        if result.verdict is Verdict.VALID:
            assert sod.parse(changed).hashes == signed
            assert result.csca_id == csca_id
    assert verdicts == set(Verdict)


def test_a_signers_name_that_is_no_name_is_unparsable():
    name = ISSUER.signer.certificate.issuer.name()
    at = SOD.rindex(name) + 1
    changed = SOD[:at] + bytes((SOD[at] ^ 1,)) + SOD[at + 1 :]
    assert check(changed).verdict is Verdict.UNPARSABLE
    attribute = SOD.rindex(name) + 3
    changed = SOD[:attribute] + bytes((SOD[attribute] ^ 1,)) + SOD[attribute + 1 :]
    assert check(changed).verdict is Verdict.UNPARSABLE


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, len(SOD) - 1))
def test_a_cut_object_is_unparsable(cut):
    assert check(SOD[:cut]).verdict is Verdict.UNPARSABLE
    with pytest.raises(ChipDataError):
        sod.signed_groups(SOD[:cut])


def test_openssl_agrees_on_what_is_valid_and_what_is_not(tmp_path):
    ca = tmp_path / "csca.pem"
    words = ["openssl", "x509", "-inform", "DER"]
    pem = subprocess.run(words, input=ISSUER.csca.encoded, capture_output=True, check=True)
    ca.write_bytes(pem.stdout)
    changed = SOD.replace(digest("sha256", b"two"), digest("sha256", b"too"))
    for data, good in ((SOD, True), (changed, False), (OTHER.sod(FILES, SIGNED), False)):
        words = ["openssl", "cms", "-verify", "-inform", "DER", "-CAfile", ca, "-purpose", "any"]
        words += ["-binary", "-out", tmp_path / "content"]
        inner = sod.der.only(data, 0x77).value
        judged = subprocess.run(words, input=inner, capture_output=True, check=False)
        assert (judged.returncode == 0) is good
        assert (check(data, {}, store(ISSUER)).verdict is Verdict.VALID) is good


def test_a_master_lists_signature_is_no_documents():
    listed = master_list(ISSUER, (ISSUER, OTHER), SIGNED)
    assert check(der(0x77, listed)).verdict is Verdict.BAD_SIGNATURE


def test_card_security_is_judged_by_the_same_chain():
    infos = set_of(sequence(oid("0.4.0.127.0.7.2.2.1.2")))
    good = ISSUER.card_security(infos, SIGNED)

    def judge(data, trusted=TRUSTED):
        return passive_auth.check_card_security(data, trusted, NOW).verdict

    assert judge(good) is Verdict.VALID
    assert judge(good, store(OTHER)) is Verdict.ISSUER_UNKNOWN
    assert judge(good[:-1] + bytes((good[-1] ^ 1,))) is Verdict.BAD_SIGNATURE
    assert judge(SOD[4:]) is Verdict.UNPARSABLE
    assert judge(b"") is Verdict.UNPARSABLE
    assert check(der(0x77, good)).verdict is Verdict.UNPARSABLE
