"""What a programme's key officer does: make root and centre, rotate months, destroy old keys."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.bundles import (
    KEYS,
    Bundle,
    KeySet,
    Recipient,
    key_bytes,
    make_bundle,
    pack_keys,
    read_bundle,
    read_keys,
)
from mqtt.central.keys_escrow import Share, split
from mqtt.central.keys_rooms import CentreRoom, KeysError, RootRoom
from mqtt.central.pki import (
    BEGUN_BEFORE,
    Subject,
    make_key_pair,
    name,
    revocation_list,
    sign_authority,
)
from mqtt.central.registry import Registry
from mqtt.errors import BundleError
from mqtt.files import write_durably
from mqtt.keys import (
    PrivateKey,
    PublicKey,
    load_private_key,
    load_public_key,
    public_pem,
    thumbprint,
)

ROOT_DAYS, ISSUING_DAYS, BUNDLE_DAYS = 20 * 365, 5 * 365, 190
LIST_DAYS = 2 * 365  # a broker whose list has ended lets nobody in; each rotation signs a new one
OVERLAP_BEFORE, OVERLAP_AFTER = timedelta(days=3), timedelta(days=7)
KEEP = timedelta(days=180)
"""How long a month's private key stays after its last day, for kiosks that were without a link."""

_REGISTRY = """\
# Whom the centre believes: what is accepted, and kiosks entered by hand ([kiosks.ID]).
# Enrolled kiosks stand in registry.d beside this file, one file each.
accepted_profiles = ["production"]
accepted_assurances = ["software", "tpm"]
"""


Give = Callable[[tuple[Share, Share]], None]


def _keep(_shares: tuple[Share, Share]) -> None:
    """Who calls hands them out."""


def make_root(room: RootRoom, passphrase: bytes | None, give: Give = _keep) -> tuple[Share, Share]:
    """The root and the escrow key; gives what the two holders take away. Raises KeysError.

    Only the escrow's public half is written, and nothing before `give` has handed the shares out:
    no root names an escrow that nobody can open. A root that is there is never replaced.
    """
    if room.root.private.exists():
        raise KeysError(f"there is a root in {room.folder} already.")
    room.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = _new_key()
    own = name("border-kiosk programme root")
    certificate = sign_authority(Subject(own, key.public_key()), own, key, 1, ROOT_DAYS)
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else None
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        lock or serialization.NoEncryption(),
    )
    escrow, shares = split()
    give(shares)
    write_durably(room.escrow, public_pem(escrow))
    write_durably(room.root.public, certificate.public_bytes(serialization.Encoding.PEM))
    write_durably(room.root.private, pem)
    return shares


def new_escrow(room: CentreRoom, give: Give = _keep) -> tuple[Share, Share]:
    """Another escrow key, named by the next bundle; raises KeysError where there is no centre."""
    if not room.escrow.exists():
        raise KeysError(f"{room.folder} is no centre's folder.")
    public, shares = split()
    give(shares)
    write_durably(room.escrow, public_pem(public))
    return shares


