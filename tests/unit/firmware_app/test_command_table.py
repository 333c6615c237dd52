"""The words of `kiosk`: all are listed without loading them, and one loads no other's modules."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

import firmware_app.__main__ as kiosk
from image_build import contents

ROOT = Path(__file__).parents[3]
HEAVY = ("numpy", "cv2", "starlette", "uvicorn", "babel", "cwt", "tflite_runtime")
SAY = """
import sys
from firmware_app.__main__ import main
try:
    main(sys.argv[2:])
except SystemExit:
    pass
print("heavy:", *(one for one in sys.argv[1].split(",") if one in sys.modules))
"""


@pytest.mark.parametrize(
    "words",
    ["--help", "version", "run --help", "provision take --help", "selftest --help"],
)
def test_a_word_loads_nothing_that_it_does_not_need(words):
    done = subprocess.run(
        [sys.executable, "-c", SAY, ",".join(HEAVY), *words.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "heavy:"


@pytest.mark.parametrize("group", kiosk.GROUPS, ids=lambda group: group.word)
def test_the_list_says_of_each_word_what_the_word_says_of_itself(group):
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    group.add_to(commands)
    assert {one.dest: one.help for one in commands._choices_actions} == {group.word: group.what}
    assert commands.choices[group.word].get_default("run") is not None


def test_the_list_names_every_word_once(capsys):
    with pytest.raises(SystemExit) as ended:
        kiosk.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    words = [
        line.split()[0] for line in said.splitlines() if line.startswith("    ") and line[4] != " "
    ]
    assert words == ["run", *(group.word for group in kiosk.GROUPS), "version"]


def test_a_word_that_is_none_ends_with_the_list_of_those_that_are(capsys):
    with pytest.raises(SystemExit) as ended:
        kiosk.main(["upgrade"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "invalid choice: 'upgrade'" in said
    assert all(f"'{group.word}'" in said for group in kiosk.GROUPS)


def test_an_image_holds_the_module_of_every_word():
    out = contents.left_out(contents.modules(ROOT))
    assert {f"firmware_app.engineer.{group.module}" for group in kiosk.GROUPS}.isdisjoint(out)
