"""Portraits out of chips: JPEG and JPEG 2000 to Bgr8, and hostile heads refused before decoding."""

import io
import struct
import time

import cv2
import numpy as np
import pytest
from PIL import Image

from vision import jpeg2000_head
from vision.errors import ImageError
from vision.picture_file import decode_portrait, portrait_size_px, size_px

FACE = cv2.resize(
    np.random.default_rng(4).integers(0, 255, (12, 9, 3), np.uint8), (90, 120)
)  # (120, 90, 3), soft enough for lossy packing
IMAGE_SIZE, COD, COC, COM, SOT, SOD = (
    b"\xff\x51",
    b"\xff\x52",
    b"\xff\x53",
    b"\xff\x64",
    b"\xff\x90",
    b"\xff\x93",
)


def jpeg(pixels=FACE, **how):
    held = io.BytesIO()
    Image.fromarray(pixels[..., ::-1] if pixels.ndim == 3 else pixels).save(held, "JPEG", **how)
    return held.getvalue()


def jp2(pixels=FACE, **how):
    held = io.BytesIO()
    picture = Image.fromarray(pixels[..., ::-1] if pixels.ndim == 3 else pixels)
    picture.save(held, "JPEG2000", **how)
    return held.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        jpeg(quality=95),
        jpeg(quality=95, progressive=True),
        jp2(),
        jp2(no_jp2=True),
        jp2(tile_size=(32, 32)),
        jp2(precinct_size=(64, 64), codeblock_size=(16, 16)),
        jp2(quality_layers=[4, 2], irreversible=True),
    ],
    ids=["jpeg", "progressive", "file", "codestream", "tiles", "precincts", "layers"],
)
def test_each_packing_gives_blue_green_red(data):
    assert portrait_size_px(data) == (90, 120)
    pixels = decode_portrait(data)
    assert pixels.shape == (120, 90, 3)
    assert np.abs(pixels.astype(int) - FACE).mean() < 12


@pytest.mark.parametrize("pack", [jpeg, jp2])
def test_grey_becomes_three_equal_channels(pack):
    pixels = decode_portrait(pack(FACE[..., 1]))
    assert pixels.shape == (120, 90, 3)
    assert np.array_equal(pixels[..., 0], pixels[..., 2])


def test_a_turn_in_exif_is_not_applied_because_points_count_in_stored_pixels():
    exif = Image.Exif()
    exif[0x112] = 6
    assert decode_portrait(jpeg(exif=exif)).shape == (120, 90, 3)


@pytest.mark.parametrize("pack", [jpeg, jp2])
def test_the_limit_of_pixels_is_known_before_decoding(pack):
    data = pack()
    assert decode_portrait(data, most_pixels=90 * 120).shape == (120, 90, 3)
    with pytest.raises(ImageError, match="90x120 is too large"):
        decode_portrait(data, most_pixels=90 * 120 - 1)


@pytest.mark.parametrize("pack", [jpeg, jp2])
def test_a_picture_cut_anywhere_is_a_picture_or_the_error(pack):
    data, refused = pack(), 0
    for length in range(0, len(data), 97):
        try:
            assert decode_portrait(data[:length]).shape == (120, 90, 3)
        except ImageError:
            refused += 1
    assert refused > 1


@pytest.mark.parametrize(
    "data", [b"", b"BM", b"\xff\xd8", jp2()[:12], b"\xff\x4f\xff\x51", b"GIF8"]
)
def test_what_is_no_portrait_is_the_error(data):
    with pytest.raises(ImageError):
        decode_portrait(data)


def test_a_picture_of_another_kind_or_too_long_is_the_error():
    with pytest.raises(ImageError, match="neither JPEG nor JPEG 2000"):
        decode_portrait(cv2.imencode(".png", FACE)[1].tobytes())
    with pytest.raises(ImageError, match="too many"):
        decode_portrait(jpeg() + bytes(1 << 20))


# ---- hostile JPEG ---------------------------------------------------------------------------


def resized(data, marker, offset, layout, *numbers):
    at = data.index(marker) + offset
    spelt = struct.pack(layout, *numbers)
    return data[:at] + spelt + data[at + len(spelt) :]


def test_a_jpeg_that_claims_to_be_huge_costs_nothing():
    huge = resized(jpeg(), b"\xff\xc0", 5, ">HH", 65_500, 65_500)
    began = time.process_time()
    with pytest.raises(ImageError, match="65500x65500"):
        decode_portrait(huge)
    assert time.process_time() - began < 0.2


def test_a_jpeg_whose_true_size_hides_behind_a_lone_marker_is_refused():
    huge = resized(jpeg(), b"\xff\xc0", 5, ">HH", 65_500, 65_500)[2:]
    small = jpeg()[2:]
    for lone in (b"\xff\x01", b"\xff\xd0", b"\xff\x00"):
        skipped = int.from_bytes(huge[:2])  # what a naive reader takes for a length
        hidden = b"\xff\xd8" + lone + huge[:skipped].ljust(skipped, b"\0") + small
        assert size_px(hidden) == (0, 0)
        with pytest.raises(ImageError, match="without a size"):
            decode_portrait(hidden)


def test_a_jpeg_of_many_scans_or_without_height_is_refused():
    with pytest.raises(ImageError, match="scans"):
        decode_portrait(jpeg() + b"\xff\xda" * 30)
    with pytest.raises(ImageError, match="without a size"):
        decode_portrait(resized(jpeg(), b"\xff\xc0", 5, ">H", 0))


