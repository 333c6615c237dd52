"""`kiosk evaluate fingers`: what it counts, names, draws and refuses, on made-up fingers."""

import json
import struct
from functools import cache
from itertools import product

import cv2
import numpy as np
import pytest

from drivers.fingerprint.synthetic import grow, impression
from firmware_app.__main__ import main
from firmware_app.engineer import det_plot, evaluate_fingers, finger_sheet
from firmware_app.engineer.det_plot import Curve
from firmware_app.engineer.evaluate_fingers import Options
from firmware_app.engineer.nbis import Nbis, NbisError, ihead
from firmware_app.engineer.report import shortened
from firmware_app.errors import SetupError
from vision.evaluate.finger import Measured, Print
from vision.evaluate.rates import Ranked
from vision.image import Gray8

KEYS = (
    "pictures eer_pct fnmr_pct_at_1e2 fnmr_pct_at_1e3 failed_to_extract extract_median_ms "
    "extract_p90_ms match_median_ms peak_memory_mb"
)
SIZE_PX = (200, 220)
FINGERS, IMPRESSIONS = ("a", "left_b", "c"), (1, 2)


@cache
def finger(seed: int, laid: int) -> Gray8:
    return impression(grow(seed, size_px=SIZE_PX), laid, noise=0.1)


def save(folder, name, pixels):
    cv2.imwrite(str(folder / name), pixels)


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "prints"
    home.mkdir()
    for seed, laid in product(range(3), IMPRESSIONS):
        save(home, f"{FINGERS[seed]}_{laid}.png", finger(seed, laid))
    return home


@pytest.fixture
def tools(tmp_path):
    """Two programs with NBIS's command lines: twelve minutiae each, 7 for whatever is compared."""
    home = tmp_path / "tools"
    home.mkdir()
    scripts = {
        "mindtct": 'head -c 8 "$1" > "$2.xyt"\nfor n in 0 1 2 3 4 5 6 7 8 9 10 11; do\n'
        '  echo "$n $n 0 50"; done > "$2.xyt"\n',
        "bozorth3": "shift 2\nfor one; do echo 7; done\n",
    }
    for name, script in scripts.items():
        (home / name).write_text(f"#!/bin/sh\n{script}")
        (home / name).chmod(0o755)
    return home


