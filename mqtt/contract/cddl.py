"""CDDL (RFC 8610) of the events, generated from their structs, so that the two cannot differ."""

import re
from collections.abc import Iterable

from msgspec import inspect

from mqtt import events, groups

HEAD = """\
; What is inside an envelope, after decryption. Generated from mqtt/events.py and mqtt/groups.py
; (`python -m mqtt.contract.generate`); do not edit. Deterministic CBOR (RFC 8949, 4.2.1).
; Readers pass over fields that they do not know. Personal data: everything but kind and ids.
; A name in counters that begins with "alarm." is an alarm: receipts that erased nothing, counted.
; alarm.receipt_forged: signed by no key that the kiosk holds as the centre's;
; alarm.receipt_foreign: for another kiosk;
; alarm.receipt_replayed: of a statement that the kiosk's chain does not hold.

utc = tstr .regexp "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})"
event = crossing-event / attachment / epoch-start / time-anchor / counters / officer-decision
"""
_NAMED: dict[type, str] = {
    inspect.FloatType: "float / int",
    inspect.BoolType: "bool",
    inspect.NoneType: "nil",
    inspect.DateTimeType: "utc",
}
_ENDS = re.compile(r"^\^|\$\(\?!\\n\)$")


def _pattern(alias: object) -> str:
    found = inspect.type_info(alias)
    inner = found.type if isinstance(found, inspect.Metadata) else found
    return inner.pattern or "" if isinstance(inner, inspect.StrType) else ""


_TEXTS = {
    "code": groups.Code,
    "state": groups.State,
    "uuid": groups.Uuid,
    "kiosk-id": groups.KioskId,
    "day": groups.Day,
    "partial-day": groups.PartialDay,
    "mrz-sign": groups.MrzSign,
    "media-type": events.MediaType,
}
_PATTERNS = {_pattern(alias): name for name, alias in _TEXTS.items()}


def event_cddl() -> str:
    """The whole of event.cddl."""
    found = inspect.type_info(events.Event)
    rules: dict[str, str] = {}
    for one in found.types if isinstance(found, inspect.UnionType) else ():
        _type(one, rules)
    texts = "".join(
        f"{name} = tstr .regexp {_quoted(_ENDS.sub('', pattern))}\n"
        for pattern, name in _PATTERNS.items()
    )
    return HEAD + texts + "".join(f"\n{name} = {body}\n" for name, body in sorted(rules.items()))


def _type(node: inspect.Type, rules: dict[str, str]) -> str:
    """The CDDL of one type; a struct gets a rule of its own."""
    match node:
        case inspect.Metadata(type=inner):
            return _type(inner, rules)
        case inspect.StructType():
            return _struct(node, rules)
        case inspect.UnionType(types=types):
            return " / ".join(_type(one, rules) for one in types)
        case inspect.VarTupleType(item_type=item, min_length=low, max_length=high):
            return f"[{low or 0}*{'' if high is None else high} {_type(item, rules)}]"
        case inspect.DictType(key_type=key, value_type=value):
            return f"{{* {_type(key, rules)} => {_type(value, rules)}}}"
        case _:
            return _plain(node)


def _plain(node: inspect.Type) -> str:
    match node:
        case inspect.LiteralType(values=values):
            return _one_of(values)
        case inspect.EnumType(cls=cls):
            return _one_of(one.value for one in cls)
        case inspect.StrType(pattern=str(pattern)):
            return _PATTERNS[pattern]
        case inspect.BytesType(min_length=low, max_length=high):
            return f"bstr .size ({low or 0}..{high})"
        case inspect.IntType(ge=low, le=high):
            return f"({low}..{high})"
        case _:
            return _text(node) if isinstance(node, inspect.StrType) else _NAMED[type(node)]


def _text(node: inspect.StrType) -> str:
    """CDDL counts the bytes of a text, the structs its characters: up to four bytes each."""
    return (
        f"tstr .size ({node.min_length or 0}..{4 * node.max_length})" if node.max_length else "tstr"
    )


def _struct(node: inspect.StructType, rules: dict[str, str]) -> str:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", node.cls.__name__).lower()
    if node.tag is None:
        name += "-group"  # `time` is a name of CDDL's own prelude
    if name not in rules:
        rules[name] = ""
        lines = [] if node.tag is None else [f'  "kind": "{node.tag}",']
        lines += [_field(one, rules) for one in node.fields]
        rules[name] = "\n".join(["{", *lines, "  * tstr => any,", "}"])
    return name


def _field(field: inspect.Field, rules: dict[str, str]) -> str:
    node = field.type
    if isinstance(node, inspect.UnionType):
        kept = tuple(one for one in node.types if not isinstance(one, inspect.NoneType))
        node = kept[0] if len(kept) == 1 else inspect.UnionType(kept)
    optional = "" if field.required else "? "
    return f"  {optional}{_quoted(field.encode_name)}: {_type(node, rules)},"


def _one_of(values: Iterable[object]) -> str:
    return " / ".join(_quoted(str(one)) for one in values)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
