"""What a member does with the centre's commands: brings them, takes answers, asks for gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mqtt.central.audit import Gap, gaps_in
from mqtt.central.command_desk import CommandDesk, CommandDeskError
from mqtt.central.registry import Registry
from mqtt.commands import Resend
from mqtt.errors import CommandError
from mqtt.keys import Signer
from mqtt.notice import Notice

LOOK_EVERY_S = 5.0
TIDY_EVERY_S = 3600.0
ASK_AGAIN_AFTER = timedelta(hours=1)
RANGES_LIMIT = 8


@dataclass(slots=True)
class Orders:
    """`signer` is the key for commands; without it nothing is asked by itself."""

    desk: CommandDesk
    signer: Signer | None = None
    _look_at_s: float = 0.0
    _tidy_at_s: float = 0.0

    def due(self, now: datetime, now_s: float) -> list[tuple[str, bytes]]:
        """Kiosk and signed command to be published now; looks at the folder every few seconds.

        Once an hour what expired long ago goes from the folder.
        """
        if now_s < self._look_at_s:
            return []
        self._look_at_s = now_s + LOOK_EVERY_S
        if now_s >= self._tidy_at_s:
            self._tidy_at_s = now_s + TIDY_EVERY_S
            self.desk.tidy(now)
        return self.desk.due(now, now_s)

    def answered(self, kiosk: str, payload: bytes, registry: Registry) -> Notice | None:
        """Keep what a kiosk answers; a notice where it is not its own or not to us."""
        try:
            self.desk.take_result(kiosk, payload, registry)
        except CommandError as error:
            return Notice("answer_refused", "warning", f"{kiosk}: {error}")
        return None

    def ask(self, kiosk: str, epoch: str, taken: Sequence[int], now: datetime) -> list[Notice]:
        """Ask a kiosk for the empty places of an epoch, unless it was asked within the hour."""
        if self.signer is None or self._asked(kiosk, now):
            return []
        gaps = list(gaps_in({epoch: taken}))[:RANGES_LIMIT]
        try:
            for gap in gaps:
                order = Resend(epoch=gap.epoch, first=gap.first, last=gap.last)
                self.desk.send(order, [kiosk], self.signer, now)
        except CommandDeskError as error:
            return [Notice("resend_not_asked", "error", f"{kiosk}: {error}", error.mend)]
        return [Notice("resend_asked", "info", f"{kiosk}: {_words(gap)}") for gap in gaps]

    def _asked(self, kiosk: str, now: datetime) -> bool:
        return any(
            one.what == "resend" and kiosk in one.kiosks and one.issued_at > now - ASK_AGAIN_AFTER
            for one in self.desk.all()
        )


def _words(gap: Gap) -> str:
    return f"asked to send {gap.epoch} {gap.first} to {gap.last} again."
