"""The U.are.U 4000 family's words: waking, confusion, authentication, missing rows."""

import numpy as np
import pytest

from drivers.errors import DeviceTimeoutError, ProtocolError
from drivers.fingerprint.simulated_uru4000 import LAYOUT, encode
from drivers.fingerprint.uru4000 import random_seed
from drivers.fingerprint.uru4000_image import (
    HEIGHT_PX,
    NOT_PRESENT,
    SCRAMBLED,
    WIDTH_PX,
    Block,
    ImageStream,
    unscramble,
)
from drivers.fingerprint.uru4000_protocol import (
    Await,
    Interrupt,
    Pause,
    Read,
    Register,
    Step,
    Write,
    answer_challenge,
    bring_up,
    decode_interrupt,
)

STATUS = Read(Register.HWSTAT)
SCAN_POWER = Await(Interrupt.SCAN_POWER_ON, 0.5)
INFO = Read(Register.DEVICE_INFO, 16)


def written(value: int) -> Write:
    return Write(Register.HWSTAT, bytes([value]))


def play(authenticates: bool, *answers: bytes) -> tuple[list[Step], str | None]:
    """The steps that waking takes when the device answers so, and the version if it got there."""
    procedure = bring_up("finger", authenticates)
    steps = [next(procedure)]
    for answer in answers:
        try:
            steps.append(procedure.send(answer))
        except StopIteration as end:
            return steps, str(end.value)
    return steps, None


def test_waking_a_4500_takes_the_steps_of_the_recorded_device() -> None:
    info = bytes.fromhex("1a0a1a0a01150000002000108b211130")
    steps, version = play(False, b"\x01", b"", b"", b"\x01", b"\x01", info)
    assert steps == [STATUS, written(0x81), written(0x01), STATUS, SCAN_POWER, INFO]
    assert version == "0010-0115"


def test_a_microsoft_v2_is_answered_its_challenge_as_recorded() -> None:
    challenge = bytes.fromhex("4dae5a0b1247a86c9fbf29fdcc178a74")
    response = bytes.fromhex("329351371e4adfb1f35f09f329c6ab46")
    assert answer_challenge(challenge) == response
    steps, _ = play(True, b"\x03", b"", b"", b"\x83", b"", challenge, b"", b"", b"\x03")
    assert steps[3:8] == [
        STATUS,
        Pause(0.01),
        Read(Register.CHALLENGE, 16),
        Write(Register.RESPONSE, response),
        written(0x03),
    ]


def test_a_confused_device_is_rebooted_first() -> None:
    steps, _ = play(False, b"\x85", b"", b"\x04", b"", b"\x01")
    assert steps[:5] == [STATUS, written(0x05), STATUS, Pause(0.01), STATUS]
    assert steps[5] == written(0x81)


def test_scan_power_is_asked_for_three_times() -> None:
    round_of_silence = (b"\x01", b"", b"", b"\x01", b"")
    with pytest.raises(DeviceTimeoutError, match="3 tries"):
        play(False, *round_of_silence * 3)


def test_a_device_that_never_powers_up() -> None:
    with pytest.raises(DeviceTimeoutError, match="did not power up"):
        play(False, b"\x81", *(b"", b"\x81", b"") * 100)


def test_interrupts() -> None:
    assert decode_interrupt("finger", b"\x56\xaa" + bytes(62)) is Interrupt.SCAN_POWER_ON
    assert decode_interrupt("finger", b"\x02\x00" + bytes(62)) is Interrupt.FINGER_OFF
    assert decode_interrupt("finger", b"\x77\x77" + bytes(62)) is None
    with pytest.raises(ProtocolError, match="2 bytes"):
        decode_interrupt("finger", b"\x01\x01")


def test_nothing_secret_or_personal_is_shown() -> None:
    raw = ImageStream("finger").feed(encode(np.zeros((290, 384), np.uint8), LAYOUT, 1))
    assert repr(raw) == "RawImage(289 rows in 8 blocks)"
    assert repr(Write(0x33, b"\x01secret")) == "Write(0x33, 7 bytes)"


@pytest.mark.parametrize(
    ("rows", "blocks"),
    [
        (0, ()),
        (289, ()),
        (10, (Block(SCRAMBLED, 11),)),
        (10, (Block(SCRAMBLED, 10), Block(NOT_PRESENT, 255), Block(NOT_PRESENT, 255))),
        (300, (Block(SCRAMBLED, 250), Block(SCRAMBLED, 50))),
        (65535, (Block(SCRAMBLED, 255),)),
    ],
)
def test_a_header_that_cannot_be(rows: int, blocks: tuple[Block, ...]) -> None:
    header = bytearray(64)
    header[4:6] = rows.to_bytes(2, "little")
    for at, block in enumerate(blocks):
        header[16 + 2 * at : 18 + 2 * at] = bytes([block.flags, block.rows])
    with pytest.raises(ProtocolError, match=f"{rows} rows in the header"):
        ImageStream("finger").feed(bytes(header))


def test_a_row_that_is_left_out_is_drawn_between_its_neighbours() -> None:
    slope = np.repeat(np.arange(HEIGHT_PX, dtype=np.uint8)[:, None] // 2, WIDTH_PX, axis=1)
    layout = (Block(SCRAMBLED, 101), Block(NOT_PRESENT, 3), Block(0, 150))
    raw = ImageStream("finger").feed(encode(slope, layout, 1, clear=True))
    assert raw is not None
    procedure = unscramble(raw, random_seed)
    with pytest.raises(StopIteration) as end:
        next(procedure)
    rows = end.value.value
    assert rows.pixels[100:105, 0].tolist() == [50, 50, 51, 52, 52]
    assert (rows.pixels[254:] == rows.pixels[253]).all()  # after the last row: the last row
    assert rows.delivered.sum() == 251


def test_seeds_differ_and_keep_the_top_bit_clear() -> None:
    seeds = {random_seed() for _ in range(50)}
    assert len(seeds) > 45
    assert all(len(seed) == 4 and seed[3] < 0x80 for seed in seeds)
