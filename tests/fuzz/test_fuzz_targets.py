"""The fuzzer's targets still run: every seed goes through them as it would in a long run."""

import runpy
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMES = ("mrz", "records", "chip", "portrait", "sod", "mjpeg", "courier")
TARGETS = {name: runpy.run_path(str(HERE / f"{name}_targets.py")) for name in NAMES}
SEEDS = [(name, seed) for name in NAMES for seed in TARGETS[name]["seeds"]()]
HARNESS = HERE / "fuzz.py"


@pytest.mark.parametrize(("name", "seed"), SEEDS, ids=lambda one: str(one)[:12])
def test_a_seed_gives_values_or_the_parsers_own_error(name, seed):
    TARGETS[name]["one"](seed)


@pytest.mark.parametrize("name", NAMES)
def test_the_seeds_hold_every_kind_and_the_targets_refuse_nothing(name):
    assert {seed[0] for seed in TARGETS[name]["seeds"]()} == set(range(len(TARGETS[name]["KINDS"])))
    for noise in (b"", b"\x00", b"\xff\xfe\xff", bytes(range(256)), b"\5" * 300):
        TARGETS[name]["one"](noise)


def test_the_harness_knows_every_target_and_the_files_that_it_measures():
    known = runpy.run_path(str(HARNESS))
    assert set(known["TARGETS"]) == set(NAMES)
    for target in known["TARGETS"].values():
        assert (HERE / f"{target.module}.py").exists()
        assert all(list(known["ROOT"].glob(files)) for files in target.files)
