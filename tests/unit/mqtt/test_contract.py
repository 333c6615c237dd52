"""What consumers are given equals what the code does, and the example vector opens."""

import base64
import json
import re
from hashlib import sha256

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jsonschema import Draft202012Validator, ValidationError

from mqtt import events, topics
from mqtt.contract import generate, specimen, vectors
from mqtt.envelope import NO_PREVIOUS, Kind, open_ciphertext, read_wire
from mqtt.keys import thumbprint
from mqtt.receipts import verify_receipt

VECTOR = json.loads((generate.HERE / "vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(generate.files()))
def test_the_committed_file_equals_the_generated_one(name):
    committed = (generate.HERE / name).read_text(encoding="utf-8")
    assert committed == generate.files()[name], "run python -m mqtt.contract.generate"


@pytest.fixture(scope="module")
def schema():
    Draft202012Validator.check_schema(generate.event_schema())
    return Draft202012Validator(generate.event_schema())


@pytest.fixture
def as_json():
    """The specimen as a consumer would write it: JSON, bytes in base64."""
    return json.loads(msgspec.json.encode(specimen.crossing()))


def test_the_schema_takes_the_specimen_and_a_newer_event(schema, as_json):
    schema.validate(as_json)
    schema.validate(as_json | {"new_group": {"x": 1}})
    assert base64.b64decode(as_json["biometrics"][0]["bytes"]) == bytes(range(192))


@pytest.mark.parametrize(
    ("group", "field", "value"),
    [
        ("traveller", "sex", "?"),
        ("document", "issuing_state", "Utopia"),
        ("envelope", "event_id", "1"),
        ("envelope", "lane", "one\n"),
        ("crossing", "outcome", "abandoned"),
        ("time", "clock_uncertainty_ms", -1),
    ],
)
def test_the_schema_refuses_what_decode_refuses(schema, as_json, group, field, value):
    as_json[group][field] = value
    with pytest.raises(ValidationError):
        schema.validate(as_json)


@pytest.mark.parametrize("group", ["envelope", "document_checks", "law", "software", "kind"])
def test_the_schema_asks_for_the_required_groups(schema, as_json, group):
    del as_json[group]
    with pytest.raises(ValidationError):
        schema.validate(as_json)


def test_every_topic_of_the_code_is_in_the_asyncapi_document():
    document = generate.asyncapi.document("1.0.0")
    addresses = {channel["address"] for channel in document["channels"].values()}
    leaves = ("events", "state", "alerts", "cmd/res", "receipts", "cmd", "shadow/desired")
    kiosk = "gate-7"
    ours = {topics.topic(kiosk, leaf) for leaf in leaves} | {topics.list_topic(kiosk, "x")}
    named = {address.replace("{kiosk}", kiosk).replace("{list}", "x") for address in addresses}
    assert named == ours


def test_the_asyncapi_document_takes_the_properties_that_the_code_gives():
    document = generate.asyncapi.document("1.0.0")
    headers = document["components"]["messages"]["sealedEvent"]["headers"]
    properties = topics.cloudevents_properties(
        kiosk=specimen.KIOSK,
        kind=Kind.EPOCH_START,
        event_id=specimen.EVENT_ID,
        sequence=1,
        hour=topics.hour_text(specimen.CAPTURED_AT),
    )
    Draft202012Validator(headers).validate(dict(properties))
    assert set(headers["properties"]) == {name for name, _ in properties}


def test_every_rule_that_the_event_cddl_uses_is_defined_there():
    text = generate.files()["event.cddl"]
    text = re.sub(r"^;.*$|\"[^\"]*\"", "", text, flags=re.MULTILINE)
    defined = set(re.findall(r"^([a-z-]+) = ", text, flags=re.MULTILINE))
    prelude = {"tstr", "bstr", "float", "int", "bool", "nil", "any", "size", "regexp"}
    used = set(re.findall(r"[a-z][a-z-]+", text))
    assert used - prelude - {"e"} == defined


def example_key(use):
    """From the committed numbers alone, as a consumer would."""
    return ec.derive_private_key(int(VECTOR["keys"][use]["private"], 16), ec.SECP256R1())


@pytest.mark.parametrize("use", sorted(VECTOR["keys"]))
def test_the_example_keys_are_what_the_vector_says(use):
    said = VECTOR["keys"][use]
    numbers = example_key(use).public_key().public_numbers()
    assert (f"{numbers.x:064x}", f"{numbers.y:064x}") == (said["x"], said["y"])
    assert thumbprint(example_key(use).public_key()).hex() == said["kid"]
    assert sha256(said["sha256_of"].encode()).hexdigest() == said["private"]


@pytest.mark.parametrize("recipient", ["centre_decryption", "escrow_decryption"])
def test_the_committed_vector_opens_as_one_chain(recipient):
    public = example_key("kiosk_signing").public_key()
    previous = NO_PREVIOUS
    for number, (one, event) in enumerate(
        zip(VECTOR["events"], vectors.PARTS.values(), strict=True), start=1
    ):
        opened = read_wire(bytes.fromhex(one["wire"]), lambda _: public)
        assert opened.statement.sequence == number
        assert opened.statement.kind == one["kind"]
        assert opened.statement.previous == previous
        plaintext = open_ciphertext(opened.ciphertext, opened.statement, [example_key(recipient)])
        assert plaintext.hex() == one["plaintext"]
        # the deterministic encoding never changes under the same schema version
        assert plaintext == events.encode(event)
        previous = opened.statement_sha256
        assert previous.hex() == one["statement_sha256"]


def test_the_committed_receipt_names_the_chain():
    key = example_key("centre_receipts").public_key()
    receipt = verify_receipt(bytes.fromhex(VECTOR["receipt"]), [key])
    assert receipt.kiosk == specimen.KIOSK
    named = [one.statement_sha256.hex() for one in receipt.entries]
    assert named == [one["statement_sha256"] for one in VECTOR["events"]]


def test_a_fresh_vector_has_the_same_shape():
    fresh = vectors.make()
    assert fresh.keys() == VECTOR.keys()
    assert fresh["keys"] == VECTOR["keys"]
    for new, old in zip(fresh["events"], VECTOR["events"], strict=True):
        assert new["plaintext"] == old["plaintext"]
        assert new["wire"] != old["wire"]


def test_the_examples_name_nobody_but_the_specimen():
    names = json.dumps(msgspec.to_builtins(specimen.crossing().traveller))
    assert "ERIKSSON" in names
    assert set(specimen.crossing().traveller.nationality) == {"UTO"}
