"""Named curves: their numbers, explicit parameters against them, and ECDSA worked out by hand."""

import hashlib
import subprocess
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from drivers.chip import curves, der, elliptic, keys
from drivers.chip.curves import Explicit, ForgedCurveError
from drivers.chip.errors import ChipDataError, NotJudgedError
from drivers.chip.simulated_domains import CURVES
from drivers.chip.simulated_keys import EcKey as SimulatedKey

P256 = "1.2.840.10045.3.1.7"
P224R1 = "1.3.36.3.3.2.8.1.1.5"


def spelt(curve, base=None, h=1):
    size = curve.bytes
    full = b"\x04" + curve.gx.to_bytes(size) + curve.gy.to_bytes(size)
    return Explicit(curve.p, curve.a, curve.b, base or full, curve.n, h)


def compressed(curve, x, y):
    return bytes((2 + y % 2,)) + x.to_bytes(curve.bytes)


@pytest.mark.parametrize("curve", curves.all_curves(), ids=lambda one: one.name)
def test_each_curve_has_the_numbers_that_openssl_has(curve):
    name = {"secp192r1": "prime192v1", "secp256r1": "prime256v1"}.get(curve.name, curve.name)
    words = ["openssl", "ecparam", "-name", name, "-param_enc", "explicit", "-outform", "DER"]
    made = subprocess.run(words, capture_output=True, check=True).stdout
    assert keys._explicit(der.only(made, der.SEQUENCE)) == spelt(curve)
    assert curves.named(spelt(curve)) is curve


@pytest.mark.parametrize("curve", curves.all_curves(), ids=lambda one: one.name)
def test_a_compressed_generator_is_the_same_generator(curve):
    assert curves.named(spelt(curve, compressed(curve, curve.gx, curve.gy))) is curve
    with pytest.raises(ForgedCurveError):
        curves.named(spelt(curve, compressed(curve, curve.gx, curve.p - curve.gy)))


@pytest.mark.parametrize("what", ["base", "n", "h"])
def test_a_named_curve_with_one_other_number_is_forged(what):
    curve = curves.by_oid(P256)
    true = spelt(curve)
    x, _ = elliptic.multiply(curve, 2, (curve.gx, curve.gy))
    other = {"base": compressed(curve, x, curve.y_of(x, odd=True)), "n": curve.n + 2, "h": 2}
    with pytest.raises(ForgedCurveError):
        curves.named(replace(true, **{what: other[what]}))


@pytest.mark.parametrize("what", ["p", "a", "b"])
def test_other_curves_are_no_named_ones(what):
    true = spelt(curves.by_oid(P256))
    assert curves.named(replace(true, **{what: getattr(true, what) + 2})) is None


def test_a_curve_without_its_cofactor_is_not_judged():
    assert curves.named(spelt(curves.by_oid(P256), h=None)) is None


def test_the_generator_of_cve_2020_0601_makes_no_key():
    """An attacker's key with another's public point: only the generator tells them apart."""
    real = SimulatedKey.of(12, b"real")
    forged = real.forged(private=7)
    assert forged.public_bits() == real.public_bits()
    assert keys.parse(real.public_key_info()).curve.oid == P256
    with pytest.raises(ForgedCurveError):
        keys.parse(forged.public_key_info())


@pytest.mark.parametrize("number", sorted(CURVES))
def test_a_key_on_a_curve_by_name_or_by_its_numbers_is_one_key(number):
    named = SimulatedKey.of(number, b"key")
    ours = keys.parse(named.public_key_info())
    by_numbers = keys.parse(replace(named, explicit=True).public_key_info())
    assert (ours.curve, ours.point) == (by_numbers.curve, by_numbers.point)
    assert by_numbers.explicit
    assert "explicit" in by_numbers.words


@pytest.mark.parametrize("number", sorted(CURVES))
@pytest.mark.parametrize("name", ["sha1", "sha512"])
def test_a_signature_worked_out_by_hand(number, name):
    made = SimulatedKey.of(number, b"key", name)
    r, s = (der.integer(one) for one in der.only(made.sign(b"data"), der.SEQUENCE).pieces())
    key = keys.parse(made.public_key_info())
    digest = hashlib.new(name, b"data").digest()
    other = hashlib.new(name, b"date").digest()
    assert curves.verify(key.curve, key.point, digest, r, s)
    assert not curves.verify(key.curve, key.point, other, r, s)
    assert not curves.verify(key.curve, key.point, digest, s, r)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.BrainpoolP384R1(), ec.SECP521R1()])
def test_a_signature_of_cryptography_holds_by_hand_too(curve):
    private = ec.generate_private_key(curve)
    ours = next(one for one in curves.all_curves() if one.name.lower() == curve.name.lower())
    public = private.public_key().public_numbers()
    r, s = decode_dss_signature(private.sign(b"data", ec.ECDSA(hashes.SHA256())))
    digest = hashlib.sha256(b"data").digest()
    assert curves.verify(ours, (public.x, public.y), digest, r, s)


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0), (-1, 1), (0, 0)])
def test_numbers_outside_the_group_are_no_signature(numbers):
    curve = curves.by_oid(P224R1)
    r, s = (number % curve.n + (curve.n if number < 0 else 0) for number in numbers)
    assert not curves.verify(curve, (curve.gx, curve.gy), b"\x01" * 20, r, s)


@pytest.mark.parametrize(
    "encoded", [b"", b"\0", b"\x04", b"\x04" + b"\0" * 64, b"\x02" + b"\xff" * 32, b"\x05" * 33]
)
def test_what_is_no_point_is_refused(encoded):
    with pytest.raises(ChipDataError):
        curves.point(curves.by_oid(P256), encoded)


def test_a_key_of_unusual_size_or_kind_is_not_judged():
    def rsa(n, e):
        pair = _sequence(_integer(n), _integer(e))
        kind = _sequence(bytes.fromhex("06092a864886f70d010101"), b"\x05\0")
        return _sequence(kind, _tlv(3, b"\0" + pair))

    assert keys.parse(rsa((1 << 2047) + 1, 65537)).words == "RSA 2048"
    for n, e in (((1 << 511) + 1, 3), ((1 << 20_000) + 1, 3), ((1 << 2047) + 1, 1 << 200)):
        with pytest.raises(NotJudgedError):
            keys.parse(rsa(n, e))
    with pytest.raises(NotJudgedError):
        keys.parse(_sequence(_sequence(bytes.fromhex("06032b656e")), _tlv(3, b"\0" + b"k" * 32)))


def _tlv(tag, value):
    size = len(value)
    length = bytes((size,)) if size < 128 else b"\x83" + size.to_bytes(3)
    return bytes((tag,)) + length + value


def _sequence(*values):
    return _tlv(0x30, b"".join(values))


def _integer(number):
    return _tlv(2, number.to_bytes(number.bit_length() // 8 + 1))
