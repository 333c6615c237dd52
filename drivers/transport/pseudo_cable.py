"""The cable of a simulated device on a serial port: a pseudo terminal that may be pulled out."""

import os
import tty
from dataclasses import dataclass
from pathlib import Path

from drivers.stage import remove_link

NOWHERE = -1


@dataclass(slots=True, eq=False)
class PseudoCable:
    """Both ends of one pseudo terminal; `link` leads to the host's end while it is plugged in.

    One thread plugs it; any may ask `plugged`.
    """

    link: Path
    host_end: int = NOWHERE
    peer_end: int = NOWHERE

    @classmethod
    def at(cls, stage: Path) -> "PseudoCable":
        """The cable of the peer on that stage, not plugged in; its link lies beside the stage."""
        return cls(stage.with_name(stage.name + ".tty"))

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self.peer_end != NOWHERE

    def plug_in(self) -> None:
        """A fresh line, raw, whose peer's end never blocks; one that is in is pulled out first.

        Raises DeviceUrlError where something else lies in the link's place.
        """
        self.pull_out()
        self.peer_end, self.host_end = os.openpty()
        tty.setraw(self.host_end)
        os.set_blocking(self.peer_end, False)
        self.link.symlink_to(os.ttyname(self.host_end))

    def pull_out(self) -> None:
        """Both ends are gone, and the link; safe to call twice."""
        remove_link(self.link)
        ends = (self.peer_end, self.host_end)
        self.peer_end = self.host_end = NOWHERE  # before the host can notice: it asks `plugged`
        for end in ends:
            if end != NOWHERE:
                os.close(end)
