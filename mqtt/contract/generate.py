"""Writes the generated files of the contract: `python -m mqtt.contract.generate`."""

import json
from pathlib import Path

import msgspec

from mqtt import events
from mqtt.contract import asyncapi, cddl, page, vectors
from mqtt.contract.meanings import explained, meanings

HERE = Path(__file__).resolve().parent
CONTRACT_VERSION = "1.4.0"


def event_schema() -> dict[str, object]:
    """JSON Schema 2020-12 of a decoded crossing event; bytes stand as base64 text."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:border-kiosk:crossing-event:1",
        "title": "Border kiosk: decoded crossing event",
        **msgspec.json.schema(events.CrossingEvent),
    }
    return explained(schema, meanings())


def files() -> dict[str, str]:
    """The text of each generated file by its name; not the vector, which is random."""
    return {
        "crossing-event.schema.json": _json(event_schema()),
        "asyncapi.json": _json(asyncapi.document(CONTRACT_VERSION)),
        "event.cddl": cddl.event_cddl(),
        "contract.html": page.html(event_schema(), meanings(), CONTRACT_VERSION),
    }


def main() -> None:
    """Write all files, and the vector where there is none yet."""
    for name, text in files().items():
        (HERE / name).write_text(text, encoding="utf-8")
    vector = HERE / "vectors.json"
    if not vector.exists():
        vector.write_text(_json(vectors.make()), encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
