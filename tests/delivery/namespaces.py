"""A kiosk behind a thin, lossy wire: a network namespace, a veth pair, tc tbf, iptables."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

HERE, THERE = "10.213.{}.1", "10.213.{}.2"


def why_not() -> str:
    """Why no namespace can be made here; "" where one can."""
    for program in ("ip", "tc", "iptables"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if os.geteuid() != 0:
        return "only root may make a network namespace"
    name = f"probe{os.getpid()}"
    if _run("ip", "netns", "add", name, check=False):
        return "this machine does not let us make a network namespace"
    _run("ip", "netns", "del", name)
    return ""


@dataclass(frozen=True)
class Wire:
    """`here` is the centre's address; what runs `inside` sees nothing but the wire."""

    name: str
    here: str
    kbit_s: int

    @property
    def inside(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    def down(self) -> None:
        _run("ip", "-n", self.name, "link", "set", "wire", "down")

    def up(self) -> None:
        _run("ip", "-n", self.name, "link", "set", "wire", "up")

    def news(self, number: int) -> None:
        """One more address on the kiosk's end: the kernel tells it as something that came up."""
        _run("ip", "-n", self.name, "addr", "add", f"10.214.{number}.2/24", "dev", "wire")

    def lose(self, share: float) -> None:
        """Let that share of the packets vanish, both ways."""
        match = ("-m", "statistic", "--mode", "random", "--probability", str(share), "-j", "DROP")
        for chain in ("INPUT", "OUTPUT"):
            _run(*self.inside, "iptables", "-w", "-A", chain, "-o" if chain == "OUTPUT" else "-i",
                 "wire", *match)  # fmt: skip

    def sent_bytes(self) -> int:
        """Frames that left the kiosk, headers and all."""
        words = ("ip", "-n", self.name, "-s", "-j", "link", "show", "wire")
        told = subprocess.run(words, capture_output=True, check=True).stdout
        return int(json.loads(told)[0]["stats64"]["tx"]["bytes"])


@contextmanager
def thin_wire(kbit_s: int) -> Iterator[Wire]:
    """A wire of that rate both ways."""
    number = os.getpid() % 250
    name, outer = f"kiosk{os.getpid()}", f"w{os.getpid()}"
    here, there = HERE.format(number), THERE.format(number)
    _run("ip", "netns", "add", name)
    try:
        _run("ip", "link", "add", outer, "type", "veth", "peer", "name", "wire", "netns", name)
        _run("ip", "addr", "add", f"{here}/24", "dev", outer)
        _run("ip", "link", "set", outer, "up")
        _run("ip", "-n", name, "addr", "add", f"{there}/24", "dev", "wire")
        _run("ip", "-n", name, "link", "set", "lo", "up")
        _run("ip", "-n", name, "link", "set", "wire", "up")
        shape = ("root", "tbf", "rate", f"{kbit_s}kbit", "burst", "3000", "latency", "1000ms")
        _run("tc", "qdisc", "add", "dev", outer, *shape)
        _run("tc", "-n", name, "qdisc", "add", "dev", "wire", *shape)
        yield Wire(name, here, kbit_s)
    finally:
        _run("ip", "netns", "del", name, check=False)
        _run("ip", "link", "del", outer, check=False)


def _run(*words: str, check: bool = True) -> int:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.returncode