def answer(capsys, *words):
    assert main(["evaluate", "fingers", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *words):
    """What is said where the command fails, without a figure on standard output."""
    assert main(["evaluate", "fingers", *map(str, words)]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "mend:" in said.err
    return said.err


def test_every_pair_counts_and_the_agreed_keys_are_there(folder, capsys):
    found = answer(capsys, folder)
    assert set(KEYS.split()) <= found.keys()
    assert (found["pictures"], found["fingers"]) == (6, 3)
    assert (found["genuine_pairs"], found["impostor_pairs"]) == (3, 12)
    assert found["failed_to_extract"] == 0
    assert found["eer_pct"] < 20
    assert found["extract_p90_ms"] >= found["extract_median_ms"] > 0
    assert found["match_median_ms"] > 0
    assert 20 < found["peak_memory_mb"] < 2000
    assert found["quality"]["rejected_pct"] == [0, 10, 20, 30, 40, 50]


def test_what_gives_no_template_is_named_scores_nothing_and_stays_counted(folder, capsys):
    save(folder, "a_3.png", np.full((220, 200), 230, np.uint8))
    (folder / "c_3.tif").write_bytes(b"no picture")
    save(folder, "left_b_3.bmp", finger(1, 3))
    found = answer(capsys, folder)
    assert found["pictures"] == 9
    assert (found["genuine_pairs"], found["impostor_pairs"]) == (9, 27)
    assert found["failed_to_extract"] == 2
    assert found["failures"].keys() == {"a_3.png", "c_3.tif"}
    assert found["failures"]["a_3.png"] == "0 minutiae, fewer than 5."
    # four of nine genuine pairs score 0, and no threshold mends that
    assert found["fnmr_pct_at_1e2"] >= 100 * 4 / 9 - 0.1


def test_words_say_rules_failures_and_memory(folder, capsys):
    (folder / "c_3.tif").write_bytes(b"no picture")
    save(folder, "nobody.png", finger(0, 1))
    assert main(["evaluate", "fingers", str(folder)]) == 0
    said = capsys.readouterr()
    for words in ("c_3.tif: kiosk failed to extract", "peak memory", "bootstrap over fingers"):
        assert words in said.out
    assert "nobody.png: not named FINGER_IMPRESSION" in said.err


def test_beside_nbis_both_stand_and_their_difference(folder, tools, capsys, tmp_path):
    plot = tmp_path / "det.png"
    found = answer(capsys, folder, "--vs", "nbis", "--nbis-tools", tools, "--plot", plot)
    theirs = found["vs"]["nbis"]
    assert (theirs["pictures"], theirs["failed_to_extract"]) == (6, 0)
    assert theirs["eer_pct"] == 50.0, "seven for everything tells nobody apart"
    assert theirs["minutiae_median"] == 12
    assert theirs["match_median_ms"] > 0
    assert found["vs"]["eer_difference"]["kiosk_better_share"] > 0.9
    assert cv2.imread(str(plot)).shape[1] == 900


def test_several_folders_stand_each_by_itself_and_in_the_mean(folder, tools, capsys, tmp_path):
    other = tmp_path / "others"
    other.mkdir()
    for seed, laid in product((4, 5), IMPRESSIONS):
        save(other, f"{seed}_{laid}.png", finger(seed, laid))
    found = answer(capsys, folder, other, "--vs", "nbis", "--nbis-tools", tools)
    assert [one["folder"] for one in found["sets"]] == ["prints", "others"]
    each = [one["eer_pct"] for one in found["sets"]]
    assert found["mean_eer_pct"] == pytest.approx(sum(each) / 2, abs=1e-3)
    assert found["vs"]["nbis"]["mean_eer_pct"] == 50.0
    low, high = found["vs"]["mean_eer_difference"]["interval_pct"]
    assert low <= found["vs"]["mean_eer_difference"]["mean_pct"] <= high


def test_the_mean_of_folders_of_one_name_is_said_with_their_paths(folder, capsys, tmp_path):
    other = tmp_path / "more" / "prints"
    other.mkdir(parents=True)
    for file in folder.iterdir():
        (other / file.name).symlink_to(file)
    assert main(["evaluate", "fingers", str(folder), str(other)]) == 0
    said = capsys.readouterr().out
    assert "mean EER of 2 folders: kiosk" in said
    for one in (folder, other):
        assert shortened(str(one)) in said


def test_a_folder_that_does_not_serve_is_one_line_with_its_mend(tmp_path, capsys):
    assert "No such file" in refused(capsys, tmp_path / "none")
    assert "0 pictures of 0 fingers" in refused(capsys, tmp_path)
    save(tmp_path, "a_1.png", finger(0, 1))
    save(tmp_path, "a_2.png", finger(0, 2))
    assert "2 pictures of 1 fingers" in refused(capsys, tmp_path)
    save(tmp_path, "a_2.bmp", finger(0, 2))
    assert "a_2 is there more than once" in refused(capsys, tmp_path)


def test_a_folder_without_rights_is_said_to_be_one(locked_folder):
    with pytest.raises(SetupError, match="Permission denied"):
        evaluate_fingers.prints(locked_folder)


def test_where_nothing_can_be_read_there_are_no_figures(tmp_path, capsys):
    for name in ("a_1", "a_2", "b_1"):
        (tmp_path / f"{name}.png").write_bytes(b"no picture")
    assert "kiosk: no template of 3" in refused(capsys, tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ppi", "72"), "72 ppi is not"),
        (("--plot", "none/det.png"), "No such file"),
        (("--plot", "det.jpg"), "PNG"),
        (("--plot", "folder.png"), "is a folder"),
        (("--show-failures", "none/x.png"), "No such file"),
        (("--vs", "nbis", "--nbis-tools", "folder.png"), "build_nbis.sh"),
    ],
)
def test_what_would_fail_in_the_end_fails_at_once(tmp_path, capsys, words, said):
    (tmp_path / "folder.png").mkdir()
    paths = [tmp_path / word if word.endswith("g") else word for word in words]
    assert said in refused(capsys, tmp_path / "none", *paths)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_the_finger_is_what_stands_before_the_last_underscore(folder):
    found = evaluate_fingers.prints(folder)
    assert {one.finger for one in found} == set(FINGERS)


def test_mindtct_is_given_nist_s_header_and_the_pixels_at_500_ppi(tools, tmp_path):
    gray = finger(0, 1)
    data = ihead(gray)
    length, width, height, depth, ppi, packed = (
        int(struct.unpack_from("8s", data, at)[0].rstrip(b"\0"))
        for at in (0, 114, 122, 130, 138, 146)
    )
    assert (length, width, height, depth, ppi, packed) == (288, *SIZE_PX, 8, 500, 0)
    assert data[8 + 288 :] == gray.tobytes()
    (tools / "mindtct").write_text('#!/bin/sh\nhead -c 122 "$1" | tail -c 8 > "$2.xyt"\n')
    assert Nbis.find(tools, tmp_path).take(0, gray, 1000).minutiae == 1
    assert (tmp_path / "0.xyt").read_bytes().rstrip(b"\0") == b"100"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "ended with 3"),
        ("echo 7", "1 scores of 2"),
        ("echo seven seven", "no score"),
    ],
)
def test_a_peer_that_fails_is_said_to_have_failed(tools, tmp_path, script, said):
    (tools / "bozorth3").write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(NbisError, match=said) as caught:
        Nbis.find(tools, tmp_path).compare(0, [1, 2])
    assert "evaluate_fingers.md" in caught.value.mend


