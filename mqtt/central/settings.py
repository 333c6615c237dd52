"""central.toml: where the centre finds its broker, keys, registry and database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from mqtt.broker import Address, TlsFiles
from mqtt.central.command_desk import CommandDesk
from mqtt.central.databases import postgres_store
from mqtt.central.errors import CentralError
from mqtt.central.intake import Intake
from mqtt.central.orders import Orders
from mqtt.central.registry import Registry
from mqtt.central.sink import Sink, SinkSettings
from mqtt.central.store import CentralStore
from mqtt.central.store_sqlite import Store
from mqtt.central.trust import TrustFiles
from mqtt.keys import PrivateKey, load_private_key
from mqtt.notice import OnChange, Tell


class SettingsError(CentralError):
    """central.toml cannot be used."""

    mend = "Compare it with the central.toml that `kiosk-central init-site` writes."


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    broker: str
    ca: str
    cert: str
    key: str
    registry: str
    receipt_key: str
    database: str
    recipient_keys: list[str] = []
    replicated: bool = False
    metrics: str = ""
    quarantine_limit_mb: Annotated[int, Meta(ge=1)] = 1024
    retention_days: Annotated[int, Meta(ge=1)] | None = None


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """Paths are relative to the file's own folder, so that a site may be moved."""

    folder: Path
    file: _File

    @classmethod
    def load(cls, path: Path) -> "CentralSettings":
        """Read central.toml; raises SettingsError."""
        try:
            return cls(path.parent, msgspec.toml.decode(path.read_bytes(), type=_File))
        except OSError as error:
            raise SettingsError(f"{path}: {error.strerror}.") from None
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise SettingsError(f"{path}: {error}.") from None

    @property
    def is_postgres(self) -> bool:
        """`database` is a connection URL of libpq and no file."""
        return self.file.database.startswith(("postgresql://", "postgres://"))

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / self.file.database

    def store(self, *, read_only: bool = False) -> CentralStore:
        """The database, made or upgraded where it may be written; raises StoreError and kinds."""
        limit_bytes = self.file.quarantine_limit_mb << 20
        if not self.is_postgres:
            if self.file.replicated:
                raise SettingsError("`replicated` needs PostgreSQL: one SQLite file has no second.")
            return Store(self.database, read_only=read_only, quarantine_limit_bytes=limit_bytes)
        return postgres_store(
            self.file.database,
            read_only=read_only,
            replicated=self.file.replicated,
            quarantine_limit_bytes=limit_bytes,
        )

    @property
    def metrics(self) -> Address | None:
        """Where Prometheus reads; raises BrokerSetupError for what is no HOST:PORT."""
        return Address.parse(self.file.metrics) if self.file.metrics else None

    def registry(self) -> Registry:
        """Whom the centre believes; raises RegistryError."""
        return Registry.load(self.folder / self.file.registry)

    def intake(self, store: CentralStore, tell: Tell) -> Intake:
        """What judges, stores and receipts; raises RegistryError, KeyFileError, SettingsError."""
        files = self._trust_files()
        try:
            trust = files.load()
            signer = load_private_key(self.folder / self.file.receipt_key)
        except OSError as error:
            raise SettingsError(f"{error.filename}: {error.strerror}.") from None
        return Intake(
            trust.registry,
            trust.recipient_keys,
            signer,
            store,
            tell,
            renew=files.renewed,
            orders=self._orders(),
            quarantine_limit_bytes=self.file.quarantine_limit_mb << 20,
        )

    def recipient_keys(self) -> Sequence[PrivateKey]:
        """Every private key that events may be sealed for; raises as `intake` does."""
        try:
            return self._trust_files().load().recipient_keys
        except OSError as error:
            raise SettingsError(f"{error.filename}: {error.strerror}.") from None

    def _trust_files(self) -> TrustFiles:
        named = [self.folder / name for name in self.file.recipient_keys]
        return TrustFiles(self.folder / self.file.registry, named)

    def _orders(self) -> Orders:
        """The folder of commands, and their key where this centre has one."""
        key = self.folder / "commands.key"
        signer = load_private_key(key) if key.exists() else None
        return Orders(CommandDesk(self.folder / "commands"), signer)

    def sink(self, store: CentralStore, tell: Tell, member: str | None = None) -> Sink:
        """One member of the sink; each needs a certificate of its own (`member`.pem here)."""
        folder, file = self.folder, self.file
        cert, key = (f"{member}.pem", f"{member}.key") if member else (file.cert, file.key)
        tls = TlsFiles(folder / file.ca, folder / cert, folder / key)
        settings = SinkSettings(Address.parse(file.broker), tls)
        return Sink(settings, self.intake(store, tell), OnChange(tell))
