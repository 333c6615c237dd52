"""A kiosk takes its provision.toml: judged, keys made, enrolled, put into force, secrets wiped.

Each step leaves on the disk what the next one needs, and doing a step twice does what doing it once
does; so after a power cut anywhere the same call goes on. What the kiosk runs by (kiosk.toml) comes
last: until then the kiosk is as it was before.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from firmware_app import config
from firmware_app.config import Config
from firmware_app.errors import ConfigError, KioskError
from firmware_app.services.keys import device_room
from firmware_app.services.provision import Provision, ProvisionError, judge, read
from firmware_app.services.provision_state import NAME, Places, State, look
from mqtt.bundles import fingerprint
from mqtt.enrol import ANSWER_LIMIT_BYTES
from mqtt.enrol_device import Device, DeviceRoom
from mqtt.errors import EnrolError, EnrolLinkError, KeyFileError, WireError
from mqtt.files import append_durably, give_like_folder, make_folder, sync_folder, write_durably
from mqtt.keys import load_public_key

Ask = Callable[[str, bytes, str, Path], bytes]
"""Address of the desk, request, fingerprint of the root, where the authorities lie: the answer."""
CODES: dict[type[Exception], str] = {
    ProvisionError: "S1",
    ConfigError: "S2",
    EnrolError: "S3",
    KeyFileError: "S4",
}
"""Of the file itself, the settings in it, the centre's answer, a key on the card; the guide's."""
OTHER_CODE = "S9"
ROOT_MEND = "A kiosk changes its programme only with an empty data partition: flash it anew."


@dataclass(frozen=True, slots=True)
class Taking:
    """One kiosk that is set up."""

    places: Places
    utc_now: Callable[[], datetime]
    ask: Ask = field(repr=False)

    def bring(self, data: bytes) -> bool:
        """Keep a file for `go_on`; False where it was taken before. Raises KioskError, OSError."""
        digest = sha256(data).hexdigest()
        if digest in self._taken():
            return False
        found = read(data, self.utc_now())
        self._check_root(found, judge(found, self.places.config))
        make_folder(self.places.copy.parent, 0o700)
        self.places.answer.unlink(missing_ok=True)
        self._write(self.places.copy, data)
        append_durably(self.places.taken, digest.encode())
        give_like_folder(self.places.taken)
        self.say(State("taken", kiosk_id=found.enrolment.kiosk))
        return True

    def go_on(self, stick: Path | None = None) -> State:
        """Do what can be done now; `stick` is a folder for request and answer without a link.

        Raises KioskError where the file cannot be taken, EnrolError where the centre refuses;
        OSError.
        """
        if self.places.nothing_is_taken():
            return self._nothing_new()
        found = read(self.places.copy.read_bytes(), None)  # its end was asked when it came
        judged = judge(found, self.places.config)
        self._check_root(found, judged)
        missing = self._enrol(found, judged, stick)
        if missing is not None:
            return self.say(missing)
        make_folder(self.places.publisher.parent, 0o750)
        self._write(self.places.publisher, found.publish_toml(judged).encode(), 0o640)
        self._put_in_force(found.kiosk_toml().encode())
        return self._done()

    def say(self, state: State) -> State:
        """Keep the state for whoever looks; raises OSError."""
        make_folder(self.places.state.parent, 0o700)
        said = {name: getattr(state, name) for name in State.__slots__}
        self._write(self.places.state, json.dumps(said).encode())
        return state

    def _nothing_new(self) -> State:
        """Done where a kiosk.toml is there; a cut may have come just before that was said."""
        before = look(self.places)
        if before.name != "done" and self.places.config.exists() and self._taken():
            return self._done()
        return before

    def _done(self) -> State:
        """Everything is in force: away with the token, also where a cut left a part of the copy."""
        for torn in self.places.copy.parent.glob(f".{NAME}.*"):
            wipe(torn)
        wipe(self.places.copy)
        self.places.answer.unlink(missing_ok=True)
        return self.say(State("done", kiosk_id=config.load(self.places.config).kiosk_id))

    def _enrol(self, found: Provision, judged: Config, stick: Path | None) -> State | None:
        """None once certificate and bundle are in force; else what is waited for."""
        room = device_room(judged)
        device = Device(judged.kiosk_id, room, judged.assurance == "tpm", self.utc_now)
        if self._answered(device):
            return None
        request = device.request(found.enrolment)
        brought = _brought(stick, judged.kiosk_id)
        if brought is not None and self._fits(device, brought):
            return None
        try:
            answer = self._asked(found, request, room)
        except EnrolLinkError as error:
            return _carry(stick, judged.kiosk_id, request, error)
        self._write(self.places.answer, answer)
        device.take(answer)
        return None

    def _answered(self, device: Device) -> bool:
        """Whether an answer came before a cut, and is in force now."""
        if not self.places.answer.exists():
            return False
        tls = device.room.tls_key  # put into force last, and then perhaps the relay's alone
        if not tls.with_name(f"{tls.name}.next").exists():
            device.room.pending.unlink(missing_ok=True)
            return True
        return self._fits(device, self.places.answer.read_bytes())

    def _fits(self, device: Device, answer: bytes) -> bool:
        """Whether it was the answer, which is then in force; an old one on a stick is not."""
        self._write(self.places.answer, answer)
        try:
            device.take(answer)
        except EnrolError:
            self.places.answer.unlink(missing_ok=True)
            return False
        return True

    def _asked(self, found: Provision, request: bytes, room: DeviceRoom) -> bytes:
        if not found.desk:
            raise EnrolLinkError("no address of an enrolment desk.")
        desk = room.signing.with_name("desk.url")  # `kiosk keys rotate` asks there later
        self._write(desk, found.desk.encode())
        return self.ask(found.desk, request, found.enrolment.root, room.authorities)

    def _put_in_force(self, data: bytes) -> None:
        path = self.places.config
        with suppress(FileNotFoundError):
            before = path.read_bytes()
            if before != data:
                self._write(path.with_name(path.name + ".previous"), before)
        self._write(path, data)

    def _check_root(self, found: Provision, judged: Config) -> None:
        root = device_room(judged).root
        if root.exists() and fingerprint(load_public_key(root)) != found.enrolment.root:
            raise ProvisionError("it is of another programme's root than this kiosk.", ROOT_MEND)

    def _taken(self) -> list[str]:
        try:
            return self.places.taken.read_text().split()
        except FileNotFoundError:
            return []

    def _write(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        write_durably(path, data, mode)
        give_like_folder(path)


def failed(error: KioskError | WireError | KeyFileError) -> State:
    """The state that an error leaves behind."""
    code = next((code for kind, code in CODES.items() if isinstance(error, kind)), OTHER_CODE)
    return State("refused", str(error), error.mend, code=code)


def wipe(path: Path) -> None:
    """Overwrite and remove a file, both on the disk when this returns; raises OSError.

    Flash may keep the old block behind a new one until it is erased: that is why the token in it is
    good once and for days only.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.write(descriptor, bytes(os.fstat(descriptor).st_size))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink()
    sync_folder(path.parent)


def _brought(stick: Path | None, kiosk: str) -> bytes | None:
    """The answer that a stick carries, where the request was carried out before."""
    if stick is None or not (path := stick / f"{kiosk}.answer").is_file():
        return None
    with path.open("rb") as file:
        return file.read(ANSWER_LIMIT_BYTES + 1)


def _carry(stick: Path | None, kiosk: str, request: bytes, error: EnrolLinkError) -> State:
    if stick is None:
        return State("no_link", str(error), error.mend, kiosk)
    path = stick / f"{kiosk}.request"
    if not path.is_file() or path.read_bytes() != request:
        write_durably(path, request, 0o644)
    mend = f"At the centre: `kiosk-central keys enrol CENTRE --request {kiosk}.request --out "
    return State("carry_request", str(error), f"{mend}{kiosk}.answer`; bring it back.", kiosk)
