"""Runs a program under the system calls that a unit of systemd/ leaves it (libseccomp)."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

ERRNO_EPERM, ALLOW = 0x0005_0001, 0x7FFF_0000  # seccomp(2): SECCOMP_RET_ERRNO with EPERM, _ALLOW


def members(name: str) -> set[str]:
    """A call, or all calls of a group as systemd knows it."""
    if not name.startswith("@"):
        return {name}
    words = ["systemd-analyze", "syscall-filter", "--no-pager", name]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in told.splitlines()[1:]]
    return {one for line in lines if line and line[0] != "#" for one in members(line)}


def allowed(unit: Path) -> set[str]:
    """What its SystemCallFilter= lines leave, one after the other (systemd.exec(5))."""
    found: set[str] = set()
    for line in unit.read_text().splitlines():
        if line.startswith("SystemCallFilter="):
            words = line.partition("=")[2]
            named = {one for word in words.lstrip("~").split() for one in members(word)}
            found = found - named if words.startswith("~") else found | named
    return found


def run(calls: set[str], words: list[str]) -> None:
    """Become `words`; does not return."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ERRNO_EPERM)))
    for name in calls:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0 and library.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), number, 0):
            raise SystemExit(f"no rule for {name}")
    if library.seccomp_load(context):
        raise SystemExit("no filter")
    os.execvp(words[0], words)


if __name__ == "__main__":
    run(set(sys.argv[1].split(",")), sys.argv[2:])
