"""The contract as one page for people: topics, how to open a wire, every field, how it may grow."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from mqtt.contract import asyncapi
from mqtt.contract.meanings import SOURCE, Schema, definitions, fields

HERE = Path(__file__).resolve().parent
FILES = {
    "asyncapi.json": "topics and messages (AsyncAPI 3.0)",
    "envelope.cddl": "statement, ciphertext, receipt and state (CDDL, RFC 8610)",
    "keys.cddl": "keys, commands, enrolment, alerts (CDDL)",
    "event.cddl": "every event after decryption (CDDL)",
    "crossing-event.schema.json": "a decoded crossing, bytes as base64 (JSON Schema 2020-12)",
    "meanings.toml": "what each field means, and whose rule it follows",
    "vectors.json": "a chain of three sealed specimen events and their receipt, with its keys",
    "consumer.mjs": "a consumer for Node, no packages: verifies, decrypts, prints the vectors",
}
STYLE = """\
:root{color-scheme:light dark;--line:#8886;--quiet:#8882}
body{font:1rem/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:2rem 1rem}
h2{margin-top:3rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}
th,td{text-align:start;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
td:first-child,th:first-child{white-space:nowrap}
code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
pre{background:var(--quiet);padding:1rem;overflow-x:auto}
.source{opacity:.75;font-size:.9em;margin:0}
nav ul{columns:3;list-style:none;padding:0}
@media(max-width:40rem){nav ul{columns:1}td:first-child{white-space:normal}}
"""
RULES = (
    "Fields, groups, codes and kinds are added; a meaning never changes, no name is used again.",
    "Readers pass over fields that they do not know and keep them where they store the event.",
    "A field that is new is never asked for: older kiosks do not send it.",
    "A field that was not captured says why; checks that were not done stand with the others.",
    "What breaks these rules is a new major version with a new content type, beside this one.",
)
STEPS = (
    "Take the kiosk's id from the topic; look its key up in your registry.",
    "Read the payload as CBOR [statement, ciphertext]; only shortest forms count.",
    "Verify the statement (COSE_Sign1, ES256) with that key; its kiosk is the one of the topic.",
    "Hash the ciphertext and compare it with the statement's <code>sha256</code>.",
    "Find the recipient whose key id is yours, agree, unwrap, decrypt (COSE_Encrypt, A256GCM).",
    "Store by (kiosk, epoch, sequence), then send the receipt: again for each copy that comes.",
    "Keep and receipt also what you cannot open; look at it later.",
)
_NO_NEWLINE = r"(?!\n)"
_KINDS = {"string": "text", "integer": "whole number"}


def html(schema: Schema, told: dict[str, dict[str, str]], version: str) -> str:
    """The whole page; `schema` is the explained one, `told` the meanings by group."""
    groups = definitions(schema)
    body = [
        f"<h1>The border kiosk's contract {escape(version)}</h1>",
        "<p>For who builds a centre. Written by <code>python -m mqtt.contract.generate</code>.</p>",
        _section("files", "Files", _table(("file", "what"), _files())),
        _section("topics", "Topics", _table(("topic", "written by", "what"), _topics())),
        _section("open", "From a message to an event", _list("ol", STEPS)),
        _section("envelope", "What travels", f"<pre>{escape(_envelope())}</pre>"),
        _section("groups", "A crossing, field by field", _index(groups)),
        *(_group(name, one, told.get(name, {})) for name, one in groups),
        _section("rules", "How the contract grows", _list("ul", map(escape, RULES))),
    ]
    title = f"Border kiosk: contract {escape(version)}"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return (
        f'<!doctype html>\n<html lang="en">\n<head>{head}<title>{title}</title>\n'
        f"<style>\n{STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _section(anchor: str, title: str, inner: str) -> str:
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>\n{inner}</section>'


def _files() -> list[tuple[str, str]]:
    return [(f'<a href="{name}"><code>{name}</code></a>', what) for name, what in FILES.items()]


def _topics() -> list[tuple[str, ...]]:
    return [
        (f"<code>{escape(address)}</code>", writer, escape(about))
        for address, writer, about in asyncapi.topics_told()
    ]


def _envelope() -> str:
    return (HERE / "envelope.cddl").read_text(encoding="utf-8")


def _index(groups: list[tuple[str, Schema]]) -> str:
    links = (f'<li><a href="#{name}">{name}</a></li>' for name, _ in groups)
    return f"<nav><ul>{''.join(links)}</ul></nav>"


def _group(name: str, group: Schema, told: dict[str, str]) -> str:
    if not fields(group):
        about = escape(str(group.get("description", "")))
        return f'<section id="{name}"><h3>{name}</h3><p>{about}</p><p>{_kind(group)}</p></section>'
    asked = group.get("required", [])
    needed = asked if isinstance(asked, list) else []
    rows = [
        (
            f"<code>{field}</code>",
            _kind(one) + ("" if field in needed else ", may be missing"),
            escape(told.get(field, "")),
        )
        for field, one in fields(group).items()
    ]
    source = f'<p class="source">Source: {escape(told.get(SOURCE, ""))}</p>'
    return f'<section id="{name}"><h3>{name}</h3>{source}\n' + (
        _table(("field", "form", "meaning"), rows) + "</section>"
    )


def _kind(one: Schema) -> str:
    """The form of a field in words."""
    match one:
        case {"$ref": str(ref)}:
            name = ref.rsplit("/", maxsplit=1)[-1]
            return f'<a href="#{name}">{name}</a>'
        case {"anyOf": list(ways)}:
            return " or ".join(_kind(way) for way in ways)
        case {"items": dict(inner)}:
            return f"list of {_kind(inner)}"
        case {"additionalProperties": dict(inner)}:
            return f"map of text to {_kind(inner)}"
        case _:
            return _plain(one)


def _plain(one: Schema) -> str:
    match one:
        case {"enum": list(words)}:
            return " | ".join(f"<code>{escape(str(word))}</code>" for word in words)
        case {"contentEncoding": "base64"}:
            return "bytes"
        case {"pattern": str(pattern)}:
            return f"text <code>{escape(pattern.replace(_NO_NEWLINE, ''))}</code>"
        case {"type": str(kind)}:
            return _KINDS.get(kind, kind)
        case _:
            return "any"


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{head}</th>" for head in heads)
    lines = "\n".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{lines}\n</tbody></table>"


def _list(kind: str, lines: Iterable[str]) -> str:
    return f"<{kind}>" + "".join(f"<li>{line}</li>" for line in lines) + f"</{kind}>"
