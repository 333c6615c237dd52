"""Active authentication and public keys: the worked example, other libraries, forgeries."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from drivers.chip import active_auth, curves, elliptic, public_keys, tlv
from drivers.chip.active_auth import Choice
from drivers.chip.domain_parameters import standardised
from drivers.chip.errors import ChipDataError, UnsupportedChipError
from drivers.chip.keys import RsaKey
from drivers.chip.public_keys import GroupKey

CHALLENGE = bytes.fromhex("F173589974BF40C6")
# Doc 9303-11, appendix F: what the signature opens to
OPENED = bytes.fromhex(
    "6A9D2784A67F8E7C659973EA1AEA25D95B6C8F91E5002F369F0FBDCE8A3CEC1991B543F1696546C5524CF23A53"
    "03CD6C98599F40B79F377B5F3A1406B3B4D8F96784D23AA88DB7E1032A405E69325FA91A6E86F5C71AEA978264"
    "C4A207446DAD4E7292E2DCDA3024B47DA8C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127BC"
)
CURVES = {
    "secp256r1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
    "brainpoolP256r1": ec.BrainpoolP256R1(),
    "brainpoolP512r1": ec.BrainpoolP512R1(),
}


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(65537, 1024)


def sign(key, opened):
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    return pow(int.from_bytes(opened), numbers.d, modulus).to_bytes(key.key_size // 8)


def dg15(public_key):
    encoded = public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return tlv.write(0x6F, encoded)


def message(digest, trailer, size=128, head=0x6A):
    nonce = bytes(range(size - 1 - len(trailer) - hashlib.new(digest).digest_size))
    digested = hashlib.new(digest, nonce + CHALLENGE).digest()
    return bytes((head,)) + nonce + digested + trailer


def test_worked_example_with_a_key_of_ours(rsa_key):
    choice = active_auth.choose(dg15(rsa_key.public_key()), None)
    assert choice.name == "AA RSA-1024"
    assert len(OPENED) == 128
    assert active_auth.verify(choice, CHALLENGE, sign(rsa_key, OPENED))
    assert not active_auth.verify(choice, bytes(8), sign(rsa_key, OPENED))
    modulus = rsa_key.public_key().public_numbers().n
    other = modulus - int.from_bytes(sign(rsa_key, OPENED))
    assert active_auth.verify(choice, CHALLENGE, other.to_bytes(128))


@pytest.mark.parametrize(
    ("digest", "trailer"),
    [("sha224", "38CC"), ("sha256", "34CC"), ("sha384", "36CC"), ("sha512", "35CC")],
)
def test_longer_digests_by_their_trailers(digest, trailer, rsa_key):
    choice = active_auth.choose(dg15(rsa_key.public_key()), None)
    good = message(digest, bytes.fromhex(trailer))
    assert active_auth.verify(choice, CHALLENGE, sign(rsa_key, good))
    for bad in (good[:-2] + b"\x39\xcc", good[:-1] + b"\xbc", b"\x4a" + good[1:], bytes(128)):
        if any(bad):
            assert not active_auth.verify(choice, CHALLENGE, sign(rsa_key, bad))


@pytest.mark.parametrize("size", [0, 64, 127, 129])
def test_signatures_of_another_length_are_no_signatures(size, rsa_key):
    choice = active_auth.choose(dg15(rsa_key.public_key()), None)
    with pytest.raises(ChipDataError):
        active_auth.verify(choice, CHALLENGE, b"\1" * size)


@pytest.mark.parametrize("name", CURVES)
def test_ecdsa_plain_and_wrapped(name):
    key = ec.generate_private_key(CURVES[name])
    choice = active_auth.choose(dg15(key.public_key()), bytes.fromhex("04007F00070101040103"))
    assert choice.name == f"AA ECDSA sha256 {name}"
    wrapped = key.sign(CHALLENGE, ec.ECDSA(hashes.SHA256()))
    size = (key.key_size + 7) // 8
    plain = b"".join(number.to_bytes(size) for number in decode_dss_signature(wrapped))
    assert active_auth.verify(choice, CHALLENGE, plain)
    assert active_auth.verify(choice, CHALLENGE, wrapped)
    assert not active_auth.verify(choice, bytes(8), plain)
    assert not active_auth.verify(choice, CHALLENGE, bytes(2 * size))
    with pytest.raises(ChipDataError):
        active_auth.verify(choice, CHALLENGE, plain[:-1])


def test_digest_is_the_curve_s_where_dg14_names_none():
    for number, digest in ((8, "sha1"), (10, "sha224"), (13, "sha256"), (16, "sha384")):
        group = standardised(number)
        info = spki("04007F00070102", tlv.write(2, bytes((number,))), group.base)
        assert active_auth.choose(tlv.write(0x6F, info), None).digest == digest
    with pytest.raises(UnsupportedChipError, match="algorithm"):
        active_auth.choose(tlv.write(0x6F, info), bytes.fromhex("04007F00070101040106"))


def spki(oid, parameters, key):
    algorithm = tlv.write(0x30, tlv.write(6, bytes.fromhex(oid)), parameters)
    return tlv.write(0x30, algorithm, tlv.write(3, b"\0" + key))


def explicit(curve, **changed):
    values = {name: getattr(curve, name) for name in ("p", "a", "b", "gx", "gy", "n")} | changed

    def number(value):
        return tlv.write(2, b"\0" + value.to_bytes(curve.bytes))

    def octets(value):
        return tlv.write(4, value.to_bytes(curve.bytes))

    field = tlv.write(0x30, tlv.write(6, bytes.fromhex("2A8648CE3D0101")), number(values["p"]))
    base = b"\4" + values["gx"].to_bytes(curve.bytes) + values["gy"].to_bytes(curve.bytes)
    return tlv.write(
        *(0x30, tlv.write(2, b"\1"), field),
        tlv.write(0x30, octets(values["a"]), octets(values["b"])),
        *(tlv.write(4, base), number(values["n"]), tlv.write(2, b"\1")),
    )


@pytest.mark.parametrize("curve", curves.all_curves(), ids=lambda curve: curve.name)
def test_explicit_parameters_are_a_name_or_nothing(curve):
    point = b"\4" + curve.gx.to_bytes(curve.bytes) + curve.gy.to_bytes(curve.bytes)
    key = public_keys.parse(spki("2A8648CE3D0201", explicit(curve), point))
    assert key == GroupKey(key.group, point)
    assert key.group.name == curve.name
    twice = elliptic.multiply(curve, 2, (curve.gx, curve.gy))
    for forged in ({"gx": twice[0], "gy": twice[1]}, {"n": curve.n - 2}, {"b": curve.b ^ 2}):
        with pytest.raises(ChipDataError):
            public_keys.parse(spki("2A8648CE3D0201", explicit(curve, **forged), point))


def test_diffie_hellman_keys_by_their_field():
    for number in range(3):
        group = standardised(number)
        parts = (group.p, group.g, group.q)
        numbers = b"".join(tlv.write(2, b"\0" + one.to_bytes(256)) for one in parts)
        element = tlv.write(2, b"\0" + group.base)
        for oid in ("2A8648CE3E0201", "2A864886F70D010301"):
            key = public_keys.parse(spki(oid, tlv.write(0x30, numbers), element))
            assert key == GroupKey(group, group.base)
    weak = tlv.write(2, b"\x17") + tlv.write(2, b"\x05")
    with pytest.raises(UnsupportedChipError, match="no standard"):
        public_keys.parse(spki("2A8648CE3E0201", tlv.write(0x30, weak), element))


@pytest.mark.parametrize("element", ["01", "00", "FF" * 128, "02"])
def test_elements_outside_the_group_are_refused(element):
    group = standardised(0)
    with pytest.raises(ChipDataError):
        group.times(5, bytes.fromhex(element).rjust(128, b"\0"))


@pytest.mark.parametrize(
    "info",
    [
        b"",
        b"\x30\x00",
        spki("2A864886F70D010101", b"", tlv.write(0x30, b"\x02\x01\x80\x02\x01\x03")),
        spki("2A864886F70D010101", b"", tlv.write(0x30, b"\x02\x02\x01\x00\x02\x01\x03")),
        spki("2A8648CE3D0201", b"\x05\x00", b"\4"),
        spki("2A8648CE3D0201", tlv.write(6, b"\x2a"), b"\4"),
        spki("2B6570", b"", bytes(32)),
    ],
)
def test_keys_that_are_none(info):
    with pytest.raises(ChipDataError):
        public_keys.parse(info)


def test_choice_knows_its_length():
    assert Choice(RsaKey(1 << 2047 | 1, 3), "").signature_bytes == 256
    assert Choice(GroupKey(standardised(18), b""), "sha512").signature_bytes == 132


@pytest.mark.parametrize("curve", curves.all_curves(), ids=lambda curve: curve.name)
def test_arithmetic_keeps_the_laws_of_the_group(curve):
    base = (curve.gx, curve.gy)
    assert elliptic.multiply(curve, 1, base) == base
    five = elliptic.multiply(curve, 5, base)
    assert elliptic.add(curve, five, base) == elliptic.multiply(curve, 6, base)
    assert elliptic.add(curve, base, base) == elliptic.multiply(curve, 2, base)
    assert elliptic.multiply(curve, curve.n - 1, base) == (curve.gx, curve.p - curve.gy)
    with pytest.raises(ChipDataError, match="infinity"):
        elliptic.multiply(curve, curve.n, base)
    with pytest.raises(ChipDataError, match="infinity"):
        elliptic.add(curve, base, (curve.gx, curve.p - curve.gy))
