"""The PC/SC reader's own process, the one door to pyscard: what hangs in it is nobody else's.

PC/SC knows no time limit for a command, and a chip may ask for more time for ever; so the kiosk
speaks to this process over a socket and ends it when its own deadline ends.
Frames both ways: four bytes of length, big-endian, one byte of kind, then the payload.
"""

import ctypes
import importlib
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

LIST, WAIT, CONNECT, TRANSMIT, DISCONNECT = b"LWCTD"
DONE, FAILED, MISSING = b"dfm"
WAIT_MS = 200
PROTOCOLS = 3  # T=0 and T=1
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_MASK = 0xFFFFFFFF


class _PcscError(Exception):
    """A call of the PC/SC service that gave no success."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code & _MASK:08X}")
        self.code = code & _MASK


class Service:
    """One context of the service and one card at the most."""

    def __init__(self, scard: Any) -> None:  # noqa: ANN401 - pyscard has no types
        self._scard = scard
        self._context: int | None = None
        self._card: int | None = None
        self._protocol = 0

    def answer(self, kind: int, payload: bytes) -> bytes:
        """Do what is asked. Raises _PcscError, ValueError on a kind that nobody knows."""
        if kind == LIST:
            return "\n".join(self._readers()).encode()
        if kind == WAIT:
            return self._wait(payload.decode())
        if kind == CONNECT:
            return self._connect(payload.decode())
        if kind == TRANSMIT:
            return self._transmit(payload)
        if kind == DISCONNECT:
            return self._disconnect()
        raise ValueError(kind)

    def _established(self) -> int:
        if self._context is None:
            code, context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_SYSTEM)
            self._check(code)
            self._context = context
        return self._context

    def _readers(self) -> list[str]:
        code, names = self._scard.SCardListReaders(self._established(), [])
        if code & _MASK == self._scard.SCARD_E_NO_READERS_AVAILABLE & _MASK:
            return []
        self._check(code)
        return list(names)

    def _wait(self, name: str) -> bytes:
        """One byte: whether a card lies there; blocks for WAIT_MS while none does."""
        scard = self._scard
        state = scard.SCARD_STATE_UNAWARE
        for _ in range(2):
            code, states = scard.SCardGetStatusChange(self._established(), WAIT_MS, [(name, state)])
            if code & _MASK == scard.SCARD_E_TIMEOUT & _MASK:
                return b"\0"
            self._check(code)
            state = states[0][1]
            if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
                raise _PcscError(scard.SCARD_E_READER_UNAVAILABLE)
            if state & scard.SCARD_STATE_PRESENT and not state & scard.SCARD_STATE_MUTE:
                return b"\1"
        return b"\0"

    def _connect(self, name: str) -> bytes:
        """The answer to reset."""
        scard = self._scard
        code, card, protocol = scard.SCardConnect(
            self._established(), name, scard.SCARD_SHARE_EXCLUSIVE, PROTOCOLS
        )
        self._check(code)
        self._card, self._protocol = card, protocol
        code, _, _, _, atr = scard.SCardStatus(card)
        self._check(code)
        return bytes(atr)

    def _transmit(self, command: bytes) -> bytes:
        scard = self._scard
        header = scard.SCARD_PCI_T0 if self._protocol == 1 else scard.SCARD_PCI_T1
        code, answer = scard.SCardTransmit(self._card, header, list(command))
        self._check(code)
        return bytes(byte & 0xFF for byte in answer)

    def _disconnect(self) -> bytes:
        if self._card is not None:
            card, self._card = self._card, None
            self._scard.SCardDisconnect(card, self._scard.SCARD_UNPOWER_CARD)
        return b""

    def _check(self, code: int) -> None:
        """Raise on anything but success; a context of a dead service is made anew next time."""
        if code & _MASK == self._scard.SCARD_S_SUCCESS:
            return
        gone = (
            self._scard.SCARD_E_NO_SERVICE,
            self._scard.SCARD_E_SERVICE_STOPPED,
            self._scard.SCARD_E_INVALID_HANDLE,
        )
        if code & _MASK in {one & _MASK for one in gone}:
            self._context = None
        raise _PcscError(code)


def receive(line: socket.socket, held: bytearray) -> tuple[int, bytes] | None:
    """The next whole frame if there is one in `held` or one read brings it; None until then.

    Raises EOFError where the other side is gone, TimeoutError where the socket has a limit.
    """
    if (frame := _take(held)) is not None:
        return frame
    piece = line.recv(65_536)
    if not piece:
        raise EOFError
    held += piece
    return _take(held)


def framed(kind: int, payload: bytes) -> bytes:
    """One frame."""
    return (len(payload) + 1).to_bytes(4) + bytes((kind,)) + payload


def main(words: Sequence[str]) -> None:
    """Serve until the kiosk hangs up; the word is the inherited socket's number."""
    with suppress(OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    line = socket.socket(fileno=int(words[0]))
    try:
        service = Service(importlib.import_module("smartcard.scard"))
    except ImportError:
        line.sendall(framed(MISSING, b""))
        return
    line.sendall(framed(DONE, b""))
    held = bytearray()
    with suppress(EOFError, OSError):
        while True:
            if (frame := receive(line, held)) is not None:
                line.sendall(_answered(service, *frame))


def _answered(service: Service, kind: int, payload: bytes) -> bytes:
    try:
        return framed(DONE, service.answer(kind, payload))
    except _PcscError as error:
        return framed(FAILED, error.code.to_bytes(4))


def _take(held: bytearray) -> tuple[int, bytes] | None:
    size = int.from_bytes(held[:4])
    if len(held) < 5 or len(held) < 4 + size:
        return None
    frame = bytes(held[4 : 4 + size])
    del held[: 4 + size]
    return frame[0], frame[1:]


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)
