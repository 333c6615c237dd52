"""Takes a device URL of kiosk.toml apart, and names what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote, urlsplit

from drivers.errors import DeviceUrlError

_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Params:
    """What stands behind the `?` of a URL; each getter raises DeviceUrlError that names the key."""

    device: str
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def only(self, *known: str) -> None:
        """Refuse a parameter that nobody reads: it is a slip of the pen."""
        for key in self.values:
            if key not in known:
                allowed = ", ".join(known) or "none"
                raise DeviceUrlError(
                    self.device, f"unknown parameter {key!r} in the URL (known here: {allowed})."
                )

    def text(self, key: str, default: str = "") -> str:
        """The words as they stand in the URL."""
        return self.values.get(key, default)

    def whole(self, key: str, default: int, lowest: int, highest: int) -> int:
        """A whole number from `lowest` to `highest`."""
        wanted = f"a whole number from {lowest} to {highest}"
        try:
            value = int(self.values.get(key, default))
        except ValueError:
            raise self._bad(key, wanted) from None
        if not lowest <= value <= highest:
            raise self._bad(key, wanted)
        return value

    def seconds(self, key: str, default: float, highest: float) -> float:
        """A time from 0 to `highest` seconds."""
        wanted = f"a number of seconds from 0 to {highest:g}"
        try:
            value = float(self.values.get(key, default))
        except ValueError:
            raise self._bad(key, wanted) from None
        if not 0.0 <= value <= highest:
            raise self._bad(key, wanted)
        return value

    def choice(self, key: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of the words in `allowed`."""
        value = self.values.get(key, default)
        if value not in allowed:
            raise self._bad(key, "one of " + ", ".join(allowed))
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """`yes` or `no`."""
        value = self.values.get(key)
        if value is None:
            return default
        if value.lower() not in _YES_NO:
            raise self._bad(key, "yes or no")
        return _YES_NO[value.lower()]

    def _bad(self, key: str, wanted: str) -> DeviceUrlError:
        value = self.values.get(key, "")
        return DeviceUrlError(self.device, f"{key}={value!r} in the URL should be {wanted}.")


@dataclass(frozen=True, slots=True)
class DeviceUrl:
    """One device URL: `scheme://host/path?params`; `device` is its name in kiosk.toml."""

    device: str
    scheme: str
    host: str
    path: str
    params: Params

    @classmethod
    def parse(cls, device: str, url: str) -> "DeviceUrl":
        """Take `url` apart; raises DeviceUrlError that names the fault."""
        try:
            parts = urlsplit(url.strip())
            pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError:
            raise DeviceUrlError(device, f"the URL {url!r} cannot be taken apart.") from None
        if not parts.scheme or "://" not in url:
            raise DeviceUrlError(device, f"the URL {url!r} lacks its scheme, such as `serial://`.")
        if parts.fragment:
            raise DeviceUrlError(device, "the URL has a `#`; write %23 instead.")
        values = dict(pairs)
        if len(values) != len(pairs):
            raise DeviceUrlError(device, "a parameter stands twice in the URL.")
        params = Params(device, MappingProxyType(values))
        return cls(device, parts.scheme.lower(), parts.netloc, unquote(parts.path), params)

    def file(self) -> Path:
        """The absolute path of a URL such as `serial:///dev/ttyUSB0`, which has no host."""
        if self.host or not self.path.startswith("/") or self.path == "/" or "\0" in self.path:
            raise DeviceUrlError(
                self.device,
                f"after `{self.scheme}://` an absolute path must follow (three slashes in a row).",
            )
        return Path(self.path)
