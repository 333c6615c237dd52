"""A document reader on a serial port: arms it, reads until a document is whole, arms it again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.document_reader.mrz_lines import MrzLines
from drivers.document_reader.mrz_protocol import ARM, IDLE_S, Decoder
from drivers.errors import DeviceError, DeviceTimeoutError
from drivers.transport.replay import Port
from drivers.url import DeviceUrl

READER_PARAMS = ("protocol", "make", "model")  # what `MrzSerial.open` reads from a URL

_REST_LIMIT_S = 0.1


@dataclass(slots=True)
class MrzSerial:
    """One reader; `protocol` names the commands that it wants, its framing needs no setting."""

    device: str
    port: Port
    info: DeviceInfo
    protocol: str = "plain"

    @classmethod
    def open(cls, url: DeviceUrl, open_port: Callable[[DeviceUrl], Port]) -> "MrzSerial":
        """Open the port and the reader on it: `?protocol=honeywell&make=...&model=...`.

        Raises DeviceUrlError before it opens anything, then what `open_port` raises.
        """
        protocol = url.params.choice("protocol", "plain", tuple(ARM))
        make, model = url.params.text("make", "unknown"), url.params.text("model", "MRZ reader")
        return cls(url.device, open_port(url), DeviceInfo(make, model), protocol)

    def read(self, deadline: Deadline) -> MrzLines:
        """Forget what came before, arm the reader and wait for a document.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError, and ProtocolError for a document
        that did not arrive whole: then ask for it again.
        """
        self.port.discard(deadline)
        commands = ARM[self.protocol]
        if commands.arm:
            self.port.write(commands.arm, deadline)
        try:
            return self._document(deadline)
        finally:
            if commands.rest:
                self._rest(commands.rest)

    def close(self) -> None:
        """Give the port back; safe to call twice."""
        self.port.close()

    def _document(self, deadline: Deadline) -> MrzLines:
        decoder = Decoder(self.device)
        while True:
            found = self._listen(decoder, deadline)
            if found:
                return found[0]

    def _listen(self, decoder: Decoder, deadline: Deadline) -> list[MrzLines]:
        try:
            data = self.port.read(deadline.sooner(IDLE_S) if decoder.holding else deadline)
        except DeviceTimeoutError:
            found = decoder.flush()
            if not found:
                deadline.slice_s()
            return found
        found = decoder.feed(data)
        return decoder.flush() if decoder.full and not found else found

    def _rest(self, command: bytes) -> None:
        """Light off, also after a failure; a reader that left has no light."""
        with suppress(DeviceError):
            self.port.write(command, Deadline.after(self.device, _REST_LIMIT_S))
