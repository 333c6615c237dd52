"""What the kernel knows of a TCP line: bytes that arrived over there, bytes from there, delay."""

import socket
import struct
from dataclasses import dataclass

TCP_INFO_BYTES = 168
_VAIN = struct.Struct("@BxB")
_UNACKED = struct.Struct("@I")
_RTT_US = struct.Struct("@I")
_BYTES = struct.Struct("@QQ")
_VAIN_AT, _UNACKED_AT, _RTT_AT, _BYTES_AT = 2, 24, 68, 120  # struct tcp_info, linux/tcp.h since 4.1


@dataclass(frozen=True, slots=True)
class LineMeter:
    """Counts since the connection began, with TLS and without TCP and IP headers.

    `vain_tries`: sent again since anything arrived, each time after twice the wait (RFC 6298, 5.5).
    """

    acked_bytes: int = 0
    received_bytes: int = 0
    rtt_ms: float = 0.0
    unacked: bool = False
    vain_tries: int = 0


def read_meter(line: object) -> LineMeter:
    """The counts of a TCP socket; all zero where the kernel gives none."""
    if not isinstance(line, socket.socket):
        return LineMeter()
    try:
        info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
    except OSError:
        return LineMeter()
    if len(info) < _BYTES_AT + _BYTES.size:
        return LineMeter()
    acked, received = _BYTES.unpack_from(info, _BYTES_AT)
    (rtt_us,) = _RTT_US.unpack_from(info, _RTT_AT)
    (unacked,) = _UNACKED.unpack_from(info, _UNACKED_AT)
    retransmits, backoffs = _VAIN.unpack_from(info, _VAIN_AT)
    return LineMeter(acked, received, rtt_us / 1000, unacked > 0, min(retransmits, backoffs))
