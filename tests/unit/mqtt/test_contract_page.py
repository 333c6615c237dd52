"""Each field has its meaning, the page's links lead somewhere, another language reads it all."""

import json
import shutil
import subprocess
from html.parser import HTMLParser

import cbor2
import pytest

from mqtt.contract import generate
from mqtt.contract.meanings import SOURCE, definitions, fields, meanings
from mqtt.contract.page import FILES

CONSUMER, VECTORS = generate.HERE / "consumer.mjs", generate.HERE / "vectors.json"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed (Debian: nodejs).")


def test_each_field_of_each_group_has_its_meaning_and_nothing_else_has():
    groups = {
        name: set(fields(one)) for name, one in definitions(generate.event_schema()) if fields(one)
    }
    told = {name: set(one) - {SOURCE} for name, one in meanings().items()}
    assert told == groups
    assert all(one[SOURCE] for one in meanings().values())
    assert all(text.strip().endswith((".", "...")) for one in meanings().values()
               for field, text in one.items() if field != SOURCE)  # fmt: skip


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.leads = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.leads += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_its_links_lead_to_what_is_there():
    page = Links()
    page.feed((generate.HERE / "contract.html").read_text(encoding="utf-8"))
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    for link in page.leads:
        assert link[1:] in page.ids if link.startswith("#") else (generate.HERE / link).is_file()
    assert set(FILES) == set(page.leads) - {link for link in page.leads if link.startswith("#")}


KEPT = {"capture_output": True, "text": True, "timeout": 50}


def consume(vectors):
    return subprocess.run([NODE, CONSUMER, vectors], check=False, **KEPT)


@needs_node
def test_a_consumer_in_another_language_reads_what_we_wrote():
    assert len(CONSUMER.read_text(encoding="utf-8").splitlines()) < 150
    done = consume(VECTORS)
    assert (done.returncode, done.stderr) == (0, "")
    *said, receipt = [json.loads(line) for line in done.stdout.splitlines()]
    written = json.loads(VECTORS.read_text(encoding="utf-8"))["events"]
    assert [one["statement"]["kind"] for one in said] == [one["kind"] for one in written]
    for one, vector in zip(said, written, strict=True):
        told = cbor2.loads(bytes.fromhex(vector["plaintext"]))
        assert one["event"]["kind"] == told["kind"]
    crossing = cbor2.loads(bytes.fromhex(written[1]["plaintext"]))
    assert said[1]["event"]["traveller"] == crossing["traveller"]
    assert said[1]["event"]["time"] == crossing["time"]
    assert len(receipt["receipt"]["entries"]) == len(written)


def spoilt(place, at):
    """The vectors with one bit of a wire or of the receipt turned over."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    holder, key = (vectors, "receipt") if place is None else (vectors["events"][place], "wire")
    data = bytearray.fromhex(holder[key])
    data[at] ^= 1
    holder[key] = data.hex()
    return vectors


@needs_node
@pytest.mark.parametrize(
    ("place", "at", "why"),
    [
        (1, -1, ""),
        (1, 300, ""),
        (1, 600, "not the ciphertext"),
        (2, 350, ""),
        (None, -1, "signature"),
        (None, 200, ""),
    ],
)
def test_it_refuses_what_was_changed_on_the_way(tmp_path, place, at, why):
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps(spoilt(place, at)))
    done = consume(file)
    assert done.returncode == 1
    assert why in done.stderr


@needs_node
def test_it_refuses_a_chain_with_a_link_left_out(tmp_path):
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    del vectors["events"][1]
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps(vectors))
    assert "chain" in consume(file).stderr
