"""The virtual chip as a terminal meets it: files, access, sessions, proofs, faults, the line."""

import io
import socket
import threading
from datetime import UTC, datetime

import pytest
from PIL import Image

from drivers.chip.simulated import CardGoneError, SimulatedChip
from drivers.chip.simulated_apdu import Command
from drivers.chip.simulated_bac import mrz_information, password_of
from drivers.chip.simulated_card import Card
from drivers.chip.simulated_curves import decode, multiply
from drivers.chip.simulated_der import der, objects, oid_value
from drivers.chip.simulated_document import LDS_AID, Personaliser
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_keys import digest
from drivers.chip.simulated_manners import ChipManners
from drivers.chip.simulated_messaging import AUTHENTICATE, ENCRYPT, TRIPLE_DES, Session, unpad
from drivers.chip.simulated_peer import SPECIMEN, SimulatedChipPeer, document
from drivers.chip.simulated_profile import ChipProfile, Holder
from drivers.chip.simulated_server import Vpcd
from drivers.stage import send_cue

START = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED = datetime(2025, 1, 1, tzinfo=UTC)
FIRST = ChipProfile(pace=(), chip_authentication="", active="rsa-sha1")
SELECT_LDS = bytes.fromhex("00A4040C07") + LDS_AID


def counted(count):
    """Bytes of no chance at all."""
    return bytes(number * 7 & 0xFF for number in range(1, count + 1))


ISSUER = make_issuer(State(), START)


def make(profile=FIRST, manners=None):
    out = io.BytesIO()
    Image.effect_noise((200, 250), 60).convert("RGB").save(out, "JPEG")
    maker = Personaliser(ISSUER, SIGNED)
    return maker.make(Holder(SPECIMEN, out.getvalue()), profile, manners or ChipManners())


@pytest.fixture(scope="module")
def first():
    return make()


class Terminal:
    """The other side of BAC and 3DES, as short as it can be."""

    def __init__(self, chip):
        self.chip = chip
        self.session = None

    def enter(self):
        seed = password_of(mrz_information(SPECIMEN))[:16]
        enc, mac = TRIPLE_DES.derive(seed, ENCRYPT), TRIPLE_DES.derive(seed, AUTHENTICATE)
        assert self.chip.answer(SELECT_LDS) == b"\x90\x00"
        theirs = self.chip.answer(bytes.fromhex("0084000008"))[:8]
        ours, half = counted(8), counted(16)
        sealed = TRIPLE_DES.encrypt(enc, ours + theirs + half)
        data = sealed + TRIPLE_DES.mac(mac, TRIPLE_DES.pad(sealed))
        answer = self.chip.answer(bytes.fromhex("0082000028") + data + b"\x28")
        if answer[-2:] != b"\x90\x00":
            return answer
        plain = TRIPLE_DES.decrypt(enc, answer[:32])
        assert plain[:16] == theirs + ours
        secret = bytes(a ^ b for a, b in zip(half, plain[16:], strict=True))
        self.session = Session(TRIPLE_DES, secret, int.from_bytes(theirs[4:] + ours[4:]))
        return answer

    def protect(self, header, data=b"", le=b"\x00"):
        """The whole protected command; the count rises."""
        self.session.counter += 1
        header = bytes((header[0] | 0x0C, *header[1:]))
        said = b""
        if data:
            sealed = TRIPLE_DES.encrypt(self.session._encrypting, TRIPLE_DES.pad(data))
            said += der(0x85, sealed) if header[1] & 1 else der(0x87, b"\x01", sealed)
        said += der(0x97, le)
        message = self.session._count() + TRIPLE_DES.pad(header) + said
        mac = TRIPLE_DES.mac(self.session._authenticating, TRIPLE_DES.pad(message))
        body = said + der(0x8E, mac)
        if len(le) == 2:
            return header + b"\0" + len(body).to_bytes(2) + body + b"\0\0"
        return header + bytes((len(body),)) + body + b"\0"

    def send(self, header, data=b"", le=b"\x00"):
        response = self.chip.answer(self.protect(bytes.fromhex(header), data, le))
        self.session.counter += 1
        found = dict(objects(response[:-2]))
        said = b"".join(der(tag, value) for tag, value in found.items() if tag != 0x8E)
        assert found[0x8E] == self.session._mac(said)
        assert found[0x99] == response[-2:]
        sealed = found.get(0x85) or found.get(0x87, b"\x01")[1:]
        plain = unpad(TRIPLE_DES.decrypt(self.session._encrypting, sealed)) if sealed else b""
        return plain, int.from_bytes(response[-2:])


