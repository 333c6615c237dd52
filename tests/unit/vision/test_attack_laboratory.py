"""The laboratory itself: each presentation has its own chance, and it stops when it may."""

import numpy as np
import pytest

from drivers.camera.puppet import Puppet
from vision.evaluate.attack_laboratory import Order, Portrait, Rules, heads, orders, present
from vision.evaluate.attack_species import ATTACKS, LIVE, MEASURED_ONLY, SPECIES
from vision.face_pipeline import FacePipeline
from vision.liveness import Decision
from vision.model_store import ModelStore

SHORT = Rules(planned=2, limit_s=0.8)


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return FacePipeline(ModelStore())


@pytest.fixture(scope="module")
def portraits(pipeline: FacePipeline) -> list[Portrait]:
    return heads([("shipped", "shipped", Puppet().portrait)], pipeline)[0]


@pytest.mark.timeout(300)
def test_a_presentation_is_the_same_whatever_came_before_it(
    portraits: list[Portrait], pipeline: FacePipeline
) -> None:
    order = Order("tablet_photo", 0, 0, 5)
    first, frames = present(order, portraits, pipeline, SHORT)
    present(Order("injected_frozen", 0, 0, 5), portraits, pipeline, SHORT)
    again, same = present(order, portraits, pipeline, SHORT)
    assert first == again
    assert all(np.array_equal(one, other) for one, other in zip(frames, same, strict=True))
    other, others = present(Order("tablet_photo", 0, 1, 5), portraits, pipeline, SHORT)
    assert not np.array_equal(frames[0], others[0])
    assert other.species == first.species


@pytest.mark.timeout(300)
def test_a_frozen_frame_is_an_attack_and_ends_at_once(
    portraits: list[Portrait], pipeline: FacePipeline
) -> None:
    found, _ = present(Order("injected_frozen", 0, 0, 5), portraits, pipeline, Rules(2, 15.0))
    assert found.with_colours.decision is Decision.ATTACK
    assert found.without_colours.decision is Decision.ATTACK
    assert found.seconds < 4


@pytest.mark.timeout(300)
@pytest.mark.parametrize("species", ATTACKS)
def test_every_species_shows_one_face(
    portraits: list[Portrait], pipeline: FacePipeline, species: str
) -> None:
    _, frames = present(Order(species, 0, 0, 2), portraits, pipeline, Rules(2, 0.3))
    look = pipeline.look(frames[0])
    assert look.faces == 1
    assert frames[0].shape == (480, 640, 3)


def test_a_run_presents_each_species_on_each_portrait(portraits: list[Portrait]) -> None:
    run = orders(portraits * 3, tuple(SPECIES), turns=2, live_turns=4, seed=1)
    assert len(run) == len(set(run)) == 3 * (2 * len(ATTACKS) + 4)
    assert sum(order.species == LIVE for order in run) == 12
    assert {"tablet_obedient_video", "mask_of_another"} == MEASURED_ONLY
