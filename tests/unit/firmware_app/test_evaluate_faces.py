"""`kiosk evaluate faces`: figures, pairs, hostile folders, and what is written."""

import json

import cv2
import numpy as np
import pytest

from drivers.camera.puppet import PICTURES
from firmware_app.__main__ import main
from firmware_app.engineer import det_plot, face_folder, face_report
from firmware_app.errors import SetupError
from vision.evaluate.face import FacePicture, FaceResult, Seen, halves, in_frame
from vision.evaluate.pair_rates import Pairs, at_threshold, pair_errors
from vision.evaluate.rates import Scores, exact_upper
from vision.evaluate.usage import Spent

KEYS = {
    "people",
    "genuine",
    "impostor",
    "eer_pct",
    "fnmr_pct_at_1e2",
    "fnmr_pct_at_1e3",
    "false_matches_at_threshold",
    "false_non_matches_at_threshold",
    "frame_median_ms",
    "template_median_ms",
    "peak_memory_mb",
    "not_found",
}


@pytest.fixture
def folder(data, tmp_path):
    """Three people of lfw10 with two pictures each; one of them never gets a second face."""
    source = data / "faces" / "lfw10"
    for person in sorted(source.iterdir())[:3]:
        (tmp_path / person.name).mkdir()
        for picture in sorted(person.iterdir())[:2]:
            (tmp_path / person.name / picture.name).symlink_to(picture)
    return tmp_path


def answer(capsys, *words) -> dict:
    assert main(["evaluate", "faces", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys, *words) -> str:
    assert main(["evaluate", "faces", *map(str, words)]) != 0
    said = capsys.readouterr().err
    assert "mend: " in said
    return said


@pytest.mark.slow
def test_a_folder_of_people_gives_every_figure(capsys, folder, tmp_path):
    plot = tmp_path / "det.png"
    found = answer(capsys, folder, "--plot", plot)
    assert found.keys() >= KEYS
    assert (found["people"], found["genuine"], found["impostor"]) == (3, 3, 12)
    assert (found["not_found"], found["unreadable"], found["pairs_lost"]) == (0, 0, 0)
    assert found["false_matches_at_threshold"] == 0
    assert not found["pairs_allow_fmr_1e3"]
    assert found["fmr_upper_pct_at_threshold"] == pytest.approx(22.09, abs=0.01)
    assert 0 < found["template_median_ms"] < found["frame_median_ms"] + 1000
    assert 50 < found["peak_memory_mb"] < 2000
    assert cv2.imread(str(plot)).shape[1] == det_plot.WIDTH_PX


@pytest.mark.slow
def test_what_shows_no_face_or_is_no_picture_is_counted_and_named(capsys, folder):
    home = next(folder.iterdir())
    cv2.imwrite(str(home / "wall.png"), np.full((250, 250, 3), 128, np.uint8))
    (home / "broken.jpg").write_bytes(b"no picture")
    (home / "empty.jpg").touch()
    (home / "notes.txt").write_text("not counted", encoding="utf-8")
    (home / "loop.png").symlink_to("loop.png")
    (home / "inner.jpg").mkdir()
    assert main(["evaluate", "faces", str(folder), "--show-failures"]) == 0
    words = capsys.readouterr().out
    assert f"no face: {home.name}/wall.png" in words
    for name in ("broken.jpg", "empty.jpg", "loop.png", "inner.jpg"):
        assert f"{home.name}/{name}: " in words
    assert "6 with a face, 1 without, 4 not readable" in words
    assert "3 pairs of one person, 12 of two; 40 pairs lost" in words
    assert "contaminated" in words


@pytest.mark.slow
def test_a_face_on_a_whole_page_is_found_as_in_a_crossing(capsys, folder):
    picture = min(next(folder.iterdir()).iterdir())
    page = np.full((1500, 2000, 3), 200, np.uint8)
    page[200:360, 200:360] = cv2.resize(cv2.imread(str(picture)), (160, 160))
    picture.unlink()
    cv2.imwrite(str(picture), page)
    found = answer(capsys, folder)
    assert (found["not_found"], found["found_as_portrait"]) == (0, 1)
    assert (found["genuine"], found["false_matches_at_threshold"]) == (3, 0)


@pytest.mark.slow
def test_listed_pairs_join_pictures_to_people(capsys, folder, tmp_path):
    first, second, third = (
        [path.relative_to(folder) for path in sorted(home.iterdir())]
        for home in sorted(path for path in folder.iterdir())
    )
    rows = [(first[0], first[1], 1), (second[0], second[1], "same"), (first[0], third[0], 0)]
    rows += [("no", second[1], third[0], 0.7), ("none.jpg", third[0], 0)]
    table = tmp_path / "pairs.csv"
    lines = ["first,second,same", *(",".join(map(str, row)) for row in rows), "only,two"]
    table.write_text("\n".join(lines), encoding="utf-8")
    found = answer(capsys, folder, "--pairs", table)
    assert (found["genuine"], found["impostor"], found["pairs_lost"]) == (2, 2, 1)
    assert (found["people"], found["pictures"], found["unreadable"]) == (3, 6, 1)
    assert found["halves"] == []


def test_folders_that_make_no_pairs_say_their_mend(capsys, tmp_path):
    assert "is no folder" in refusal(capsys, tmp_path / "none")
    assert "0 pictures of 0 people" in refusal(capsys, tmp_path)
    (tmp_path / "one").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "one" / name).symlink_to(PICTURES / "head.jpg")
    assert "2 pictures of 1 people" in refusal(capsys, tmp_path)
    (tmp_path / "two").mkdir()
    cv2.imwrite(str(tmp_path / "two" / "wall.png"), np.full((64, 64, 3), 90, np.uint8))
    said = refusal(capsys, tmp_path)
    assert "2 of 3 pictures show a face: 1 pairs of one person, 0 of two" in said
    for link in (tmp_path / "one").iterdir():
        link.unlink()
        cv2.imwrite(str(link.with_suffix(".png")), np.full((64, 64, 3), 90, np.uint8))
    assert "no face was found" in refusal(capsys, tmp_path)


