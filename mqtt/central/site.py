"""Makes a throw-away site in a folder: certificates, keys, registry, broker configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mqtt.bundles import KEYS, Bundle, KeySet, Recipient, key_bytes, make_bundle, pack_keys
from mqtt.central.clock import utc_now
from mqtt.central.errors import SiteError
from mqtt.central.mosquitto import (
    LOOPBACK,
    BrokerFiles,
    BrokerProcess,
    acl_text,
    configuration_text,
)
from mqtt.central.mosquitto import start as start_mosquitto
from mqtt.central.pki import (
    VALID_DAYS,
    KeyPair,
    make_authority,
    make_key_pair,
    make_leaf,
    write_private,
)
from mqtt.keys import load_private_key, load_public_key
from mqtt.topics import is_kiosk_id

DEFAULT_PORT = 8883
MEMBERS = ("centre-1", "centre-2")


@dataclass(frozen=True, slots=True)
class KioskFiles:
    """What belongs on one kiosk: its TLS client certificate (CN = id) and its signing key."""

    kiosk: str
    tls: KeyPair
    signing: KeyPair


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything of the site lies; the folder may be moved while no broker runs in it."""

    folder: Path
    port: int = DEFAULT_PORT

    @property
    def authority(self) -> KeyPair:
        """The site's certificate authority."""
        return self._pair("pki", "ca")

    @property
    def server(self) -> KeyPair:
        """The broker's certificate, for localhost and 127.0.0.1."""
        return self._pair("pki", "broker")

    def member(self, name: str = MEMBERS[0]) -> KeyPair:
        """The TLS client certificate of one member of the central sink."""
        return self._pair("centre", name)

    @property
    def recipient(self) -> KeyPair:
        """The centre's decryption key, and its public half for the kiosks."""
        return self._keys("centre", "recipient")

    @property
    def receipts(self) -> KeyPair:
        """The centre's receipt signing key, and its public half for the kiosks."""
        return self._keys("centre", "receipts")

    @property
    def commands(self) -> KeyPair:
        """The centre's command signing key, and its public half."""
        return self._keys("centre", "commands")

    @property
    def root(self) -> KeyPair:
        """The key that signed the bundle; a real programme keeps it offline."""
        return self._keys("pki", "root")

    @property
    def bundle(self) -> Path:
        """Whom the kiosks seal for, whose receipts and commands they believe."""
        return self.folder / "centre" / "keys.bundle"

    @property
    def registry(self) -> Path:
        """Which kiosks the centre believes."""
        return self.folder / "centre" / "registry.toml"

    @property
    def database(self) -> Path:
        """Where the sink stores what arrives."""
        return self.folder / "centre" / "central.sqlite3"

    @property
    def configuration(self) -> Path:
        """What `kiosk-central` reads."""
        return self.folder / "centre" / "central.toml"

    def kiosk(self, kiosk: str) -> KioskFiles:
        """The files of one kiosk, whether they are made yet or not."""
        tls = self._pair(f"kiosks/{kiosk}", "tls")
        return KioskFiles(kiosk, tls, self._keys(f"kiosks/{kiosk}", "signing"))

    def kiosks(self) -> list[str]:
        """The ids of the kiosks that have files, sorted."""
        return sorted(path.name for path in (self.folder / "kiosks").iterdir())

    @property
    def broker(self) -> BrokerFiles:
        """The files of the broker."""
        rooms = self.folder / "broker"
        return BrokerFiles(
            authority=self.authority.public,
            certificate=self.server.public,
            key=self.server.private,
            configuration=rooms / "mosquitto.conf",
            acl=rooms / "acl",
            log=rooms / "mosquitto.log",
        )

    def _pair(self, room: str, name: str) -> KeyPair:
        return KeyPair(self.folder / room / f"{name}.key", self.folder / room / f"{name}.pem")

    def _keys(self, room: str, name: str) -> KeyPair:
        return KeyPair(self.folder / room / f"{name}.key", self.folder / room / f"{name}.pub.pem")


def init_site(folder: Path, kiosk: str, *, port: int = DEFAULT_PORT, profile: str = "demo") -> Site:
    """Make the site, or add what is missing; what exists is kept, so a second call changes nothing.

    Raises SiteError where the kiosk id is not fit for a topic or the folder cannot be written.
    """
    return add_kiosks(folder, [kiosk], port=port, profile=profile)


