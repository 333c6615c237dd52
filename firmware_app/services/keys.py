"""The kiosk's keys as its configuration names them: who signs, whom it seals for and believes."""

from dataclasses import dataclass
from pathlib import Path

from firmware_app import log
from firmware_app.clock import UtcClock, utc_now
from firmware_app.config import Config
from firmware_app.errors import SetupError
from mqtt.bundle_store import BundleStore, KeyRing
from mqtt.bundles import month_ends
from mqtt.enrol_device import DeviceRoom
from mqtt.envelope import Sealer
from mqtt.errors import BundleError, KeyFileError
from mqtt.events import Assurance, Profile
from mqtt.keys import Signer, create_private_key, load_public_key
from mqtt.keys_tpm import is_tpm_key, load_signer

GONE_MEND = "Put the key back; or move the outbox aside, and tell the centre the new key."
ENROL_MEND = "Enrol this kiosk: `kiosk keys enrol --token TOKEN` (docs/keys.md)."
PATHS_MEND = "Check the paths under [keys] in kiosk.toml."


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs, and the ring of whom to believe."""

    signer: Signer
    ring: KeyRing
    store: BundleStore | None
    sealer: Sealer


def open_keys(config: Config, utc: UtcClock = utc_now) -> Keys:
    """Open all keys; makes a signing key where none was ever there. Raises SetupError."""
    signer = _signer(config)
    try:
        store = _store(config, utc)
        ring = KeyRing(
            store,
            utc,
            tuple(load_public_key(path) for path in config.keys.recipients),
            tuple(load_public_key(path) for path in config.keys.receipts),
        )
    except BundleError as error:
        raise SetupError(str(error), ENROL_MEND) from error
    except (KeyFileError, OSError) as error:
        raise SetupError(str(error), getattr(error, "mend", PATHS_MEND)) from error
    _say_months(store, utc)
    profile, assurance = Profile(config.profile), Assurance(config.assurance)
    return Keys(signer, ring, store, Sealer(signer, ring.recipients, profile, assurance))


def device_room(config: Config) -> DeviceRoom:
    """Where enrolment puts things; raises SetupError where kiosk.toml does not say it."""
    keys = config.keys
    if keys.root is None or keys.bundles is None or keys.tls is None:
        raise SetupError("keys.root, keys.bundles or keys.tls is not set.", PATHS_MEND)
    tls = keys.tls
    return DeviceRoom(
        signing=keys.signing,
        tls_key=tls / "tls.key",
        tls_certificate=tls / "tls.pem",
        authorities=tls / "ca.pem",
        root=keys.root,
        bundles=keys.bundles,
    )


def wanted_file(config: Config) -> Path:
    """The mark that the centre wants new keys; `kiosk keys rotate --if-due` takes it away."""
    return config.keys.signing.with_name("rotate.wanted")


def _say_months(store: BundleStore | None, utc: UtcClock) -> None:
    keys = store.keys() if store is not None else None
    if keys is not None and utc() >= month_ends(keys):
        mend = (
            "Bring the newest bundle: `kiosk-central command send CENTRE --all update-list keys`."
        )
        log.say("months_ended", "warning", what="no recipient key is of now.", mend=mend)


def _signer(config: Config) -> Signer:
    path = config.keys.signing
    try:
        if not path.exists():
            _check_never_enrolled(config)
            create_private_key(path)
        if is_tpm_key(path) != (config.assurance == "tpm"):
            what = f"{path}: assurance is {config.assurance}, the key is of the other kind."
            raise SetupError(what, "Correct assurance in kiosk.toml, or enrol the kiosk anew.")
        return load_signer(path)
    except (KeyFileError, OSError) as error:
        raise SetupError(str(error), getattr(error, "mend", PATHS_MEND)) from error


def _check_never_enrolled(config: Config) -> None:
    """A new key would make a chain that the centre cannot verify, and nobody would know why."""
    path = config.keys.signing
    if config.storage.outbox.exists():
        raise SetupError(f"{path} is gone, its outbox is there.", GONE_MEND)
    if config.keys.root is not None or config.assurance == "tpm":
        raise SetupError(f"{path} is not there.", ENROL_MEND)


def _store(config: Config, utc: UtcClock) -> BundleStore | None:
    keys = config.keys
    if keys.root is None or keys.bundles is None:
        return None
    return BundleStore(keys.bundles, load_public_key(keys.root), utc)
