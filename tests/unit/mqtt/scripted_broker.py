"""A broker that answers as the test says: MQTT 5 over mutual TLS, byte for byte, one line."""

import socket
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from mqtt.central.site import Site

CONNECT, PUBLISH, SUBSCRIBE, PING = 1, 3, 8, 12


@dataclass
class ScriptedBroker:
    """Properties are their bytes on the wire; `pubacks` are given in turn, the last for ever."""

    site: Site
    connack: int = 0
    connack_properties: bytes = b""
    suback: int = 1
    pubacks: list[int] = field(default_factory=lambda: [0])
    disconnect: bytes | None = None
    hold_pubacks: bool = False
    flood: bytes = b""
    newest_tls: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    packets: list[tuple[int, int, bytes]] = field(default_factory=list)
    most_in_flight: int = 0
    _in_flight: int = 0
    _line: socket.socket | None = None

    def __enter__(self) -> "ScriptedBroker":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.site.server.public, self.site.server.private)
        context.load_verify_locations(self.site.authority.public)
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = self.newest_tls
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        if self._line is not None:
            self._line.close()
        self._thread.join(5)

    def of(self, kind: int) -> list[bytes]:
        return [body for one, _, body in self.packets if one == kind]

    def _serve(self) -> None:
        with suppress(OSError):
            line, _ = self._listening.accept()
            self._line = self._context.wrap_socket(
                line, server_side=True, do_handshake_on_connect=False
            )
            self._line.do_handshake()
            self._talk()

    def _talk(self) -> None:
        while True:
            head = self._read(1)[0]
            body = self._read(self._length())
            kind, flags = head >> 4, head & 0x0F
            self.packets.append((kind, flags, body))
            if kind == CONNECT:
                self._say(0x20, bytes([0, self.connack]) + _sized(self.connack_properties))
            elif kind == SUBSCRIBE:
                count = body.count(b"border/v1/")
                self._say(0x90, body[:2] + b"\0" + bytes([self.suback]) * count)
                if self.flood:
                    self._line.sendall(self.flood)
                if self.disconnect is not None:
                    self._say(0xE0, self.disconnect)
            elif kind == PUBLISH:
                self._publish(body)
            elif kind == PING:
                self._say(0xD0, b"")

    def _publish(self, body: bytes) -> None:
        (size,) = struct.unpack_from(">H", body)
        mid = body[2 + size : 4 + size]
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        if self.hold_pubacks:
            return
        code = self.pubacks.pop(0) if len(self.pubacks) > 1 else self.pubacks[0]
        self._in_flight -= 1
        self._say(0x40, mid + bytes([code]) + b"\0")

    def _say(self, head: int, body: bytes) -> None:
        self._line.sendall(bytes([head]) + _variable(len(body)) + body)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._line.recv(size - len(data))
            if not more:
                raise ConnectionResetError
            data += more
        return data

    def _length(self) -> int:
        value, shift = 0, 0
        while True:
            (byte,) = self._read(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7


def inbound(topic: str, payload: bytes, mid: int) -> bytes:
    """A PUBLISH of the broker, QoS 1."""
    body = struct.pack(">H", len(topic)) + topic.encode() + struct.pack(">H", mid) + b"\0" + payload
    return b"\x32" + _variable(len(body)) + body


def _sized(properties: bytes) -> bytes:
    return _variable(len(properties)) + properties


def _variable(value: int) -> bytes:
    data = bytearray()
    while True:
        value, byte = divmod(value, 128)
        data.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(data)
