"""kiosk.toml into frozen values: strict, read once; an unknown key names itself and the mend."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from drivers.errors import DeviceUrlError
from drivers.registry import check_url, is_simulated
from firmware_app import field_record
from firmware_app.config_officer import OfficerPage
from firmware_app.config_update import Update
from firmware_app.domain.languages import MOST_ON_THE_SCREEN, Tag
from firmware_app.errors import ConfigError
from mqtt.groups import Code, KioskId
from mqtt.link_budget import LinkWord
from vision.face_pose import FaceCamera
from vision.face_quality import FaceLimits
from vision.passive_pad import PassivePadSettings

# What goes into every event is held to the event's own words here: there it would fail too late.
ShortCode = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:+-]{0,32}$(?!\n)")]
Authority = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Hours = Annotated[float, Meta(ge=0, le=87_600)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
FingerCode = Annotated[int, Meta(ge=1, le=10)]
ChallengeName = Literal["turn_left", "turn_right", "look_up", "blink", "open_mouth", "colours"]
Transport = Literal[
    "on-foot",
    "car",
    "bus",
    "truck",
    "motorbike",
    "bicycle",
    "train",
    "ship",
    "aircraft",
    "other",
]
Points = Annotated[float, Meta(ge=0, le=100)]


MOST_BYTES = 1_000_000
READ_BY_CAMERA = "camera:page_camera"
DEVICE_KINDS = {
    "document_reader": "document_reader",
    "camera": "camera",
    "page_camera": "camera",
    "finger_scanner": "finger_scanner",
    "chip_reader": "chip_reader",
    "lamp": "lamp",
}


class Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the kiosk stands and which way its travellers go.

    direction ask: the traveller says; transport: the means that come here, asked for where there
    are several; group_size_max: so many cross in one session, one after the other.
    """

    locode: Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z0-9]{3}$(?!\n)")]
    code: ShortCode
    authority: Authority
    lane: Code = "1"
    direction: Literal["ENTRY", "EXIT", "ask"] = "ENTRY"
    mode: Literal["LAND", "AIR", "SEA", "RAIL"] = "LAND"
    transport: Annotated[tuple[Transport, ...], Meta(max_length=10)] = ()
    group_size_max: Annotated[int, Meta(ge=1, le=9)] = 5

    @property
    def directions(self) -> tuple[str, ...]:
        """Which ways travellers go here."""
        return ("ENTRY", "EXIT") if self.direction == "ask" else (self.direction,)

    def __post_init__(self) -> None:
        if len(set(self.transport)) < len(self.transport):
            raise ValueError("expected each means of transport once")


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The traveller's page on loopback.

    wake_on_motion: it rests dimly until the face camera sees somebody come; no picture is kept.
    diagonal_inch: of the glass, for sizes in millimetres; below 10 the page is laid out for 7 inch;
    0: not measured, the page takes 15.6 at 1920 x 1080 and a laptop for anything smaller.
    """

    port: Port = 8080
    languages: Annotated[tuple[Tag, ...], Meta(min_length=1, max_length=MOST_ON_THE_SCREEN)] = (
        "en",
        "fr",
        "ar",
    )
    wake_on_motion: bool = True
    diagonal_inch: Annotated[float, Meta(ge=0, le=32)] = 0.0


class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is heard at the kiosk; docs/sound.md.

    folder: of `kiosk sounds make`; speech: whether reading aloud waits to be asked for; headphones:
    whether personal data may be spoken: never, where the traveller says so, or with each visit.
    """

    folder: Path | None = None
    speech: Literal["ask", "always"] = "ask"
    headphones: Literal["none", "ask", "always"] = "none"


class Devices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One URL a device; empty: this post has none.

    document_reader may be READ_BY_CAMERA: the page camera reads the document, too.
    """

    document_reader: str
    camera: str
    finger_scanner: str = ""
    page_camera: str = ""
    chip_reader: str = ""
    lamp: str = ""

    @property
    def read_by_camera(self) -> bool:
        """Whether the page camera is this post's document reader."""
        return self.document_reader == READ_BY_CAMERA


class PolicyChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the post decided about people.

    questions: a file of its own (docs/questions.md); type_document: by hand, where no device could
    read it; states_first: offered before anything is typed, none: the post's own authority.
    """

    fingers: tuple[FingerCode, ...] = (2,)
    finger_from_years: Annotated[int, Meta(ge=12)] = 12
    supervised: bool = True
    try_limit_s: Annotated[float, Meta(ge=3, le=120)] = 25.0
    head_turn: bool = True
    read_doubtful_again: bool = True
    questions: Path | None = None
    type_document: bool = True
    states_first: Annotated[tuple[Authority, ...], Meta(max_length=6)] = ()


class FaceQuality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The least of each component of a face's quality before the traveller is asked; 0: never.

    docs/face_quality.md says what each measures.
    """

    single_face: Points = 50
    inter_eye_distance: Points = 50
    head_size: Points = 50
    crop: Points = 50
    over_exposure: Points = 50
    under_exposure: Points = 50
    dynamic_range: Points = 50
    contrast: Points = 50
    illumination_uniformity: Points = 50
    yaw: Points = 50
    pitch: Points = 50
    roll: Points = 50
    sharpness: Points = 50
    mouth_occlusion: Points = 50
    eyes_visible: Points = 50
    eyes_open: Points = 50
    mouth_closed: Points = 50
    gaze: Points = 50
    natural_colour: Points = 0
    background: Points = 0


