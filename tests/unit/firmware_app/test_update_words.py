"""`kiosk update` as an engineer and a unit type it."""

import json

import pytest

from firmware_app.__main__ import main
from firmware_app.services.update_files import (
    Board,
    Fetched,
    Installed,
    Ledger,
    Places,
    Wanted,
    save,
)

ORDER = "01920000-0000-4000-8000-000000000001"
DIGEST = "ab" * 32
WANTED = Wanted(
    order=ORDER, number=1, version="1.3.0", url="https://c.example/x", size=1000, sha256=DIGEST
)


@pytest.fixture
def places(tmp_path):
    found = Places(tmp_path / "board", tmp_path / "room", tmp_path / "door")
    for folder in (found.board, found.fetched, found.brought.parent, found.ledger.parent):
        folder.mkdir(parents=True)
    return found


@pytest.fixture
def say(places, capsys):
    """Exit code, and what was said as a value."""

    def run(word):
        where = [f"--board={places.board}", f"--room={places.room}", f"--door={places.door}"]
        code = main(["update", word, "--json", *where])
        return code, json.loads(capsys.readouterr().out)

    return run


def fetched(step, order=ORDER):
    return Fetched(order=order, step=step, version="1.3.0", sha256=DIGEST, size=1000, what="why")


def test_nothing_is_wanted_and_nothing_is_left_to_do(say):
    code, said = say("status")
    assert (code, said["wanted"], said["orders"]) == (0, None, [])
    assert say("fetch") == (0, {"step": ""})
    assert say("take") == (0, {"step": ""})
    assert say("install") == (0, {"orders": []})


def test_status_says_how_far_it_is(say, places):
    save(places.notice, Board(port=1, wanted=WANTED))
    assert say("status")[0] == 6, "announced, and nobody has begun"
    save(places.said("centre"), fetched("fetching"))
    places.part(DIGEST).write_bytes(bytes(250))
    code, said = say("status")
    assert (code, said["centre"]["step"], said["centre"]["have_bytes"]) == (6, "fetching", 250)


@pytest.mark.parametrize(
    ("step", "code"), [("installed", 6), ("trial", 6), ("running", 0), ("fell_back", 3)]
)
def test_the_last_step_is_whose_it_is(say, places, step, code):
    save(places.notice, Board(port=1, wanted=WANTED))
    save(places.said("centre"), fetched("ready"))
    one = Installed(order=ORDER, step=step, version="1.3.0")
    save(places.ledger, Ledger(orders=(one,)))
    found = say("status")
    assert (found[0], found[1]["centre"]["step"]) == (code, step)


def test_a_table_for_people(places, capsys):
    save(places.notice, Board(port=1, wanted=WANTED))
    save(places.said("centre"), fetched("fetching"))
    places.part(DIGEST).write_bytes(bytes(250))
    main(["update", "status", f"--board={places.board}", f"--room={places.room}"])
    assert "25 %" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["status", "fetch", "take", "install"])
def test_each_word_has_an_example(word, capsys):
    with pytest.raises(SystemExit):
        main(["update", word, "--help"])
    assert capsys.readouterr().out.splitlines()[-1].startswith("example: kiosk update ")
