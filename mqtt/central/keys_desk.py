"""Where requests of kiosks are judged: enrolment with a token, renewal with the present key."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from mqtt.central.keys_ceremony import write_revoked
from mqtt.central.keys_rooms import MEMBERS, CentreRoom, KeysError
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.pki import Subject, name, sign_leaf
from mqtt.central.registry import Certificate, Entry, Registry, entry_keys, pem_texts, write_entry
from mqtt.enrol import RENEWAL, Answer, Claim, Request, pack_answer, read_claim
from mqtt.errors import EnrolError
from mqtt.files import locked
from mqtt.keys import PublicKey, thumbprint

CLIENT_DAYS = 90
SIGNING_KEYS_KEPT = 4
FRESH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Desk:
    """One request in, one answer out; the registry holds the kiosk before the answer leaves.

    One request at a time in all processes, so that no certificate is forgotten.
    """

    room: CentreRoom
    days: int = CLIENT_DAYS

    def answer(self, data: bytes, now: datetime) -> bytes:
        """Judge one request; raises EnrolError, and KeysError where the centre is not ready."""
        claim = read_claim(data)
        with self._alone():
            return self._renew(data, now) if claim is None else self._enrol(claim, data, now)

    def _enrol(self, claim: Claim, data: bytes, now: datetime) -> bytes:
        book = TokenBook(self.room.tokens)
        before = book.check(claim, now)
        if before is not None:
            return before
        entry = _enrolled_anew(self._registry().entries.get(claim.request.kiosk), now)
        answer, entered = self._issue(claim.request, data, now, entry)
        write_entry(self.room.registry, claim.request.kiosk, entered)
        if entry is not None:
            write_revoked(self.room, now)
        book.used(claim, answer)
        return answer

    def revoke(self, kiosk: str, why: str, now: datetime) -> Entry:
        """Believe no key of the kiosk any more; raises KeysError for one that is not known."""
        with self._alone():
            return self._revoke(kiosk, why, now)

    def _revoke(self, kiosk: str, why: str, now: datetime) -> Entry:
        entry = self._registry().entries.get(kiosk)
        if entry is None:
            raise KeysError(f"the registry does not know {kiosk}.")
        TokenBook(self.room.tokens).close(kiosk)
        at = entry.revoked_at or now.replace(microsecond=0)
        revoked = msgspec.structs.replace(
            entry, revoked_at=at, revoked_why=why, certificates=_revoked(entry.certificates, at)
        )
        write_entry(self.room.registry, kiosk, revoked)
        write_revoked(self.room, now)
        return revoked

    def _renew(self, data: bytes, now: datetime) -> bytes:
        """Signed by the kiosk's newest key, or the one before: an answer may have been lost."""
        said = RENEWAL.unproven(data)
        entry = self._registry().entries.get(said.kiosk)
        if entry is None or entry.revoked_at is not None:
            raise EnrolError("this kiosk may not renew its keys: enrol it anew.")
        request = RENEWAL.verify(data, entry_keys(entry)[:2])
        if request.assurance is not (entry.assurance or request.assurance):
            raise EnrolError("another assurance than it was enrolled with: enrol it anew.")
        if abs(now - request.made_at) > FRESH:
            raise EnrolError("a renewal of another time: check the kiosk's clock, or enrol anew.")
        answer, entered = self._issue(request, data, now, entry)
        write_entry(self.room.registry, request.kiosk, entered)
        return answer

    def _issue(
        self, request: Request, data: bytes, now: datetime, entry: Entry | None
    ) -> tuple[bytes, Entry]:
        if request.kiosk.startswith(MEMBERS):
            raise EnrolError("that is the name of a member of the centre, and no kiosk's.")
        signing, tls = request.signing_key(), request.tls_key()
        self._check_not_shared(request.kiosk, (signing, tls))
        subject = Subject(name(request.kiosk), tls)
        try:
            certificate = sign_leaf(subject, self.room.issuing, self.days, None)
            above = (_der(self.room.issuing.public), _der(self.room.root))
            bundle = self.room.bundle.read_bytes()
        except OSError as error:
            raise KeysError(f"{error.filename}: {error.strerror}.") from None
        answer = Answer(
            kiosk=request.kiosk,
            request=sha256(data).digest(),
            certificate=certificate.public_bytes(serialization.Encoding.DER),
            authorities=above,
            bundle=bundle,
        )
        return pack_answer(answer), _entered(entry, request, certificate, now)

    def _check_not_shared(self, kiosk: str, keys: tuple[PublicKey, PublicKey]) -> None:
        """A signing key belongs to one kiosk, and is not the key of its TLS."""
        signing, tls = (thumbprint(key) for key in keys)
        if signing == tls:
            raise EnrolError("one key for two uses.")
        for other, entry in self._registry().entries.items():
            held = {thumbprint(key) for key in entry_keys(entry)}
            if other != kiosk and held & {signing, tls}:
                raise EnrolError("a key that another kiosk has: was its card copied?")

    def _alone(self) -> AbstractContextManager[None]:
        if not self.room.folder.is_dir():
            raise KeysError(f"{self.room.folder} is no centre's folder.")
        return locked(self.room.folder / ".desk.lock")

    def _registry(self) -> Registry:
        return Registry.load(self.room.registry)


def _entered(
    entry: Entry | None, request: Request, certificate: x509.Certificate, now: datetime
) -> Entry:
    """The kiosk with its newest key first; old ones verify what still waits on its disk."""
    newest = pem_texts([request.signing_key()])
    old_keys = entry.signing_keys if entry else []
    issued = Certificate(
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
    return Entry(
        signing_keys=[*newest, *(pem for pem in old_keys if pem not in newest)][:SIGNING_KEYS_KEPT],
        assurance=request.assurance,
        enrolled_at=entry.enrolled_at if entry else now.replace(microsecond=0),
        certificates=[
            issued,
            *(one for one in (entry.certificates if entry else []) if one.not_after > now),
        ],
        former_keys=entry.former_keys if entry else [],
    )


def _enrolled_anew(entry: Entry | None, now: datetime) -> Entry | None:
    """What stays of a kiosk with a new token: no certificate; after a revocation no key either."""
    if entry is None:
        return None
    certificates = _revoked(entry.certificates, now.replace(microsecond=0))
    if entry.revoked_at is None:
        return msgspec.structs.replace(entry, certificates=certificates)
    former = [*entry.signing_keys, *entry.former_keys]
    return Entry(signing_keys=[], certificates=certificates, former_keys=former)


def _revoked(certificates: list[Certificate], at: datetime) -> list[Certificate]:
    return [
        one if one.revoked_at else msgspec.structs.replace(one, revoked_at=at)
        for one in certificates
    ]


def _der(path: Path) -> bytes:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.public_bytes(serialization.Encoding.DER)
