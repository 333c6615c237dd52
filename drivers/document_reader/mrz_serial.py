"""A document reader that sends its lines as text: arms it, reads until a document is whole."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.document_reader.mrz_commands import (
    ARM,
    Commands,
    is_setup,
    setup_answer,
    setup_command,
)
from drivers.document_reader.mrz_lines import MrzLines
from drivers.document_reader.mrz_protocol import IDLE_S, LINE_GARBLE, Decoder, Garble
from drivers.document_reader.reader_errors import IllegibleError, SetupRefusedError
from drivers.errors import DeviceError, DeviceTimeoutError, DeviceUrlError
from drivers.transport.base import Port
from drivers.url import DeviceUrl

READER_PARAMS = (
    "protocol",
    "setup",
    "again_s",
    "make",
    "model",
)  # what `Manners.of` reads from a URL

_REST_LIMIT_S = 0.1
_SETUP_LIMIT_S = 1.0
_QUIET_S = 0.03  # silence after which nothing is on its way: 28 characters at 9600 baud
_DRAIN_LIMIT_S = 0.3
_REPEAT_S = 1.0  # what comes so soon after a document may be the same one once more
_FRESH_S = 3.0  # what came so soon after a try that ended without one was meant for it
_LONGEST_AGAIN_S = 600.0
_NOISE_BYTES = 4  # a plug that goes in gives fewer


@dataclass(frozen=True, slots=True)
class Manners:
    """How to talk to one reader; its framing needs no setting.

    setup: Honeywell-type menu commands that it is told after each opening. again_s: after so long
    without a document it is armed anew, 0: never. garble: what it means when its text is none.
    idle_s: a silence that ends a burst.
    """

    info: DeviceInfo
    protocol: str = "plain"
    setup: str = ""
    again_s: float = 0.0
    garble: Garble = LINE_GARBLE
    idle_s: float = IDLE_S

    @classmethod
    def of(cls, url: DeviceUrl) -> "Manners":
        """From `?protocol=honeywell&setup=TRGMOD0&make=...&model=...`; raises DeviceUrlError."""
        params = url.params
        protocol, setup = params.choice("protocol", "plain", tuple(ARM)), params.text("setup")
        if setup and not (ARM[protocol].takes_setup and is_setup(setup)):
            takers = ", ".join(name for name, commands in ARM.items() if commands.takes_setup)
            what = f"setup={setup!r} in the URL should be menu commands such as TRGMOD0, and"
            raise DeviceUrlError(url.device, f"{what} only protocol={takers} takes them.")
        info = DeviceInfo(params.text("make", "unknown"), params.text("model", "MRZ reader"))
        again_s = params.seconds("again_s", ARM[protocol].again_s, _LONGEST_AGAIN_S)
        return cls(info, protocol, setup, again_s)

    @property
    def commands(self) -> Commands:
        """What the reader wants to be told."""
        return ARM[self.protocol]


@dataclass(slots=True)
class MrzSerial:
    """One reader on a port that gives its text: a serial line, a keyboard wedge, a recording."""

    device: str
    port: Port
    manners: Manners
    _is_set_up: bool = False
    _gave_at_s: float = -math.inf
    _late_at_s: float = -math.inf

    @classmethod
    def open(cls, url: DeviceUrl, open_port: Callable[[DeviceUrl], Port]) -> "MrzSerial":
        """Open the port and the reader on it.

        Raises DeviceUrlError before it opens anything, then what `open_port` raises.
        """
        manners = Manners.of(url)
        return cls(url.device, open_port(url), manners)

    @property
    def info(self) -> DeviceInfo:
        """Make and model, as the URL says: these readers do not tell."""
        return self.manners.info

    def read(self, deadline: Deadline) -> MrzLines:
        """Forget what came before, arm the reader and wait for a document.

        Two things that came before count: the beginning of a document that is still arriving, and
        what came since a try that ended without a document a moment ago.

        Raises DeviceTimeoutError (IllegibleError where noise came), CancelledError,
        DeviceGoneError, and ProtocolError for a document that did not arrive whole: then ask for it
        again.
        """
        if self.manners.setup and not self._is_set_up:
            self._set_up(deadline)
        decoder = Decoder(self.device, self.manners.garble)
        try:
            found = self._document(decoder, deadline)
        except DeviceTimeoutError as error:
            self._late_at_s = time.monotonic()
            if (noise := decoder.illegible_bytes) >= _NOISE_BYTES:
                what = f"no document in time; {noise} bytes came that are no text."
                raise IllegibleError(self.device, what) from error
            raise
        finally:
            self._rest()
        self._gave_at_s = time.monotonic()
        return found

    def close(self) -> None:
        """Give the port back; safe to call twice."""
        self.port.close()

    def _document(self, decoder: Decoder, deadline: Deadline) -> MrzLines:
        found = self._begin(decoder, deadline)
        commands = self.manners.commands
        due_s = -math.inf
        while not found:
            if time.monotonic() >= due_s and not decoder.holding:
                if commands.arm:
                    self.port.write(commands.arm, deadline)
                due_s = time.monotonic() + (self.manners.again_s or math.inf)
            found = self._listen(decoder, deadline, due_s - time.monotonic())
        return found[0]

    def _begin(self, decoder: Decoder, deadline: Deadline) -> list[MrzLines]:
        """Forget what came before now; give the document that is just arriving, if it is whole."""
        now_s, old = time.monotonic(), self.port.waiting()
        if now_s - self._late_at_s < _FRESH_S:
            self._late_at_s = -math.inf
            return decoder.feed(old)
        just_gave = now_s - self._gave_at_s < _REPEAT_S
        drain = deadline.sooner(_DRAIN_LIMIT_S)
        with suppress(DeviceTimeoutError):
            while old or just_gave:
                more = self.port.read(drain.sooner(_QUIET_S))
                if not just_gave:
                    decoder.skip(old)
                    return decoder.feed(more)
        deadline.slice_s()
        return []

    def _listen(self, decoder: Decoder, deadline: Deadline, again_s: float) -> list[MrzLines]:
        patience_s = self.manners.idle_s if decoder.holding else max(0.0, again_s)
        try:
            data = self.port.read(deadline.sooner(patience_s))
        except DeviceTimeoutError:
            found = decoder.flush()
            if not found:
                deadline.slice_s()
            return found
        found = decoder.feed(data)
        return decoder.flush() if decoder.full and not found else found

    def _set_up(self, deadline: Deadline) -> None:
        """Tell the reader its settings; raises SetupRefusedError."""
        self.port.waiting()
        heard = b""
        self.port.write(setup_command(self.manners.setup), deadline)
        limit = deadline.sooner(_SETUP_LIMIT_S)
        while (taken := setup_answer(heard)) is None:
            try:
                heard = (heard + self.port.read(limit))[-512:]
            except DeviceTimeoutError:
                deadline.slice_s()
                raise SetupRefusedError(self.device, "it does not answer its setup.") from None
        if not taken:
            raise SetupRefusedError(self.device, "it refuses its setup.")
        self._is_set_up = True

    def _rest(self) -> None:
        """Light off, also after a failure; a reader that left has no light."""
        if self.manners.commands.rest:
            with suppress(DeviceError):
                limit = Deadline.after(self.device, _REST_LIMIT_S)
                self.port.write(self.manners.commands.rest, limit)
