"""`kiosk chip read`: what an engineer is told of a chip on a reader, and that it names nobody."""

import io
import json
import shlex

import pytest

from drivers.chip import certificates
from drivers.chip.csca import CscaStore
from drivers.chip.simulated_peer import SPECIMEN, issuer_of
from drivers.chip.simulated_reader import leave_stage
from firmware_app.__main__ import main

LINES = [word for line in SPECIMEN for word in ("--mrz", line)]
OTHER = ["--mrz", SPECIMEN[0], "--mrz", "D231458907UTO7408122F3104150ZE184226B<<<<<14"]


@pytest.fixture
def chip(tmp_path, capsys):
    """Reads a virtual chip of that story by that profile; gives exit code, answer and all words."""
    CscaStore.of((certificates.parse(issuer_of(SPECIMEN).csca.encoded),)).save(tmp_path / "csca")

    def read(query, *words):
        stage = tmp_path / f"chip{len(query)}"
        url = f"simulated://{stage}{query}"
        try:
            code = main(["chip", "read", "--url", url, *words])
        finally:
            leave_stage(stage)
        said = capsys.readouterr()
        return code, said.out, said.out + said.err

    read.authorities = ["--authorities", str(tmp_path / "csca")]
    return read


def test_a_good_chip_is_told_whole_and_names_nobody(chip):
    code, out, said = chip("?profile=pace", *LINES, *chip.authorities, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["good"]
    assert answer["access"].startswith("PACE ECDH-GM")
    assert answer["files"]["DG2"] > 1000
    assert (answer["passive"], answer["chip"]) == ("valid", "passed")
    assert answer["same_lines"]
    assert (answer["authorities"], answer["text"]) == (1, [])
    assert answer["open_ms"] >= 0
    assert min(answer["read_ms"], answer["apdus"]) > 0
    for secret in ("ERIKSSON", "L898902D1", "740812", "ZE184226B"):
        assert secret not in said


def test_lines_from_standard_input_open_it_too(chip, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(SPECIMEN).lower() + "\n\n"))
    code, out, _ = chip("?profile=bac", "--mrz", "-", *chip.authorities, "--json")
    assert (code, json.loads(out)["same_lines"]) == (0, True)


def test_words_say_the_same_and_the_lines_come_only_when_asked_for(chip):
    code, out, _ = chip("?profile=bac", *LINES, *chip.authorities)
    assert code == 0
    assert "access: BAC" in out
    assert "lines in the chip: the same as given" in out
    assert "ERIKSSON" not in out
    assert SPECIMEN[1] in chip("?profile=bac", *LINES, "--show")[1]


def test_the_card_access_number_opens_it_as_well(chip):
    code, out, _ = chip("?profile=pace", "--can", "123456", "--json")
    answer = json.loads(out)
    assert (code, answer["passive"], answer["same_lines"]) == (0, "issuer_unknown", None)
    assert answer["authorities"] == 0


@pytest.mark.parametrize(
    ("query", "words", "names"),
    [
        ("?story=altered-data", LINES, "bad_digest"),
        ("?profile=bac-active&story=clone", LINES, "no copy: failed"),
        ("?profile=bac", OTHER, "nothing was read"),
        ("?story=gone", LINES, "nothing was read"),
        ("", [*LINES, "--seconds", "0.3"], "nothing was read"),
    ],
    ids=["altered", "clone", "other lines", "taken away", "no chip"],
)
def test_what_is_not_good_is_named_and_ends_with_five(chip, query, words, names):
    code, out, said = chip(query, *words, *chip.authorities)
    assert code == 5
    assert names in out
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "neither --mrz nor --can"),
        (["--mrz", "P<UTO"], "--mrz: "),
        (["--can", "12a"], "--can: "),
        ([*LINES, "--url", "serial:///dev/x"], "no chip reader has"),
        ([*LINES, "--url", "pcsc://?raeder=x"], "raeder"),
    ],
)
def test_a_slip_is_one_line_with_its_mend(capsys, words, says):
    assert main(["chip", "read", *words]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "mend:" in said


def test_a_reader_that_is_not_there_is_one_line_with_its_mend(capsys):
    assert main(["chip", "read", *LINES, "--reader", "no such & reader"]) == 3
    said = capsys.readouterr().err
    assert "mend:" in said
    assert "Traceback" not in said


def test_the_help_shows_an_example_that_parses(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["chip", "read", "--help"])
    assert caught.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    example = said.partition("example: kiosk ")[2]
    assert shlex.split(example)[:3] == ["chip", "read", "--mrz"]
