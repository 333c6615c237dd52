"""Whether a signature holds: RSA PKCS #1 v1.5 and PSS, ECDSA; SHA-1 to SHA-512.

`cryptography` does what it can do; ECDSA on curves that it lacks is worked out in `curves`.
Sources: RFC 8017, RFC 4055, RFC 5754, RFC 5758, BSI TR-03111, 5.2 (plain format).
"""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from drivers.chip import curves, der
from drivers.chip.asn1 import algos, reading
from drivers.chip.errors import ChipDataError, NotJudgedError, TlvError
from drivers.chip.keys import EC, RSA, RSA_PSS, EcKey, PublicKey, RsaKey

DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - documents of that age are in use; see the page
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_PKCS1, _PSS, _ECDSA, _PLAIN = "RSA PKCS1", "RSA PSS", "ECDSA", "ECDSA plain"
_SCHEMES = {
    "1.2.840.113549.1.1.5": (_PKCS1, "sha1"),
    "1.3.14.3.2.29": (_PKCS1, "sha1"),
    "1.2.840.113549.1.1.14": (_PKCS1, "sha224"),
    "1.2.840.113549.1.1.11": (_PKCS1, "sha256"),
    "1.2.840.113549.1.1.12": (_PKCS1, "sha384"),
    "1.2.840.113549.1.1.13": (_PKCS1, "sha512"),
    "1.2.840.10045.4.1": (_ECDSA, "sha1"),
    "1.2.840.10045.4.3.1": (_ECDSA, "sha224"),
    "1.2.840.10045.4.3.2": (_ECDSA, "sha256"),
    "1.2.840.10045.4.3.3": (_ECDSA, "sha384"),
    "1.2.840.10045.4.3.4": (_ECDSA, "sha512"),
    "0.4.0.127.0.7.1.1.4.1.1": (_PLAIN, "sha1"),
    "0.4.0.127.0.7.1.1.4.1.2": (_PLAIN, "sha224"),
    "0.4.0.127.0.7.1.1.4.1.3": (_PLAIN, "sha256"),
    "0.4.0.127.0.7.1.1.4.1.4": (_PLAIN, "sha384"),
    "0.4.0.127.0.7.1.1.4.1.5": (_PLAIN, "sha512"),
}
_BY_DIGEST_BESIDE = {RSA: _PKCS1, EC: _ECDSA}
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    one.name.lower(): one
    for one in (
        ec.SECP192R1,
        ec.SECP224R1,
        ec.SECP256R1,
        ec.SECP384R1,
        ec.SECP521R1,
        ec.BrainpoolP256R1,
        ec.BrainpoolP384R1,
        ec.BrainpoolP512R1,
    )
}
MOST_SALT_BYTES = 1024
MOST_PARAMETERS_BYTES = 512


@dataclass(frozen=True, slots=True)
class Scheme:
    """How something was signed; `mask` and `salt_bytes` are of PSS alone."""

    kind: str
    digest: str
    mask: str = ""
    salt_bytes: int = 0

    @property
    def words(self) -> str:
        """For people, such as `RSA PSS sha256`."""
        return f"{self.kind} {self.digest}"


def digest_name(algorithm: bytes) -> str:
    """The digest of an encoded AlgorithmIdentifier, in hashlib's word. Raises NotJudgedError."""
    parts = der.only(algorithm, der.SEQUENCE).pieces()
    name = der.oid(parts[0]) if parts else "none"
    if name not in DIGESTS:
        raise NotJudgedError(f"digest {name}.")
    return DIGESTS[name]


def digest(name: str, data: bytes) -> bytes:
    """That digest over it."""
    return hashlib.new(name, data, usedforsecurity=False).digest()


def scheme(algorithm: bytes, digest_beside: str = "") -> Scheme:
    """What an encoded AlgorithmIdentifier means.

    `digest_beside` is what a CMS signer names beside an algorithm that names no digest. Raises
    NotJudgedError, ChipDataError.
    """
    parts = der.only(algorithm, der.SEQUENCE).pieces()
    name = der.oid(parts[0]) if parts else "none"
    if name == RSA_PSS:
        return _pss(algorithm)
    if name in _SCHEMES:
        return Scheme(*_SCHEMES[name])
    if name in _BY_DIGEST_BESIDE and digest_beside:
        return Scheme(_BY_DIGEST_BESIDE[name], digest_beside)
    raise NotJudgedError(f"signature algorithm {name}.")


