"""Words of the `kiosk` command that mean nothing end it with one clear line and exit code 2."""

import sys

import pytest

from firmware_app.__main__ import main
from firmware_app.errors import NotShippedError


@pytest.mark.parametrize("words", [("read-document", "--seconds"), ("doctor", "--limit")])
@pytest.mark.parametrize("span", ["nan", "inf", "0", "-3", "1e9", "soon", ""])
def test_a_time_that_is_none_is_refused(capsys, words, span):
    with pytest.raises(SystemExit) as caught:
        main([*words, span])
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert "is no number of seconds" in said
    assert "Traceback" not in said


def test_an_empty_url_is_one_line_and_its_mend(capsys):
    assert main(["read-document", "--url", ""]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "kiosk read-document: --url is empty."
    assert said[1].startswith("  mend: Leave --url out")


def test_a_configuration_that_is_no_text_is_one_line_and_its_mend(capsys, tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(b"\xff\xfea\0")
    assert main(["check-config", "--config", str(path)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"kiosk check-config: {path}: line 1 is not UTF-8 text."
    assert said[1].startswith("  mend: Save it as UTF-8")


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (["demo", "--once"], "demo"),
        (["bench", "crossing"], "bench"),
        (["evaluate", "liveness", "."], "evaluate_liveness"),
    ],
)
def test_a_command_that_the_image_does_not_hold_is_one_line_and_its_mend(
    capsys, monkeypatch, words, module
):
    monkeypatch.setitem(sys.modules, f"firmware_app.engineer.{module}", None)
    monkeypatch.delattr(f"firmware_app.engineer.{module}", raising=False)
    assert main(words) == 3
    said = capsys.readouterr().err.splitlines()
    assert "is not on this machine" in said[0]
    assert said[1] == f"  mend: {NotShippedError.mend}"
    assert len(said) == 2
