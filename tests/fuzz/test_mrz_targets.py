"""The fuzzer's targets still run: every seed goes through them as it would in a long run."""

import runpy
from pathlib import Path

import pytest

TARGETS = runpy.run_path(str(Path(__file__).with_name("mrz_targets.py")))


@pytest.mark.parametrize("seed", TARGETS["seeds"](), ids=lambda seed: f"{seed[0]}-{seed[1]}")
def test_a_seed_gives_values_or_mrz_errors(seed):
    TARGETS["one"](seed)


def test_the_seeds_hold_every_kind_and_the_targets_refuse_nothing():
    seeds = TARGETS["seeds"]()
    assert {seed[0] for seed in seeds} == {0, 1, 2}
    for noise in (b"", b"\x00", b"\xff\xfe\xff", bytes(range(256))):
        TARGETS["one"](noise)
