"""A TCP proxy that does to a line what a border does to it; knows nothing of what it carries."""

import contextlib
import selectors
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Chaos:
    """Each field may be changed while it runs; every rule holds for both directions."""

    target: tuple[str, int]
    latency_s: float = 0.0
    one_byte_writes: bool = False
    black_hole: bool = False
    cut_after_bytes: int | None = None  # ends the line there, in the middle of whatever it is
    cuts_left: int = 0
    connections: int = 0
    carried_bytes: int = 0
    _ends: list[socket.socket] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Chaos":
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.1)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(5)
        self._listening.close()
        self.cut()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        """End every line that there is."""
        while self._ends:
            with contextlib.suppress(OSError):
                self._ends.pop().shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                near, _ = self._listening.accept()
            except TimeoutError:
                continue
            try:
                far = socket.create_connection(self.target, timeout=5)
            except OSError:
                near.close()
                continue
            self.connections += 1
            self._ends += [near, far]
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        carried = 0
        with near, far, selectors.DefaultSelector() as ready:
            for one, other in ((near, far), (far, near)):
                one.settimeout(5)
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(one, selectors.EVENT_READ, other)
            while not self._stopping.is_set():
                if self.black_hole:
                    self._stopping.wait(0.05)
                    continue
                for key, _ in ready.select(0.1):
                    try:
                        carried += self._pass_on(key.fileobj, key.data, carried)
                    except OSError:
                        return

    def _pass_on(self, one: socket.socket, other: socket.socket, carried: int) -> int:
        data = one.recv(16 * 1024)
        if not data:
            raise ConnectionResetError
        if self.latency_s:
            self._stopping.wait(self.latency_s)
        if self.cuts_left and self.cut_after_bytes is not None:
            room = self.cut_after_bytes - carried
            if len(data) >= room:
                self.cuts_left -= 1
                other.sendall(data[: max(0, room)])
                raise ConnectionResetError
        if self.one_byte_writes:
            for byte in data:
                other.sendall(bytes([byte]))
        else:
            other.sendall(data)
        self.carried_bytes += len(data)
        return len(data)
