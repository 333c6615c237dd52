"""Signature algorithms: what they mean, what they forbid, and what nobody here can judge."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pss
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from drivers.chip import certificates, keys, passive_auth, signatures
from drivers.chip.csca import CscaStore
from drivers.chip.errors import ChipDataError, NotJudgedError
from drivers.chip.passive_result import Found, Question, Verdict
from drivers.chip.signatures import Scheme
from drivers.chip.simulated_der import bits, der, integer, null, octets, oid, sequence, tagged
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_keys import EcKey, RsaKey

RSA_PSS, SHA1, SHA256_OID = "1.2.840.113549.1.1.10", "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1"
START, NOW = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def rsa():
    made = generate_private_key(65537, 2048).private_numbers()
    return RSA.construct((made.public_numbers.n, 65537, made.d, made.p, made.q))


def pss_algorithm(digest=SHA256_OID, mask="1.2.840.113549.1.1.8", salt=32, trailer=1):
    hashed = sequence(oid(digest))
    return sequence(
        oid(RSA_PSS),
        sequence(
            tagged(0, hashed),
            tagged(1, sequence(oid(mask), hashed)),
            tagged(2, integer(salt)),
            tagged(3, integer(trailer)),
        ),
    )


@pytest.mark.parametrize("number", [11, 12, 13, 18])
@pytest.mark.parametrize(
    ("arc", "name"), [(1, "sha1"), (2, "sha224"), (3, "sha256"), (5, "sha512")]
)
def test_the_plain_format_of_ecdsa(number, arc, name):
    made = EcKey.of(number, b"key", name)
    how = signatures.scheme(sequence(oid(f"0.4.0.127.0.7.1.1.4.1.{arc}")))
    key = keys.parse(made.public_key_info())
    assert signatures.holds(key, how, made.plain(b"data"), b"data")
    assert not signatures.holds(key, how, made.plain(b"date"), b"data")
    for broken in (b"", made.plain(b"data")[:-1], made.sign(b"data")):
        assert not signatures.holds(key, how, broken, b"data")


def test_an_ecdsa_signature_whose_zeros_are_missing_or_too_many_is_the_same_two_numbers():
    made = EcKey.of(12, b"key")
    key, how = keys.parse(made.public_key_info()), signatures.scheme(made.algorithm())
    size = made.curve.scalar_bytes
    half = made.plain(b"data")[:size], made.plain(b"data")[size:]
    for spelt in (half, [b"\0\0" + one for one in half]):
        loose = sequence(*(der(0x02, one) for one in spelt))
        assert signatures.holds(key, how, loose, b"data")
    assert not signatures.holds(key, how, sequence(integer(1)), b"data")
    assert not signatures.holds(key, how, b"\x30\x05", b"data")


def test_an_algorithm_without_digest_takes_the_one_beside_it(rsa):
    for made, name in ((RsaKey(rsa), keys.RSA), (EcKey.of(12, b"key"), keys.EC)):
        how = signatures.scheme(sequence(oid(name)), "sha256")
        key = keys.parse(made.public_key_info())
        assert signatures.holds(key, how, made.sign(b"data"), b"data")
        with pytest.raises(NotJudgedError):
            signatures.scheme(sequence(oid(name)))


def test_pss_without_parameters_is_sha1_with_twenty_bytes_of_salt():
    assert signatures.scheme(sequence(oid(RSA_PSS))) == Scheme("RSA PSS", "sha1", "sha1", 20)
    explicit = signatures.scheme(sequence(oid(RSA_PSS), sequence()))
    assert explicit == Scheme("RSA PSS", "sha1", "sha1", 20)


@pytest.mark.parametrize(
    "algorithm",
    [
        pss_algorithm(mask="1.2.3.4"),
        pss_algorithm(trailer=2),
        pss_algorithm(salt=5000),
        pss_algorithm(digest="1.2.840.113549.2.5"),
        sequence(oid("1.2.840.113549.1.1.4")),
        sequence(),
    ],
)
def test_what_is_unknown_is_not_judged(algorithm):
    with pytest.raises(ChipDataError):
        signatures.scheme(algorithm, "sha256")


def test_salt_and_mask_are_the_ones_that_are_stated(rsa):
    key, made = keys.parse(RsaKey(rsa).public_key_info()), pss.new(rsa, salt_bytes=20)
    signature = made.sign(SHA256.new(b"data"))
    assert signatures.holds(key, Scheme("RSA PSS", "sha256", "sha256", 20), signature, b"data")
    for other in (
        Scheme("RSA PSS", "sha256", "sha256", 32),
        Scheme("RSA PSS", "sha256", "sha1", 20),
        Scheme("RSA PKCS1", "sha256"),
    ):
        assert not signatures.holds(key, other, signature, b"data")


def test_a_key_for_pss_with_one_digest_signs_nothing_else(rsa):
    info = sequence(pss_algorithm(salt=20), bits(RsaKey(rsa).public_bits()))
    free = sequence(sequence(oid(RSA_PSS)), bits(RsaKey(rsa).public_bits()))
    signature = pss.new(rsa, salt_bytes=20).sign(SHA256.new(b"data"))
    how = Scheme("RSA PSS", "sha256", "sha256", 20)
    assert signatures.holds(keys.parse(info), how, signature, b"data")
    assert signatures.holds(keys.parse(free), how, signature, b"data")
    with pytest.raises(ChipDataError, match="a key for RSA PSS"):
        signatures.holds(keys.parse(info), replace(how, digest="sha1"), signature, b"data")


def test_a_key_of_one_kind_holds_no_signature_of_another(rsa):
    elliptic, other = EcKey.of(12, b"key"), RsaKey(rsa)
    for key, made in ((elliptic, other), (other, elliptic)):
        parsed = keys.parse(key.public_key_info())
        how = signatures.scheme(made.algorithm())
        assert not signatures.holds(parsed, how, made.sign(b"data"), b"data")


def test_keys_that_are_none_are_errors_of_data(rsa):
    kind = sequence(oid(keys.RSA), null())
    for broken in (
        sequence(kind),
        sequence(sequence(), bits(b"x")),
        sequence(kind, octets(b"x")),
        sequence(kind, bits(sequence(integer(5)))),
        sequence(sequence(oid(keys.EC)), bits(b"\x04")),
        sequence(sequence(oid(keys.EC), oid("1.2.3")), bits(b"\x04")),
        sequence(sequence(oid(keys.EC), sequence(integer(1))), bits(b"\x04")),
        sequence(sequence(oid(keys.EC), sequence(bytes(5000))), bits(b"\x04")),
    ):
        with pytest.raises(ChipDataError):
            keys.parse(broken)


def test_an_object_of_indefinite_lengths_is_read_and_what_was_signed_stays():
    issuer = make_issuer(State(), START)
    info = issuer.sod({1: b"one"}, NOW)[4:]
    loose = _loosened(info, 6)
    assert loose[:2] == b"\x30\x80"
    assert loose != info
    trusted = CscaStore.of([certificates.parse(issuer.csca.encoded)])
    assert passive_auth.check(der(0x77, loose), {}, trusted, NOW).verdict is Verdict.VALID


def _loosened(data, depth):
    """Indefinite lengths down to the content, which is cut in parts; the rest as it was."""
    piece = certificates.der.only(data, data[0])
    if piece.tag == 0x04:
        parts = octets(piece.value[:9]) + octets(piece.value[9:])
        return b"\x24\x80" + parts + b"\0\0"
    *_, last = held = piece.pieces()
    inner = held[2] if len(held) > 3 else last
    parts = [_loosened(one.whole, depth - 1) if one is inner else one.whole for one in held]
    return bytes((piece.tag, 0x80)) + b"".join(parts) + b"\0\0" if depth else data


def test_a_signer_with_a_key_of_an_unknown_curve_is_not_done():
    issuer = make_issuer(State(), START)
    strange = replace(issuer.signer.key, curve=replace(issuer.signer.key.curve, oid="1.2.3.4"))
    signed = make_issuer(State(), START, keys=(issuer.authority.key, strange))
    trusted = CscaStore.of([certificates.parse(issuer.csca.encoded)])
    result = passive_auth.check(signed.sod({1: b"one"}, NOW), {}, trusted, NOW)
    assert result.found(Question.SIGNATURE) is Found.NOT_DONE
    assert result.verdict is Verdict.NOT_DONE
    assert "1.2.3.4" in result.reason
