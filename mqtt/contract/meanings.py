"""What each field of a crossing event means: reads meanings.toml and puts it into a schema."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

Schema = dict[str, object]
SOURCE = "source"
_FILE = Path(__file__).resolve().with_name("meanings.toml")


def meanings() -> dict[str, dict[str, str]]:
    """By group, then by field; `source` stands among them."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def explained(schema: Schema, told: Mapping[str, Mapping[str, str]]) -> Schema:
    """The schema with a description at each field that `told` knows."""
    groups = {name: _group(group, told.get(name, {})) for name, group in definitions(schema)}
    return {**schema, "$defs": groups}


def definitions(schema: Schema) -> list[tuple[str, Schema]]:
    """Name and schema of each definition."""
    found = schema["$defs"]
    return list(found.items()) if isinstance(found, dict) else []


def fields(group: Schema) -> dict[str, Schema]:
    """Name and schema of each field of a group; none where it is no group."""
    found = group.get("properties", {})
    return found if isinstance(found, dict) else {}


def _group(group: Schema, told: Mapping[str, str]) -> Schema:
    if "properties" not in group:
        return group
    named = {
        name: {**field, "description": told[name]} if name in told else field
        for name, field in fields(group).items()
    }
    return {**group, "properties": named}
