"""No core is ever written: what a program holds for a while would stay on a disk."""

import resource

_NO_CORE_BYTES = 1
"""core(5): too little for a file, and exactly 1 also keeps it from a program that gathers cores."""


def write_no_core() -> None:
    """For this process and all that it starts; called once, first of all."""
    resource.setrlimit(resource.RLIMIT_CORE, (_NO_CORE_BYTES, _NO_CORE_BYTES))