def test_tables_that_list_no_pairs_say_their_mend(capsys, tmp_path):
    table = tmp_path / "pairs.csv"
    assert "No such file" in refusal(capsys, tmp_path, "--pairs", table)
    for content, said in (
        (b"", "lists no pair"),
        (b"first,second,same\n", "lists no pair"),
        (b"\xff\xfe\x00\x01", "no table of text"),
        (b"a.jpg,b.jpg,1\n", "1 pairs of one person, 0 of two"),
        (b"a.jpg,b.jpg,perhaps\nc.jpg,d.jpg\n,,\n", "lists no pair"),
    ):
        table.write_bytes(content)
        assert said in refusal(capsys, tmp_path, "--pairs", table)


def test_a_picture_that_cannot_be_written_is_told_before_anything_is_measured(capsys, tmp_path):
    assert "det.jpg" in refusal(capsys, tmp_path, "--plot", tmp_path / "det.jpg")


def result_of(scores, person, threshold=0.5) -> FaceResult:
    pairs = Pairs.of(Scores(np.array(scores), np.array(person)))
    errors = pair_errors(pairs, count=50)
    pictures = tuple(
        FacePicture(f"{who}/{n}.jpg", face_folder.Path("x"), who) for n, who in enumerate(person)
    )
    seen = Seen(look=[Spent(2, 2)], frame=[Spent(9, 9)], template=[Spent(5, 5)])
    fixed = at_threshold(pairs, errors.draws, threshold)
    return FaceResult("m", pictures, seen, tuple(range(len(person))), pairs, errors, fixed, (), 0)


ALIKE = [[1.0, 0.9, 0.6, 0.1], [0.9, 1.0, 0.2, 0.3], [0.6, 0.2, 1.0, 0.4], [0.1, 0.3, 0.4, 1.0]]


def test_failed_pairs_are_named_worst_first():
    result = result_of(ALIKE, [0, 0, 1, 1])
    assert (result.fixed.false_matches, result.fixed.false_non_matches) == (1, 1)
    assert face_report.refused(result) == [face_report.FailedPair("1/2.jpg", "1/3.jpg", 0.4)]
    assert face_report.taken(result) == [face_report.FailedPair("0/0.jpg", "1/2.jpg", 0.6)]
    conditions = face_report.Conditions("folder", 1, 80.0)
    found = face_report.document(result, conditions)
    assert (found["frame_median_ms"], found["template_median_ms"]) == (9, 5)
    words = face_report.words(result, conditions, show_failures=True)
    assert "refused 0.400: 1/2.jpg  1/3.jpg" in words
    assert "too few to show an FMR of 0.01 (300 and no error would be needed)" in words


def test_the_bound_is_never_below_what_the_pairs_allow():
    assert exact_upper(0, 1000, 0.05) == pytest.approx(0.002991, abs=1e-6)  # 3 / 1000
    assert exact_upper(0, 1000, 0.025) == pytest.approx(0.003682, abs=1e-6)
    assert exact_upper(5, 450, 0.025) == pytest.approx(0.025738, abs=1e-5)
    assert exact_upper(3, 3, 0.05) == exact_upper(0, 0, 0.05) == 1.0
    fixed = result_of(ALIKE, [0, 0, 1, 1], threshold=0.95).fixed
    assert fixed.false_matches == 0
    assert fixed.fmr_upper == pytest.approx(1 - 0.05 ** (1 / 4))
    assert fixed.fmr_interval[1] >= fixed.fmr_upper


def test_people_with_one_picture_choose_no_threshold():
    person = np.array([0, 0, 1, 1, 2, 2, 3])
    assert halves(Scores(np.eye(7), person)) == ()
    person = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4])
    first, second = halves(Scores(np.eye(9), person))
    assert (first.people, second.people) == (2, 2)


def test_a_picture_fills_the_frame_without_being_bent():
    upright = np.full((400, 100, 3), 200, np.uint8)
    frame = in_frame(upright)
    assert frame.shape == (960, 1280, 3)
    rows, columns = np.nonzero(frame[..., 0])
    assert np.ptp(rows) + 1 == 960
    assert np.ptp(columns) + 1 == 240
    assert in_frame(np.ones((1, 9000, 3), np.uint8)).shape == (960, 1280, 3)


def test_too_many_pictures_are_refused_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(face_folder, "MOST_PICTURES", 3)
    for name in ("a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(SetupError, match="4 pictures are more than 3"):
        face_folder.people(tmp_path)


def test_the_axes_name_what_the_pairs_are_of():
    curve = det_plot.Curve("kiosk", result_of(ALIKE, [0, 0, 1, 1]).errors.errors, 0)
    people, fingers = (
        det_plot.draw("t", [curve], of) for of in (det_plot.PEOPLE, det_plot.FINGERS)
    )
    assert people.shape == fingers.shape
    assert not np.array_equal(people, fingers)
