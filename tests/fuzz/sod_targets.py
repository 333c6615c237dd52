"""What the fuzzer does with an input: EF.SOD, its envelope, a part of it, or a certificate.

Needs asn1crypto and cryptography beside atheris. The seeds are made here, byte by byte, and signed
by nobody; real files laid into the corpus folder (first byte 00) lead further.
"""

from collections.abc import Callable
from contextlib import suppress

from drivers.chip import certificates, cms, sod
from drivers.chip.errors import ChipDataError
from drivers.chip.tlv import write

SHA256 = bytes.fromhex("0609608648016503040201")
ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")
RSA = bytes.fromhex("06092a864886f70d0101010500")
P256 = bytes.fromhex("06072a8648ce3d020106082a8648ce3d030107")
POINT = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
SECURITY_OBJECT = bytes.fromhex("0606678108010101")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_TIME = bytes.fromhex("06092a864886f70d010905")


def sequence(*parts: bytes) -> bytes:
    return write(0x30, *parts)


def _file(data: bytes) -> None:
    _judge(sod.signed_data(data))
    sod.parse(data)


def _envelope(data: bytes) -> None:
    _judge(cms.parse(data))


def _object(data: bytes) -> None:
    sod.parse(write(0x77, _signed(data, _signer())))


def _signers(data: bytes) -> None:
    _judge(cms.parse(_signed(_hashes(), data)))


def _attributes(data: bytes) -> None:
    _judge(cms.parse(_signed(_hashes(), _signer(data))))


def _certificate(data: bytes) -> None:
    """Also its names, which are read when they are asked for."""
    found = certificates.parse(data)
    with suppress(ChipDataError):
        assert len(found.country) in {0, 2}
        repr((found, found.words, found.issuer_words, found.issues_itself, found.sha256))
    found.valid_at(found.not_before)
    assert found.rights.signs_certificates in {True, False}
    assert found.rights.signs_documents in {True, False}


def _judge(signed: cms.SignedData) -> None:
    """What passive authentication asks of an envelope, but for the signature's arithmetic."""
    for signer in signed.signers:
        certificate = signed.certificate_of(signer)
        for ask in (
            lambda signer=signer: signer.signed_at,
            lambda signer=signer: cms.digest_matches(signed, signer),
            lambda signer=signer, one=certificate: one and one.country,
        ):
            with suppress(ChipDataError):
                ask()
    sod.of(signed)


KINDS: tuple[Callable[[bytes], None], ...] = (
    _file,
    _envelope,
    _object,
    _signers,
    _attributes,
    _certificate,
)


def one(data: bytes) -> None:
    """One input."""
    if data:
        with suppress(ChipDataError):
            KINDS[data[0] % len(KINDS)](data[1:])


# ---- what the fuzzer starts from --------------------------------------------------------------


def seeds() -> list[bytes]:
    """Every part, whole, for every kind."""
    whole = _signed(_hashes(), _signer())
    by_key = _signed(_hashes(version=1), _signer(by_key=True))
    parts = (
        write(0x77, whole),
        write(0x77, by_key) + b"\0\0",
        whole,
        _hashes(),
        _hashes(version=1),
        _signer(),
        _signer(by_key=True),
        _attributes_of(b"\x17\x0d080101120000Z"),
        _attributes_of(write(0x18, b"20080101120000Z")),
        _x509(),
        _x509(_explicit_key()),
        _x509(_rsa_key()),
        _x509(extensions=_extensions()),
        _endless(whole),
        write(0x77, _endless(whole)),
        _signed(_hashes(groups=()), _signer()),
        _signed(_hashes(groups=(17,)), _signer()),
        _signed(_hashes(groups=(2, 2)), _signer()),
        _signed(_hashes(size=20), _signer()),
        _signed(_hashes(version=2), _signer()),
        _signed(sequence(), _signer()),
        _signed(_hashes(), _signer(_attributes_of() + _attributes_of())),
        _signed(_hashes(), _signer(sequence(CONTENT_TYPE))),
        _signed(_hashes(), _signer(write(0x31))),
        _signed(_hashes(), b""),
        write(0x24, write(4, b"1"), write(4, b"2")),
    )
    return [bytes([kind]) + part for kind in range(len(KINDS)) for part in parts]


