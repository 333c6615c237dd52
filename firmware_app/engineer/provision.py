"""`kiosk provision`: makes a kiosk's first settings on a laptop, and takes them at the kiosk."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
import segno
from cryptography import x509

from firmware_app.clock import utc_now
from firmware_app.engineer.provision_rest import Sources, told
from firmware_app.engineer.report import emit, progress
from firmware_app.errors import KioskError, SetupError
from firmware_app.services import provision_qr
from firmware_app.services.provision import MOST_BYTES, Provision, ProvisionError, judge, read
from firmware_app.services.provision_state import Places
from firmware_app.services.provision_take import Taking, failed, wipe
from mqtt.bundles import fingerprint
from mqtt.enrol_device import ask
from mqtt.errors import KeyFileError, WireError
from mqtt.files import write_durably
from mqtt.keys import PublicKey, load_public_key

KIOSK_TOML = Path("/var/lib/border-kiosk/kiosk.toml")
MODULE_PX = 6
MOST_TOGETHER_MEND = "Name a TOML file with the tables of kiosk.example.toml that differ."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the engineer says; `post` are keys of [post] that win over the file's."""

    file: Path | None
    post: dict[str, str]
    token: str
    centre: str
    broker: str
    root: Path | None
    valid_h: float


def make(wanted: Wanted, out: Path, qr: Path | None, *, as_json: bool) -> int:
    """Write the file, and its symbols where asked; judged as the kiosk will. Raises SetupError."""
    now = utc_now().replace(microsecond=0)
    token = sys.stdin.readline().strip() if wanted.token == "-" else wanted.token  # noqa: S105
    kiosk = _tables(wanted)
    found = Provision(
        version=1,
        made_at=now,
        expires_at=now + timedelta(hours=wanted.valid_h),
        token=token,
        broker=wanted.broker,
        kiosk=kiosk,
        centre=wanted.centre,
    )
    try:
        data = found.text().encode()
    except ValueError as error:
        raise ProvisionError(f"{wanted.file}: {error}", MOST_TOGETHER_MEND) from None
    found = read(data, now)
    judge(found, KIOSK_TOML)
    _check_root(found, wanted.root)
    write_durably(out, data)
    symbols = _draw(data, qr) if qr is not None else []
    words = f"{out}: for {found.enrolment.kiosk} until {found.expires_at:%Y-%m-%d %H:%M} UTC, "
    words += f"{len(data)} bytes; it holds a one-time token"
    lines = [words, *(f"{one['file']}: {one['modules']} modules a side" for one in symbols)]
    emit({**_facts(found), "file": str(out), "symbols": symbols}, "\n".join(lines), as_json=as_json)
    return 0


def show(path: Path, *, as_json: bool) -> int:
    """Say what a file would do, without its token; raises SetupError."""
    data = _file(path)
    found = read(data, None)
    facts = _facts(found) | {"symbols": len(provision_qr.parts(data))}
    words = [f"{name:11} {one}" for name, one in facts.items()]
    emit(facts, "\n".join([*words, "", found.kiosk_toml()]), as_json=as_json)
    return 0


def take(places: Places, sources: Sources, *, as_json: bool) -> int:
    """Take what is there and go on as far as can be; 0 done, 6 waits. Raises SetupError."""
    taking = Taking(places, utc_now, ask)
    try:
        for path in sources.files():
            _bring(taking, path)
        if sources.camera and not places.copy.exists() and not places.config.exists():
            _bring_by_camera(taking, sources)
        state = taking.go_on(sources.stick)
    except (KioskError, WireError, KeyFileError) as error:
        state = taking.say(failed(error))
        raise SetupError(state.what, state.mend) from error
    return told(state, as_json=as_json)


def _bring(taking: Taking, path: Path) -> None:
    """Its copy first, then away with it; a medium that cannot be written to is said."""
    data = _file(path)
    if data.strip(b"\0"):  # else a cut came between overwriting and removing
        taking.bring(data)
    try:
        wipe(path)
    except OSError as error:
        progress(f"{path} could not be wiped ({error.strerror}); destroy it, or wipe it by hand.")


def _bring_by_camera(taking: Taking, sources: Sources) -> None:
    from firmware_app.engineer import provision_camera  # noqa: PLC0415 - only this needs OpenCV

    data = provision_camera.scan(sources.camera, sources.seconds)
    if data is not None:
        taking.bring(data)


def _tables(wanted: Wanted) -> dict[str, object]:
    """The post's tables: of the file, then of the words."""
    found: dict[str, object] = {}
    if wanted.file is not None:
        try:
            found = msgspec.toml.decode(_file(wanted.file), type=dict[str, object])
        except msgspec.DecodeError as error:
            raise ProvisionError(f"{wanted.file}: {error}", MOST_TOGETHER_MEND) from None
    post = found.get("post", {})
    if wanted.post and isinstance(post, dict):
        found["post"] = {**post, **wanted.post}
    return found


def _check_root(found: Provision, path: Path | None) -> None:
    """The token must be of the root that the engineer holds, where he names one."""
    if path is None:
        return
    data = _file(path)
    try:
        key: object = x509.load_pem_x509_certificate(data).public_key()
    except ValueError:
        key = _public_key(path)
    if not isinstance(key, PublicKey) or fingerprint(key) != found.enrolment.root:
        raise ProvisionError(f"the token is of another root than {path}.")


def _public_key(path: Path) -> PublicKey:
    try:
        return load_public_key(path)
    except KeyFileError as error:
        raise ProvisionError(str(error), "Name root.pem of the ceremony.") from None


def _draw(data: bytes, path: Path) -> list[dict[str, object]]:
    """One picture a part; the sides of the symbols in modules, without the blank border."""
    texts = provision_qr.parts(data)
    drawn: list[dict[str, object]] = []
    for number, text in enumerate(texts, start=1):
        symbol = segno.make(text, error="m", boost_error=False, micro=False)
        file = path
        if len(texts) > 1:
            file = path.with_name(f"{path.stem}-{number}of{len(texts)}{path.suffix}")
        symbol.save(str(file), kind="png", scale=MODULE_PX, border=4)
        file.chmod(0o600)
        drawn.append({"file": str(file), "modules": symbol.symbol_size(border=0)[0]})
    return drawn


def _facts(found: Provision) -> dict[str, object]:
    token = found.enrolment
    return {
        "kiosk_id": token.kiosk,
        "root": token.root,
        "desk": found.desk,
        "broker": found.broker,
        "made_at": f"{found.made_at:%Y-%m-%dT%H:%M:%SZ}",
        "expires_at": f"{found.expires_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
