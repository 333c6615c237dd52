"""Tells when a link, an address or a route of this machine came up, from the kernel (netlink)."""

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field

RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE = 16, 20, 24
GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400  # link; address and route of IPv4 and IPv6
IFF_LOWER_UP = 0x10000
READ_BYTES = 64 * 1024
_HEADER = struct.Struct("=IHHII")  # struct nlmsghdr of netlink(7)
_LINK_FLAGS = struct.Struct("=I")
_LINK_FLAGS_AT = _HEADER.size + 8  # struct ifinfomsg: family, pad, type, index, then flags


def says_up(data: bytes) -> bool:
    """Whether one datagram tells of something that came up; noise does not. Pure."""
    while len(data) >= _HEADER.size:
        size, kind, *_ = _HEADER.unpack_from(data)
        if not _HEADER.size <= size <= len(data):
            return False
        if kind in {RTM_NEWADDR, RTM_NEWROUTE} or (kind == RTM_NEWLINK and _is_up(data[:size])):
            return True
        data = data[(size + 3) & ~3 :]
    return False


def _is_up(message: bytes) -> bool:
    if len(message) < _LINK_FLAGS_AT + _LINK_FLAGS.size:
        return False
    (flags,) = _LINK_FLAGS.unpack_from(message, _LINK_FLAGS_AT)
    return bool(flags & IFF_LOWER_UP)


@dataclass(slots=True)
class NetworkWatch:
    """One netlink socket; where the kernel gives none, nothing is ever told and time-outs rule."""

    line: socket.socket | None = field(init=False)

    def __post_init__(self) -> None:
        self.line = None
        with suppress(OSError):
            line = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            line.setblocking(False)
            self.line = line
            line.bind((0, GROUPS))

    def came_up(self) -> bool:
        """Read what the kernel has told since; whether something came up."""
        found = False
        if self.line is None:
            return found
        with suppress(OSError):  # BlockingIOError: read to its end; ENOBUFS: too much at once
            while data := self.line.recv(READ_BYTES):
                found = says_up(data) or found
        return found

    def close(self) -> None:
        """Close; safe to call twice."""
        if self.line is not None:
            self.line.close()