def inside(chip):
    terminal = Terminal(chip)
    assert terminal.enter()[-2:] == b"\x90\x00"
    return terminal


def test_nothing_of_the_application_is_read_before_access(first):
    chip = SimulatedChip(first)
    assert chip.answer(SELECT_LDS) == b"\x90\x00"
    assert chip.answer(bytes.fromhex("00B0810000")) == b"\x69\x82"
    assert chip.answer(bytes.fromhex("00A4020C020101")) == b"\x69\x82"
    assert chip.answer(bytes.fromhex("0088000008010203040506070800")) == b"\x69\x82"


def test_reads_by_short_identifier_by_offset_and_far(first):
    terminal = inside(SimulatedChip(first))
    dg2 = first.application[0x0102].data
    data, status = terminal.send("00B08200")
    assert (data, status) == (dg2[: len(data)], 0x9000)
    assert len(data) == 231, "as much as a short protected answer has room for"
    assert terminal.send("00B00100") == (dg2[256 : 256 + 231], 0x9000)
    far, status = terminal.send("00B10000", der(0x54, (0x123).to_bytes(2)))
    ((tag, part),) = objects(far)
    assert (tag, status) == (0x53, 0x9000)
    assert part == dg2[0x123 : 0x123 + len(part)]
    whole, status = terminal.send("00B00000", b"", len(dg2).to_bytes(2))
    assert (whole, status) == (dg2, 0x9000)
    assert terminal.send("00B07FFF")[1] == 0x6B00


def test_fingers_are_barred_and_what_is_not_there_is_said(first):
    terminal = inside(SimulatedChip(first))
    assert terminal.send("00B08300")[1] == 0x6982
    assert terminal.send("00A4020C", b"\x01\x03")[1] == 0x6982
    assert terminal.send("00A4020C", b"\x01\x0d")[1] == 0x6A82
    assert terminal.send("00A4020C", b"\x01\x01") == (b"", 0x9000)


def test_a_wrong_mrz_does_not_open(first):
    chip = SimulatedChip(first)
    terminal = Terminal(chip)
    chip._card._bac.password = password_of("another")
    assert terminal.enter() == b"\x63\x00"


def test_a_challenge_serves_once(first):
    chip = SimulatedChip(first)
    assert chip.answer(SELECT_LDS) == b"\x90\x00"
    chip.answer(bytes.fromhex("0084000008"))
    assert chip.answer(bytes.fromhex("0082000028") + bytes(40) + b"\x28") == b"\x63\x00"
    assert chip.answer(bytes.fromhex("0082000028") + bytes(40) + b"\x28") == b"\x63\x00"


def test_a_plain_command_ends_the_session(first):
    chip = SimulatedChip(first)
    terminal = inside(chip)
    assert chip.answer(bytes.fromhex("00B0810000")) == b"\x69\x82"
    assert chip.answer(terminal.protect(bytes.fromhex("00B08100"))) == b"\x69\x82"


def test_a_replayed_command_ends_the_session(first):
    chip = SimulatedChip(first)
    terminal = inside(chip)
    command = terminal.protect(bytes.fromhex("00B08100"))
    assert chip.answer(command)[-2:] == b"\x90\x00"
    assert chip.answer(command) == b"\x69\x88"
    assert chip.answer(command) == b"\x69\x82"


def test_active_authentication_by_rsa_recovers_to_the_challenge(first):
    terminal = inside(SimulatedChip(first))
    challenge = counted(8)
    signature, status = terminal.send("00880000", challenge, b"\x00\x00")
    assert status == 0x9000
    key = first.active.key.key
    block = pow(int.from_bytes(signature), key.e, key.n).to_bytes(128)
    assert (block[0], block[-1]) == (0x6A, 0xBC)
    assert block[-21:-1] == digest("sha1", block[1:-21] + challenge)


