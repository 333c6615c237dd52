"""Plain values as TOML text (pure): what `kiosk provision` writes and any reader reads back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def toml_text(values: Mapping[str, object]) -> str:
    """TOML 1.0 of nested tables of str, bool, int, float, datetime and lists of them.

    Raises ValueError for anything else: a list of tables has no place in kiosk.toml.
    """
    return "\n".join(_table((), values)).strip() + "\n"


def _table(path: tuple[str, ...], values: Mapping[str, object]) -> list[str]:
    tables = {name: one for name, one in values.items() if isinstance(one, Mapping)}
    plain = [name for name in values if name not in tables]
    head = path and (plain or not tables)
    lines = ["", f"[{'.'.join(_key(part) for part in path)}]"] if head else []
    lines += [f"{_key(name)} = {_value(values[name])}" for name in plain]
    for name, one in tables.items():
        lines += _table((*path, name), one)
    return lines


def _key(name: str) -> str:
    return name if name and _BARE.issuperset(name) else _string(name)


def _string(text: str) -> str:
    """JSON's escapes are TOML's too; DEL alone is legal there and not here."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case int() | float():
            return repr(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case list() | tuple():
            return f"[{', '.join(_value(one) for one in value)}]"
        case _:
            raise ValueError(f"TOML of this kind is not written here: {type(value).__name__}.")