def holds(key: PublicKey, how: Scheme, signature: bytes, data: bytes) -> bool:
    """Whether this is the key's signature over the data.

    Raises NotJudgedError where nothing here can tell.
    """
    digested = digest(how.digest, data)
    if isinstance(key, RsaKey):
        return _rsa_holds(key, how, signature, digested)
    return _ec_holds(key, how, signature, digested)


def _pss(algorithm: bytes) -> Scheme:
    if len(algorithm) > MOST_PARAMETERS_BYTES:
        raise NotJudgedError(f"RSASSA-PSS with parameters of {len(algorithm)} bytes.")
    with reading("parameters of RSASSA-PSS"):
        parameters = algos.SignedDigestAlgorithm.load(algorithm)["parameters"]
        if parameters.native is None:
            return Scheme(_PSS, "sha1", "sha1", 20)
        mask = parameters["mask_gen_algorithm"]
        if mask["algorithm"].native != "mgf1" or parameters["trailer_field"].native not in {
            1,
            "trailer_field_bc",
        }:
            raise NotJudgedError("RSASSA-PSS with another mask or trailer.")
        hashed = parameters["hash_algorithm"]["algorithm"].dotted
        masked = mask["parameters"]["algorithm"].dotted
        salt = parameters["salt_length"].native
    if hashed not in DIGESTS or masked not in DIGESTS or not 0 <= salt <= MOST_SALT_BYTES:
        raise NotJudgedError(f"RSASSA-PSS with {hashed}, {masked}, salt {salt}.")
    return Scheme(_PSS, DIGESTS[hashed], DIGESTS[masked], salt)


def _rsa_holds(key: RsaKey, how: Scheme, signature: bytes, digested: bytes) -> bool:
    if how.kind not in {_PKCS1, _PSS}:
        return False
    _check_restriction(key, how)
    algorithm = _HASHES[how.digest]
    filling: padding.AsymmetricPadding = padding.PKCS1v15()
    if how.kind == _PSS:
        filling = padding.PSS(padding.MGF1(_HASHES[how.mask]), how.salt_bytes)
    try:
        public = rsa.RSAPublicNumbers(key.e, key.n).public_key()
        public.verify(signature, digested, filling, Prehashed(algorithm))
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError) as error:
        raise NotJudgedError(f"{key.words}: {type(error).__name__}.") from error
    return True


def _check_restriction(key: RsaKey, how: Scheme) -> None:
    """A key for PSS signs nothing else; with parameters, with no other digest (RFC 4055, 3.3)."""
    if not key.pss:
        return
    only = _pss(key.pss)
    if (only.kind, only.digest, only.mask) != (how.kind, how.digest, how.mask):
        raise ChipDataError(f"a key for {only.words} that signed with {how.words}.")


def _ec_holds(key: EcKey, how: Scheme, signature: bytes, digested: bytes) -> bool:
    if how.kind not in {_ECDSA, _PLAIN}:
        return False
    numbers = _plain(signature) if how.kind == _PLAIN else _pair(signature)
    if numbers is None or not all(0 < number < key.curve.n for number in numbers):
        return False
    known = _CURVES.get(key.curve.name.lower())
    if known is None:
        return curves.verify(key.curve, key.point, digested, *numbers)
    try:
        public = ec.EllipticCurvePublicNumbers(*key.point, known()).public_key()
        spelt = encode_dss_signature(*numbers)
        public.verify(spelt, digested, ec.ECDSA(Prehashed(_HASHES[how.digest])))
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError):
        return curves.verify(key.curve, key.point, digested, *numbers)
    return True


def _pair(signature: bytes) -> tuple[int, int] | None:
    """The r and s of an ECDSA-Sig-Value."""
    try:
        parts = der.only(signature, der.SEQUENCE).pieces()
        return (der.natural(parts[0]), der.natural(parts[1])) if len(parts) == 2 else None
    except TlvError:
        return None


def _plain(signature: bytes) -> tuple[int, int] | None:
    """The r and s one after the other, of equal length."""
    half, odd = divmod(len(signature), 2)
    if odd or not half:
        return None
    return int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