def test_chip_authentication_in_3des_begins_a_session_of_its_own():
    contents = make(ChipProfile(pace=(), chip_authentication="3DES", curve=12))
    terminal = inside(SimulatedChip(contents))
    key = contents.chip_key
    point = multiply(key.curve, 5, (key.curve.x, key.curve.y))
    sent = b"\x04" + point[0].to_bytes(32) + point[1].to_bytes(32)
    assert decode(key.curve, sent) == point
    assert terminal.send("002241A6", der(0x91, sent)) == (b"", 0x9000)
    shared = multiply(key.curve, 5, key.public())[0].to_bytes(32)
    terminal.session = Session(TRIPLE_DES, shared)
    data, status = terminal.send("00B08100")
    assert (data, status) == (contents.application[0x0101].data, 0x9000)


def test_pace_chosen_anew_forgets_a_chip_authentication_that_was_chosen():
    contents = make(ChipProfile())
    card = Card(contents, counted)
    card._entered = True
    chosen = der(0x80, oid_value("0.4.0.127.0.7.2.2.3.2.2"))
    assert card.run(Command(bytes.fromhex("002241A4"), chosen, 0)).status == 0x9000
    pace = der(0x80, contents.offers[0].oid_value) + der(0x83, b"\x01")
    assert card.run(Command(bytes.fromhex("0022C1A4"), pace, 0)).status == 0x9000
    reply = card.run(Command(bytes.fromhex("10860000"), der(0x7C), 256))
    assert objects(dict(objects(reply.data))[0x7C])[0][0] == 0x80, "PACE's nonce"


def test_a_chip_without_extended_lengths_refuses_them():
    chip = SimulatedChip(make(ChipProfile(pace=(), chip_authentication="", extended=False)))
    assert chip.answer(bytes.fromhex("00B09E00000000")) == b"\x67\x00"
    assert chip.atr[0] == 0x3B


@pytest.mark.parametrize(
    "raw", ["", "00", "00A404", "00A4040C07A0", "00A4040C00", "0CB0000000", "00FF000000", "FF" * 9]
)
def test_whatever_comes_is_answered_with_a_status_word(first, raw):
    response = SimulatedChip(first).answer(bytes.fromhex(raw))
    assert response[-2:] not in {b"", b"\x90\x00"}
    assert len(response) == 2


@pytest.mark.parametrize(
    ("raw", "data", "le"),
    [
        ("00840000", "", 0),
        ("0084000008", "", 8),
        ("0084000000", "", 256),
        ("00A4040C02AABB", "AABB", 0),
        ("00A4040C02AABB00", "AABB", 256),
        ("00B00000000000", "", 65536),
        ("00B00000000102", "", 258),
        ("00A4040C000002AABB", "AABB", 0),
        ("00A4040C000002AABB0000", "AABB", 65536),
    ],
)
def test_all_seven_cases_of_a_command(raw, data, le):
    command = Command.parse(bytes.fromhex(raw), extended=True)
    assert (command.data.hex().upper(), command.le) == (data, le)


def test_faults_come_at_their_apdu():
    gone = SimulatedChip(make(manners=ChipManners(gone_at=2)))
    assert gone.answer(SELECT_LDS) == b"\x90\x00"
    with pytest.raises(CardGoneError):
        gone.answer(SELECT_LDS)
    silent = SimulatedChip(make(manners=ChipManners(silent_at=2)))
    assert [silent.answer(SELECT_LDS) for _ in range(3)] == [b"\x90\x00", b"", b""]
    broken = SimulatedChip(make(manners=ChipManners(broken_at=1)))
    assert broken.answer(SELECT_LDS) == b"\x6f\x00"
    terminal = inside(SimulatedChip(make(manners=ChipManners(wrong_mac_at=4))))
    with pytest.raises(AssertionError):
        terminal.send("00B08100")


