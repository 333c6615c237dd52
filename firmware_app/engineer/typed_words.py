"""Numbers as they are typed on the command line: judged where they are read."""

import argparse
import math

MAX_PORT = 65_535
MAX_SECONDS = 3600


def port(word: str) -> int:
    """A TCP port."""
    if not word.isdecimal() or not 1 <= int(word) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"{word!r} is no port (1 to {MAX_PORT}).")
    return int(word)


def seconds(word: str) -> float:
    """A time above 0, at most an hour."""
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not 0 < value <= MAX_SECONDS:
        said = f"{word!r} is no number of seconds (above 0, at most {MAX_SECONDS})."
        raise argparse.ArgumentTypeError(said)
    return value


def count(word: str) -> int:
    """1 or more."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is no count of 1 or more.")
    return int(word)
