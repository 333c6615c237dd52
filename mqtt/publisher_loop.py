"""The publisher's loop: frames between the owner's socket and whatever holds the broker's line."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Protocol

from mqtt.broker import Address, BrokerSetupError, Pumped, TlsFiles, Trouble, turn
from mqtt.delivery import Backoff
from mqtt.notice import Notice, OnChange
from mqtt.relay_frames import Frame, FrameError, Greeting, Link, Retain
from mqtt.relay_socket import FrameSocket, connect
from mqtt.topics import is_kiosk_id

WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class PublisherSettings:
    """What the program is told."""

    relay: Path
    broker: Address
    tls: TlsFiles
    kiosk: str
    backoff: Backoff = field(default_factory=Backoff)

    def check(self) -> None:
        """Raise BrokerSetupError where no broker could ever let us in with this."""
        if not is_kiosk_id(self.kiosk):
            raise BrokerSetupError("a kiosk id is 1 to 40 letters, digits and hyphens.")
        self.tls.context()
        name = self.tls.common_name()
        if name != self.kiosk:
            raise BrokerSetupError(f"the certificate is for {name!r}, the kiosk is {self.kiosk!r}.")


class BrokerLine(Protocol):
    """One connection to the broker, from CONNECT to its end; `publisher.BrokerLink` is it."""

    trouble: Trouble | None
    to_owner: list[Frame]

    @property
    def pumped(self) -> Pumped:
        """What `broker.turn` serves."""
        ...

    def open(self) -> None:
        """Connect; `trouble` says what failed."""
        ...

    def close(self) -> None:
        """Leave the broker."""
        ...

    def take(self, frame: Frame) -> None:
        """Deal with one frame of the owner."""
        ...


@dataclass(slots=True)
class Publisher:
    """Carries frames between owner and broker until told to stop; keeps nothing of its own."""

    settings: PublisherSettings
    said: OnChange
    new_line: Callable[[PublisherSettings, Greeting], BrokerLine]
    stopping: threading.Event = field(default_factory=threading.Event)
    _retained: dict[str, Retain] = field(default_factory=dict)
    _greeting: Greeting | None = None
    _failures: int = 0
    _retry_at_s: float = 0.0

    def run(self) -> None:
        """Until `stopping`: find the owner, serve it, find it again."""
        lost = 0
        while not self.stopping.is_set():
            try:
                owner = connect(self.settings.relay)
            except OSError as error:
                lost += 1
                self._no_owner(error)
                self.stopping.wait(Backoff(0.2, 5.0).after_s(lost))
                continue
            lost = 0
            self._with_owner(owner)

    def _no_owner(self, error: OSError) -> None:
        what = f"{self.settings.relay}: {error.strerror}."
        mend = "Start the kiosk (border-kiosk.service); this program waits for it."
        self.said.say("owner", Notice("owner_gone", "warning", what, mend))

    def _with_owner(self, owner: FrameSocket) -> None:
        self._greeting = None
        self._retained.clear()
        link: BrokerLine | None = None
        self._retry_at_s = 0.0
        try:
            while not self.stopping.is_set():
                link = self._next_link(link, owner)
                if not self._turn(owner, link):
                    break
        except (FrameError, OSError) as error:
            what = "The owner's socket broke."
            mend = getattr(error, "mend", "Nothing, if the kiosk is being started again.")
            self.said.say("owner", Notice("owner_broken", "warning", what, mend))
        finally:
            if link is not None:
                link.close()
            owner.close()
            self.stopping.wait(0.2)  # a refusing owner is not hammered

    def _next_link(self, link: BrokerLine | None, owner: FrameSocket) -> BrokerLine | None:
        """The link that there is, a new one where it is time, or None."""
        if link is not None and link.trouble is not None:
            self._troubled(link, owner)
            link.close()
            link = None
        if link is None and self._greeting is not None and time.monotonic() >= self._retry_at_s:
            link = self.new_line(self.settings, self._greeting)
            link.open()
        return link

    def _troubled(self, link: BrokerLine, owner: FrameSocket) -> None:
        trouble = link.trouble
        if trouble is None:
            return
        self._failures += 1
        wait_s = self.settings.backoff.after_s(self._failures, SystemRandom().random())
        self._retry_at_s = time.monotonic() + wait_s
        self.said.say("link", Notice(trouble.name, "warning", trouble.what, trouble.mend))
        owner.send([Link(up=False, why=trouble.name)])

    def _turn(self, owner: FrameSocket, link: BrokerLine | None) -> bool:
        """Serve both sides once; False when the owner has gone."""
        ready = turn(None if link is None else link.pumped, WAIT_S, [owner.line])
        owner.write()
        if owner.line in ready:
            frames = owner.read()
            if frames is None:
                return False
            for frame in frames:
                self._hear(frame, link)
        if link is not None:
            self._report(owner, link)
        return True

    def _hear(self, frame: Frame, link: BrokerLine | None) -> None:
        match frame:
            case Greeting():
                if frame.kiosk != self.settings.kiosk:
                    raise FrameError("the owner speaks for another kiosk.")
                self._greeting = frame
                self.said.say("owner", Notice("owner_there", "info", "The kiosk is connected."))
            case Retain():
                self._retained[frame.topic] = frame
            case _:
                pass
        if link is not None:
            link.take(frame)

    def _report(self, owner: FrameSocket, link: BrokerLine) -> None:
        frames, link.to_owner = link.to_owner, []
        if any(isinstance(frame, Link) for frame in frames):
            self._failures = 0
            what = f"{self.settings.broker}: connected."
            self.said.say("link", Notice("broker_back", "info", what))
            for retain in self._retained.values():
                link.take(retain)
        owner.send(frames)
