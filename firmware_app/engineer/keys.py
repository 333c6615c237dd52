"""`kiosk keys`: says what keys there are and what is due; fetches new ones from the centre."""

import statistics
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app import config as configuration
from firmware_app.clock import utc_now
from firmware_app.config import Config
from firmware_app.engineer.report import emit
from firmware_app.errors import ConfigError, SetupError
from firmware_app.services.keys import device_room, wanted_file
from mqtt.bundle_store import BundleStore
from mqtt.bundles import KEYS, Recipient, fingerprint, kid_text, month_ends, read_keys
from mqtt.enrol import ANSWER_LIMIT_BYTES, Token
from mqtt.enrol_device import Device, ask
from mqtt.errors import BundleError, EnrolError, KeyFileError
from mqtt.files import give_like_folder, write_durably
from mqtt.keys import Signer, load_public_key, renew_at
from mqtt.keys_tpm import is_tpm_key, load_signer, there_is_a_tpm

Facts = dict[str, object]


@dataclass(frozen=True, slots=True)
class Way:
    """How request and answer travel: by HTTPS, or as files on a stick."""

    url: str = ""
    request: Path | None = None
    answer: Path | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What is said of one kind of key, and what is due; `rows` are for people, one key each."""

    facts: Facts
    due: str = ""
    rows: tuple[str, ...] = ()


def status(path: Path, *, as_json: bool) -> int:
    """Print what there is; 0 where nothing is due, 1 where something is."""
    config = configuration.load(path)
    now = utc_now()
    parts = {"signing": _signing(config), "tls": _tls(config, now), "bundle": _bundle(config, now)}
    due = [f"{name}: {part.due}" for name, part in parts.items() if part.due]
    if wanted_file(config).exists():
        due.append("rotate: the centre asks for new keys (`kiosk keys rotate --if-due`)")
    facts: Facts = {"kiosk": config.kiosk_id, "assurance": config.assurance}
    facts |= {name: part.facts for name, part in parts.items()}
    facts |= {"recipients": list(parts["bundle"].rows), "due": due}
    emit(facts, _text(config, parts, due), as_json=as_json)
    return 1 if due else 0


def enrol(path: Path, token_text: str | None, way: Way, *, as_json: bool) -> int:
    """Ask with a token, or take the answer that a stick brought; raises SetupError."""
    config = configuration.load(path)
    if way.answer is not None:
        return _take(config, _file(way.answer), as_json=as_json)
    if not token_text:
        raise ConfigError("neither --token nor --answer.", "The centre makes a token for you.")
    try:
        token = Token.parse(sys.stdin.readline() if token_text == "-" else token_text)  # noqa: S105
        url = way.url or token.url
        request = _device(config).request(token)
        if url:
            write_durably(_desk_file(config), url.encode())
            give_like_folder(_desk_file(config))
        if way.request is not None:
            return _written(way.request, request, as_json=as_json)
        answer = ask(_known(url), request, token.root, device_room(config).authorities)
    except (EnrolError, KeyFileError, OSError) as error:
        raise _setup_error(error) from error
    return _take(config, answer, as_json=as_json)


def rotate(path: Path, way: Way, *, if_due: bool, as_json: bool) -> int:
    """Ask with the present key, or take the answer; `if_due` renews only what is due."""
    config = configuration.load(path)
    if way.answer is not None:
        return _take(config, _file(way.answer), as_json=as_json)
    wanted = wanted_file(config).exists()
    if if_due and not wanted and not _past_two_thirds(config):
        emit({"rotated": False, "why": "not_due"}, "nothing is due.", as_json=as_json)
        return 0
    try:
        request = _device(config).request(None, keep_signing=if_due and not wanted)
        if way.request is not None:
            return _written(way.request, request, as_json=as_json)
        url = _known(way.url or _remembered(config))
        answer = ask(url, request, None, device_room(config).authorities)
    except (EnrolError, KeyFileError, OSError) as error:
        raise _setup_error(error) from error
    return _take(config, answer, as_json=as_json)


def _take(config: Config, answer: bytes, *, as_json: bool) -> int:
    try:
        checked = _device(config).take(answer)
    except (EnrolError, BundleError, KeyFileError, OSError) as error:
        raise _setup_error(error) from error
    wanted_file(config).unlink(missing_ok=True)
    end = checked.certificate.not_valid_after_utc
    facts: Facts = {"rotated": True, "until": f"{end:%Y-%m-%d}"}
    text = (
        f"certificate of {config.kiosk_id} until {end:%Y-%m-%d}; root {fingerprint(checked.root)}\n"
        "next: restart border-kiosk, so that it signs with the new key; the publisher takes the\n"
        "certificate at its next connection."
    )
    emit(facts, text, as_json=as_json)
    return 0


def _written(path: Path, request: bytes, *, as_json: bool) -> int:
    path.write_bytes(request)
    text = f"{path}: carry it to the centre (`kiosk-central keys enrol CENTRE --request {path.name}"
    emit(
        {"rotated": False, "request": str(path)},
        f"{text} --out answer`),\nthen come back with --answer.",
        as_json=as_json,
    )
    return 0


def _device(config: Config) -> Device:
    room = device_room(config)
    return Device(config.kiosk_id, room, config.assurance == "tpm", utc_now)


def _signing(config: Config) -> Part:
    path = config.keys.signing
    try:
        kind = "tpm" if is_tpm_key(path) else "file"
        signer = load_signer(path)
        facts: Facts = {"kind": kind, "key_id": kid_text(signer.public_key())}
        facts |= {"sign_ms": _sign_ms(signer), "tpm_there": there_is_a_tpm()}
    except FileNotFoundError:
        return Part({"kind": "none"}, "there is no key; enrol the kiosk")
    except (KeyFileError, OSError) as error:
        return Part({"kind": "unusable"}, str(error))
    return Part(facts)


def _sign_ms(signer: Signer) -> float:
    """What one signature takes: the median of three."""
    took_s = []
    for _ in range(3):
        started_s = time.monotonic()
        signer.sign(b"how long does it take", ec.ECDSA(hashes.SHA256()))
        took_s.append(time.monotonic() - started_s)
    return round(statistics.median(took_s) * 1000, 2)


def _tls(config: Config, now: datetime) -> Part:
    found = _certificate(config)
    if found is None:
        return Part({"kind": "none"})
    start, end = found.not_valid_before_utc, found.not_valid_after_utc
    key = device_room(config).tls_key
    facts: Facts = {
        "kind": "tpm" if key.exists() and is_tpm_key(key) else "file",
        "from": f"{start:%Y-%m-%d}",
        "until": f"{end:%Y-%m-%d}",
        "renew_at": f"{renew_at(start, end):%Y-%m-%d}",
        "days_left": (end - now).days,
    }
    renew = f"{facts['days_left']} days are left (`kiosk keys rotate --if-due`)"
    return Part(facts, renew if now >= renew_at(start, end) else "")


def _bundle(config: Config, now: datetime) -> Part:
    keys = config.keys
    if keys.root is None or keys.bundles is None:
        return Part({"kind": "fixed_files", "recipients": len(keys.recipients)})
    try:
        store = BundleStore(keys.bundles, load_public_key(keys.root), utc_now)
        bundle = store.newest(KEYS)
        found = read_keys(bundle.content) if bundle else None
    except FileNotFoundError:
        return Part({"kind": "none"}, "there is no root; enrol the kiosk")
    except (BundleError, KeyFileError, OSError) as error:
        return Part({"kind": "unusable"}, str(error))
    if bundle is None or found is None:
        return Part({"kind": "none"}, "there is none; enrol the kiosk")
    facts: Facts = {
        "kind": "root_signed",
        "root": fingerprint(store.root),
        "version": bundle.version,
        "until": f"{bundle.expires_at:%Y-%m-%d}",
        "months_end": f"{month_ends(found):%Y-%m-%d}",
    }
    over = "" if now < month_ends(found) else "no month's key is of now; bring the newest bundle"
    return Part(facts, over, tuple(_recipient(one, now) for one in found.recipients))


def _recipient(one: Recipient, now: datetime) -> str:
    used = "in use" if one.not_before <= now < one.not_after else "not now"
    span = f"{one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}"
    return f"{one.use} {kid_text(one.key)} {span}, {used}"


def _past_two_thirds(config: Config) -> bool:
    found = _certificate(config)
    if found is None:
        return False
    return utc_now() >= renew_at(found.not_valid_before_utc, found.not_valid_after_utc)


def _certificate(config: Config) -> x509.Certificate | None:
    if config.keys.tls is None or config.keys.root is None:
        return None
    try:
        return x509.load_pem_x509_certificate(device_room(config).tls_certificate.read_bytes())
    except (OSError, ValueError):
        return None


def _desk_file(config: Config) -> Path:
    return config.keys.signing.with_name("desk.url")


def _remembered(config: Config) -> str:
    path = _desk_file(config)
    return path.read_text().strip() if path.exists() else ""


def _known(url: str) -> str:
    if not url:
        raise EnrolError("no address of the enrolment desk: name --url, or use --request FILE.")
    return url


def _file(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise SetupError(f"{path} is no file.", "Name the file that the centre made.")
    try:
        with path.open("rb") as file:
            return file.read(ANSWER_LIMIT_BYTES + 1)
    except OSError as error:
        raise SetupError(f"{path}: {error.strerror}.") from error


def _setup_error(error: Exception) -> SetupError:
    mend = getattr(error, "mend", "Check the folders under [keys] in kiosk.toml.")
    return SetupError(str(error), mend)


def _text(config: Config, parts: dict[str, Part], due: list[str]) -> str:
    lines = [f"kiosk      {config.kiosk_id}, assurance {config.assurance}"]
    for name, part in parts.items():
        lines.append(f"{name:10} " + ", ".join(f"{key} {one}" for key, one in part.facts.items()))
        lines += [f"           {row}" for row in part.rows]
    return "\n".join([*lines, *(f"due        {one}" for one in due)])
