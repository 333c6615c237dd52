"""What is asked of real faces, spoiled on purpose, of people who had no part in the scales."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from firmware_app.__main__ import main
from vision.evaluate import looks

pytestmark = pytest.mark.slow
SURE = ("light a fortieth", "back light", "burnt", "blur 0.10", "dark glasses")
MASKS = ("mask blue", "mask white", "mask black", "mask like skin")
HARMLESS = ("skin reflects a third", "skin reflects a fifth", "head scarf")


@pytest.fixture(scope="module")
def result(data: Path, tmp_path_factory: pytest.TempPathFactory) -> looks.LooksResult:
    """Four people, two pictures each; the second and the fourth are of the second half."""
    folder = tmp_path_factory.mktemp("people")
    for person in sorted((data / "faces" / "lfw10").iterdir())[4:8]:
        (folder / person.name).mkdir()
        for picture in sorted(person.iterdir())[:2]:
            (folder / person.name / picture.name).symlink_to(picture.resolve())
    return looks.evaluate(folder)


@pytest.mark.parametrize("name", [*SURE, *MASKS])
def test_what_spoils_a_comparison_is_asked_for_and_never_passes(result, name):
    rate = _rate(result, name)
    assert rate.pictures >= 2
    assert rate.accepted == 0
    assert rate.asked + rate.lost == rate.pictures


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_allowed_passes_as_often_as_the_picture_itself(result, name):
    assert _rate(result, name).accepted >= result.second.accepted - 1


def test_exchanged_colours_are_recognised_on_each_and_on_no_other(result):
    for rate in result.second.cases:
        if rate.name == "colours swapped":
            assert rate.wrong_colours == rate.pictures
        elif not rate.name.startswith("mask"):
            assert rate.wrong_colours == 0


def test_the_pose_holds_where_its_truth_is_known(result):
    errors = result.second.pose
    for found in (errors.mirrored_deg, errors.leaned_deg, errors.panned_deg):
        assert max(found) < 4


def test_following_costs_less_than_looking_anew(result):
    assert 0 < result.tracked_median_ms < result.look_median_ms


def test_it_is_told_in_words_and_goes_through_json(result):
    assert json.loads(json.dumps(asdict(result)))["second"]["people"] == 2
    words = looks.report(result)
    assert all(rate.name in words for rate in result.second.cases)


def test_a_folder_without_people_is_one_line_with_its_mend(tmp_path, capsys):
    assert main(["evaluate", "looks", str(tmp_path)]) != 0
    assert "one folder a person" in capsys.readouterr().err
    assert main(["evaluate", "looks", str(tmp_path / "nowhere")]) != 0


def _rate(result: looks.LooksResult, name: str) -> looks.CaseRate:
    return next(rate for rate in result.second.cases if rate.name == name)
