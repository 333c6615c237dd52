"""The kiosk as it ships, with one thread more that looks through all that Python still holds.

usage: probed_kiosk.py SOCKET run --config FILE. Whoever connects sends the words to look for, one
a line, each backwards (so that the question is no find), and gets a JSON list of what was found:
[word, the types that lead to it].
"""

import gc
import json
import socket
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import CellType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from firmware_app.__main__ import main

LEAF = (str, bytes, bytearray)
PLAIN = (list, tuple, dict, partial, CellType, MethodType, *LEAF)


def serve(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        listener.listen()
        while True:
            line, _ = listener.accept()
            with line, line.makefile("rwb") as stream:
                words = [each.strip() for each in iter(stream.readline, b"\n")]
                stream.write(json.dumps(search(words)).encode() + b"\n")


def search(backwards: list[bytes]) -> list[list[str]]:
    """Every str, bytes or bytearray that a living object leads to and that holds a word."""
    gc.collect()
    needles = [word[::-1] for word in backwards]
    texts = [needle.decode() for needle in needles]
    own = {id(one) for one in (*needles, *texts, *backwards, needles, texts, backwards)}
    seen = set(own)
    found = []
    stack = [(root, "") for root in roots()]
    own |= {id(seen), id(found), id(stack)} | of_the_world()
    seen |= own
    while stack:
        thing, way = stack.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, LEAF):
            found += [
                [text, way]
                for text, needle in zip(texts, needles, strict=True)
                if (text in thing if isinstance(thing, str) else needle in thing)
            ]
        elif not isinstance(thing, ModuleType | type):
            name = f"{way[-200:]} > {type(thing).__name__}"
            stack += [(each, name) for each in gc.get_referents(thing)]
    return found


def of_the_world() -> set[int]:
    """What simulated peers hold: the document that still lies on the reader is not ours."""
    peers = [one for one in gc.get_objects() if ".simulated" in type(one).__module__]
    stack, found = [each for peer in peers for each in gc.get_referents(peer)], set[int]()
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for thread, frame in sys._current_frames().items():
        if names.get(thread, "").startswith("peer-"):
            stack += on_stack(frame)
    while stack:
        thing = stack.pop()
        if isinstance(thing, FunctionType):
            stack += thing.__closure__ or ()
        elif isinstance(thing, PLAIN) and id(thing) not in found:
            found.add(id(thing))
            stack += gc.get_referents(thing)
    return found


def roots() -> Iterator[Any]:
    """What the collector knows, and what stands on the stacks of the other threads."""
    me = threading.get_ident()
    for thread, frame in sys._current_frames().items():
        if thread != me:
            yield from on_stack(frame)
    yield from gc.get_objects()


def on_stack(frame: FrameType | None) -> Iterator[Any]:
    while frame is not None:
        yield dict(frame.f_locals)
        frame = frame.f_back


if __name__ == "__main__":
    threading.Thread(target=serve, args=(Path(sys.argv[1]),), daemon=True).start()
    sys.exit(main(sys.argv[2:]))
