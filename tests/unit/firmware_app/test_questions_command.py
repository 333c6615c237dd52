"""`kiosk questions` and the file of questions: good ones pass, bad ones say what and where."""

import json

import pytest

from firmware_app.__main__ import main
from firmware_app.domain.questions import BUILT_IN, Kind
from firmware_app.errors import ConfigError
from firmware_app.services import questions

LANGUAGES = ("--languages", "en,fr,ar")


@pytest.fixture
def example(tmp_path, capsys):
    assert main(["questions", "example"]) == 0
    file = tmp_path / "questions.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    return file


def test_the_example_is_good_and_shows_every_kind(example, capsys):
    assert main(["questions", "lint", str(example), *LANGUAGES]) == 0
    assert "4 questions, at most 3 asked" in capsys.readouterr().out
    assert {one.kind for one in questions.read(example).question} == set(Kind)


def test_a_change_of_answers_without_a_new_version_is_found(example, tmp_path, capsys):
    now = tmp_path / "now.toml"
    text = example.read_text(encoding="utf-8")
    now.write_text(text.replace('"transit", "return-home"', '"transit", "home"', 1))
    words = ["questions", "lint", str(now), *LANGUAGES, "--earlier", str(example), "--json"]
    assert main(words) == 1
    found = json.loads(capsys.readouterr().out)["problems"]
    assert "purpose-of-visit: the answers changed; raise version to 2." in found
    assert any("no text purpose-of-visit-home" in one for one in found)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("most_asked = 4", "most_asked = 2", "3 questions on one way"),
        ('kind = "days"', 'kind = "poem"', "poem"),
        ("version = 1", "version = 1\ncolour = 2", "nobody reads question 1: colour"),
        ("at_least = 15", "at_last = 15", "nobody reads question 3: when 2: at_last"),
        ("version = 1", "versions = 1", "nobody reads question 1: versions"),
        ("most_asked = 4", "most_asked = [", "questions.toml"),
        ('fr = "Combien de', 'sw = "Combien de', "no text stay-days-title in fr"),
        (
            'fr = "Combien de',
            'xx = "Combien de',
            "its texts name xx, which is no language of the kiosk",
        ),
        ("version = 1", f"version = {10**20}", "version is not 1 to 9999"),
    ],
)
def test_a_bad_file_is_one_sentence_with_its_mend(example, old, new, says):
    example.write_text(example.read_text(encoding="utf-8").replace(old, new, 1))
    with pytest.raises(ConfigError, match=r"questions\.toml") as caught:
        questions.load(example, ("en", "fr"), lambda _tag, one: "purpose" in one)
    assert says in str(caught.value)
    assert "docs/questions.md" in caught.value.mend


def test_what_a_file_holds_steers_no_terminal(example, capsys):
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace('id = "', 'id = "\\u001b[2J\\u202e', 1), encoding="utf-8")
    assert main(["questions", "lint", str(example), *LANGUAGES]) == 1
    assert not {"\x1b", "\u202e"} & set(capsys.readouterr().out)


def test_a_file_with_one_id_many_times_is_drawn_once_through(example, capsys):
    again = "".join(
        '[[question]]\nid = "x"\nversion = 1\nkind = "days"\n' + when
        for when in ("", *['when = [{ question = "x", at_least = 1 }]\n'] * 30)
    )
    example.write_text(again, encoding="utf-8")
    assert main(["questions", "show", str(example)]) == 0
    assert capsys.readouterr().out.count("a number of days") == 31


def test_a_drawing_that_is_missing_is_found_by_the_linter_and_stops_no_kiosk(example, capsys):
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace('icon = "document"', 'icon = "unicorn"'))
    assert main(["questions", "lint", str(example), *LANGUAGES]) == 1
    assert "has-work-permit: there is no drawing unicorn." in capsys.readouterr().out
    questions.load(example, ("en",), lambda _tag, one: one.startswith("purpose-of-visit"))


def test_without_a_file_the_built_in_questions_are_asked():
    assert questions.load(None, ("en",), lambda *_: True) is BUILT_IN


def test_a_file_that_is_away_or_no_text_is_said(tmp_path):
    noise = tmp_path / "noise.toml"
    noise.write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "none.toml", noise):
        with pytest.raises(ConfigError, match=file.name):
            questions.read(file)


def test_the_ways_are_shown_as_tree_graph_and_json(example, capsys):
    assert main(["questions", "show", str(example)]) == 0
    assert "if purpose-of-visit is transit: country-of-residence v1" in capsys.readouterr().out
    assert main(["questions", "show", "--dot"]) == 0
    assert capsys.readouterr().out.startswith("digraph questions {")
    assert main(["questions", "show", str(example), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["questions"][2]["after"] == ["purpose-of-visit", "stay-days"]


def test_a_language_that_the_kiosk_does_not_have_is_named(example, capsys):
    assert main(["questions", "lint", str(example), "--languages", "en,xx"]) == 2
    assert "no language xx" in capsys.readouterr().err


def test_own_texts_come_by_language_and_message_id(example):
    texts = questions.inline_texts(questions.read(example))
    assert texts["fr"]["stay-days-title"] == "Combien de jours resterez-vous ?"
