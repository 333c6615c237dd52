"""Children of one command: started together, watched, and gone together whatever happens."""

import os
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from firmware_app.errors import SetupError
from mqtt.central.child import die_with_parent

STOP_LIMIT_S = 6.0
TAIL_LINES = 4


@dataclass(slots=True)
class Child:
    """One program with its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        """The last lines it said."""
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
        return ""


@dataclass(slots=True)
class Family:
    """Starts children and stops them all, youngest first, when the block ends."""

    folder: Path
    children: list[Child] = field(default_factory=list)
    _watch: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(
        self, name: str, command: Sequence[str | Path], stdin: IO[bytes] | None = None
    ) -> Child:
        """Start one; it dies with us even when we are killed with -9."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                [str(word) for word in command],
                stdin=stdin or subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it calls nothing that takes a lock
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raise SetupError where a child ended that should not have."""
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                raise SetupError(
                    f"{child.name} ended with {code}: {child.tail() or 'without a word'}",
                    f"Read {child.log}.",
                )

    def kill(self, child: Child) -> None:
        """End one at once, as a power cut would (kill -9)."""
        child.process.kill()
        child.process.wait()
        self.children.remove(child)

    def stop(self) -> None:
        """Ask each to end, then make it; safe to call twice."""
        for child in reversed(self.children):
            if child.process.poll() is None:
                child.process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(STOP_LIMIT_S)
            if child.process.poll() is None:
                child.process.kill()
                child.process.wait()
        self.children.clear()


def pss_kb(pid: int) -> int:
    """Proportional set size of a process and its descendants, in kB."""
    total = 0
    for one in (pid, *descendants(pid)):
        with suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total


def cpu_s(pid: int) -> float:
    """Processor time that a process, its descendants and their dead children have used."""
    ticks = 0
    for one in (pid, *descendants(pid)):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> tuple[int, ...]:
    """All children of a process, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += [int(child), *descendants(int(child))]
    return tuple(found)
