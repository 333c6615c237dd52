"""Decoding the line network's odds: against every path there is, and by layout."""

from itertools import groupby, product

import numpy as np
import pytest

from vision.mrz_decode import NONE, SIGNS, exactly, free, probabilities, settle, unguided

CLASSES = [SIGNS.index("A"), SIGNS.index("<"), NONE]


def odds_of(rng: np.random.Generator, steps: int) -> np.ndarray:
    """Odds for "A", "<" and nothing; every other character is as good as impossible."""
    logits = np.full((1, steps, NONE + 1), -40.0, np.float32)
    logits[..., CLASSES] = rng.normal(0, 2, (steps, len(CLASSES)))
    return probabilities(logits[0])


def written(text: str, width: int = 4) -> np.ndarray:
    """Odds of a network that is sure of each character, with a gap behind each."""
    logits = np.zeros((len(text) * width, NONE + 1), np.float32)
    for i, sign in enumerate(text):
        logits[i * width : i * width + 2, SIGNS.index(sign)] = 12
        logits[i * width + 2 : (i + 1) * width, NONE] = 12
    return probabilities(logits)


@pytest.mark.parametrize("seed", range(25))
def test_the_best_path_of_a_length_is_the_best_of_all_paths(seed: int):
    steps = odds_of(np.random.default_rng(seed), 7)
    log = np.log(steps)
    for count in (1, 2, 3, 4):
        scores = {}
        for path in product(CLASSES, repeat=len(steps)):
            said = [c for c, _ in groupby(path) if c != NONE]
            if len(said) == count:
                score = sum(log[t, c] for t, c in enumerate(path))
                scores[tuple(said)] = max(score, scores.get(tuple(said), -np.inf))
        found = exactly(steps, count)
        likeliest = log.max(1).sum()
        assert found.cost == pytest.approx(likeliest - max(scores.values()), abs=1e-5)
        assert len(found.odds) == count


def test_a_free_reading_costs_nothing_and_is_the_text():
    decoded = free(written("P<UTO0081"))
    assert decoded.cost == 0
    assert unguided(decoded).text == "P<UTO0081"
    assert min(unguided(decoded).confidence) > 0.99


def test_a_text_squeezed_into_fewer_characters_is_not_sure():
    squeezed = settle(exactly(written("ABCDEF"), 5), ["ABCDEF<"] * 5)
    assert len(squeezed.text) == 5
    assert max(squeezed.confidence) < 0.01


def test_the_layout_decides_where_the_network_wavers():
    logits = np.zeros((4, NONE + 1), np.float32)
    logits[0, [SIGNS.index("O"), SIGNS.index("0")]] = (9.0, 9.4)
    logits[1:, NONE] = 12
    decoded = free(probabilities(logits))
    assert unguided(decoded).confidence[0] < 0.7
    by_layout = settle(decoded, ["0123456789<"])
    assert (by_layout.text, by_layout.second) == ("0", "O")
    assert by_layout.confidence[0] > 0.9


def test_a_sure_character_stands_against_the_layout_but_is_called_doubtful():
    against = settle(free(written("A")), ["0123456789<"])
    assert against.text == "A"
    assert against.confidence[0] < 0.6


def test_nothing_is_read_from_blanks():
    logits = np.zeros((20, NONE + 1), np.float32)
    logits[:, NONE] = 10
    assert unguided(free(probabilities(logits))).text == ""


def test_reprs_hold_no_text():
    decoded = free(written("SECRET"))
    assert "SECRET" not in repr(decoded) + repr(unguided(decoded))


def test_a_layout_that_overrules_the_network_is_no_surer_than_the_network():
    logits = np.zeros((4, NONE + 1), np.float32)
    logits[0, [SIGNS.index("0"), SIGNS.index("O")]] = (9.0, 8.0)
    logits[1:, NONE] = 12
    name = settle(free(probabilities(logits)), ["ABCDEFGHIJKLMNOPQRSTUVWXYZ<"])
    assert name.text == "O"
    assert name.confidence[0] < 0.5


def test_each_line_of_a_layout_has_its_own_expectation_in_any_order():
    """What a layout expects is kept between lines; none may get another's."""
    zero_or_letter = np.zeros((4, NONE + 1), np.float32)
    zero_or_letter[0, [SIGNS.index("O"), SIGNS.index("0")]] = (9.0, 9.0)
    zero_or_letter[1:, NONE] = 12
    decoded = free(probabilities(zero_or_letter))
    for likely, text in (("0123456789", "0"), ("NOPQ", "O"), ("0123456789", "0"), ("NOPQ", "O")):
        assert settle(decoded, [likely]).text == text
