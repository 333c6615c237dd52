"""A Unix socket that the kiosk owns: who of this machine may connect, and who did."""

import socket
import struct
from pathlib import Path

_UCRED = struct.Struct("3i")  # struct ucred of unix(7): pid, uid, gid


def listen(path: Path) -> socket.socket:
    """Listen at `path`, for its owner and group; what lay there goes. Raises OSError."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o660)
        listening.listen(2)
    except OSError:
        listening.close()
        raise
    return listening


def peer_uid(line: socket.socket) -> int:
    """The user at the other end, as the kernel says; raises OSError."""
    return int(
        _UCRED.unpack(line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))[1]
    )
