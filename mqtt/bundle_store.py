"""Where a kiosk keeps verified bundles, so that no older one is believed; and its ring of keys."""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import overload

from mqtt.bundles import (
    BUNDLE_LIMIT_BYTES,
    KEYS,
    Bundle,
    KeySet,
    check_newer,
    fingerprint,
    key_of,
    read_bundle,
    read_keys,
    seal_for,
)
from mqtt.errors import BundleError
from mqtt.files import write_durably
from mqtt.keys import PublicKey

UtcClock = Callable[[], datetime]
FLOORS = "floors.json"
ROOT_CHANGE = "root-change"
ROOT = ".root"  # in the floors: whose versions they are; no bundle has such a name
_FLOORS_LIMIT_BYTES = 64 * 1024


@dataclass(slots=True)
class BundleStore:
    """One folder: NAME.bundle as it came, and floors.json with the highest version ever believed.

    The floor outlives the bundle: an older file put back on the card is refused too. Only another
    pinned root (`kiosk keys enrol` with its token) begins anew. Any thread.
    """

    folder: Path
    root: PublicKey
    utc_now: UtcClock
    _guard: RLock = field(default_factory=RLock, repr=False)

    def take(self, data: bytes, name: str) -> Bundle:
        """Verify a bundle that arrived and keep it, on the disk when this returns.

        Raises BundleError where it is not signed by the root, expired, older than one that was
        believed, or another one of the same version; OSError where the disk does not write. Then
        what was there before goes on.
        """
        with self._guard:
            bundle = read_bundle(data, name, self.roots())
            check_newer(bundle, self.floor(name), self.utc_now())
            if name == KEYS:
                read_keys(bundle.content)
            self._check_same(name, data, bundle)
            if self._bytes(name) != data or self.floor(name) != bundle.version:
                self._keep(name, data, bundle)
            return bundle

    def newest(self, name: str) -> Bundle | None:
        """The kept bundle, even past its end; None where there is none that holds."""
        with self._guard:
            data = self._bytes(name)
            bundle = None if data is None else self._read(name, data)
            return bundle if bundle and bundle.version >= self.floor(name) else None

    def keys(self) -> KeySet | None:
        """What the newest bundle `keys` holds."""
        bundle = self.newest(KEYS)
        return None if bundle is None else read_keys(bundle.content)

    def roots(self) -> list[PublicKey]:
        """The pinned root, and the next one where a bundle that the pinned one signed names it."""
        data = self._bytes(ROOT_CHANGE)
        try:
            change = None if data is None else read_bundle(data, KEYS, [self.root])
            named = None if change is None else read_keys(change.content).next_root
        except BundleError:
            named = None
        return [self.root] if named is None else [self.root, key_of(named)]

    def floor(self, name: str) -> int:
        """The highest version of this root's that was ever believed; 0 before the first."""
        value = self._floors().get(name, 0)
        return value if isinstance(value, int) else 0

    def _check_same(self, name: str, data: bytes, bundle: Bundle) -> None:
        present = self._bytes(name)
        if present is None or present == data or bundle.version != self.floor(name):
            return
        old = self._read(name, present)
        if old is not None and old.version == bundle.version:
            raise BundleError(f"another one of version {bundle.version} was believed.")

    def _keep(self, name: str, data: bytes, bundle: Bundle) -> None:
        """The floor last: where the power fails between, the newer bundle is there already."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if name == KEYS and read_keys(bundle.content).next_root is not None:
            with suppress(BundleError):
                read_bundle(data, KEYS, [self.root])
                write_durably(self._path(ROOT_CHANGE), data)
        write_durably(self._path(name), data)
        floors = self._floors() | {name: bundle.version, ROOT: fingerprint(self.root)}
        write_durably(self.folder / FLOORS, json.dumps(floors, sort_keys=True).encode())

    def _floors(self) -> dict[str, object]:
        try:
            with (self.folder / FLOORS).open("rb") as file:
                found = json.loads(file.read(_FLOORS_LIMIT_BYTES))
        except (FileNotFoundError, ValueError):
            return {}
        if not isinstance(found, dict) or not self._is_of_root(found):
            return {}
        return found

    def _is_of_root(self, floors: dict[str, object]) -> bool:
        own = fingerprint(self.root)
        return floors.get(ROOT, own) == own

    def _read(self, name: str, data: bytes) -> Bundle | None:
        try:
            return read_bundle(data, name, self.roots())
        except BundleError:
            return None

    def _bytes(self, name: str) -> bytes | None:
        try:
            with self._path(name).open("rb") as file:
                return file.read(BUNDLE_LIMIT_BYTES + 1)
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> Path:
        if not name or os.sep in name or name.startswith("."):
            raise BundleError("no name of a bundle.")
        return self.folder / f"{name}.bundle"


class LiveKeys(Sequence[PublicKey]):
    """A sequence of keys that is asked for anew at each look: a new bundle counts at once."""

    def __init__(self, look: Callable[[], Sequence[PublicKey]]) -> None:
        self._look = look

    @overload
    def __getitem__(self, index: int) -> PublicKey: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PublicKey]: ...
    def __getitem__(self, index: int | slice) -> PublicKey | Sequence[PublicKey]:
        return self._look()[index]

    def __len__(self) -> int:
        return len(self._look())


@dataclass(slots=True)
class KeyRing:
    """The keys in force now: those of the newest verified bundle, or those fixed in files.

    `fixed_*` are what kiosk.toml names; they count only where there is no bundle.
    """

    store: BundleStore | None
    utc_now: UtcClock
    fixed_recipients: tuple[PublicKey, ...] = ()
    fixed_receipts: tuple[PublicKey, ...] = ()
    _keys: KeySet | None = None

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Read the newest bundle again; raises BundleError where nobody could be sealed for."""
        self._keys = None if self.store is None else self.store.keys()
        if self._keys is None and not self.fixed_recipients:
            raise BundleError("there is no bundle of keys that the root signed.")

    def recipients(self) -> tuple[PublicKey, ...]:
        """Whom to seal for now; never empty."""
        keys = self._keys
        return self.fixed_recipients if keys is None else seal_for(keys, self.utc_now())

    @property
    def receipts(self) -> LiveKeys:
        """Whose receipts count."""
        return LiveKeys(lambda: self._of("receipts"))

    @property
    def commands(self) -> LiveKeys:
        """Whose commands are done; nobody's without a bundle."""
        return LiveKeys(lambda: self._of("commands"))

    def _of(self, use: str) -> Sequence[PublicKey]:
        keys = self._keys
        if keys is None:
            return self.fixed_receipts if use == "receipts" else ()
        return tuple(key_of(one) for one in (keys.receipts if use == "receipts" else keys.commands))
