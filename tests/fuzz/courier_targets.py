"""What the fuzzer does with an input: a courier file, its manifest, a row, a packet, CBOR."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import cbor, cose, courier, envelope
from mqtt.courier import Cargo, CourierError, Manifest, Reader
from mqtt.errors import EnvelopeError
from mqtt.publish_packet import pack_properties, read_publish

KINDS = ("file", "in pieces", "manifest", "rows", "sealed row", "ciphertext", "publish", "value")
KIOSK, FILE = "kiosk-1", "01920000-0000-7000-8000-0000000000f1"
SIGNING, RECIPIENT = (ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12))
LIMIT_BYTES = 4096
AT_UTC = datetime(2026, 1, 1, tzinfo=UTC)


def seeds() -> list[bytes]:
    """What the fuzzer starts from: one whole input of each kind, and files of both cargoes."""
    row = sealed()
    files = [packed([row, b"x" * 9]), packed([b"r"], Cargo.RECEIPTS)]
    properties = pack_properties("a/b", [("id", "1"), ("time", "2026")])
    inputs = {
        "file": files[0],
        "in pieces": files[0],
        "manifest": cbor.dumps({"cargo": "events", "kiosk": KIOSK, "file": FILE, "part": 1}),
        "rows": b"\x03abc\x01d\x00",
        "sealed row": row,
        "ciphertext": envelope.read_wire(row, {KIOSK: SIGNING.public_key()}.get).ciphertext,
        "publish": b"\x32\x00\x05topic\x00\x07" + properties + b"payload",
        "value": cbor.dumps({"a": [1, -1, 1.5, None, True, "text", b"bytes"], "b": {"c": 2**40}}),
    }
    made = [bytes([KINDS.index(kind)]) + data for kind, data in inputs.items()]
    return [*made, b"\0" + files[1], b"\1" + files[0][:-3]]


def sealed() -> bytes:
    """One row as a kiosk seals it."""
    sealer = envelope.Sealer(
        SIGNING,
        (RECIPIENT.public_key(),),
        envelope.Profile.SELFTEST,
        envelope.Assurance.SOFTWARE,
    )
    head = envelope.Head(KIOSK, FILE, 1)
    kind = envelope.Kind.EPOCH_START
    return sealer.seal(b"event", head=head, kind=kind, event_id=FILE, at_utc=AT_UTC).wire()


def packed(rows: list[bytes], cargo: Cargo = Cargo.EVENTS) -> bytes:
    """A whole file of these rows."""
    total = sum(map(len, rows))
    manifest = Manifest(
        cargo=cargo, kiosk=KIOSK, file=FILE, part=1, rows=len(rows), bytes=total
    )  # fmt: skip
    return b"".join(courier.write(manifest, rows))


def one(data: bytes) -> None:
    """One input: its first byte chooses what is tried with the rest."""
    if not data:
        return
    trials = {
        "file": lambda rest: read([rest]),
        "in pieces": in_pieces,
        "manifest": lambda rest: read([courier.MAGIC + courier.record(rest)] if rest else []),
        "rows": rows_of,
        "sealed row": sealed_row,
        "ciphertext": ciphertext,
        "publish": publish,
        "value": value,
    }
    trials[KINDS[data[0] % len(KINDS)]](data[1:])


def read(pieces: list[bytes]) -> tuple[list[bytes | None], str]:
    """Its rows, and how it ended."""
    reader, found = Reader(), []
    try:
        for piece in pieces:
            found += [carried.data for carried in reader.feed(piece)]
        manifest = reader.end()
    except CourierError as error:
        return found, type(error).__name__
    assert len(found) == manifest.rows
    return found, "whole"


def in_pieces(data: bytes) -> None:
    """Where the bytes are cut does not matter."""
    size = 1 + (data[-1] if data else 0) % 50
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert read(pieces) == read([data])


def rows_of(data: bytes) -> None:
    """What is written is read, and a row that was altered never passes for another."""
    rows, at = [], 0
    while at < len(data) and len(rows) < 20:
        size = data[at] % 64
        rows.append(data[at + 1 : at + 1 + size] or b"-")
        at += 1 + size
    if not rows:
        return
    whole = bytearray(packed(rows))
    assert read([bytes(whole)]) == (rows, "whole")
    whole[data[0] * 7919 % len(whole)] ^= 1 + data[-1] % 255
    found, _ = read([bytes(whole)])
    assert all(there in {None, meant} for there, meant in zip(found, rows, strict=False))


def sealed_row(data: bytes) -> None:
    """A wire that is not ours to the last byte is refused, or says whose it claims to be."""
    try:
        claimed = envelope.peek_kiosk(data)
        opened = envelope.read_wire(data, {KIOSK: SIGNING.public_key()}.get)
    except EnvelopeError:
        return
    assert claimed == opened.statement.kiosk == KIOSK
    assert envelope.to_wire(opened.statement_bytes, opened.ciphertext) == data
    cbor.loads(opened.statement_bytes, limit_bytes=LIMIT_BYTES, tags=(18,))


def ciphertext(data: bytes) -> None:
    """It names one to eight keys, or is refused; and it opens only where it was sealed."""
    try:
        kids = cose.recipients_of(data, limit_bytes=LIMIT_BYTES)
        assert 1 <= len(kids) <= cose.RECIPIENTS_LIMIT
        cbor.loads(data, limit_bytes=LIMIT_BYTES, tags=(96,))  # the strict walk takes no more
        cose.decrypt(data, [RECIPIENT], cbor.dumps([KIOSK, FILE, 1]), limit_bytes=LIMIT_BYTES)
    except cose.CoseError:
        return


def publish(data: bytes) -> None:
    """What is read lies within the packet."""
    found = read_publish(data[0], data[1:]) if data else None
    if found is not None:
        assert data.endswith(found.payload)
        assert found.topic.encode() in data
        assert 0 <= found.mid < 65536


def value(data: bytes) -> None:
    """What is read is written alike: no two encodings of one value are taken."""
    try:
        found = cbor.loads(data, limit_bytes=LIMIT_BYTES, tags=(18, 96))
    except cbor.CborError:
        return
    assert cbor.dumps(found) == data
