"""A lamp on one relay of a serial relay board."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError
from drivers.lamp.relay_protocol import RELAYS, Switch, encode
from drivers.transport.base import ByteStream
from drivers.url import DeviceUrl

RELAY_PARAM = "relay"
CLOSE_LIMIT_S = 0.5


def relay_of(url: DeviceUrl) -> int:
    """Which relay `?relay=1` (the default) names; raises DeviceUrlError."""
    return url.params.whole(RELAY_PARAM, 1, 1, RELAYS)


@dataclass(slots=True)
class RelayLamp:
    """The lamp shines while the relay is closed; the board never says whether it does."""

    device: str
    relay: int
    line: ByteStream

    @classmethod
    def open(cls, url: DeviceUrl, open_line: Callable[[DeviceUrl], ByteStream]) -> "RelayLamp":
        """Open the line and be dark; raises what opening raises."""
        lamp = cls(url.device, relay_of(url), open_line(url))
        lamp.shine(Deadline.after(url.device, CLOSE_LIMIT_S), on=False)
        return lamp

    @property
    def info(self) -> DeviceInfo:
        """The board says nothing of itself."""
        return DeviceInfo("", "serial relay board")

    def shine(self, deadline: Deadline, *, on: bool) -> None:
        """On, or off."""
        self.line.write(encode(Switch(self.relay, on)), deadline)

    def close(self) -> None:
        """Dark, and the line given back."""
        try:
            self.shine(Deadline.after(self.device, CLOSE_LIMIT_S), on=False)
        except DeviceError:
            pass  # it is gone, or stuck: nothing more can be told to it
        finally:
            self.line.close()
