"""One bundle over HTTPS into a part that outlives a power cut: resumed, bounded, slow on demand."""

import http.client
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from firmware_app.errors import KioskError
from firmware_app.services.update_files import Wanted

STALLED_S = 30.0
PIECE_BYTES = 64 * 1024
SYNC_EVERY_BYTES = 4 * 1024 * 1024
WINDOW_BYTES = 256 * 1024  # what may be under way while we hold back for the crossings
TRICKLE_KB_S = 8


class LinkError(KioskError):
    """The server was not reached, or not to the end; tried again."""

    mend = "Nothing, it goes on where it was; if often: address, firewall (TCP 443, 8443), link."
    exit_code = 6


class ServerError(LinkError):
    """The server answered, and not with the bundle."""

    mend = "See that the bundle lies at the announced address and whose certificate answers there."


class SupersededError(KioskError):
    """Another one was announced meanwhile, or this one taken back."""

    mend = "Nothing: what is wanted now is fetched."
    exit_code = 6


class NotTheBundleError(KioskError):
    """What came is not what was announced; not tried again."""

    mend = (
        "Announce it anew with the file that lies there: `kiosk-central command send ... update`."
    )
    exit_code = 3


def context(authorities: tuple[str, ...]) -> ssl.SSLContext:
    """TLS 1.3 with a server that one of these certificates (PEM) vouches for, and no other."""
    if not authorities:
        raise NotTheBundleError("the kiosk holds no certificate that vouches for the server.")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_verify_locations(cadata="\n".join(authorities))
    return made


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits after each piece: `rate_kb_s` (0: no limit), and little while crossings wait."""

    rate_kb_s: int
    delivering: Path
    wait: Callable[[float], object]

    def after(self, count: int) -> None:
        """So many bytes were taken."""
        rate = self.rate_kb_s
        if self.delivering.exists():
            rate = min(rate, TRICKLE_KB_S) if rate else TRICKLE_KB_S
        if rate:
            self.wait(count / (rate * 1000))


@dataclass(slots=True)
class Download:
    """A part that grows to the announced size; `etag` is what the server called it last time.

    `still_wanted` is asked whenever bytes are synced.
    """

    wanted: Wanted
    part: Path
    tls: ssl.SSLContext
    pace: Pace
    still_wanted: Callable[[], bool]
    etag: str = ""

    @property
    def have(self) -> int:
        """Bytes of the part."""
        try:
            return self.part.stat().st_size
        except FileNotFoundError:
            return 0

    def go(self) -> None:
        """One try; what came lasts.

        Raises LinkError, NotTheBundleError, SupersededError; OSError of the disk.
        """
        if self.have > self.wanted.size:
            self.part.unlink()
        if self.have == self.wanted.size:
            return
        where = urlsplit(self.wanted.url)
        line = http.client.HTTPSConnection(
            where.hostname or "", where.port, timeout=STALLED_S, context=self.tls
        )
        try:
            answer = self._ask(line, f"{where.path}?{where.query}" if where.query else where.path)
            self._begin(answer)
            self._take(answer)
        finally:
            line.close()
        if self.have < self.wanted.size:
            raise LinkError(f"the line ended at {self.have} of {self.wanted.size} bytes.")

    def _ask(self, line: http.client.HTTPSConnection, path: str) -> http.client.HTTPResponse:
        headers = {"Accept-Encoding": "identity", "User-Agent": "border-kiosk"}
        if have := self.have:
            headers |= {"Range": f"bytes={have}-"}
            headers |= {"If-Range": self.etag} if self.etag else {}
        try:
            line.connect()
            line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
            line.request("GET", path, headers=headers)
            return line.getresponse()
        except ssl.SSLCertVerificationError as error:
            raise ServerError(f"{line.host}: {error.verify_message}.") from None
        except (OSError, http.client.HTTPException) as error:
            raise LinkError(f"{line.host}: {_why(error)}.") from None

    def _begin(self, answer: http.client.HTTPResponse) -> None:
        """Judge the head; a whole answer where a part was asked for begins anew."""
        size, have = self.wanted.size, self.have
        if answer.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            self.part.unlink(missing_ok=True)
            raise ServerError("the server has less than was here; it begins anew.")
        if answer.status not in {http.client.OK, http.client.PARTIAL_CONTENT}:
            raise ServerError(f"the server answers {answer.status}.")
        if answer.status == http.client.PARTIAL_CONTENT:
            if answer.getheader("Content-Range") != f"bytes {have}-{size - 1}/{size}":
                self.part.unlink(missing_ok=True)
                raise NotTheBundleError("the server has another size than was announced.")
        elif answer.length not in {None, size}:
            raise NotTheBundleError(f"the server has {answer.length} bytes, {size} were announced.")
        else:
            self.part.unlink(missing_ok=True)
        self.etag = _strong(answer.getheader("ETag") or "")

    def _take(self, answer: http.client.HTTPResponse) -> None:
        with self.part.open("ab") as file:
            try:
                self._pieces(answer, file)
            finally:
                file.flush()
                os.fsync(file.fileno())

    def _pieces(self, answer: http.client.HTTPResponse, file: BinaryIO) -> None:
        have, synced = file.tell(), file.tell()
        while have < self.wanted.size:
            try:
                piece = answer.read(min(PIECE_BYTES, self.wanted.size - have))
            except (OSError, http.client.HTTPException) as error:
                raise LinkError(f"at {have} of {self.wanted.size} bytes: {_why(error)}.") from None
            if not piece:
                return
            file.write(piece)
            have += len(piece)
            if have - synced >= SYNC_EVERY_BYTES:
                file.flush()
                os.fsync(file.fileno())
                synced = have
                if not self.still_wanted():
                    raise SupersededError("another update was announced, or this one taken back.")
            self.pace.after(len(piece))


def _strong(etag: str) -> str:
    """A tag that names these very bytes; a weak one is none (RFC 9110, 13.1.5)."""
    return etag if etag.startswith('"') and len(etag) < 200 else ""


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
