"""Every contract that was ever given out: its events are read today, and its readers read ours."""

import json
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from mqtt import events
from mqtt.contract import generate, specimen

GIVEN_OUT = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "contracts").glob("*.json"))
}


def whole(version):
    return tuple(int(part) for part in version.split("."))


def test_the_present_contract_is_the_newest_and_of_the_same_major_line():
    newest = max(GIVEN_OUT, key=whole)
    assert whole(newest) <= whole(generate.CONTRACT_VERSION)
    assert {whole(one)[0] for one in GIVEN_OUT} == {whole(generate.CONTRACT_VERSION)[0]}


@pytest.mark.parametrize("version", GIVEN_OUT)
def test_its_events_are_read_today(version):
    for kind, plaintext in GIVEN_OUT[version]["events"].items():
        event = events.decode(bytes.fromhex(plaintext))
        assert event.__struct_config__.tag == kind
        if kind == "crossing":
            assert event.traveller.surname.mrz == "ERIKSSON"


@pytest.mark.parametrize("version", GIVEN_OUT)
def test_its_readers_take_what_is_written_today(version):
    reader = Draft202012Validator(GIVEN_OUT[version]["schema"])
    reader.validate(json.loads(msgspec.json.encode(specimen.crossing())))


@pytest.mark.parametrize("version", GIVEN_OUT)
def test_nothing_that_it_promised_was_taken_back(version):
    """No group, no field, no word of a list is gone, and nothing old is asked for that was not."""
    now = generate.event_schema()["$defs"]
    for name, then in GIVEN_OUT[version]["schema"]["$defs"].items():
        assert set(then.get("properties", {})) <= set(now[name].get("properties", {})), name
        assert set(then.get("required", ())) == set(now[name].get("required", ())), name
        for field, old in then.get("properties", {}).items():
            assert set(old.get("enum", ())) <= set(now[name]["properties"][field].get("enum", ()))
