"""The virtual chip on its stage: laid on the reader and taken away, by calls or by cues.

Cues: {"place": "specimen"} or {"place": [lines]}, with "portrait" (a path), "can", "name",
"story" (a word of simulated_manners.STORIES), "profile" (a word of PROFILES), "delay_s"; and
{"take_away": true}, {"leave": true}.
"""

import select
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread

import drivers
from drivers.chip.simulated import SimulatedChip
from drivers.chip.simulated_document import ChipContents, Personaliser
from drivers.chip.simulated_issuer import Issuer, State, make_issuer
from drivers.chip.simulated_manners import GOOD, STORIES
from drivers.chip.simulated_pace import PaceOffer
from drivers.chip.simulated_profile import PLAIN_BAC, ChipProfile, Holder
from drivers.chip.simulated_server import FarEnd, Line, Listener, wait
from drivers.stage import Cue, StageDoor, number_of

SPECIMEN = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902D17UTO7408122F3104150ZE184226B<<<<<14",
)
PORTRAIT = Path(drivers.__file__).parent / "camera" / "pictures" / "head.jpg"
ISSUED_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2025, 1, 1, tzinfo=UTC)
PROFILES: dict[str, ChipProfile] = {
    "pace": ChipProfile(),
    "pace-im": ChipProfile(pace=(PaceOffer("ECDH-IM", "AES-256", 12),), active="ecdsa"),
    "pace-cam": ChipProfile(
        pace=(PaceOffer("ECDH-CAM", "AES-128", 13), PaceOffer("ECDH-GM", "AES-128", 13)),
        chip_authentication="",
    ),
    "pace-dh": ChipProfile(pace=(PaceOffer("DH-GM", "AES-128", 2),), chip_authentication="3DES"),
    "bac": PLAIN_BAC,
    "bac-active": ChipProfile(pace=(), chip_authentication="", active="rsa-sha1", extended=False),
}
_COUNTRIES = {"D": "DE"}  # where two letters are not the first of three
_RETRY_S = 0.5
_JOIN_S = 5.0


def issuer_of(lines: tuple[str, ...]) -> Issuer:
    """The issuer of simulated documents of the state that the lines name."""
    code = lines[0][2:5].rstrip("<")
    return make_issuer(State(code, _COUNTRIES.get(code, code[:2])), ISSUED_SINCE)


def document(
    lines: tuple[str, ...] = SPECIMEN,
    profile: str = "pace",
    story: str = "good",
    portrait: Path = PORTRAIT,
    **more: str,
) -> ChipContents:
    """A chip by words; `more` are fields of Holder.

    Raises ValueError on a portrait that is no picture, OSError where there is none.
    """
    maker = Personaliser(issuer_of(lines), SIGNED_AT)
    holder = Holder(lines, portrait.read_bytes(), **more)
    return maker.make(holder, PROFILES.get(profile), STORIES.get(story, GOOD))


@dataclass(slots=True, eq=False)
class SimulatedChipPeer:
    """A reader on which one virtual document lies, or none.

    end: the reader's side; stage: where its cues arrive, if it takes any.
    """

    end: FarEnd = field(default_factory=Listener)
    stage: Path | None = None
    _door: StageDoor | None = field(init=False, default=None)
    _thread: Thread = field(init=False)
    _lock: Lock = field(default_factory=Lock)
    _chip: SimulatedChip | None = None
    _line: Line | None = None
    _due: list[tuple[float, Cue]] = field(default_factory=list)
    _bell: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)
    _leaving: bool = False

    def __post_init__(self) -> None:
        if self.stage is not None:
            self._door = StageDoor(self.stage)
        self._thread = Thread(target=self._play, name="virtual-chip", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where the kiosk's own transport calls; 0 where the card calls pcscd."""
        return self.end.port if isinstance(self.end, Listener) else 0

    def place(self, contents: ChipContents) -> SimulatedChip:
        """Lay a document down, in place of what lies there."""
        chip = SimulatedChip(contents)
        self._put(chip)
        return chip

    def take_away(self) -> None:
        """Take the document up; nothing where there is none."""
        self._put(None)

    def leave(self) -> None:
        """End the play; safe to call twice."""
        self._leaving = True
        self._ring()
        self._thread.join(_JOIN_S)

    def _put(self, chip: SimulatedChip | None) -> None:
        with self._lock:
            self._chip = chip
        self._ring()

    def _ring(self) -> None:
        with suppress(OSError):
            self._bell[1].send(b"!")

    def _play(self) -> None:
        while not self._leaving:
            ready = self._wait()
            if self._bell[0] in ready:
                self._bell[0].recv(4096)
            if self._door is not None:
                for cue in self._door.cues():
                    self._hear_cue(cue)
            self._act_due()
            self._swap()
            if self._line is not None and self._line in ready and not self._line.hear():
                self._lift(self._line)
            self._answer_calls()
        self._hang_up()
        self.end.close()
        if self._door is not None:
            self._door.close()
        for end in self._bell:
            end.close()

    def _wait(self) -> Iterable[object]:
        ends: list[socket.socket | FarEnd | StageDoor | Line] = [self._bell[0]]
        ends += [end for end in (self._door, self._line) if end is not None]
        if self._line is None and self.end.fileno() >= 0:
            ends.append(self.end)
        ready, _, _ = select.select(ends, [], [], self._patience_s())
        return ready

    def _patience_s(self) -> float:
        if not self._due:
            return _RETRY_S
        return min(_RETRY_S, max(0.0, min(due_s for due_s, _ in self._due) - time.monotonic()))

    def _swap(self) -> None:
        """The line goes where its chip goes."""
        if self._line is not None and self._line.chip is not self._chip:
            self._hang_up()

    def _answer_calls(self) -> None:
        if self._line is not None:
            return
        with self._lock:
            chip = self._chip
        connection = self.end.connect(present=chip is not None)
        if connection is not None and chip is not None:
            self._line = Line(connection, chip, wait)

    def _lift(self, line: Line) -> None:
        """The line is dead; the card too, where it was the card that left."""
        with self._lock:
            if line.gone and self._chip is line.chip:
                self._chip = None
        self._hang_up()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _hear_cue(self, cue: Cue) -> None:
        if cue.get("leave"):
            self._leaving = True
        if cue.keys() & {"place", "take_away"}:
            self._due.append((time.monotonic() + number_of(cue, "delay_s"), cue))

    def _act_due(self) -> None:
        now_s = time.monotonic()
        for entry in [entry for entry in self._due if entry[0] <= now_s]:
            self._due.remove(entry)
            self._act(entry[1])

    def _act(self, cue: Cue) -> None:
        """Do what a cue says; nothing where it names no MRZ or no picture."""
        with suppress(OSError, ValueError, IndexError):
            chip = None if cue.get("take_away") else SimulatedChip(_document_of(cue))
            with self._lock:
                self._chip = chip


def _document_of(cue: Cue) -> ChipContents:
    shown = cue.get("place")
    lines = tuple(str(line) for line in shown) if isinstance(shown, list) else SPECIMEN
    words = {key: str(cue[key]) for key in ("profile", "story") if key in cue}
    fields = {"can": "can", "name": "full_name", "birth_place": "birth_place"}
    more = {held: str(cue[key]) for key, held in fields.items() if key in cue}
    portrait = Path(str(cue.get("portrait", PORTRAIT)))
    return document(lines, portrait=portrait, **words, **more)