class Face(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The traveller's camera, and what is asked of a face before it."""

    field_of_view_deg: Annotated[float, Meta(ge=20, le=120)] = 60.0
    quality: FaceQuality = FaceQuality()

    @property
    def camera(self) -> FaceCamera:
        """The lens, for the head's pose."""
        return FaceCamera(self.field_of_view_deg)

    @property
    def limits(self) -> FaceLimits:
        """The same for vision."""
        return FaceLimits(**msgspec.structs.asdict(self.quality))


class PassiveModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passive attack detector of the operator's own: one more cue; docs/passive_model.md."""

    file: Path
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{64}$(?!\n)")]
    version: ShortCode = ""
    width_px: Annotated[int, Meta(ge=16, le=512)] = 80
    height_px: Annotated[int, Meta(ge=16, le=512)] = 80
    crop: Annotated[float, Meta(ge=0.5, le=8)] = 2.7
    colours: Literal["bgr", "rgb"] = "bgr"
    planes_first: bool = False
    offset: Annotated[float, Meta(ge=-1000, le=1000)] = 0.0
    scale: Annotated[float, Meta(gt=0, le=1000)] = 1.0
    outputs: Annotated[int, Meta(ge=1, le=1000)] = 3
    live_output: Annotated[int, Meta(ge=0, le=999)] = 1
    logits: bool = True

    @property
    def settings(self) -> PassivePadSettings:
        """The same for vision."""
        return PassivePadSettings(**msgspec.structs.asdict(self))


class Liveness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of a face to show that it is live; docs/liveness.md.

    count: so many of `challenges`, by chance; 0: none, each crossing is then a referral.
    challenge_s: acting time for each. field_test: the record of a test by docs/pad-field-test.md,
    without which the kiosk stays supervised.
    """

    challenges: tuple[ChallengeName, ...] = (
        "turn_left",
        "turn_right",
        "look_up",
        "blink",
        "open_mouth",
        "colours",
    )
    count: Annotated[int, Meta(ge=0, le=6)] = 3
    challenge_s: Annotated[float, Meta(ge=2, le=60)] = 12.0
    field_test: Path | None = None
    passive_model: PassiveModel | None = None


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where crossings wait, and how long.

    mirror: the same rows on a second medium; without_mirror: what to do while it is away.
    """

    outbox: Path
    outbox_limit_mb: Annotated[float, Meta(ge=1, le=1_000_000)] = 512.0
    ballast_mb: Annotated[float, Meta(ge=0, le=1000)] = 8.0
    mirror: Path | None = None
    without_mirror: Literal["refuse", "go_on"] = "refuse"
    keep_after_receipt_h: Hours = 72.0
    resend_after_s: Seconds = 60.0


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The kiosk's own signing key, and whom it believes: a root and its bundles, or fixed files.

    root: the programme's public key; bundles: the folder where verified ones are kept. tls: the
    publisher's folder (tls.key, tls.pem, ca.pem). groups: of commands for many kiosks. authorities:
    the folder of `kiosk csca import`, whose signatures on chips are believed.
    """

    signing: Path
    recipients: tuple[Path, ...] = ()
    receipts: tuple[Path, ...] = ()
    root: Path | None = None
    bundles: Path | None = None
    tls: Path | None = None
    groups: tuple[Code, ...] = ()
    authorities: Path | None = None

    def __post_init__(self) -> None:
        if (self.root is None) != (self.bundles is None):
            raise ValueError("root and bundles go together")
        if self.root is None and not (self.recipients and self.receipts):
            raise ValueError("expected root and bundles, or recipients and receipts")


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the link is used; auto: by what is measured."""

    link: LinkWord = "auto"


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the notice says and the event repeats; contact, rights_url: for the reference's QR."""

    legal_basis: Code
    notice_version: Code
    retention_days: Annotated[int, Meta(ge=1, le=36_525)]
    contact: Annotated[str, Meta(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")] = ""
    rights_url: Annotated[str, Meta(max_length=120, pattern=r"^(https://[!-~]+)?$(?!\n)")] = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of kiosk.toml."""

    kiosk_id: KioskId
    profile: Literal["production", "training", "demo", "selftest"]
    post: Post
    devices: Devices
    storage: Storage
    keys: Keys
    law: Law
    relay_socket: Path
    assurance: Literal["software", "tpm"] = "software"
    page: Page = Page()
    sound: Sound = Sound()
    policy: PolicyChoice = PolicyChoice()
    delivery: Delivery = Delivery()
    face: Face = Face()
    liveness: Liveness = Liveness()
    officer: OfficerPage | None = None
    update: Update | None = None


GROUPS = (
    *(Post, Page, Sound, Devices, PolicyChoice, Face, FaceQuality, Liveness, PassiveModel, Storage),
    *(Keys, Delivery, Law, OfficerPage, Update),
)


def load(path: Path) -> Config:
    """Read and judge kiosk.toml; paths in it are relative to its own folder.

    Raises ConfigError, which names the key and what was expected.
    """
    return judge(path, _text(path))


def judge(path: Path, text: str) -> Config:
    """What `text` would mean as the content of `path`; raises ConfigError."""
    raw = _toml(path, text)
    folder = path.resolve().parent
    try:
        config = msgspec.convert(
            raw, Config, dec_hook=lambda kind, value: _path(folder, kind, value)
        )
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}.") from error
    _check_devices(path, config)
    field_record.check(path, config.liveness, supervised=config.policy.supervised)
    return config


def _text(path: Path) -> str:
    """The file as text; a byte order mark, as some editors write it, is no part of it."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        mend = "Name it with --config, or make one from kiosk.example.toml."
        raise ConfigError(f"{path} is not there.", mend) from error
    except OSError as error:
        mend = "Name a file that this user may read with --config."
        raise ConfigError(f"{path}: {error.strerror}.", mend) from error
    if len(data) > MOST_BYTES:
        raise ConfigError(f"{path} has more than {MOST_BYTES} bytes: it is no kiosk.toml.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mend = "Save it as UTF-8 in the editor; if that changes nothing, write the line anew."
        raise ConfigError(f"{path}: line {line} is not UTF-8 text.", mend) from error


def _toml(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}.") from error
    except (ValueError, RecursionError) as error:  # digits or brackets without an end
        raise ConfigError(f"{path}: a number or a list in it is too long to be meant.") from error


def _path(folder: Path, kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value and "\0" not in value:
        return folder / value
    raise ValueError("expected a path")


def _check_devices(path: Path, config: Config) -> None:
    """Each URL could be a device of its kind; a production kiosk has real devices only."""
    if config.devices.read_by_camera and not config.devices.page_camera:
        what = f"devices.document_reader is {READ_BY_CAMERA}, but there is no devices.page_camera."
        raise ConfigError(f"{path}: {what}")
    for name in Devices.__struct_fields__:
        url: str = getattr(config.devices, name)
        if not url or url == READ_BY_CAMERA:
            continue
        try:
            check_url(DEVICE_KINDS[name], f"devices.{name}", url)
        except DeviceUrlError as error:
            raise ConfigError(f"{path}: {error}") from error
        if config.profile == "production" and is_simulated(url):
            raise ConfigError(f"{path}: devices.{name} is simulated, the profile is production.")
