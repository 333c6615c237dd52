"""The kiosk's side of enrolment and renewal: makes keys, asks by HTTPS or stick, takes the answer.

New keys lie beside the present ones (`NAME.next`) until the answer that fits them is there; so a
renewal that breaks off anywhere leaves the kiosk as it was, and asks for the same keys next time.
"""

import http.client
import json
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from mqtt.bundle_store import BundleStore
from mqtt.bundles import KEYS, fingerprint
from mqtt.enrol import (
    ANSWER_LIMIT_BYTES,
    RENEWAL,
    Checked,
    Expected,
    Request,
    Token,
    certificate_request,
    check_answer,
    proof_key,
    prove,
    read_claim,
)
from mqtt.errors import EnrolError, EnrolLinkError
from mqtt.events import Assurance
from mqtt.files import give_like_folder, make_folder, sync_folder, write_durably
from mqtt.keys import (
    PublicKey,
    create_private_key,
    load_public_key,
    public_pem,
)
from mqtt.keys_tpm import create_tpm_key, is_tpm_key, load_signer

TALK_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class DeviceRoom:
    """Where a kiosk's keys lie. `tls_*` are the publisher's; the rest is the kiosk's own."""

    signing: Path
    tls_key: Path
    tls_certificate: Path
    authorities: Path
    root: Path
    bundles: Path

    @property
    def pending(self) -> Path:
        """The request that has no answer yet: what the answer is held against."""
        return self.signing.with_name("enrolment.pending")

    def key_files(self) -> tuple[Path, Path]:
        """The signing key and the key of the TLS client."""
        return self.signing, self.tls_key


@dataclass(frozen=True, slots=True)
class Device:
    """One kiosk that asks for keys; `in_tpm` where new keys are to be made."""

    kiosk: str
    room: DeviceRoom
    in_tpm: bool
    utc_now: Callable[[], datetime]

    def request(self, token: Token | None, *, keep_signing: bool = False) -> bytes:
        """The bytes of a request: with a token the first one, without it a renewal.

        Makes the new keys, or takes those of a request that had no answer; `keep_signing` renews
        the TLS key alone. Raises EnrolError, KeyFileError, OSError.
        """
        if token is not None and token.kiosk != self.kiosk:
            raise EnrolError("the token is for another kiosk.")
        if not keep_signing:
            self._make(_next(self.room.signing))
        self._make(_next(self.room.tls_key))
        if token is not None and (before := self._asked(token)) is not None:
            return before
        signing, tls = (
            certificate_request(load_signer(_newest(path)), self.kiosk)
            for path in self.room.key_files()
        )
        request = Request(
            kiosk=self.kiosk,
            signing=signing,
            tls=tls,
            assurance=self._assurance(),
            made_at=self.utc_now(),
            nonce=os.urandom(16),
        )
        data = self._signed(request) if token is None else prove(request, token.secret)
        root = self._root_print() if token is None else token.root
        note = {"request": data.hex(), "root": root}
        write_durably(self.room.pending, json.dumps(note).encode())
        for path in (self.room.pending, *map(_newest, self.room.key_files())):
            give_like_folder(path)
        return data

    def _asked(self, token: Token) -> bytes | None:
        """What this token asked for with these keys before: the same bytes get the same answer."""
        try:
            data = bytes.fromhex(self._note()["request"])
            claim = read_claim(data)
            if claim is None or not claim.proven_by(proof_key(token.secret)):
                return None
            asked = claim.request.signing_key(), claim.request.tls_key()
        except (EnrolError, ValueError):
            return None
        held = tuple(load_signer(_newest(path)).public_key() for path in self.room.key_files())
        return data if asked == held else None

    def take(self, data: bytes) -> Checked:
        """Put the answer into force; raises EnrolError where it does not fit the last request.

        The kiosk process takes the new signing key at its next start, the publisher the new
        certificate at its next connection; until then the old ones go on.
        """
        note = self._note()
        tls = load_signer(_newest(self.room.tls_key)).public_key()
        request = bytes.fromhex(note["request"])
        checked = check_answer(data, Expected(self.kiosk, request, tls, note["root"]))
        store = BundleStore(self.room.bundles, checked.root, self.utc_now)
        make_folder(self.room.bundles, 0o700)
        store.take(checked.answer.bundle, KEYS)
        for one in self.room.bundles.iterdir():
            give_like_folder(one)
        self._write(checked)
        return checked

    def _write(self, checked: Checked) -> None:
        """The key last: a certificate without its key is mended by the same answer again."""
        pem = serialization.Encoding.PEM
        issuing, root = (one.public_bytes(pem) for one in checked.authorities)
        files = {
            self.room.root: public_pem(checked.root),
            self.room.authorities: issuing + root,
            self.room.tls_certificate: checked.certificate.public_bytes(pem) + issuing,
        }
        for path, data in files.items():
            make_folder(path.parent)
            write_durably(path, data, 0o644)
            give_like_folder(path)
        for path in self.room.key_files():
            _newest(path).replace(path)
            give_like_folder(path)
            sync_folder(path.parent)
        self.room.pending.unlink(missing_ok=True)

    def _note(self) -> dict[str, str]:
        try:
            note = json.loads(self.room.pending.read_bytes())
            return {"request": str(note["request"]), "root": str(note["root"])}
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            raise EnrolError("no request of this kiosk waits for an answer.") from None

    def _make(self, path: Path) -> None:
        make_folder(path.parent)
        if self.in_tpm:
            create_tpm_key(path)
        else:
            create_private_key(path)

    def _assurance(self) -> Assurance:
        return Assurance.TPM if is_tpm_key(_newest(self.room.signing)) else Assurance.SOFTWARE

    def _signed(self, request: Request) -> bytes:
        try:
            return RENEWAL.sign(request, load_signer(self.room.signing))
        except FileNotFoundError:
            raise EnrolError("this kiosk has no key yet: it needs a token.") from None

    def _root_print(self) -> str:
        try:
            return fingerprint(load_public_key(self.room.root))
        except FileNotFoundError:
            raise EnrolError("this kiosk was never enrolled: it needs a token.") from None