def test_a_jpeg_of_four_inks_is_a_picture_too():
    held = io.BytesIO()
    Image.fromarray(FACE[..., ::-1]).convert("CMYK").save(held, "JPEG")
    assert decode_portrait(held.getvalue()).shape == (120, 90, 3)


# ---- hostile JPEG 2000 ----------------------------------------------------------------------


def sized(width=64, height=64, tile=(64, 64), components=3, offset=(0, 0), spacing=b"\7\1\1"):
    body = struct.pack(">H8IH", 0, width, height, *offset, *tile, 0, 0, components)
    body += spacing * components
    return IMAGE_SIZE + struct.pack(">H", len(body) + 2) + body


def cod(levels=5, layers=1, precincts=b"", block=(4, 4), marker=COD):
    flags = bytes([1 if precincts else 0])
    style = bytes([levels, *block, 0, 1]) + precincts
    body = (
        flags + struct.pack(">BHB", 0, layers, 1) + style
        if marker == COD
        else b"\0" + flags + style
    )
    return marker + struct.pack(">H", len(body) + 2) + body


def tile_part(head=b"", size=None):
    length = 14 + len(head) if size is None else size
    return SOT + struct.pack(">HHIBB", 10, 0, length, 0, 1) + head + SOD


def stream(*heads):
    return b"\xff\x4f" + b"".join(heads)


GOOD = (sized(), cod(), tile_part())
LARGE = sized(2000, 2000, tile=(2000, 2000))


def test_a_plain_codestream_claims_little():
    claim = jpeg2000_head.claim(stream(*GOOD))
    assert (claim.width_px, claim.height_px, claim.tiles, claim.components) == (64, 64, 1, 3)
    assert claim.packets <= 6 * 4 * 3
    assert claim.blocks < 400


@pytest.mark.parametrize(
    "heads",
    [
        (sized(100_000, 100_000), cod(), tile_part()),
        (sized(2000, 2000, tile=(1, 1)), cod(), tile_part()),
        (sized(components=200), cod(), tile_part()),
        (LARGE, cod(precincts=b"\0" * 6), tile_part()),
        (sized(), cod(layers=65_535), tile_part()),
        (LARGE, cod(block=(0, 0)), tile_part()),
        (sized(), cod(), tile_part(cod(layers=65_535))),
        (LARGE, cod(), cod(precincts=b"\0" * 6, marker=COC), tile_part()),
        (sized(), cod(), tile_part(), tile_part(cod(layers=65_535), size=0)),
    ],
    ids=[
        "size", "tiles", "components", "precincts", "layers", "blocks", "a tile's layers",
        "a component's precincts", "the last tile's layers",
    ],
)  # fmt: skip
def test_heads_that_ask_for_too_much_are_refused_at_once(heads):
    began = time.process_time()
    with pytest.raises(ImageError):
        decode_portrait(stream(*heads))
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize(
    ("heads", "says"),
    [
        ((cod(), sized()), "no codestream"),
        ((sized(width=0), cod(), tile_part()), "empty"),
        ((sized(tile=(0, 64)), cod(), tile_part()), "empty"),
        ((sized(offset=(64, 0)), cod(), tile_part()), "empty"),
        ((sized(components=0), cod(), tile_part()), "0 components"),
        ((sized(spacing=b"\7\0\1"), cod(), tile_part()), "without samples"),
        ((sized(), tile_part()), "no coding style"),
        ((sized(), cod(levels=33), tile_part()), "33 levels"),
        ((sized(), cod(layers=0), tile_part()), "0 layers"),
        ((sized(), cod(precincts=b"\x55" * 3), tile_part()), "precincts are cut"),
        ((sized(), cod(), b"\xff\x5f\0\2", tile_part()), "marker FF5F"),
        ((sized(), cod(), COM + b"\0\1", tile_part()), "marker FF64"),
        ((sized(), cod(), tile_part(size=13)), "tile-part of 13"),
        ((sized(), cod(), SOT), "a head is cut"),
        ((sized(), COD + b"\0\3\0", tile_part()), "a head is cut"),
        ((sized(), cod(), *[COM + b"\0\2"] * 5000), "too long a head"),
        ((sized(), cod(), *[tile_part()] * 5000), "tile-parts"),
    ],
)
def test_heads_that_break_the_standard_say_where(heads, says):
    with pytest.raises(jpeg2000_head.Jpeg2000Error, match=says):
        jpeg2000_head.claim(stream(*heads))


def box(kind, body, length=None):
    return struct.pack(">I4s", 8 + len(body) if length is None else length, kind) + body


@pytest.mark.parametrize(
    ("boxes", "says"),
    [
        (box(b"free", b"", length=7), "a box of 7 bytes"),
        (box(b"free", b"") * 70, "no codestream in"),
        (box(b"jp2c", b"\xff\x4f"), "a head is cut"),
        (box(b"free", b"", length=1 << 31), "a box of 2147483648 bytes"),
        (struct.pack(">I4sQ", 1, b"free", (1 << 64) - 1), "a box of 18446744073709551615 bytes"),
    ],
)
def test_boxes_that_lead_nowhere_say_so(boxes, says):
    with pytest.raises(jpeg2000_head.Jpeg2000Error, match=says):
        jpeg2000_head.claim(jpeg2000_head.SIGNATURE + boxes)


def test_a_box_with_a_long_length_is_followed():
    inside = stream(*GOOD)
    long = struct.pack(">I4sQ", 1, b"free", 20) + bytes(4)
    found = jpeg2000_head.claim(jpeg2000_head.SIGNATURE + long + box(b"jp2c", inside, length=0))
    assert found == jpeg2000_head.claim(inside)
