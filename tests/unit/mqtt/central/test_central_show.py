"""What is stored, as people and programs read it: complete, bytes named and not spilled."""

import json

import msgspec
import pytest

from mqtt import events, groups
from mqtt.central.show import as_json, as_text
from mqtt.central.store import StoredEvent
from mqtt.contract import specimen


def stored(event):
    data = None if event is None else events.encode(event)
    when = "2026-03-01T11:00:00.000+00:00"
    place = (specimen.KIOSK, specimen.EPOCH, 2)
    return StoredEvent(1, *place, "crossing", "demo", "software", when, data, 4157)


def test_people_read_first_who_and_where():
    text = as_text(stored(specimen.crossing()))
    assert text.startswith(f"crossing {specimen.KIOSK} epoch {specimen.EPOCH} sequence 2 (demo,")
    places = [text.index(f"\n  {name}") for name in ("envelope", "crossing", "traveller", "law")]
    assert places == sorted(places)
    assert text.count("\n  traveller") == 1
    assert "data: 192 bytes" in text or "bytes: 192 bytes" in text


def test_programs_read_json_with_the_length_and_hash_of_bytes():
    found = json.loads(json.dumps(as_json(stored(specimen.crossing()))))
    face = found["event"]["biometrics"][0]
    (value,) = [one for one in face.values() if isinstance(one, dict) and one.get("bytes") == 192]
    assert len(value["sha256"]) == 64


def test_each_check_is_one_line_those_not_done_too():
    lines = as_text(stored(specimen.crossing())).splitlines()
    assert "    - document.expiry: failed (expired); inputs mrz.expiry, today" in lines
    assert "    - chip.passive_authentication: not_done (no_chip_reader)" in lines


def test_what_a_chip_check_adds_is_in_its_line():
    signed = groups.DocumentCheck(
        code="chip.passive_authentication",
        result=groups.Result.PASSED,
        csca_id="UTO/1",
        sod_sha256=bytes(range(32)),
    )
    event = msgspec.structs.replace(specimen.crossing(), document_checks=(signed,))
    (line,) = [one for one in as_text(stored(event)).splitlines() if "chip.passive" in one]
    assert "csca_id UTO/1" in line
    assert f"sod_sha256 {bytes(range(32)).hex()}" in line


def test_a_hash_is_shown_as_it_is_and_not_hashed_again():
    event = specimen.crossing()
    shown = as_json(stored(event))["event"]["software"]
    models = {model: value.hex() for model, value in event.software.models.items()}
    assert models
    assert shown["models"] == models
    assert shown["configuration_sha256"] == event.software.configuration_sha256.hex()


@pytest.mark.parametrize("show", [as_text, lambda one: json.dumps(as_json(one))])
def test_what_could_not_be_opened_is_shown_too(show):
    words = show(stored(None))
    assert specimen.EPOCH in words
    assert "could not be opened" in words or '"event": null' in words
