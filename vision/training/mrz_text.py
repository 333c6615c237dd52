"""Texts for training: lines that look like machine readable zones, of people who do not exist."""

import numpy as np

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
_RANDOM_PCT = 30


def line(rng: np.random.Generator) -> str:
    """One line of 30, 36 or 44 characters: names, numbers, or anything at all."""
    columns = int(rng.choice((30, 36, 44)))
    kind = rng.integers(100)
    if kind < _RANDOM_PCT:
        return _mixed(rng, columns)
    if kind < _RANDOM_PCT + 30:
        return _names(rng, columns)
    return _numbers(rng, columns)


def window(rng: np.random.Generator, characters: int) -> str:
    """`characters` in a row out of lines."""
    text = line(rng)
    while len(text) < characters:
        text += line(rng)
    start = int(rng.integers(len(text) - characters + 1))
    return text[start : start + characters]


def _pick(rng: np.random.Generator, signs: str, count: int) -> str:
    return "".join(signs[i] for i in rng.integers(len(signs), size=count))


def _mixed(rng: np.random.Generator, columns: int) -> str:
    fill = rng.uniform(0, 0.3)
    chosen = _pick(rng, DIGITS + LETTERS, columns)
    return "".join("<" if rng.random() < fill else sign for sign in chosen)


def _name(rng: np.random.Generator) -> str:
    vowels = "AEIOU" if rng.random() < 0.7 else LETTERS
    count = int(rng.integers(2, 11))
    return "".join(_pick(rng, vowels if i % 2 else LETTERS, 1) for i in range(count))


def _names(rng: np.random.Generator, columns: int) -> str:
    head = str(rng.choice(("P<", "PO", "V<", "VC", "ID", "I<", "PM", "AC", ""))) + _pick(
        rng, LETTERS, 3
    )
    parts = [_name(rng) for _ in range(int(rng.integers(2, 5)))]
    text = head + parts[0] + "<<" + "<".join(parts[1:])
    return text[:columns].ljust(columns, "<")


def _numbers(rng: np.random.Generator, columns: int) -> str:
    kind = DIGITS if rng.random() < 0.4 else DIGITS + LETTERS
    number = _pick(rng, kind, int(rng.integers(6, 10))).ljust(9, "<") + _pick(rng, DIGITS, 1)
    dates = _pick(rng, DIGITS, 7) + str(rng.choice(("F", "M", "<", "X"))) + _pick(rng, DIGITS, 7)
    rest = max(columns - 27, 3)
    optional = _pick(rng, kind, int(rng.integers(0, rest))).ljust(rest - 1, "<") + _pick(
        rng, DIGITS, 1
    )
    text = number + _pick(rng, LETTERS, 3) + dates + optional
    return text[:columns].ljust(columns, "<")
