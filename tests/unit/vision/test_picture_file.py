"""Picture files: what is damaged, too large or no picture is a clear error; turns are applied."""

import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from vision.picture_file import MOST_JPEG_PIXELS, PictureFileError, decode, read_picture, size_px

WIDE = np.zeros((20, 40, 3), np.uint8)
WIDE[:, :20] = 255


def encoded(suffix, pixels=WIDE):
    return cv2.imencode(suffix, pixels)[1].tobytes()


def turned_jpeg(orientation):
    entry = struct.pack("<HHIHH", 0x112, 3, 1, orientation, 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4)
    jpeg = encoded(".jpg")
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def png(width, height, colour, rows=b""):
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif"])
@pytest.mark.parametrize("pixels", [WIDE, WIDE[:, :, 0]], ids=["colour", "grey"])
def test_each_kind_tells_its_size_and_becomes_blue_green_red(suffix, pixels):
    data = encoded(suffix, pixels)
    assert size_px(data) == (40, 20)
    assert decode(data).shape == (20, 40, 3)


def test_a_camera_held_on_its_side_gives_an_upright_picture():
    assert decode(turned_jpeg(1)).shape == (20, 40, 3)
    upright = decode(turned_jpeg(6))
    assert upright.shape == (40, 20, 3)
    assert upright[0].mean() > 200 > upright[-1].mean(), "left of the sensor is the top"


def test_fill_bytes_before_a_marker_are_passed_over():
    jpeg = encoded(".jpg")
    assert size_px(jpeg[:2] + b"\xff\xff" + jpeg[2:]) == (40, 20)


def test_alpha_is_kept_so_that_black_on_transparent_does_not_become_black_on_black():
    see_through = np.dstack([WIDE, np.zeros((20, 40), np.uint8)])
    assert decode(encoded(".png", see_through)).shape == (20, 40, 4)
    grey = png(2, 1, 4, b"\0\x0a\xff\x0a\x00")
    assert decode(grey)[0, 1].tolist() == [10, 10, 10, 0]


def test_sixteen_bits_become_eight():
    deep = encoded(".png", WIDE.astype(np.uint16) * 257)
    assert decode(deep).dtype == np.uint8
    assert decode(deep).max() == 255


def test_a_small_file_that_claims_to_be_huge_is_refused_before_it_is_unpacked():
    with pytest.raises(PictureFileError, match="megapixels"):
        decode(png(60_000, 60_000, 2))


def test_a_jpeg_past_the_limit_is_read_smaller():
    side = int(MOST_JPEG_PIXELS**0.5) + 200
    jpeg = encoded(".jpg", np.full((side, side), 128, np.uint8))
    assert decode(jpeg).shape == ((side + 1) // 2, (side + 1) // 2, 3)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif"])
def test_a_file_cut_anywhere_gives_a_picture_or_the_error(suffix):
    data = encoded(suffix, np.random.default_rng(1).integers(0, 255, (24, 24, 3), np.uint8))
    refused = 0
    for length in range(0, len(data), 7):
        try:
            assert decode(data[:length]).shape == (24, 24, 3)
        except PictureFileError:
            refused += 1
    assert refused > 5


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\xff\xd8", b"II*\0", b"BM", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_the_error(data, tmp_path):
    path = tmp_path / "no.png"
    path.write_bytes(data)
    with pytest.raises(PictureFileError):
        read_picture(path)


def test_what_is_not_there_or_too_long_is_the_error_and_is_not_read(tmp_path):
    with pytest.raises(PictureFileError, match="No such file"):
        read_picture(tmp_path / "none.png")
    long = tmp_path / "long.png"
    with long.open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(PictureFileError, match="MiB"):
        read_picture(long)


def test_what_is_no_plain_file_is_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    link = tmp_path / "zero.png"
    link.symlink_to("/dev/zero")
    for path in (pipe, link, tmp_path, tmp_path / "a\0.png"):
        with pytest.raises(PictureFileError):
            read_picture(path)
