"""`kiosk read-document` says layout and verdicts of a document, and no text unless asked."""

import json
import threading
from pathlib import Path

import pytest

from drivers.document_reader.simulated import leave_stage
from drivers.document_reader.specimens import PASSPORT
from drivers.stage import send_cue
from firmware_app.engineer.read_document import TROUBLE_EXIT_CODE, read_document
from firmware_app.errors import ConfigError, SetupError

EXAMPLE = Path(__file__).parents[3] / "kiosk.example.toml"
DELAY_S = 0.4


@pytest.fixture
def stage(tmp_path):
    path = tmp_path / "stage" / "reader"
    yield path
    leave_stage(path)


def tried(capsys, stage, *cues, framing="desko", seconds=4.0, show=False, as_json=True):
    """The exit code, standard output, and what went to standard error."""
    late = [
        threading.Timer(DELAY_S * (at + 1), send_cue, [stage], cue) for at, cue in enumerate(cues)
    ]
    for timer in late:
        timer.start()
    url = f"simulated://{stage}?framing={framing}"
    code = read_document(url, Path("none"), seconds=seconds, show=show, as_json=as_json)
    for timer in late:
        timer.join()
    out, progress = capsys.readouterr()
    return code, out, progress


@pytest.mark.parametrize("framing", ["3m", "honeywell", "elyctis", "keyboard-fr"])
def test_a_good_reader_is_proved_without_a_name(capsys, stage, framing):
    code, out, progress = tried(capsys, stage, {"present": "specimen"}, framing=framing)
    said = json.loads(out)
    assert code == 0
    assert said["good"] is True
    assert (said["layout"], said["lines"]) == ("TD3", [44, 44])
    assert said["check_digits"]
    assert all(said["check_digits"].values())
    assert "ERIKSSON" not in out + progress
    assert "L898902D1" not in out + progress


def test_the_text_is_shown_to_who_asks(capsys, stage):
    code, out, _ = tried(capsys, stage, {"present": "specimen"}, show=True, as_json=False)
    assert code == 0
    assert out.splitlines()[-2:] == list(PASSPORT)
    assert "check digit number: holds" in out


def test_a_wrong_check_digit_is_trouble(capsys, stage):
    code, out, _ = tried(capsys, stage, {"present": "misread"}, as_json=False)
    assert code == TROUBLE_EXIT_CODE
    assert "check digit number: WRONG" in out
    assert "mend:" in out


def test_what_was_not_read_and_what_settled_it_are_places(capsys, stage):
    """The doubted digit of the birth date has one reading that its check digits admit."""
    lines = [PASSPORT[0], PASSPORT[1][:15] + "*" + PASSPORT[1][16:]]
    _, out, _ = tried(capsys, stage, {"present": lines})
    said = json.loads(out)
    assert said["unread"] == ["2.16"]
    assert said["repaired"] == ["2.16"]
    assert said["good"] is True


def test_a_try_that_failed_is_told_and_the_next_one_counts(capsys, stage):
    cues = ({"half": True}, {}, {"present": "card"})
    code, out, progress = tried(capsys, stage, *cues)
    said = json.loads(out)
    assert (code, said["layout"]) == (0, "TD1")
    assert len(said["faults"]) == 1
    assert "clean the glass" in progress


def test_a_setting_that_is_not_right_is_told_although_the_document_was_read(capsys, stage):
    code, out, _ = tried(capsys, stage, {"present": "card", "parity": "even"}, as_json=False)
    assert code == 0
    assert "bits=7&parity=E" in out


@pytest.mark.parametrize(("cue", "mend"), [({}, "Lay the document"), ({"noise": 15}, "baud")])
def test_silence_and_noise_are_told_apart(capsys, stage, cue, mend):
    code, out, _ = tried(capsys, stage, cue, seconds=0.8, as_json=False)
    assert code == TROUBLE_EXIT_CODE
    assert out.startswith("nothing was read")
    assert mend in out


def test_a_wrong_url_and_an_absent_reader_are_clear_errors(tmp_path):
    def go(url):
        read_document(url, tmp_path / "no.toml", seconds=1, show=False, as_json=True)

    with pytest.raises(ConfigError, match="baud") as caught:
        go("serial:///dev/nothing?baud=abc")
    assert "document_readers.md" in caught.value.mend
    with pytest.raises(SetupError, match="there is no /dev/nothing"):
        go("serial:///dev/nothing")
    with pytest.raises(ConfigError, match=r"no\.toml is not there"):
        go(None)


@pytest.mark.parametrize("url", ["", "   "])
def test_an_empty_url_is_a_slip_and_not_the_reader_of_the_configuration(tmp_path, url):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    with pytest.raises(ConfigError, match="--url is empty") as caught:
        read_document(url, path, seconds=1, show=False, as_json=True)
    assert "Leave --url out" in caught.value.mend


@pytest.mark.parametrize(
    ("reader", "says"), [("camera:page_camera", "the page camera reads"), ("", "names no")]
)
def test_a_post_without_a_reader_is_told_what_to_try(tmp_path, reader, says):
    path = tmp_path / "kiosk.toml"
    usual = "serial:///dev/kiosk-reader?baud=9600"
    path.write_text(EXAMPLE.read_text(encoding="utf-8").replace(usual, reader), encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        read_document(None, path, seconds=1, show=False, as_json=True)
    assert "--url" in caught.value.mend
