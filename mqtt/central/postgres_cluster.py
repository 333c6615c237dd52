"""A throw-away PostgreSQL of this machine, for `kiosk-central bench` and tests: no TCP, no root."""

import os
import pwd
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from mqtt.central.child import die_with_parent
from mqtt.central.errors import CentralError

START_LIMIT_S = 60
DEBIAN = "/usr/lib/postgresql"
UNPRIVILEGED = ("postgres", "nobody")
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
shared_buffers = '64MB'
max_wal_senders = 4
wal_level = replica
fsync = on
"""


class PostgresMissingError(CentralError):
    """There is no initdb program."""

    mend = "Install the Debian package: sudo apt-get install postgresql."


class PostgresStartError(CentralError):
    """The throw-away cluster does not start."""

    mend = "Read its log file, named above."


def find_program(name: str) -> Path | None:
    """In PATH, or in Debian's folder of the newest version."""
    newest = sorted(Path(DEBIAN).glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name)
    return newest[0] if newest else (Path(found) if found else None)


@dataclass(slots=True)
class Cluster:
    """Lies in `folder`, which must be open to the unprivileged user where root runs this."""

    folder: Path
    settings: str = ""
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """Its files."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder / "postgres.log"

    @property
    def url(self) -> str:
        """For `database` in central.toml."""
        return f"postgresql:///postgres?host={self.folder}&user=border"

    def make(self) -> Self:
        """Initdb; raises PostgresMissingError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        user = _unprivileged()
        if user is not None:
            shutil.chown(self.folder, user)
        options = ["-U", "border", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"]
        self.run("initdb", "-D", str(self.data), *options)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS.format(folder=self.folder) + self.settings)
        return self

    def start(self) -> Self:
        """Returns when it answers; raises PostgresStartError."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the program that we looked up
                [_program("postgres"), "-D", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it calls nothing that takes a lock
                user=_unprivileged(),
            )
        words = ["-h", str(self.folder), "-U", "border", "-t", "0"]
        for _ in range(START_LIMIT_S * 10):
            if self._answers(words):
                return self
            try:
                code = self._process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            raise PostgresStartError(f"postgres ended with code {code}: {self.log}.")
        raise PostgresStartError(f"postgres does not answer: {self.log}.")

    def _answers(self, words: list[str]) -> bool:
        command = [_program("pg_isready"), *words]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - looked up
        return done.returncode == 0

    def run(self, name: str, *words: str) -> str:
        """One program of PostgreSQL as its user; raises PostgresStartError with its last line."""
        done = subprocess.run(  # noqa: S603 - the program that we looked up
            [_program(name), *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            user=_unprivileged(),
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise PostgresStartError(f"{name}: {''.join(last)}")
        return done.stdout

    def cpu_s(self) -> float:
        """User and system time of the server and of its children that ended (proc(5), stat)."""
        if self._process is None:
            return 0.0
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        ticks = [int(word) for word in stat.rpartition(")")[2].split()[11:15]]
        return sum(ticks) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """Kill -9 of the server and all its children, as a power cut would."""
        if self._process is not None:
            children = _children(self._process.pid)
            os.killpg(self._process.pid, signal.SIGKILL)
            for child in children:  # each has a group of its own
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            self._process.wait()
            self._process = None
            self._await_end(children)

    def _await_end(self, children: list[int]) -> None:
        """Until the last of them lets the shared memory go, no other server starts."""
        pause = threading.Event()
        for _ in range(START_LIMIT_S * 100):
            if not any(_runs(child) for child in children):
                return
            pause.wait(0.01)
        raise PostgresStartError(f"postgres does not end: {self.log}.")

    def stop(self) -> None:
        """A fast shutdown; safe to call twice."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_LIMIT_S)
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _children(pid: int) -> list[int]:
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in words.split()]


def _runs(pid: int) -> bool:
    """Whether it is there and has not ended: what nobody waited for yet holds nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _program(name: str) -> str:
    found = find_program(name)
    if found is None:
        raise PostgresMissingError(f"{name}, a program of PostgreSQL, is not installed.")
    return str(found)


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; None where we are not root."""
    if os.geteuid():
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next((name for name in UNPRIVILEGED if name in known), None)
