"""Runs `kiosk` again and again, each time killed (SIGKILL) right before its Nth change of the disk.

A line in: JSON [N, words]; a line out: "killed", or the exit code where it made fewer changes.
Nothing is replaced: an audit hook (PEP 578) of the interpreter sees each change before it happens.
"""

import json
import os
import signal
import sys

from firmware_app.__main__ import main
from firmware_app.engineer import provision  # noqa: F401 - loaded once, before the forks
from firmware_app.services import provision_take  # noqa: F401

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.chmod", "os.truncate", "os.link"}
WRITING = os.O_WRONLY | os.O_RDWR


def killed_before(number: int) -> None:
    """Let this process die before its change `number` (from 1)."""
    left = [number]

    def seen(event: str, about: tuple[object, ...]) -> None:
        opened = event == "open" and isinstance(about[2], int) and about[2] & WRITING
        if opened or event in CHANGES:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(seen)


def run(number: int, words: list[str]) -> str:
    """One life."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        killed_before(number)
        os._exit(main(words))
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else str(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    for line in sys.stdin:
        print(run(*json.loads(line)), flush=True)