def test_an_endless_file_never_ends():
    terminal = inside(SimulatedChip(make(manners=ChipManners(endless=2))))
    assert terminal.send("00B08200")[0].startswith(b"\x75\x83\xff\xff\xff")
    data, status = terminal.send("00B07FFF")
    assert (len(data), status) == (231, 0x9000)


def test_files_are_spoilt_after_they_were_signed():
    good = make()
    for manners in (ChipManners(altered=1), ChipManners(longer=1), ChipManners(shorter=1)):
        bad = make(manners=manners)
        assert bad.application[0x0101].data != good.application[0x0101].data
        right = digest("sha256", good.application[0x0101].data)
        assert right in bad.application[0x011D].data, "the signature is over the right one"
    hidden = make(manners=ChipManners(hides_proofs=True))
    assert b"\x6f" in good.application[0x011E].data
    assert b"\x6f" not in hidden.application[0x011E].data
    assert 0x010F in hidden.application
    swapped = make(manners=ChipManners(swapped_dg15=True)).application
    assert digest("sha256", swapped[0x010F].data) not in swapped[0x011D].data


def ask(line, message):
    line.sendall(len(message).to_bytes(2) + message)


def hear(line):
    try:
        size = line.recv(2)
    except ConnectionResetError:
        return b""
    if len(size) < 2:
        return b""
    return line.recv(int.from_bytes(size), socket.MSG_WAITALL)


@pytest.fixture
def peer():
    peer = SimulatedChipPeer()
    yield peer
    peer.leave()


def call(peer):
    line = socket.create_connection(("127.0.0.1", peer.port), 5)
    line.settimeout(5)
    return line


def test_the_line_speaks_vpcds_framing(peer, first):
    chip = peer.place(first)
    with call(peer) as line:
        ask(line, b"\x01")
        ask(line, b"\x04")
        assert hear(line) == chip.atr
        ask(line, SELECT_LDS)
        assert hear(line) == b"\x90\x00"
        ask(line, b"\x02")
        ask(line, bytes.fromhex("00B0820000"))
        assert hear(line) == b"\x6a\x82", "after a reset no application is selected"


def test_a_card_taken_away_hangs_up_and_one_laid_down_answers(peer, first):
    with call(peer) as line:
        assert line.recv(1) == b"", "no card, no line"
    peer.place(first)
    with call(peer) as line:
        ask(line, b"\x04")
        assert hear(line)
        peer.take_away()
        assert line.recv(1) == b""


def test_a_story_that_takes_the_card_leaves_the_reader_empty(peer):
    peer.place(make(manners=ChipManners(gone_at=1)))
    with call(peer) as line:
        ask(line, SELECT_LDS)
        assert line.recv(1) == b""
    with call(peer) as line:
        assert line.recv(1) == b""


def test_the_card_calls_vpcd_and_calls_again(first):
    with socket.create_server(("127.0.0.1", 0)) as vpcd:
        vpcd.settimeout(5)
        peer = SimulatedChipPeer(Vpcd(port=vpcd.getsockname()[1]))
        try:
            chip = peer.place(first)
            for _ in range(2):  # pcscd restarts in between
                line, _ = vpcd.accept()
                with line:
                    line.settimeout(5)
                    ask(line, b"\x04")
                    assert hear(line) == chip.atr
        finally:
            peer.leave()


def test_cues_lay_documents_down(tmp_path):
    peer = SimulatedChipPeer(stage=tmp_path / "chip")
    try:
        assert send_cue(tmp_path / "chip", place=list(SPECIMEN), profile="bac", delay_s=0.01)
        for _ in range(200):
            with call(peer) as line:
                ask(line, b"\x04")
                if hear(line):
                    break
            threading.Event().wait(0.02)
        else:
            pytest.fail("no card came.")
    finally:
        peer.leave()


def test_repr_says_nothing_of_the_holder():
    contents = document()
    for thing in (contents, SimulatedChip(contents), Holder(SPECIMEN, b"")):
        assert "ERIKSSON" not in repr(thing)
        assert "L898902" not in repr(thing)
