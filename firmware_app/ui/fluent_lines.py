"""Fluent files quickly: a message that is one plain line is read here, all else by Fluent's parser.

Nine in ten messages are such lines, and the parser goes through them sign by sign.
"""

import re
from collections.abc import Iterator

from fluent.syntax import FluentParser, ast

_PLAIN = re.compile(r"([a-zA-Z][a-zA-Z0-9_-]*) *= *([^\s{}][^{}]*)")


def parse(source: str) -> ast.Resource:
    """The tree that FluentParser gives, without the spans of plain lines."""
    if "\r" in source:
        return FluentParser().parse(source)
    body = list(_entries(source.split("\n")))
    if any(isinstance(entry, ast.Junk) for entry in body):
        return FluentParser().parse(source)  # what is wrong has a place in the whole
    return ast.Resource(body)


def _entries(lines: list[str]) -> Iterator[ast.EntryType]:
    others: list[str] = []
    for at, line in enumerate(lines):
        plain = _PLAIN.fullmatch(line)
        if plain is None or not _stands_alone(lines, at):
            others.append(line)
            continue
        yield from _parsed(others)
        others = []
        text = ast.TextElement(plain[2].rstrip(" "))
        yield ast.Message(ast.Identifier(plain[1]), ast.Pattern([text]))
    yield from _parsed(others)


def _stands_alone(lines: list[str], at: int) -> bool:
    """Whether no comment above belongs to the line, and no line below goes on with it."""
    if at and lines[at - 1].startswith("#"):
        return False
    below = next((line for line in lines[at + 1 :] if line.strip(" ")), "")
    return not below.startswith(" ")


def _parsed(lines: list[str]) -> list[ast.EntryType]:
    return FluentParser().parse("\n".join(lines)).body if any(lines) else []
