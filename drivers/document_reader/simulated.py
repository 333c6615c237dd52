"""A document reader that is not there: the shipped driver on a peer that speaks a make's framing.

What the peer's cues are stands in drivers.document_reader.simulated_peer.
"""

import atexit
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.mrz_lines import MrzLines
from drivers.document_reader.mrz_serial import MrzSerial
from drivers.document_reader.simulated_manners import Elyctis, Honeywell, Plain, ReaderManners
from drivers.document_reader.simulated_peer import Peer
from drivers.document_reader.wedge_keys import LAYOUTS
from drivers.document_reader.wedge_port import open_wedge
from drivers.document_reader.wedge_protocol import EVENT
from drivers.document_reader.wedge_typing import TYPING
from drivers.transport.serial_port import SerialPort
from drivers.url import DeviceUrl, Params

_COMMANDED: dict[str, Callable[[], ReaderManners]] = {"honeywell": Honeywell, "elyctis": Elyctis}


@dataclass(slots=True)
class SimulatedReader:
    """The shipped reader on a simulated port.

    Its peer leaves with it, unless it is unplugged or somebody is about to lay a document down.
    """

    reader: MrzSerial
    peer: Peer

    @property
    def info(self) -> DeviceInfo:
        """Make and model."""
        return self.reader.info

    def read(self, deadline: Deadline) -> MrzLines:
        """As MrzSerial.read."""
        return self.reader.read(deadline)

    def close(self) -> None:
        """Give the port back; safe to call twice."""
        self.reader.close()
        if self.peer.plugged and not self.peer.expecting:
            leave_stage(self.peer.stage)


_ON_STAGE: dict[Path, Peer] = {}


def check_params(params: Params) -> str:
    """The framing that `?framing=desko` asks for; raises DeviceUrlError."""
    params.only("framing")
    return params.choice("framing", "desko", (*FRAMINGS, *TYPING))


def open_simulated(name: str, stage_path: Path, params: Params) -> DocumentReader:
    """Put a reader on the stage at `stage_path` (`?framing=desko`) and open its port.

    Raises DeviceUrlError, and DeviceGoneError while a cue keeps it unplugged.
    """
    framing = check_params(params)
    peer = _ON_STAGE.get(stage_path)
    if peer is None:
        peer = _ON_STAGE[stage_path] = _make_peer(stage_path, framing)
    return SimulatedReader(_open_near_end(name, peer.tty, framing), peer)


def _make_peer(stage_path: Path, framing: str) -> Peer:
    if framing in TYPING:
        return Peer(stage_path, TYPING[framing], Plain, EVENT.size)
    return Peer(stage_path, FRAMINGS[framing], _COMMANDED.get(framing, Plain))


def _open_near_end(name: str, tty: Path, framing: str) -> MrzSerial:
    info = {"make": "simulated", "model": f"MRZ reader, {framing}"}
    if framing in TYPING:
        keys = framing.removeprefix("keyboard-")
        values = {**info, "keys": keys if keys in LAYOUTS else "us"}
        return open_wedge(DeviceUrl(name, "evdev", "", str(tty), Params(name, values)))
    values = {**info, "protocol": framing if framing in _COMMANDED else "plain"}
    return MrzSerial.open(
        DeviceUrl(name, "serial", "", str(tty), Params(name, values)), SerialPort.open
    )


def leave_stage(stage_path: Path) -> None:
    """Take the peer at `stage_path` away, plugged or not; nothing where there is none."""
    peer = _ON_STAGE.pop(stage_path, None)
    if peer is not None:
        peer.leave()


@atexit.register
def _all_leave() -> None:
    for stage_path in list(_ON_STAGE):
        leave_stage(stage_path)
