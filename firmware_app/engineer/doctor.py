"""`kiosk doctor`: opens each device, reads one thing from it, says cause and mend in order."""

import http.client
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from drivers import registry
from drivers.camera.api import notes_of
from drivers.chip.csca import CscaStore
from drivers.chip.errors import ChipDataError
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError, DeviceTimeoutError
from firmware_app import clock
from firmware_app import config as configuration
from firmware_app.config import Config, Devices
from firmware_app.engineer import doctor_words
from firmware_app.engineer.doctor_link import clock_and_floor, link
from firmware_app.engineer.report import emit, table
from firmware_app.engineer.sounds_commands import texts_of
from firmware_app.errors import ConfigError, SetupError
from firmware_app.services.keys import open_keys
from firmware_app.services.outbox import sizes
from firmware_app.workers import mrz_eyes
from mqtt.errors import KeyFileError, OutboxError, OutboxMirrorError
from mqtt.keys import load_public_key
from mqtt.keys_tpm import load_signer
from mqtt.outbox_room import check_partition
from mqtt.outbox_status import look, mirror_words
from vision.errors import VisionError
from vision.model_store import ModelStore
from vision.mrz_reader import MrzReader

Verdict = Literal["good", "bad", "unsure"]
TROUBLE_EXIT_CODE = 5
SET_ASIDE_MEND = "Bring its rows to the centre by stick: docs/outbox.md, a file that was set aside."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    verdict: Verdict
    what: str
    mend: str = ""


def doctor(path: Path, *, limit_s: float, as_json: bool) -> int:
    """Look at everything; exit code 5 where something is bad."""
    findings = examine(path, limit_s)
    bad = [one for one in findings if one.verdict == "bad"]
    rows = [(one.verdict, one.check, one.what) for one in findings]
    words = [table(rows), *(f"mend {one.check}: {one.mend}" for one in findings if one.mend)]
    document = {"good": not bad, "checks": [asdict(one) for one in findings]}
    emit(document, "\n".join(words), as_json=as_json)
    return TROUBLE_EXIT_CODE if bad else 0


def examine(path: Path, limit_s: float) -> list[Finding]:
    """Every finding, in the order in which an engineer would mend them."""
    try:
        config = configuration.load(path)
    except ConfigError as error:
        return [Finding("config", "bad", str(error), error.mend)]
    findings = [Finding("config", "good", f"kiosk {config.kiosk_id}, profile {config.profile}")]
    findings += [
        _keys(config),
        _outbox(config),
        _clock(config),
        *_link(config),
        _models(),
        *_texts(config),
    ]
    findings += [*_mirror(config), *_authorities(config)]
    running, devices = _running(config.page.port)
    findings.append(running)
    if running.verdict == "good":
        return [*findings, Finding("devices", *doctor_words.held(devices))]
    return [*findings, *_devices(config, limit_s)]


def _keys(config: Config) -> Finding:
    keys = config.keys
    try:
        load_signer(keys.signing)
        for path in (*keys.recipients, *keys.receipts):
            load_public_key(path)
        open_keys(config)
    except FileNotFoundError as error:
        mend = "`kiosk run` makes its own signing key; the centre's keys come with its bundle."
        return Finding("keys", "bad", f"{error.filename} is not there", mend)
    except (KeyFileError, SetupError) as error:
        return Finding("keys", "bad", str(error), error.mend)
    return Finding("keys", "good", "own signing key and the centre's keys load")


def _outbox(config: Config) -> Finding:
    """Its folder, its room, and how many sealed rows wait for the centre's receipt."""
    path, limit_mb = config.storage.outbox, config.storage.outbox_limit_mb
    if not os.access(path.parent, os.W_OK):
        mend = "Make the folder and give it to the user that runs the kiosk, or mend [storage]."
        return Finding("outbox", "bad", f"{path.parent} is not there or may not be written", mend)
    free_mb = shutil.disk_usage(path.parent).free / 2**20
    try:
        check_partition(path.parent, *sizes(config))
        seen = look(path) if path.exists() else None
    except OutboxError as error:
        return Finding("outbox", "bad", str(error), error.mend)
    if seen is None:
        what = "none yet; the kiosk makes it at its first start"
        return _roomy(Finding("outbox", "good", what), limit_mb, free_mb)
    if seen.set_aside or seen.suspect:
        what = "a file that does not read was set aside, or will be at the next start"
        return Finding("outbox", "bad", what, SET_ASIDE_MEND)
    used_mb = seen.file_bytes / 2**20
    what = f"{seen.ready + seen.sent} rows wait for a receipt, {seen.receipted} have one"
    found = Finding("outbox", "good", f"{what}; {used_mb:.1f} MB")
    return _roomy(found, limit_mb - used_mb, free_mb)


