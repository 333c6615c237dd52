"""The issuing state behind a virtual chip: its CSCA, its document signer, what they sign."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from drivers.chip.simulated_certificates import Authority, Certificate, Subject, Validity
from drivers.chip.simulated_cms import Signer
from drivers.chip.simulated_der import der, integer, octets, printable, sequence, set_of
from drivers.chip.simulated_keys import EcKey, SigningKey, digest, digest_algorithm

LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
MASTER_LIST = "2.23.136.1.1.2"
_SIGNS_LISTS = "2.23.136.1.1.3"
CARD_SECURITY_OBJECT = "0.4.0.127.0.7.3.2.1"
_CSCA_CURVE, _SIGNER_CURVE = 15, 12  # P-384 and P-256, as many states have them
_CSCA_SERIAL, _SIGNER_SERIAL, _LISTER_SERIAL = 0x4B1, 0x5D2, 0x6E3
_CSCA_YEARS, _SIGNER_YEARS = 13, 11


@dataclass(frozen=True, slots=True)
class State:
    """Who issues: three letters as in the MRZ, two as in certificates."""

    code: str = "UTO"
    country: str = "UT"


@dataclass(frozen=True, slots=True, repr=False)
class Issuer:
    """A CSCA and a document signer of one state, with their keys."""

    state: State
    csca: Certificate
    authority: Authority
    signer: Signer
    digest_name: str = "sha256"
    beside: tuple[bytes, ...] = ()  # further certificates that go into each EF.SOD

    def sod(self, files: Mapping[int, bytes], at: datetime) -> bytes:
        """EF.SOD over data groups by number, signed at that time."""
        hashes = [
            sequence(integer(number), octets(digest(self.digest_name, files[number])))
            for number in sorted(files)
        ]
        content = sequence(
            integer(1),
            digest_algorithm(self.digest_name),
            sequence(*hashes),
            sequence(printable("0108"), printable("040000")),
        )
        return der(0x77, self.signer.seal(LDS_SECURITY_OBJECT, content, at, self.beside))

    def card_security(self, infos: bytes, at: datetime) -> bytes:
        """EF.CardSecurity around security infos."""
        return self.signer.seal(CARD_SECURITY_OBJECT, infos, at)

    def revocation_list(self, at: datetime) -> bytes:
        """A list that revokes the document signer."""
        return self.authority.revoke((_SIGNER_SERIAL,), at, at + timedelta(days=90))

    def with_signer(self, since: datetime, years: float) -> "Issuer":
        """The same CSCA with a document signer whose certificate lasts so long."""
        subject, key = self.signer.certificate.subject, self.signer.key
        made = self.authority.certify(subject, key, _SIGNER_SERIAL + 1, _for(since, years))
        return replace(self, signer=Signer(made, key))

    def forged(self, private: int) -> "Issuer":
        """An impostor with the same name and public point over a generator of his own.

        Works for issuers whose CSCA has an EC key; raises TypeError for others.
        """
        real = self.authority.key
        if not isinstance(real, EcKey):
            raise TypeError("only a curve's generator can be forged.")
        at = datetime(2024, 1, 1, tzinfo=UTC)
        key = real.forged(private)
        impostor = make_issuer(self.state, at, keys=(key, EcKey.of(_SIGNER_CURVE, b"impostor")))
        return replace(impostor, beside=(impostor.csca.encoded,))


def make_issuer(
    state: State,
    since: datetime,
    seed: str = "",
    keys: tuple[SigningKey, SigningKey] | None = None,
) -> Issuer:
    """The same CSCA and signer each time for the same words: EC keys of state and seed, or `keys`.

    since: when both certificates begin.
    """
    word = f"{state.code} {seed}".encode()
    csca_key, signer_key = keys or (
        EcKey.of(_CSCA_CURVE, b"csca " + word, "sha384"),
        EcKey.of(_SIGNER_CURVE, b"signer " + word),
    )
    authority = Authority(Subject(state.country, state.code, "CSCA"), csca_key)
    csca = authority.certify(authority.subject, csca_key, _CSCA_SERIAL, _for(since, _CSCA_YEARS))
    subject = Subject(state.country, state.code, "Document signer")
    certificate = authority.certify(subject, signer_key, _SIGNER_SERIAL, _for(since, _SIGNER_YEARS))
    return Issuer(state, csca, authority, Signer(certificate, signer_key))


def master_list(lister: Issuer, listed: tuple[Issuer, ...], at: datetime) -> bytes:
    """An ICAO master list of these issuers' CSCAs, signed by a list signer of the first one."""
    key = EcKey.of(_SIGNER_CURVE, b"lister " + lister.state.code.encode())
    subject = Subject(lister.state.country, lister.state.code, "Master list signer")
    certificate = lister.authority.certify(subject, key, _LISTER_SERIAL, _for(at, 1), _SIGNS_LISTS)
    content = sequence(integer(0), set_of(*(issuer.csca.encoded for issuer in listed)))
    return Signer(certificate, key).seal(MASTER_LIST, content, at, (lister.csca.encoded,))


def _for(since: datetime, years: float) -> Validity:
    return Validity(since, since + timedelta(days=365.25 * years))
