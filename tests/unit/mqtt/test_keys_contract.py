"""keys.cddl says what the structs hold: each field, each word, each type of message."""

import re
from pathlib import Path

import pytest
from msgspec import inspect

import mqtt.contract
from mqtt import alerts, break_glass, bundles, commands, enrol

TEXT = (Path(mqtt.contract.__file__).parent / "keys.cddl").read_text(encoding="utf-8")
RULES = {
    "bundle": bundles.Bundle,
    "key-set": bundles.KeySet,
    "recipient": bundles.Recipient,
    "command": commands.Command,
    "resend": commands.Resend,
    "rotate": commands.Rotate,
    "configure": commands.Configure,
    "update-list": commands.UpdateList,
    "update": commands.Update,
    "request-support": commands.RequestSupport,
    "ping": commands.Ping,
    "result": commands.Result,
    "alert": alerts.Alert,
    "token": break_glass.Token,
    "deputy": break_glass.Deputy,
    "request": enrol.Request,
    "answer": enrol.Answer,
}


def rule(name):
    """The fields of one rule, with a question mark where they may be absent."""
    body = re.search(rf"^{name} = {{(.*?)\n?}}$", TEXT, re.MULTILINE | re.DOTALL).group(1)
    plain = re.sub(r";.*", "", body).replace("* tstr => any", "")
    return set(re.findall(r"(\?? ?)\b([a-z_0-9]+):", plain))


@pytest.mark.parametrize("name", RULES)
def test_each_field_stands_there_and_may_be_absent_where_it_has_a_default(name):
    found = inspect.type_info(RULES[name])
    expected = {("" if one.required else "? ", one.encode_name) for one in found.fields}
    if found.tag is not None:
        expected.add(("", "what"))
        assert f'what: "{found.tag}"' in TEXT
    assert {(mark if "?" in mark else "", field) for mark, field in rule(name)} == expected


def test_each_type_of_message_stands_there():
    for one in (
        bundles.BUNDLE_TYPE,
        commands.COMMAND_TYPE,
        commands.RESULT_TYPE,
        alerts.ALERT_TYPE,
        break_glass.TOKEN_TYPE,
        break_glass.GRANT_TYPE,
        enrol.RENEWAL_TYPE,
    ):
        assert one in TEXT


def test_sizes_are_those_of_the_code():
    for number in (
        bundles.BUNDLE_LIMIT_BYTES,
        bundles.CONTENT_LIMIT_BYTES,
        commands.COMMAND_LIMIT_BYTES,
        commands.RESULT_LIMIT_BYTES,
        alerts.ALERT_LIMIT_BYTES,
        break_glass.TOKEN_LIMIT_BYTES,
        break_glass.GRANT_LIMIT_BYTES,
        enrol.REQUEST_LIMIT_BYTES,
        commands.BUNDLE_BYTES_MOST,
    ):
        assert re.search(rf"\b{number}\b", TEXT), number