def _endless(envelope: bytes) -> bytes:
    """The same with the indefinite length, as BER allows and some issuers write."""
    kind, rest = envelope[4:15], envelope[19:]
    return b"\x30\x80" + kind + b"\xa0\x80" + rest + b"\0\0\0\0"


def _hashes(version: int = 0, groups: tuple[int, ...] = (1, 2, 15), size: int = 32) -> bytes:
    pairs = (sequence(bytes([2, 1, group]), write(4, bytes(size))) for group in groups)
    versions = sequence(write(0x13, b"0108"), write(0x13, b"060000")) if version else b""
    return sequence(bytes([2, 1, version]), sequence(SHA256), sequence(*pairs), versions)


def _signed(content: bytes, signers: bytes) -> bytes:
    inside = sequence(SECURITY_OBJECT, write(0xA0, write(4, content)))
    parts = (b"\2\1\3", write(0x31, sequence(SHA256)), inside, write(0xA0, _x509()))
    return sequence(SIGNED_DATA, write(0xA0, sequence(*parts, write(0x31, signers))))


def _signer(attributes: bytes | None = None, by_key: bool = False) -> bytes:
    named = write(0x80, bytes(20)) if by_key else sequence(_name(), b"\2\1\1")
    held = write(0xA0, _attributes_of() if attributes is None else attributes)
    signature = write(4, sequence(b"\2\1\1\2\1\1"))
    return sequence(b"\2\1\1", named, sequence(SHA256), held, sequence(ECDSA_SHA256), signature)


def _attributes_of(at: bytes = b"") -> bytes:
    kind = sequence(CONTENT_TYPE, write(0x31, SECURITY_OBJECT))
    digest = sequence(MESSAGE_DIGEST, write(0x31, write(4, bytes(32))))
    return kind + digest + (sequence(SIGNING_TIME, write(0x31, at)) if at else b"")


def _name() -> bytes:
    return sequence(write(0x31, sequence(bytes.fromhex("0603550406"), write(0x13, b"UT"))))


def _x509(key: bytes | None = None, extensions: bytes = b"") -> bytes:
    period = sequence(write(0x17, b"080101000000Z"), write(0x17, b"180101000000Z"))
    named = sequence(sequence(P256), write(3, b"\0" + POINT))
    algorithm = sequence(ECDSA_SHA256)
    tail = (_name(), period, _name(), key or named)
    body = sequence(write(0xA0, b"\2\1\2"), b"\2\1\1", algorithm, *tail, extensions)
    return sequence(body, algorithm, write(3, b"\0" + sequence(b"\2\1\1\2\1\1")))


def _extensions() -> bytes:
    """Key usage, basic constraints, both key identifiers, extended usage, and an unknown one."""
    held = {
        "0f": write(3, b"\7\x80"),
        "13": sequence(b"\1\1\xff", b"\2\1\0"),
        "0e": write(4, bytes(20)),
        "23": sequence(write(0x80, bytes(20))),
        "25": sequence(bytes.fromhex("0606678108010103")),
        "7f": write(4, b""),
    }
    spelt = (
        sequence(bytes.fromhex("0603551d" + last), b"\1\1\xff", write(4, value))
        for last, value in held.items()
    )
    return write(0xA3, sequence(*spelt))


def _rsa_key() -> bytes:
    numbers = sequence(write(2, b"\0" + b"\xc5" * 64), write(2, b"\1\0\1"))
    return sequence(sequence(RSA), write(3, b"\0" + numbers))


def _explicit_key() -> bytes:
    """The curve spelt out, as many states do."""
    prime = bytes.fromhex("00ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
    field = sequence(bytes.fromhex("06072a8648ce3d0101"), write(2, prime))
    curve = sequence(write(4, bytes(32)), write(4, bytes(32)))
    explicit = sequence(b"\2\1\1", field, curve, write(4, POINT), write(2, prime), b"\2\1\1")
    return sequence(
        sequence(bytes.fromhex("06072a8648ce3d0201"), explicit), write(3, b"\0" + POINT)
    )