def ask(url: str, request: bytes, root: str | None, authorities: Path) -> bytes:
    """The centre's answer over HTTPS; raises EnrolError.

    The server must hold a certificate of the programme's root: the one on file, or, at the first
    time, the one that the server hands out and whose fingerprint the token bears.
    """
    if root is None:
        context = _context(None if not authorities.exists() else authorities.read_text())
    else:
        context = _context(_root_of(url, root))
    return _talk(url, context, "POST", "/enrol", request)


def _root_of(url: str, expected: str) -> str:
    """The root's certificate, fetched from anybody: its fingerprint proves it."""
    open_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    open_context.check_hostname = False
    open_context.verify_mode = ssl.CERT_NONE
    pem = _talk(url, open_context, "GET", "/root.pem", b"")
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError:
        raise EnrolError(f"{url} is no enrolment desk.") from None
    if not isinstance(key, PublicKey) or fingerprint(key) != expected:
        raise EnrolError(f"{url} belongs to another root than the token's.")
    return pem.decode("ascii")


def _context(authorities: str | None) -> ssl.SSLContext:
    if authorities is None:
        raise EnrolError("this kiosk was never enrolled: it needs a token.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=authorities)
    return context


def _talk(url: str, context: ssl.SSLContext, verb: str, path: str, body: bytes) -> bytes:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise EnrolError(f"{url!r} is no https:// address.")
    line = http.client.HTTPSConnection(
        parts.hostname, parts.port or 443, timeout=TALK_LIMIT_S, context=context
    )
    try:
        line.request(verb, path, body or None)
        answer = line.getresponse()
        data = answer.read(ANSWER_LIMIT_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise EnrolLinkError(f"{url}: {why or type(error).__name__}.") from None
    finally:
        line.close()
    if answer.status != http.client.OK:
        raise EnrolError(f"the centre refuses: {data[:300].decode(errors='replace')}")
    if len(data) > ANSWER_LIMIT_BYTES:
        raise EnrolError(f"{url} answers more than an answer has.")
    return data


def _next(path: Path) -> Path:
    return path.with_name(path.name + ".next")


def _newest(path: Path) -> Path:
    """The new key, or the present one where an earlier try put it into force."""
    return _next(path) if _next(path).exists() else path
