"""What the owner says beside the events: answers to commands, alerts. Kept in memory until sent."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mqtt import topics
from mqtt.relay_frames import Offer
from mqtt.topics import KioskLeaf

WAITING_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Aside:
    """One signed message of the kiosk that is no event."""

    leaf: KioskLeaf
    payload: bytes
    content_type: str


@dataclass(slots=True)
class Asides:
    """At least once while the process lives; of more than 64 the oldest go.

    What must not be lost stands elsewhere: a command comes again until the centre has its answer.
    """

    kiosk: str
    _waiting: "deque[Aside]" = field(default_factory=lambda: deque(maxlen=WAITING_LIMIT))
    _sent: dict[int, Aside] = field(default_factory=dict)

    def put(self, one: Aside) -> None:
        """To be sent when the line is there."""
        self._waiting.append(one)

    def offers(self, next_token: Callable[[], int]) -> list[Offer]:
        """All that waits, for a line that is up."""
        made = []
        while self._waiting:
            one = self._waiting.popleft()
            token = next_token()
            self._sent[token] = one
            topic = topics.topic(self.kiosk, one.leaf)
            made.append(Offer(token, topic, one.payload, one.content_type, ()))
        return made

    def answered(self, token: int) -> None:
        """The broker took it, or will not: it is not sent again."""
        self._sent.pop(token, None)

    def line_lost(self) -> None:
        """What had no answer waits again, before what came later."""
        self._waiting.extendleft(reversed(self._sent.values()))
        self._sent.clear()
