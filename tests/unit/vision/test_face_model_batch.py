"""The template network has fewer operators than the package's file, and gives the same numbers."""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vision.errors import ModelInputError, ModelRuntimeMissingError
from vision.model_store import MODELS_FOLDER, ModelStore
from vision.models.flatbuffer_batch import with_batch

NAME = "face-template"
LISTED = {
    entry["name"]: entry
    for entry in tomllib.loads((MODELS_FOLDER / "MODELS.toml").read_text(encoding="utf-8"))["model"]
}


@pytest.fixture(scope="module")
def shipped() -> bytes:
    return (MODELS_FOLDER / LISTED[NAME]["file"]).read_bytes()


# The first six of 192 for two pictures of noise (numpy's generator, seed 3), by the file of the
# package (sha256 d8ba40c0...), with its batch cut to one and nothing else changed.
PACKAGES_NUMBERS = (
    (-0.225, 0.964, 0.482, -0.118, -1.893, 1.631),
    (-0.083, 0.955, 0.368, 0.015, -1.768, 2.218),
)


def test_it_gives_the_numbers_of_the_packages_file():
    noise = np.random.default_rng(3).uniform(-1, 1, (2, 112, 112, 3)).astype(np.float32)
    model = ModelStore().open(NAME)
    for picture, numbers in zip(noise, PACKAGES_NUMBERS, strict=True):
        assert model.run(picture[None])[0][0][:6] == pytest.approx(numbers, abs=6e-4)


def test_the_batch_can_be_changed_both_ways(shipped: bytes):
    assert with_batch(with_batch(shipped, 2), 1) == shipped


def test_one_by_one_gives_the_same_numbers_as_both_together(shipped: bytes, tmp_path: Path):
    pair = with_batch(shipped, 2)
    (tmp_path / "pair.tflite").write_bytes(pair)
    (tmp_path / "MODELS.toml").write_text(
        f"""[[model]]
        name = "pair"
        file = "pair.tflite"
        sha256 = "{hashlib.sha256(pair).hexdigest()}"
        licence = "MIT"
        inputs = [[2, 112, 112, 3]]
        outputs = [[2, 192]]
        source = {{ version = "1" }}
        """,
        encoding="utf-8",
    )
    pictures = np.random.default_rng(3).uniform(-1, 1, (2, 112, 112, 3)).astype(np.float32)
    (together,) = ModelStore(tmp_path).open("pair").run(pictures)
    single = ModelStore().open(NAME)
    one_by_one = [single.run(picture[None])[0][0] for picture in pictures]
    assert together == pytest.approx(np.stack(one_by_one), abs=1e-4)


@pytest.mark.parametrize("by_opencv", [False, True])
def test_whichever_library_runs_it_the_numbers_are_the_same(by_opencv: bool):
    store = ModelStore()
    card = replace(store.cards()[NAME], by_opencv=by_opencv)
    model = store.load(card, MODELS_FOLDER / card.file)
    noise = np.random.default_rng(3).uniform(-1, 1, (2, 112, 112, 3)).astype(np.float32)
    for picture, numbers in zip(noise, PACKAGES_NUMBERS, strict=True):
        (found,) = model.run(picture[None])
        assert found.shape == (1, 192)
        assert found[0][:6] == pytest.approx(numbers, abs=6e-4)
    with pytest.raises(ModelInputError):
        model.run(noise)


def test_what_opencv_cannot_read_is_a_model_error(tmp_path: Path):
    (tmp_path / "none.tflite").write_bytes(b"no network" * 10)
    sha256 = hashlib.sha256(b"no network" * 10).hexdigest()
    card = replace(ModelStore().cards()[NAME], by_opencv=True, sha256=sha256)
    with pytest.raises(ModelRuntimeMissingError, match="OpenCV"):
        ModelStore().load(card, tmp_path / "none.tflite")


def test_what_is_no_tflite_file_is_refused():
    with pytest.raises(ValueError, match="schema 3"):
        with_batch(b"no network" * 10, 1)