def open_root(room: RootRoom, passphrase: bytes | None) -> PrivateKey:
    """The root's private key; raises KeysError."""
    try:
        pem = room.root.private.read_bytes()
        key = serialization.load_pem_private_key(pem, passphrase)
    except OSError as error:
        raise KeysError(f"{room.root.private}: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise KeysError(f"{room.root.private} does not open: is it the right passphrase?") from None
    if not isinstance(key, PrivateKey):
        raise KeysError(f"{room.root.private} is no P-256 key.")
    return key


def make_centre(
    room: CentreRoom, root: RootRoom, passphrase: bytes | None, now: datetime
) -> Bundle:
    """The centre's own keys, its issuing certificate by the root, and the first bundle.

    What broke off before the bundle goes on where it was. Raises KeysError.
    """
    if room.bundle.exists():
        raise KeysError(f"there are keys of a centre in {room.folder} already.")
    signer = open_root(root, passphrase)
    above = x509.load_pem_x509_certificate(root.root.public.read_bytes())
    if room.root.exists() and root_key(room) != signer.public_key():
        raise KeysError(f"{room.folder} has keys under another root.")
    room.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_key_pair(room.receipts)
    make_key_pair(room.commands)
    pem = above.public_bytes(serialization.Encoding.PEM)
    write_durably(room.root, pem)
    write_durably(room.escrow, root.escrow.read_bytes())
    if not room.issuing.exists():
        _make_issuing(room, signer, above)
    write_durably(room.authorities, room.issuing.public.read_bytes() + pem)
    if not room.registry.exists():
        write_durably(room.registry, _REGISTRY.encode())
    bundle = draft(room, now)
    take(room, make_bundle(bundle, signer), now)
    return bundle


def _make_issuing(room: CentreRoom, signer: PrivateKey, above: x509.Certificate) -> None:
    """A key that is there without its certificate goes on under this root (docs/keys.md)."""
    moved = room.issuing.private.exists()
    issuing = load_private_key(room.issuing.private) if moved else _new_key()
    subject = Subject(name("border-kiosk issuing authority"), issuing.public_key())
    certificate = sign_authority(subject, above.subject, signer, 0, ISSUING_DAYS)
    write_durably(room.issuing.public, certificate.public_bytes(serialization.Encoding.PEM))
    write_durably(room.issuing.private, _pkcs8(issuing))


@dataclass(frozen=True, slots=True)
class Month:
    """One recipient key: its label, and when it is used."""

    label: str
    not_before: datetime
    not_after: datetime


def month_of(at: datetime, following: int = 0) -> Month:
    """The month of `at`, or one after it, with the days in which two keys overlap."""
    count = at.year * 12 + at.month - 1 + following
    first = datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
    end = datetime((count + 1) // 12, (count + 1) % 12 + 1, 1, tzinfo=UTC)
    return Month(f"{first:%Y-%m}", first - OVERLAP_BEFORE, end + OVERLAP_AFTER)


def draft(room: CentreRoom, now: datetime, *, replace: bool = False) -> Bundle:
    """The next bundle, unsigned: one more month's key, those still to be read with, the escrow.

    The private half is made here and stays here. `replace` takes today's key out at once, for one
    that is lost or stolen. Raises KeysError.
    """
    old = _present(room)
    kept = () if old is None else old[1].recipients
    months = [one for one in kept if one.use == "month"]
    if replace:
        months = [_ended(one, now) for one in months]
    month = _next_month(months, now, room, replace=replace)
    pair = room.recipient(month.label)
    make_key_pair(pair)
    made = Recipient(
        key=key_bytes(load_public_key(pair.public)),
        use="month",
        not_before=now - timedelta(days=1) if not months or replace else month.not_before,
        not_after=month.not_after,
        destroy_after=month.not_after + KEEP,
    )
    escrow = _escrow(room, now)
    authority = x509.load_pem_x509_certificate(room.root.read_bytes())
    keys = KeySet(
        recipients=(*_not_destroyed(room, months), made, escrow),
        receipts=(key_bytes(load_public_key(room.receipts.public)),),
        commands=(key_bytes(load_public_key(room.commands.public)),),
        tls_authorities=(authority.public_bytes(serialization.Encoding.DER),),
    )
    version = max(_least_version(authority, now), 0 if old is None else old[0].version + 1)
    return bundle_of(KEYS, version, pack_keys(keys), now)


def _least_version(root: x509.Certificate, now: datetime) -> int:
    """1 and the minutes since the root was made: above all that a lost folder had signed.

    So kiosks take what a centre says that was made anew under its root, or set back to a backup.
    """
    made = root.not_valid_before_utc + BEGUN_BEFORE
    return 1 + max(0, int((now - made).total_seconds()) // 60)


def bundle_of(
    name_: str, version: int, content: bytes, now: datetime, days: int = BUNDLE_DAYS
) -> Bundle:
    """An unsigned bundle that begins now."""
    issued = now.replace(microsecond=0)
    return Bundle(
        name=name_,
        version=version,
        issued_at=issued,
        expires_at=issued + timedelta(days=days),
        content=content,
    )


def take(room: CentreRoom, data: bytes, now: datetime) -> Bundle:
    """Put a signed bundle into force at the centre; raises KeysError for one that is not newer."""
    try:
        bundle = read_bundle(data, KEYS, [root_key(room)])
        read_keys(bundle.content)
    except BundleError as error:
        raise KeysError(f"the bundle: {error}") from None
    old = _present(room)
    if old is not None and bundle.version <= old[0].version:
        raise KeysError(f"version {bundle.version} is not newer than {old[0].version}.")
    if now >= bundle.expires_at:
        raise KeysError("the bundle has expired.")
    write_durably(room.bundle, data, 0o644)
    write_revoked(room, now)
    return bundle


def destroy(room: CentreRoom, now: datetime) -> list[str]:
    """Overwrite and remove the private keys whose time is over; gives their ids.

    Never the newest: kiosks without a new bundle go on sealing for it. Raises KeysError where the
    bundle in force has ended: then the clock may be wrong, and nothing brings a key back.
    """
    old = _present(room)
    if old is not None and now >= old[0].expires_at:
        ended = f"the bundle in force ended on {old[0].expires_at:%Y-%m-%d}"
        raise KeysError(f"{ended}: rotate first, or set this machine's clock.")
    months = [] if old is None else [one for one in old[1].recipients if one.use == "month"]
    newest = max((one.not_before for one in months), default=now)
    over = {
        thumbprint(one.public): one
        for one in months
        if one.destroy_after is not None and one.destroy_after <= now and one.not_before < newest
    }
    gone = []
    for path in room.recipients():
        kid = _kid(path)
        if kid in over:
            _wipe(path)
            gone.append(kid.hex())
    return gone


def write_revoked(room: CentreRoom, now: datetime) -> int:
    """Sign the list of revoked certificates anew for the broker; gives how many are on it.

    Raises KeysError where there is no issuing key.
    """
    revoked = Registry.load(room.registry).revoked()
    try:
        pem = revocation_list(room.issuing, revoked, int(now.timestamp()), LIST_DAYS)
    except OSError as error:
        raise KeysError(f"no list for the broker: {error.filename}: {error.strerror}.") from None
    write_durably(room.revoked, pem, 0o644)
    return len(revoked)


def root_key(room: CentreRoom) -> PublicKey:
    """The root's public key; raises KeysError."""
    try:
        certificate = x509.load_pem_x509_certificate(room.root.read_bytes())
    except OSError as error:
        raise KeysError(f"{room.root}: {error.strerror}.") from None
    except ValueError:
        raise KeysError(f"{room.root} is no certificate.") from None
    key = certificate.public_key()
    if not isinstance(key, PublicKey):
        raise KeysError(f"{room.root} is not on P-256.")
    return key


def present(room: CentreRoom) -> tuple[Bundle, KeySet]:
    """The bundle in force and its keys; raises KeysError."""
    try:
        bundle = read_bundle(room.bundle.read_bytes(), KEYS, [root_key(room)])
        return bundle, read_keys(bundle.content)
    except OSError as error:
        raise KeysError(f"{room.bundle}: {error.strerror}.") from None
    except BundleError as error:
        raise KeysError(f"{room.bundle}: {error}") from None


def _present(room: CentreRoom) -> tuple[Bundle, KeySet] | None:
    return present(room) if room.bundle.exists() else None


def _next_month(
    months: Iterable[Recipient], now: datetime, room: CentreRoom, *, replace: bool
) -> Month:
    """The present month where it has no key, else the next; a replacement bears a letter."""
    this = month_of(now)
    if replace:
        letters = (
            letter
            for letter in "bcdefghijklmnopqrstuvwxyz"
            if not room.recipient(f"{this.label}{letter}").private.exists()
        )
        return Month(f"{this.label}{next(letters)}", this.not_before, this.not_after)
    ends = {one.not_after for one in months}
    if this.not_after not in ends:
        return this
    following = month_of(now, 1)
    if following.not_after in ends:
        raise KeysError(f"the key of {following.label} is made already; nothing to rotate.")
    return following


def _ended(one: Recipient, now: datetime) -> Recipient:
    """Out of use at once; its private half stays until its day, for what is under way."""
    if one.not_after <= now:
        return one
    return Recipient(
        key=one.key,
        use=one.use,
        not_before=min(one.not_before, now - timedelta(days=2)),
        not_after=now,
        destroy_after=one.destroy_after,
    )


def _not_destroyed(room: CentreRoom, months: Iterable[Recipient]) -> list[Recipient]:
    there = {_kid(path) for path in room.recipients()}
    return [one for one in months if thumbprint(one.public) in there]


def _escrow(room: CentreRoom, now: datetime) -> Recipient:
    key = load_public_key(room.escrow)
    end = now.replace(microsecond=0) + timedelta(days=ROOT_DAYS)
    return Recipient(key=key_bytes(key), use="escrow", not_before=now, not_after=end)


def _kid(private: Path) -> bytes:
    return thumbprint(load_private_key(private).public_key())


def _new_key() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _pkcs8(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _wipe(path: Path) -> None:
    """Overwrite, sync, remove; flash may keep a copy, so the disk itself is encrypted too."""
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileNotFoundError):
        path.unlink()