def _mirror(config: Config) -> list[Finding]:
    """The second medium, where the post has one."""
    storage = config.storage
    if storage.mirror is None or not storage.outbox.exists():
        return []
    in_step, what = mirror_words(storage.outbox, storage.mirror)
    mend = "" if in_step else OutboxMirrorError.mend
    return [Finding("mirror", "good" if in_step else "bad", what, mend)]


def _roomy(found: Finding, wanted_mb: float, free_mb: float) -> Finding:
    """As found, or unsure where the disk is full before the outbox is."""
    if free_mb >= wanted_mb:
        return found
    what = f"{found.what}; {wanted_mb:.0f} MB may be needed, {free_mb:.0f} MB are free"
    mend = "Make room on the partition, or lower outbox_limit_mb under [storage]."
    return Finding(found.check, "unsure", what, mend)


def _clock(config: Config) -> Finding:
    verdict, what, mend = clock_and_floor(config)
    return Finding("clock", verdict, what, mend)


def _link(config: Config) -> list[Finding]:
    """The line to the centre, while a kiosk runs that counts it."""
    told = link(config)
    return [] if told is None else [Finding("link", *told)]


def _models() -> Finding:
    store = ModelStore()
    started_s = time.monotonic()
    try:
        names = list(store.cards())
        for name in names:
            store.open(name)
    except VisionError as error:
        return Finding("models", "bad", str(error), error.mend)
    took_ms = round((time.monotonic() - started_s) * 1000)
    return Finding("models", "good", f"{len(names)} load in {took_ms} ms")


def _texts(config: Config) -> list[Finding]:
    try:
        texts = texts_of(config)
    except ConfigError as error:
        return [Finding("languages", "bad", str(error), error.mend)]
    return [
        Finding("languages", *doctor_words.languages(config, texts)),
        Finding("sound", *doctor_words.sounds(config, texts)),
    ]


def _authorities(config: Config) -> list[Finding]:
    """Whose chips are believed; nothing at a post that reads no chips."""
    if not config.devices.chip_reader:
        return []
    folder = config.keys.authorities
    mend = "Import master lists with `kiosk csca import` into the folder of authorities in [keys]."
    if folder is None:
        what = "[keys] names no folder of authorities, so no chip can be proven"
        return [Finding("authorities", "unsure", what, mend)]
    try:
        store = CscaStore.open(folder)
    except ChipDataError as error:
        return [Finding("authorities", "bad", str(error), error.mend)]
    if not len(store):
        what = f"{folder} holds none, so no chip can be proven"
        return [Finding("authorities", "unsure", what, mend)]
    what = f"{len(store)} certificates of {len(store.countries)} states"
    return [Finding("authorities", "good", what)]