def test_a_peer_that_gets_nothing_out_of_any_picture_is_no_figure(folder, tools, capsys):
    (tools / "mindtct").write_text("#!/bin/sh\nexit 1\n")
    words = (folder, "--vs", "nbis", "--nbis-tools", tools)
    assert "nbis: no template of 6: mindtct ended with 1" in refused(capsys, *words)


def test_the_plot_shows_each_curve_where_it_lies():
    dice = np.random.default_rng(1)
    errors = Ranked.of(dice.normal(3, 1, 280), dice.normal(0, 1, 2880)).errors()
    clean = Ranked.of(np.full(280, 9.0), np.zeros(2880)).errors()
    drawn = det_plot.draw("x", [Curve("ours", errors, 0), Curve("theirs", clean, 1, dashed=True)])
    assert drawn.shape == (712, 900, 3)
    at = [round(place(errors.equal_rate)) for place in (det_plot._x, det_plot._y)]
    around = drawn[at[1] - 8 : at[1] + 9, at[0] - 8 : at[0] + 9].reshape(-1, 3).astype(int)
    blue = np.abs(around - det_plot.COLOURS[0]).sum(axis=1) < 90
    assert blue.sum() > 20, "the ring of the equal error rate"
    left = drawn[det_plot.TOP_PX : det_plot.BOTTOM_PX, det_plot.LEFT_PX + 2 : 140].reshape(-1, 3)
    orange = np.abs(left.astype(int) - det_plot.COLOURS[1]).sum(axis=1) < 90
    assert not orange.any(), "no error, no curve"


def test_the_sheet_shows_the_worst_pairs_and_what_could_not_be_read(folder):
    files = ["a_1.png", "a_2.png", "c_1.png", "c_9.png"]
    pictures = tuple(Print(file, file[0], folder / file) for file in files)
    measured = Measured(pictures, np.zeros((4, 4)), failures=dict.fromkeys(range(4), "none."))
    sheet = finger_sheet.sheet([measured])
    assert sheet.shape[1] == finger_sheet.TILE_PX[0] * finger_sheet.COLUMNS
    assert (sheet < 120).sum() > 1000


def test_options_are_what_the_command_line_says(folder):
    assert Options() == Options(ppi=500, threads=1)
    assert shortened("x" * 60 + "_1.png", 20) == "xxxxxxxx...xxx_1.png"


@pytest.mark.slow
def test_real_fingers_are_told_apart(data, tmp_path, capsys):
    source = data / "fingerprints" / "fvc2002_DB1_B"
    for number, laid in product((101, 102, 105), (1, 2, 3)):
        (tmp_path / f"{number}_{laid}.png").symlink_to(source / f"{number}_{laid}.png")
    found = answer(capsys, tmp_path)
    assert (found["genuine_pairs"], found["impostor_pairs"]) == (9, 27)
    assert found["failed_to_extract"] == 0
    assert found["eer_pct"] <= 12
