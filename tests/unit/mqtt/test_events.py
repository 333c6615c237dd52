"""What an event says: shapes, bounds, and what never shows."""

import msgspec
import pytest

from mqtt import cbor, events, groups
from mqtt.contract import specimen
from mqtt.errors import MessageError
from mqtt.groups import Result


def fields_of(event):
    return cbor.loads(events.encode(event), limit_bytes=events.EVENT_LIMIT_BYTES)


@pytest.mark.parametrize(
    "event",
    [
        specimen.crossing(),
        specimen.portrait(b"\xff\xd8 picture"),
        specimen.epoch_start(),
        events.TimeAnchor(
            event_id=specimen.EVENT_ID, time=specimen.TIME, corrects_boot_id=specimen.BOOT_ID
        ),
        events.Counters(
            event_id=specimen.EVENT_ID,
            since=specimen.CAPTURED_AT,
            until=specimen.CAPTURED_AT,
            counts={"abandoned": 3},
        ),
    ],
    ids=lambda event: type(event).__name__,
)
def test_every_kind_comes_back_as_it_went(event):
    assert events.decode(events.encode(event)) == event


def test_nothing_personal_in_any_repr():
    event = specimen.crossing()
    shown = repr(event) + repr(event.traveller) + repr(event.document) + repr(event.biometrics)
    shown += repr(event.answers) + repr(event.officer) + f"{event}" + repr([event.__rich_repr__()])
    for secret in ("ERIKSSON", "ANNA", "L898902C3", "1974", "UTO", "family"):
        assert secret not in shown


def test_unknown_fields_of_a_newer_kiosk_are_passed_over():
    fields = fields_of(specimen.crossing())
    fields["iris_room"] = {"new": True}
    fields["traveller"]["shoe_size"] = 39
    assert events.decode(cbor.dumps(fields)) == specimen.crossing()


def test_checks_that_were_not_done_stay_in_the_event_with_their_reason():
    checks = {one["code"]: one for one in fields_of(specimen.crossing())["document_checks"]}
    assert checks["chip.passive_authentication"]["result"] == "not_done"
    assert checks["chip.passive_authentication"]["why"] == "no_chip_reader"


@pytest.mark.parametrize(
    "build",
    [
        lambda: groups.DocumentCheck(code="expiry", result=Result.NOT_DONE),
        lambda: groups.Biometric(modality="face"),
        lambda: groups.Biometric(modality="face", data=b"x"),
        lambda: groups.Biometric(
            modality="face", format="iso", data=b"x", reason_not_captured="worn"
        ),
        lambda: groups.Comparison(probe="a", reference="b", decision="not_done"),
        lambda: groups.Watchlist(result="not_done"),
        lambda: msgspec.structs.replace(specimen.crossing(), document=None),
        lambda: msgspec.structs.replace(
            specimen.crossing(),
            not_captured=(events.NotCaptured(group="document", reason="worn"),),
        ),
    ],
)
def test_what_is_absent_carries_its_reason_and_nothing_else_does(build):
    with pytest.raises(ValueError, match=r"why|reason|format|absent"):
        build()


def test_a_crossing_without_a_document_says_why():
    event = msgspec.structs.replace(
        specimen.crossing(),
        document=None,
        not_captured=(events.NotCaptured(group="document", reason="left_at_home"),),
    )
    assert events.decode(events.encode(event)).not_captured[0].reason == "left_at_home"


def test_repairs_and_doubts_of_a_camera_travel_sealed_and_unseen():
    document = msgspec.structs.replace(
        specimen.DOCUMENT,
        read_method="camera",
        repairs=(groups.Repair(line=2, column=1, was="I", now="L", why="check_digit"),),
        read_confidence=groups.ReadConfidence(least=0.4, sure=0.9, doubtful=1),
    )
    event = msgspec.structs.replace(specimen.crossing(), document=document)
    assert events.decode(events.encode(event)) == event
    assert repr(document.repairs) == "(Repair(...),)"


WRONG = {
    "sex": ("traveller", "sex", "ERIKSSON"),
    "number is a number": ("document", "number", 7),
    "bytes as text": ("document", "mrz_lines", [b"P<UTO"]),
    "line feed after a code": ("envelope", "lane", "lane-1\n"),
    "time without a zone": ("time", "captured_at", "2026-03-01T10:00:00"),
    "not a UUID": ("envelope", "event_id", "ERIKSSON"),
    "negative sequence": ("envelope", "sequence", -1),
    "date that is none": ("traveller", "date_of_birth", "12.8.1974"),
    "not a number": ("liveness", "scores", {"ERIKSSON": float("nan")}),
    "a repair outside the zone": (
        "document",
        "repairs",
        [{"line": 4, "column": 1, "was": "O", "now": "0", "why": "class"}],
    ),
    "a repair of two signs": (
        "document",
        "repairs",
        [{"line": 1, "column": 1, "was": "ERIKSSON", "now": "0", "why": "class"}],
    ),
    "surer than sure": ("document", "read_confidence", {"least": 2, "sure": 0.9, "doubtful": 0}),
    "four lines of MRZ": ("document", "mrz_lines", ["P"] * 4),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_are_refused_without_quoting_them(name):
    group, field, value = WRONG[name]
    fields = fields_of(specimen.crossing())
    fields[group][field] = value
    with pytest.raises(MessageError) as caught:
        events.decode(cbor.dumps(fields))
    assert "ERIKSSON" not in str(caught.value)
    assert f"$.{group}" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.mend


def test_a_place_that_a_value_pretends_to_be_is_not_quoted():
    fields = fields_of(specimen.crossing())
    fields["traveller"]["sex"] = "F` - at `$.ERIKSSON"
    with pytest.raises(MessageError, match=r"\$\.traveller\.sex") as caught:
        events.decode(cbor.dumps(fields))
    assert "ERIKSSON" not in str(caught.value)


@pytest.mark.parametrize("name", ["envelope", "time", "document_checks", "law", "kind"])
def test_a_required_field_may_not_be_absent(name):
    fields = fields_of(specimen.crossing())
    del fields[name]
    with pytest.raises(MessageError):
        events.decode(cbor.dumps(fields))


def test_an_event_of_an_unknown_kind_is_refused():
    with pytest.raises(MessageError):
        events.decode(cbor.dumps({"kind": "coffee"}))


def test_more_than_256_kib_is_refused():
    with pytest.raises(MessageError, match="262144"):
        events.decode(b"\x5a\x00\x04\x00\x00" + bytes(262_144))


def test_encode_refuses_what_decode_would_refuse():
    document = msgspec.structs.replace(specimen.DOCUMENT, number="")
    event = msgspec.structs.replace(specimen.crossing(), document=document)
    with pytest.raises(ValueError, match=r"\$\.document\.number"):
        events.encode(event)


def test_text_keeps_its_script():
    name = groups.Name(mrz="ERIKSSON", unicode="Ērikssón إريكسون")
    event = msgspec.structs.replace(
        specimen.crossing(), traveller=msgspec.structs.replace(specimen.TRAVELLER, surname=name)
    )
    assert events.decode(events.encode(event)).traveller.surname.unicode == name.unicode
