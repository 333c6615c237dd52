"""`kiosk break-glass` at the office: tokens, deputies, what a token says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from firmware_app import clock
from firmware_app.engineer.report import emit, progress
from firmware_app.errors import SetupError
from firmware_app.services.break_glass import SUFFIX
from mqtt import break_glass as tokens
from mqtt.break_glass import BreakGlassError, Deputy, Token
from mqtt.bundles import key_bytes, kid_text
from mqtt.errors import KeyFileError
from mqtt.files import write_durably
from mqtt.keys import (
    PrivateKey,
    create_private_key,
    load_private_key,
    load_public_key,
    public_pem,
)

SKEW = timedelta(minutes=5)
SSH_MEND = "Name the .pub file of an ed25519 or ECDSA P-256 key (`ssh-keygen -t ed25519`)."
WANTED_MEND = "At most 24 hours, a reason of 3 to 120 plain letters, an id as in kiosk.toml."


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs: the root's folder, or a deputy's key and grant."""

    root: Path | None
    passphrase_file: Path | None
    deputy_key: Path | None = None
    grant: Path | None = None

    def key(self) -> PrivateKey:
        """The private half; raises SetupError."""
        if self.deputy_key is not None:
            return _private(self.deputy_key)
        if self.root is None:
            raise SetupError("nobody signs.", "Name --root DIR, or --deputy KEY and --grant FILE.")
        return _root_key(self.root, self.passphrase_file)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One visit."""

    kiosk: str
    ssh_key: Path
    hours: float
    begins: datetime | None
    reason: str


def make(wanted: Wanted, signing: Signing, out: Path | None, *, as_json: bool) -> int:
    """Write KIOSK.breakglass. Raises SetupError."""
    now = clock.utc_now().replace(microsecond=0)
    grant = None if signing.grant is None else signing.grant.read_bytes()
    try:
        ends = (wanted.begins or now) + timedelta(hours=wanted.hours)
        if ends - (wanted.begins or now) > tokens.LONGEST:
            raise ValueError("24 hours at most.")  # noqa: TRY301 - said with the others
        begins = wanted.begins or max(now - SKEW, ends - tokens.LONGEST)
        token = Token(
            kiosk=wanted.kiosk,
            ssh_key=_ssh_key(wanted.ssh_key),
            number=int(now.timestamp()),
            not_before=begins,
            not_after=ends,
            reason=wanted.reason,
            grant=grant,
        )
        key = signing.key()
        data = tokens.sign_token(token, key)
        if grant is not None:
            _check_deputy(data, key)
    except (ValueError, OverflowError, BreakGlassError) as error:
        raise SetupError(f"no token: {error}", WANTED_MEND) from error
    path = out or Path(f"{wanted.kiosk}{SUFFIX}")
    write_durably(path, data, 0o644)
    words = (
        f"{path}: for {token.kiosk} until {token.not_after:%Y-%m-%d %H:%M} UTC. On a stick's top"
    )
    emit({**_facts(token), "file": str(path)}, f"{words} folder, then on and off.", as_json=as_json)
    return 0


def deputy(key: Path, signing: Signing | None, out: Path, span: tuple[float, str]) -> int:
    """Make a deputy's key pair (no root named), or sign the grant for its public half."""
    if signing is None:
        made = _private(key) if key.exists() else create_private_key(key)
        public = key.with_name(f"{key.name}.pub.pem")
        write_durably(public, public_pem(made.public_key()), 0o644)
        progress(f"{key}: stays here. {public}: to the root, which signs the grant.")
        return 0
    now, (days, kiosks) = clock.utc_now().replace(microsecond=0), span
    try:
        grant = Deputy(
            key=key_bytes(load_public_key(key)),
            version=int(now.timestamp()),
            not_before=now - SKEW,
            not_after=now + timedelta(days=days) - SKEW,
            kiosks=kiosks,
        )
        data = tokens.sign_grant(grant, signing.key())
    except (ValueError, OverflowError, KeyFileError) as error:
        raise SetupError(f"no grant: {error}", "Name KEY.pub.pem, and 190 days at most.") from error
    write_durably(out, data, 0o644)
    who = f"{kid_text(grant.key)} may sign for {kiosks or 'every kiosk'}"
    progress(f"{out}: {who}* until {grant.not_after:%Y-%m-%d}." if kiosks else f"{out}: {who}.")
    return 0


def show(path: Path, *, as_json: bool) -> int:
    """Say what a token says of itself; nothing of it is proven here."""
    try:
        token = tokens.unproven_token(_bytes(path))
    except BreakGlassError as error:
        raise SetupError(f"{path}: {error}", error.mend) from error
    facts = _facts(token) | {"signed_by": "deputy" if token.grant is not None else "root"}
    emit(facts, _lines(facts), as_json=as_json)
    return 0


def _check_deputy(data: bytes, key: PrivateKey) -> None:
    """Whether kiosks will believe it, as far as can be said without the root at hand."""
    token = tokens.unproven_token(data)
    granted = tokens.unproven_grant(token.grant or b"")
    if key_bytes(key.public_key()) != granted.key:
        raise BreakGlassError("the grant is for another deputy's key.")
    tokens.check_granted(token, granted)


def _facts(token: Token) -> dict[str, object]:
    return {
        "kiosk": token.kiosk,
        "number": token.number,
        "not_before": f"{token.not_before:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{token.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "ssh_key": token.ssh_key,
        "reason": token.reason,
    }


def _lines(facts: dict[str, object]) -> str:
    return "\n".join(f"{name:11} {one}" for name, one in facts.items())


def _ssh_key(path: Path) -> str:
    """Kind and key of a .pub file, without its comment; raises SetupError."""
    words = _bytes(path).decode(errors="replace").split()
    if len(words) < 2 or words[0] not in tokens.SSH_KINDS:
        raise SetupError(f"{path} holds no key of a kind that is taken.", SSH_MEND)
    return " ".join(words[:2])


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(tokens.TOKEN_LIMIT_BYTES + 1)


def _private(path: Path) -> PrivateKey:
    try:
        return load_private_key(path)
    except KeyFileError as error:
        raise SetupError(str(error), error.mend) from error


def _root_key(root: Path, passphrase_file: Path | None) -> PrivateKey:
    """Of the ceremony's folder; only a machine that holds the centre's program can sign with it."""
    from mqtt.central.keys_ceremony import open_root  # noqa: PLC0415 - no kiosk has it
    from mqtt.central.keys_rooms import KeysError, RootRoom  # noqa: PLC0415

    word = None
    if passphrase_file is not None:
        word = passphrase_file.read_bytes().split(b"\n")[0].strip()
    try:
        return open_root(RootRoom(root), word)
    except KeysError as error:
        raise SetupError(str(error), error.mend) from error