def _running(port: int) -> tuple[Finding, object]:
    """Whether a kiosk serves its page, and what it says of its devices."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2.0)
    try:
        connection.request("GET", "/health")
        health = json.loads(connection.getresponse().read())
        shown, devices = health["screen"], health.get("devices")
    except (OSError, ValueError, LookupError, TypeError, http.client.HTTPException):
        return Finding("kiosk", "unsure", f"no kiosk answers on port {port}"), None
    finally:
        connection.close()
    return Finding("kiosk", "good", f"runs and shows {shown!r}"), devices


def _devices(config: Config, limit_s: float) -> list[Finding]:
    devices = config.devices
    looks: list[tuple[str, str, Callable[[str, str, float], Finding]]] = [
        _reading(devices),
        ("chip_reader", devices.chip_reader, _chip_reader),
        ("page_camera", devices.page_camera, _camera),
        ("camera", devices.camera, _camera),
        ("finger_scanner", devices.finger_scanner, _scanner),
    ]
    return [_device(name, url, look, limit_s) for name, url, look in looks]


def _reading(devices: Devices) -> tuple[str, str, Callable[[str, str, float], Finding]]:
    """What reads documents at this post: a reader, or the page camera."""
    if devices.read_by_camera:
        return "document_reader", devices.page_camera, _reading_camera
    return "document_reader", devices.document_reader, _reader


def _device(
    name: str, url: str, look: Callable[[str, str, float], Finding], limit_s: float
) -> Finding:
    if not url:
        return Finding(name, "good", "this post has none")
    try:
        return look(name, url, limit_s)
    except DeviceError as error:
        return Finding(name, "bad", error.what, error.mend)


def _reader(name: str, url: str, limit_s: float) -> Finding:
    reader = registry.open_document_reader(name, url)
    try:
        lines = reader.read(Deadline.after(name, limit_s)).lines
    except DeviceTimeoutError:
        mend = "Lay a document on the reader while `kiosk doctor` runs, to see it read."
        return Finding(name, "unsure", f"{_named(reader.info)} opens; no document came", mend)
    finally:
        reader.close()
    return Finding(name, "good", f"{_named(reader.info)} read {len(lines)} lines")


def _reading_camera(name: str, url: str, limit_s: float) -> Finding:
    """One frame of the page camera, read as a crossing would read it."""
    camera = registry.open_camera(name, url)
    try:
        pixels = camera.grab(Deadline.after(name, limit_s)).pixels
    finally:
        camera.close()
    try:
        began_s = time.monotonic()
        reader = MrzReader.open(ModelStore())
        judged = mrz_eyes.judge(reader.read(pixels, mrz_eyes.shapes()), clock.utc_now().date())
    except VisionError as error:
        return Finding(name, "bad", str(error), error.mend)
    took_ms = round((time.monotonic() - began_s) * 1000)
    if judged.mrz is None:
        mend = "Lay a document before the page camera while `kiosk doctor` runs, to see it read."
        return Finding(name, "unsure", f"the page camera reads; {judged.note}", mend)
    doubt = f", {judged.note}" if judged.note else ""
    what = f"the page camera reads {len(judged.lines)} lines in {took_ms} ms{doubt}"
    return Finding(name, "good", what)


def _chip_reader(name: str, url: str, limit_s: float) -> Finding:
    """A chip that answers to power; its files stay closed, as nobody gave its lines."""
    reader = registry.open_chip_reader(name, url)
    try:
        channel = reader.connect(Deadline.after(name, limit_s))
        channel.close()
    except DeviceTimeoutError:
        mend = "Lay a document with a chip on the reader while `kiosk doctor` runs."
        return Finding(name, "unsure", f"{_named(reader.info)} opens; no chip lies there", mend)
    finally:
        reader.close()
    return Finding(name, "good", f"{_named(reader.info)} opens, and a chip answers")


def _camera(name: str, url: str, limit_s: float) -> Finding:
    camera = registry.open_camera(name, url)
    try:
        pixels = camera.grab(Deadline.after(name, limit_s)).pixels
        notes = notes_of(camera)
    finally:
        camera.close()
    height, width = pixels.shape[:2]
    what = f"{_named(camera.info)} gives {width}x{height}, mean light {pixels.mean():.0f} of 255"
    return Finding(name, "good", "; ".join([what, *notes]))


def _scanner(name: str, url: str, limit_s: float) -> Finding:
    """One picture; a slow line gets the time that it takes on top of the wait for a finger."""
    scanner = registry.open_finger_scanner(name, url)
    try:
        picture = scanner.capture(Deadline.after(name, limit_s + scanner.transfer_limit_s))
    except DeviceTimeoutError:
        mend = "Put a finger on the glass while `kiosk doctor` runs, to see it read."
        return Finding(name, "unsure", f"{_named(scanner.info)} opens; no finger came", mend)
    finally:
        scanner.close()
    height, width = picture.pixels.shape
    return Finding(name, "good", f"{_named(scanner.info)} gives {width}x{height} at {picture.ppi}")


def _named(info: DeviceInfo) -> str:
    return " ".join(part for part in (info.make, info.model, info.serial) if part)
