"""A chip reader that is not there: the kiosk's own direct line to a virtual chip on its stage."""

import atexit
import select
from dataclasses import dataclass
from pathlib import Path

from drivers.chip.direct import DirectChannel
from drivers.chip.simulated_manners import STORIES
from drivers.chip.simulated_peer import PROFILES, SimulatedChipPeer, document
from drivers.chip.simulated_server import LOOPBACK, VPCD_PORT, Listener, Vpcd
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError
from drivers.url import Params

_LOOK_S = 0.1
_ON_STAGE: dict[Path, SimulatedChipPeer] = {}


@dataclass(slots=True)
class SimulatedChipReader:
    """The shipped line on a simulated peer; the peer stays on its stage when it is closed."""

    peer: SimulatedChipPeer

    @property
    def info(self) -> DeviceInfo:
        """Make and model."""
        return DeviceInfo("simulated", "chip reader")

    def is_chip_there(self, deadline: Deadline) -> bool:
        """Whether a chip answers now. Raises DeviceTimeoutError, CancelledError."""
        try:
            self._open(deadline).close()
        except DeviceGoneError:
            return False
        return True

    def connect(self, deadline: Deadline) -> DirectChannel:
        """Wait for a chip and power it. Raises DeviceTimeoutError, CancelledError."""
        while True:
            try:
                return self._open(deadline)
            except DeviceGoneError:
                select.select([], [], [], deadline.slice_s(_LOOK_S))

    def close(self) -> None:
        """Nothing is held between two chips."""

    def _open(self, deadline: Deadline) -> DirectChannel:
        return DirectChannel.open(LOOPBACK, self.peer.port, deadline)


def check_params(params: Params) -> None:
    """`?profile=` and `?story=` lay a document down at once; raises DeviceUrlError."""
    params.only("profile", "story", "port")
    params.choice("profile", "pace", tuple(PROFILES))
    params.choice("story", "good", tuple(STORIES))
    params.whole("port", 0, 0, 0xFFFF)


def open_simulated(name: str, stage_path: Path, params: Params) -> SimulatedChipReader:  # noqa: ARG001 (all factories look alike)
    """Put a reader on the stage at `stage_path`; without a profile or story no document lies on it.

    Raises DeviceUrlError.
    """
    check_params(params)
    peer = _ON_STAGE.get(stage_path)
    if peer is None:
        listener = Listener(params.whole("port", 0, 0, 0xFFFF))
        peer = _ON_STAGE[stage_path] = SimulatedChipPeer(listener, stage_path)
        if params.values.keys() & {"profile", "story"}:
            peer.place(document(profile=params.text("profile"), story=params.text("story")))
    return SimulatedChipReader(peer)


def card_for_pcscd(stage_path: Path, port: int = VPCD_PORT) -> SimulatedChipPeer:
    """A peer whose documents lie on pcscd's virtual reader; the kiosk reads them as real ones."""
    peer = _ON_STAGE[stage_path] = SimulatedChipPeer(Vpcd(port=port), stage_path)
    return peer


def leave_stage(stage_path: Path) -> None:
    """Take the peer at `stage_path` away; nothing where there is none."""
    peer = _ON_STAGE.pop(stage_path, None)
    if peer is not None:
        peer.leave()


@atexit.register
def _leave_all() -> None:
    for stage_path in list(_ON_STAGE):
        leave_stage(stage_path)
