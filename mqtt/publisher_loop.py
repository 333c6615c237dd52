"""The publisher's loop: frames between the owner's socket and whatever holds the broker's line."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Protocol

import msgspec

from mqtt.broker import BrokerSetupError, Pumped, Trouble, line_dead, turn
from mqtt.delivery import Backoff
from mqtt.network_watch import NetworkWatch
from mqtt.notice import Notice, OnChange
from mqtt.publisher_settings import PublisherSettings
from mqtt.reason_codes import OK
from mqtt.relay_frames import Answer, Frame, FrameError, Greeting, Link, Retain
from mqtt.relay_socket import FrameSocket, connect
from mqtt.time_floor import RELEASED_UTC

WAIT_S = 0.5
STABLE_S = 30.0
AFTER_NETWORK_S = 0.2
STILL_S = 2.0


class BrokerLine(Protocol):
    """One connection to the broker, from CONNECT to its end; `publisher.BrokerLink` is it."""

    trouble: Trouble | None
    to_owner: list[Frame]
    notices: list[Notice]

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

    def stands_still(self) -> bool:
        """Whether bytes are under way and TCP will try them again only after a long wait."""
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
    _greeted_s: float = 0.0
    _failures: int = 0
    _retry_at_s: float = 0.0
    _up_at_s: float = 0.0
    _look_at_s: float | None = None
    _network: NetworkWatch = field(default_factory=NetworkWatch)

    def run(self) -> None:
        """Until `stopping`: find the owner, serve it, find it again."""
        try:
            self._run()
        finally:
            self._network.close()

    def _run(self) -> None:
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
        now_s = time.monotonic()
        if link is None and self._greeting is not None and now_s >= self._retry_at_s:
            floor = max(self._greeting.earliest_utc_s, RELEASED_UTC.timestamp())
            earliest = floor + now_s - self._greeted_s
            greeting = msgspec.structs.replace(self._greeting, earliest_utc_s=earliest)
            try:
                link = self.new_line(self.settings, greeting)
            except BrokerSetupError as error:  # TLS files are being renewed, or are gone
                self._failed(0.0)
                self.said.say("link", Notice("tls_files", "error", str(error), error.mend))
                return None
            link.open()
        return link

    def _network_came_up(self) -> None:
        """Try at once where there is no line; look soon whether a line that stood moves again."""
        now_s = time.monotonic()
        self._retry_at_s = min(self._retry_at_s, now_s + AFTER_NETWORK_S)
        if self._look_at_s is None:  # news comes in a row: link, routes, addresses
            self._look_at_s = now_s + STILL_S

    def _look(self, link: BrokerLine) -> None:
        """TCP would try a line that stood again only after as long as it stood."""
        if self._look_at_s is None or time.monotonic() < self._look_at_s:
            return
        self._look_at_s = None
        if link.trouble is None and link.stands_still():
            what = "the network came back, the line did not"
            link.trouble = line_dead(self.settings.broker, what)
            self._failures = -1

    def _troubled(self, link: BrokerLine, owner: FrameSocket) -> None:
        trouble = link.trouble
        if trouble is None:
            return
        self._failed(trouble.least_wait_s)
        self.said.say("link", Notice(trouble.name, "warning", trouble.what, trouble.mend))
        owner.send([Link(up=False, why=trouble.name)])

    def _failed(self, least_wait_s: float) -> None:
        """Wait longer each time, unless the line had stood for a while."""
        now_s = time.monotonic()
        if self._up_at_s and now_s - self._up_at_s > STABLE_S:
            self._failures = min(self._failures, 0)
        self._up_at_s = 0.0
        self._failures += 1
        spread = SystemRandom().random()
        wait_s = self.settings.backoff.after_s(self._failures, spread) if self._failures else 0.0
        self._retry_at_s = now_s + max(wait_s, least_wait_s * (0.5 + spread))

    def _turn(self, owner: FrameSocket, link: BrokerLine | None) -> bool:
        """Serve both sides once; False when the owner has gone."""
        watched = [one for one in (owner.line, self._network.line) if one is not None]
        ready = turn(None if link is None else link.pumped, WAIT_S, watched)
        if self._network.line in ready and self._network.came_up():
            self._network_came_up()
        owner.write()
        if owner.line in ready:
            frames = owner.read()
            if frames is None:
                return False
            for frame in frames:
                self._hear(frame, link)
        if link is not None:
            self._look(link)
            self._report(owner, link)
        return True

    def _hear(self, frame: Frame, link: BrokerLine | None) -> None:
        match frame:
            case Greeting():
                if frame.kiosk != self.settings.kiosk:
                    raise FrameError("the owner speaks for another kiosk.")
                self._greeting, self._greeted_s = frame, time.monotonic()
                self.said.say("owner", Notice("owner_there", "info", "The kiosk is connected."))
            case Retain():
                self._retained[frame.topic] = frame
            case _:
                pass
        if link is not None:
            link.take(frame)

    def _report(self, owner: FrameSocket, link: BrokerLine) -> None:
        frames, link.to_owner = link.to_owner, []
        notices, link.notices = link.notices, []
        for notice in notices:
            self.said.say(notice.name, notice)
        if any(isinstance(frame, Answer) and frame.reason == OK for frame in frames):
            self._failures = min(self._failures, 1)
        if any(isinstance(frame, Link) for frame in frames):
            self._up_at_s = time.monotonic()
            what = f"{self.settings.broker}: connected."
            self.said.say("link", Notice("broker_back", "info", what))
            for retain in self._retained.values():
                link.take(retain)
        owner.send(frames)