def add_kiosks(
    folder: Path, kiosks: Sequence[str], *, port: int = DEFAULT_PORT, profile: str = "demo"
) -> Site:
    """As `init_site`, for many kiosks at once."""
    if not all(is_kiosk_id(kiosk) and kiosk not in MEMBERS for kiosk in kiosks):
        raise SiteError("A kiosk id is 1 to 40 letters, digits and hyphens, and no member's name.")
    site = Site(folder.resolve(), port)
    try:
        for kiosk in kiosks:
            _make_folders(site, kiosk)
            _make_certificates(site, kiosk)
            make_key_pair(site.kiosk(kiosk).signing)
        for pair in (site.recipient, site.receipts, site.commands, site.root):
            make_key_pair(pair)
        _make_bundle(site)
        _write_texts(site, profile)
    except OSError as error:
        raise SiteError(f"{error.filename}: {error.strerror}.") from None
    return site


def start_broker(site: Site) -> BrokerProcess:
    """The site's mosquitto on its port, ready for connections; raises BrokerError and its kinds."""
    return start_mosquitto(site.broker, site.port)


def _make_folders(site: Site, kiosk: str) -> None:
    for room in ("", "pki", "centre", "broker", "kiosks", f"kiosks/{kiosk}"):
        (site.folder / room).mkdir(mode=0o700, parents=True, exist_ok=True)
    site.folder.chmod(0o700)


def _make_certificates(site: Site, kiosk: str) -> None:
    fresh = not site.authority.exists()
    if fresh:
        make_authority(site.authority)
    leaves = [(site.server, "localhost", True), (site.kiosk(kiosk).tls, kiosk, False)]
    leaves += [(site.member(name), name, False) for name in MEMBERS]
    for pair, common_name, server in leaves:
        if fresh or not pair.exists():
            make_leaf(pair, site.authority, common_name, server=server)


def _make_bundle(site: Site) -> None:
    """One key for as long as the certificates hold: a throw-away site has no months."""
    if site.bundle.exists():
        return
    now = utc_now().replace(microsecond=0)
    end = now + timedelta(days=VALID_DAYS)
    recipient, receipts, commands = (
        key_bytes(load_public_key(pair.public))
        for pair in (site.recipient, site.receipts, site.commands)
    )
    keys = KeySet(
        recipients=(Recipient(key=recipient, use="month", not_before=now, not_after=end),),
        receipts=(receipts,),
        commands=(commands,),
    )
    bundle = Bundle(name=KEYS, version=1, issued_at=now, expires_at=end, content=pack_keys(keys))
    write_private(site.bundle, make_bundle(bundle, load_private_key(site.root.private)))


def _write_texts(site: Site, profile: str) -> None:
    write_private(site.broker.acl, acl_text(MEMBERS).encode())
    text = configuration_text(site.broker, site.port)
    write_private(site.broker.configuration, text.encode())
    write_private(site.registry, _registry_text(site, profile).encode())
    write_private(site.configuration, _configuration_text(site).encode())


def _registry_text(site: Site, profile: str) -> str:
    head = "# Whom the centre believes. Written by `kiosk-central init-site`.\n"
    parts = [
        head,
        f'accepted_profiles = ["{profile}"]\n',
        'accepted_assurances = ["software", "tpm"]\n',
    ]
    for kiosk in site.kiosks():
        pem = site.kiosk(kiosk).signing.public.read_text()
        parts.append(f'\n[kiosks.{kiosk}]\nsigning_keys = ["""\n{pem}"""]\n')
    return "".join(parts)


def _configuration_text(site: Site) -> str:
    return (
        "# What kiosk-central reads; paths start from this folder.\n"
        f'broker = "{LOOPBACK}:{site.port}"\n'
        'ca = "../pki/ca.pem"\n'
        f'cert = "{MEMBERS[0]}.pem"\n'
        f'key = "{MEMBERS[0]}.key"\n'
        'registry = "registry.toml"\n'
        'recipient_keys = ["recipient.key"]\n'
        'receipt_key = "receipts.key"\n'
        'database = "central.sqlite3"\n'
    )
