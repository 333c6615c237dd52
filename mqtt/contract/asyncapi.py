"""The AsyncAPI 3 document of the topics, made from the words of mqtt/topics.py."""

from mqtt import topics

Json = dict[str, object]

_LEAVES: dict[str, tuple[str, str, str]] = {
    # leaf: who writes, message, what it is
    "events": ("kiosk", "sealedEvent", "Every sealed event, crossings before attachments."),
    "state": ("kiosk", "state", "Retained: whether it is there, and its newest statement."),
    "alerts": (
        "kiosk",
        "signedAlert",
        "Somebody waits for a person; rule `alert` of keys.cddl.",
    ),
    "cmd/res": ("kiosk", "signedAnswer", "The answer to a command: rule `result` of keys.cddl."),
    "receipts": ("centre", "receipt", "The centre's signed word that it keeps events."),
    "cmd": (
        "centre",
        "signedCommand",
        "A command: signed, expiring, with a nonce, never code; rule `command` of keys.cddl.",
    ),
    "shadow/desired": (
        "centre",
        "signedCommand",
        "Reserved. Retained: the configuration that is wanted.",
    ),
    "lists/{list}": (
        "centre",
        "signedCommand",
        "A list or the keys, signed by the root: rule `bundle` of keys.cddl.",
    ),
}


def document(release: str) -> Json:
    """The whole document; a consumer takes the side of the centre."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Border kiosk",
            "version": release,
            "description": "MQTT 5, QoS 1, mutual TLS 1.3; client id = certificate CN = kiosk id. "
            "No personal data in topics, properties or client ids. Message headers are MQTT 5 user "
            "properties (CloudEvents 1.0, binary mode). A consumer subscribes to events, and to "
            "state if it will, and publishes receipts; reserved channels are empty in version 1.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": topics.CONTENT_TYPE,
        "channels": {_name(leaf): _channel(leaf) for leaf in _LEAVES},
        "operations": {_name(leaf): _operation(leaf) for leaf in _LEAVES},
        "components": {"messages": _messages()},
    }


def topics_told() -> list[tuple[str, str, str]]:
    """Address, writer and purpose of each topic, for people."""
    return [(f"{topics.ROOT}/{{kiosk}}/{leaf}", *_told(leaf)) for leaf in _LEAVES]


def _told(leaf: str) -> tuple[str, str]:
    writer, _, about = _LEAVES[leaf]
    return writer, about


def _name(leaf: str) -> str:
    return leaf.split("/{", maxsplit=1)[0].replace("/", "_")


def _channel(leaf: str) -> Json:
    _, message, about = _LEAVES[leaf]
    parameters: Json = {"kiosk": {"description": "Kiosk id: [A-Za-z0-9-]{1,40}"}}
    if "{list}" in leaf:
        parameters["list"] = {"description": "Name of the list: [a-z0-9-]{1,40}"}
    return {
        "address": f"{topics.ROOT}/{{kiosk}}/{leaf}",
        "description": about,
        "parameters": parameters,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"mqtt": {"bindingVersion": "0.2.0"}},
    }


def _operation(leaf: str) -> Json:
    """`send` and `receive` from the side of the kiosk, as AsyncAPI 3 asks of the application."""
    writer, _, about = _LEAVES[leaf]
    return {
        "action": "send" if writer == "kiosk" else "receive",
        "channel": {"$ref": f"#/channels/{_name(leaf)}"},
        "summary": about,
        "bindings": {"mqtt": {"qos": 1, "retain": leaf in {"state", "shadow/desired"}}},
    }


def _messages() -> Json:
    return {
        "sealedEvent": {
            "contentType": topics.CONTENT_TYPE,
            "summary": "CBOR [statement, ciphertext]; rule `wire` of envelope.cddl.",
            "headers": _user_properties(),
            "payload": {"type": "string", "format": "binary"},
        },
        "receipt": {
            "contentType": topics.RECEIPT_CONTENT_TYPE,
            "summary": "COSE_Sign1; rule `receipt-message` of envelope.cddl.",
            "payload": {"type": "string", "format": "binary"},
        },
        "state": {"summary": "CBOR; rule `state` of envelope.cddl.", "payload": _BINARY},
        "signedAnswer": {"summary": "COSE_Sign1 by the kiosk.", "payload": _BINARY},
        "signedAlert": {"summary": "COSE_Sign1 by the kiosk, impersonal.", "payload": _BINARY},
        "signedCommand": {"summary": "COSE_Sign1 by the centre.", "payload": _BINARY},
    }


_BINARY: Json = {"type": "string", "format": "binary"}


def _user_properties() -> Json:
    """CloudEvents 1.0 attributes as MQTT 5 user properties."""
    named: dict[str, Json] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "UUIDv7 of the event"},
        "source": {"type": "string", "pattern": "^/kiosk/[A-Za-z0-9-]{1,40}$"},
        "type": {"type": "string", "pattern": "^org\\.border-kiosk\\.[a-z_]+\\.v1$"},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "rounded down to the hour",
        },
        "dataschema": {"const": topics.DATA_SCHEMA},
        "sequence": {"type": "string", "pattern": "^[0-9]{20}$"},
        "partitionkey": {"type": "string", "description": "the kiosk id"},
    }
    return {"type": "object", "properties": named, "required": sorted(named)}
