"""The ZFM codec against packets as the makers' manuals print them, and what it refuses."""

import numpy as np
import pytest

from drivers.errors import ProtocolError
from drivers.fingerprint.zfm_image import MOST_PICTURE_BYTES, Upload, pack, unpack
from drivers.fingerprint.zfm_protocol import (
    Answer,
    Command,
    Confirmation,
    Damage,
    Decoder,
    Kind,
    Packet,
    Parameters,
    encode,
    parameters,
    set_baud,
    verify_password,
)


@pytest.mark.parametrize(
    ("content", "bytes_on_the_line"),
    [
        (bytes([Command.TAKE_PICTURE]), "ef01 ffffffff 01 0003 01 0005"),
        (bytes([Command.UPLOAD_PICTURE]), "ef01 ffffffff 01 0003 0a 000e"),
        (bytes([Command.READ_PARAMETERS]), "ef01 ffffffff 01 0003 0f 0013"),
        (verify_password(0), "ef01 ffffffff 01 0007 13 00000000 001b"),
        (set_baud(115_200), "ef01 ffffffff 01 0005 0e 04 0c 0024"),
    ],
)
def test_commands_as_the_manuals_print_them(content: bytes, bytes_on_the_line: str) -> None:
    packet = Packet(Kind.COMMAND, content)
    assert encode(packet) == bytes.fromhex(bytes_on_the_line)
    assert Decoder().feed(encode(packet)) == [packet]


def test_parameters_of_a_module_as_it_was_bought() -> None:
    answer = Answer(0, bytes.fromhex("0000 0009 03e8 0003 ffffffff 0002 0006"))
    assert parameters("finger", answer) == Parameters(9, 1000, 0xFFFFFFFF, 128, 57_600)


@pytest.mark.parametrize(
    "rest", ["", "00" * 15, "00" * 17, "0000 0009 03e8 0003 ffffffff 0004 0006"]
)
def test_parameters_that_cannot_be(rest: str) -> None:
    with pytest.raises(ProtocolError, match=r"parameters have|code 4"):
        parameters("finger", Answer(0, bytes.fromhex(rest)))


def test_a_code_that_no_manual_names_is_other() -> None:
    assert Answer(0x13).meaning is Confirmation.WRONG_PASSWORD
    assert Answer(0x77).meaning is Confirmation.OTHER
    assert repr(Answer(0x77, b"secret")) == "Answer(OTHER, 0x77, 6 more bytes)"


@pytest.mark.parametrize(
    ("line", "damage"),
    [
        ("ef01 ffffffff 03 0003 00 0003", Damage.KIND),
        ("ef01 ffffffff 07 0002 0009", Damage.LENGTH),
        ("ef01 ffffffff 07 0103 0009", Damage.LENGTH),
        ("ef01 ffffffff 07 ffff 0009", Damage.LENGTH),
        ("ef01 ffffffff 07 0003 00 000b", Damage.CHECKSUM),
    ],
)
def test_a_damaged_packet_is_named_and_the_next_one_is_whole(line: str, damage: Damage) -> None:
    packet = Packet(Kind.ANSWER, b"\0")
    assert Decoder().feed(bytes.fromhex(line) + encode(packet)) == [damage, packet]


def test_no_content_is_shown() -> None:
    assert repr(Packet(Kind.DATA, b"ridges")) == "Packet(DATA, 6 bytes)"


def test_the_left_pixel_lies_in_the_high_half() -> None:
    data = bytes([0x0F, 0xA3]) + bytes(MOST_PICTURE_BYTES - 2)
    pixels, ppi = unpack("finger", data)
    assert pixels[0, :4].tolist() == [0, 255, 170, 51]
    assert (pixels.shape, ppi) == ((288, 256), 500)
    assert pack(pixels) == data


def test_a_round_window_has_its_own_size() -> None:
    pixels, ppi = unpack("finger", bytes(192 * 192 // 2))
    assert (pixels.shape, ppi) == ((192, 192), 508)


@pytest.mark.parametrize("size", [0, 1, MOST_PICTURE_BYTES - 1])
def test_a_picture_of_a_size_that_none_has(size: int) -> None:
    with pytest.raises(ProtocolError, match=f"{size} bytes; known are 36864, 18432"):
        unpack("finger", bytes(size))


def test_an_upload_is_bounded_and_holds_nothing_but_data() -> None:
    upload = Upload("finger")
    for _ in range(MOST_PICTURE_BYTES // 256):
        assert upload.add(Packet(Kind.DATA, bytes(256))) is None
    with pytest.raises(ProtocolError, match="more bytes than a picture"):
        upload.add(Packet(Kind.END, b"\0"))
    with pytest.raises(ProtocolError, match=r"came Packet\(ANSWER"):
        Upload("finger").add(Packet(Kind.ANSWER, b"\0"))


def test_a_picture_is_less_than_half_as_large_as_it_looks() -> None:
    """Two pixels a byte: at 115200 baud with packets of 128 bytes it takes 3.5 s."""
    picture = pack(np.zeros((288, 256), np.uint8))
    on_the_line = sum(
        len(encode(Packet(Kind.DATA, picture[at : at + 128]))) for at in range(0, len(picture), 128)
    )
    assert on_the_line * 10 / 115_200 == pytest.approx(3.5, abs=0.1)
