"""What a process has used: milliseconds on the clock and of the processor, and its peak memory."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

TIMES = 3
Made = TypeVar("Made")


@dataclass(slots=True)
class Spent:
    """Milliseconds of one piece of work; cpu_ms counts processes that it ran and that ended."""

    wall_ms: float = 0.0
    cpu_ms: float = 0.0


@contextmanager
def timed() -> Iterator[Spent]:
    """Fill in what the block took, when it ends; also when it ends by an error."""
    spent = Spent()
    began_s, cpu_began_s = time.perf_counter(), _cpu_s()
    try:
        yield spent
    finally:
        spent.wall_ms = (time.perf_counter() - began_s) * 1000
        spent.cpu_ms = (_cpu_s() - cpu_began_s) * 1000


def quickest(work: Callable[[], Made], times: int = TIMES) -> tuple[Made, Spent]:
    """Do the same so many times: what came of it last, and what the quickest took.

    The least is what the work needs; the rest is what others on the machine took from it.
    """
    with timed() as best:
        made = work()
    for _ in range(times - 1):
        with timed() as spent:
            made = work()
        best = min(best, spent, key=lambda one: one.cpu_ms)
    return made, best


def peak_memory_kib(pid: int | None = None) -> int:
    """The most resident memory that a process ever held; 0 where it is gone.

    From the kernel's VmHWM: getrusage's figure counts what the program was before it was this one.
    """
    status = Path("/proc") / ("self" if pid is None else str(pid)) / "status"
    try:
        words = status.read_text(encoding="ascii", errors="replace").split()
        return int(words[words.index("VmHWM:") + 1])
    except (OSError, ValueError):  # ended, or a kernel thread, which has no memory of its own
        return 0


def peak_memory_mib(pid: int | None = None) -> float:
    """The same in MiB, to one place."""
    return round(peak_memory_kib(pid) / 1024, 1)


def _cpu_s() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime
