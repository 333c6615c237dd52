"""`kiosk evaluate liveness`: the laboratory end to end, field tests, and folders that are wrong."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.puppet import Manner, Pose, Puppet
from firmware_app import field_record
from firmware_app.__main__ import main
from firmware_app.engineer import liveness_report
from firmware_app.engineer.liveness_folder import clips
from firmware_app.engineer.liveness_report import Conditions, Judged
from firmware_app.errors import SetupError
from firmware_app.workers import face
from vision.evaluate import attack_laboratory
from vision.evaluate.attack_laboratory import Presented
from vision.evaluate.attack_species import ATTACKS, LIVE
from vision.liveness import ChallengeKind, Decision, Verdict

SPECIES_KEYS = {"live", "not_sure", "attack", "passed", "asked_passed_pct", "kept"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_laboratory_end_to_end_on_the_shipped_portrait(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet, plot = tmp_path / "sheet.png", tmp_path / "plot.png"
    words = ["evaluate", "liveness", "--quick", "--json", "--seed", "3"]
    assert main([*words, "--sheet", str(sheet), "--plot", str(plot)]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["what"] == "laboratory"
    assert "not APCER" in document["means"]
    assert document["quick"]
    assert document["supervised"]
    assert document["colours_on"]["live"]["live"] == 1
    with_colours, without = (document[side]["attacks"] for side in ("colours_on", "colours_off"))
    assert set(with_colours) == set(without) == {"print_flat", "tablet_photo", "injected_frozen"}
    for one in (*with_colours.values(), *without.values()):
        assert set(one) == SPECIES_KEYS
        assert one["passed"]["count"] == 0
    assert without["injected_frozen"]["attack"] == 1
    assert all(cv2.imread(str(path)).shape[1] > 500 for path in (sheet, plot))


def _presented(species: str, person: str, on: Decision, off: Decision, relief: float) -> Presented:
    with_colours, without = (Verdict(one, (("relief", relief),), ()) for one in (on, off))
    plan = ("blink", "colours")
    return Presented(species, f"{person}/1.jpg", person, with_colours, without, 9.0, plan)


def test_the_report_holds_counts_made_by_hand() -> None:
    live, unsure, attack = Decision.LIVE, Decision.NOT_SURE, Decision.ATTACK
    presented = [
        *(_presented(LIVE, person, live, live, 1.0) for person in "aabb"),
        _presented(LIVE, "b", unsure, live, 0.9),
        *(_presented("print_flat", person, unsure, unsure, 0.3) for person in "ab"),
        _presented("tablet_obedient_video", "a", unsure, live, 1.1),
        _presented("tablet_obedient_video", "b", live, live, 1.2),
        _presented("injected_frozen", "b", attack, attack, 0.2),
    ]
    document = liveness_report.laboratory(presented, Conditions(1, 2, 2, 7, False, 1.5))
    on, off, half = (document[key] for key in ("colours_on", "colours_off", "colours_on_half_b"))
    assert (on["live"]["refused"]["count"], on["live"]["refused"]["of"]) == (1, 5)
    assert off["live"]["refused"]["count"] == 0
    assert (half["live"]["refused"]["count"], half["live"]["refused"]["of"]) == (1, 3)
    assert on["attacks"]["print_flat"]["kept"]
    video = on["attacks"]["tablet_obedient_video"]
    assert (video["passed"]["pct"], video["asked_passed_pct"]) == (50.0, None)
    assert off["attacks"]["tablet_obedient_video"]["passed"]["pct"] == 100.0
    words = liveness_report.laboratory_words(document)
    assert "not APCER" in words
    assert "measured" in words
    assert liveness_report.SUPERVISED in words


def test_the_eye_of_the_laboratory_is_as_patient_as_the_kiosks() -> None:
    assert attack_laboratory.SOFT == face.SOFT
    assert attack_laboratory.SOFT_LIMIT_S == face.SOFT_LIMIT_S
    assert attack_laboratory.TEMPLATE_GAP_S == face.TEMPLATE_GAP_S


@pytest.mark.timeout(300)
def test_a_field_test_of_clips_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    puppet = Puppet()
    film = cv2.VideoWriter(
        str(tmp_path / "one.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480)
    )
    dice = np.random.default_rng(2)
    for number in range(45):
        shut = Manner(eyes_closed=1.0) if 12 <= number < 20 else Manner()
        noise = dice.integers(0, 4, (480, 640, 3))
        film.write((puppet.head(Pose(), shut) // 2 + 40 + noise).astype(np.uint8))
    film.release()
    cv2.imwrite(str(tmp_path / "two.jpg"), puppet.flat_print(Pose()))
    rows = "file,label,species,person,plan\none.avi,live,,p1,blink\ntwo.jpg,attack,print_flat,p1,\n"
    (tmp_path / "ground_truth.csv").write_text(rows, encoding="utf-8")
    assert main(["evaluate", "liveness", str(tmp_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["clips"], document["pictures"], document["without_plan"]) == (1, 1, 1)
    assert document["live"]["live"] == 1
    assert document["attacks"]["print_flat"]["passed"]["count"] == 0
    assert document["supervised"]
    assert any("live people: 1, not 60" in one for one in document["short_of_protocol"])


def test_a_picture_is_never_live(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "liveness", str(data / "pad")]) == 0
    said = capsys.readouterr().out
    assert "3 are pictures" in said
    assert liveness_report.SUPERVISED in said


def test_a_whole_field_test_lacks_nothing() -> None:
    sure = Verdict(Decision.LIVE, (), ())
    plan = (ChallengeKind.BLINK,)
    judged = [Judged(LIVE, f"p{number % 60}", True, plan, sure) for number in range(240)]
    unsure = Verdict(Decision.NOT_SURE, (), ())
    for species in (*field_record.SPECIES[:-1], "injected_loop"):
        judged += [Judged(species, "p0", True, plan, unsure) for _ in range(150)]
    document = liveness_report.field(judged, "test")
    assert document["short_of_protocol"] == []
    assert (document["challenges"], document["least_planned"]) == (["blink"], 1)
    assert document["supervised"]  # what a table says of itself permits nothing
    assert liveness_report.field_words(document).count("not sure") >= 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (None, "No such file"),
        ("file,kind\na.jpg,live\n", "columns"),
        ("file,label\n", "names no file"),
        ("file,label\nmissing.jpg,live\n", "not there"),
        ("file,label\n../a.jpg,live\n", "not there"),
        ("file,label\na.jpg,maybe\n", "neither live nor attack"),
        ("file,label\na.txt,live\n", "no clip"),
        ("file,label,plan\na.jpg,live,dance\n", "no challenge"),
        ("file,label,colours\na.jpg,live,red\n", "no colour"),
        ("file,label\n\xff", "no table"),
    ],
)
def test_what_is_wrong_with_a_field_test_is_said(
    tmp_path: Path, table: str | None, said: str
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "a.txt").write_bytes(b"x")
    if table is not None:
        (tmp_path / "ground_truth.csv").write_bytes(table.encode("latin-1"))
    with pytest.raises(SetupError, match=said) as found:
        clips(tmp_path)
    assert found.value.mend


def test_files_that_are_no_pictures_and_no_films_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("bad.jpg", "bad.mp4"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        (tmp_path / "ground_truth.csv").write_text(f"file,label\n{name},live\n", encoding="utf-8")
        assert main(["evaluate", "liveness", str(tmp_path)]) != 0
        said = capsys.readouterr().err
        assert name in said
        assert "mend:" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--species", "hologram"], "no species"),
        (["--portraits", "/nowhere"], "no folder"),
        (["--sheet", "out.jpg"], "no name of a PNG"),
    ],
)
def test_wrong_words_are_said_before_anything_is_rendered(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "liveness", *words]) != 0
    assert said in capsys.readouterr().err


def test_portraits_that_are_not_fit_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one").mkdir()
    cv2.imwrite(str(tmp_path / "one" / "a.jpg"), np.full((200, 200, 3), 90, np.uint8))
    (tmp_path / "one" / "b.jpg").write_bytes(b"x")
    assert main(["evaluate", "liveness", "--portraits", str(tmp_path)]) != 0
    assert "no portrait is fit" in capsys.readouterr().err


def test_every_attack_has_words_in_the_protocol() -> None:
    page = Path(__file__).parents[3] / "docs" / "pad-field-test.md"
    words = page.read_text(encoding="utf-8")
    assert all(f"`{name}`" in words for name in ATTACKS if not name.startswith("injected"))
    assert all(f"`{kind.value}`" in words for kind in ChallengeKind)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_processes_give_what_one_gives(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for jobs in ("1", "2"):
        words = ["evaluate", "liveness", "--quick", "--json", "--species", "injected_frozen"]
        assert main([*words, "--jobs", jobs]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document.pop("seconds_each") > 0
        said.append(document)
    assert said[0] == said[1]
