"""Model files: the right bytes load, every other case is its own error."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from vision import model_store
from vision.errors import (
    ModelChangedError,
    ModelInputError,
    ModelMissingError,
    ModelRuntimeMissingError,
)
from vision.model_store import MODELS_FOLDER, ModelStore

NAME, FILE = "face-detection-short-range", "face_detection_short_range.tflite"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A models folder of one's own that holds one model."""
    for name in ("MODELS.toml", FILE):
        shutil.copy(MODELS_FOLDER / name, tmp_path / name)
    return tmp_path


def test_every_listed_model_loads_and_every_file_is_listed():
    store = ModelStore()
    cards = store.cards()
    for name in cards:
        assert store.open(name).card.name == name
    assert {card.file for card in cards.values()} == {
        path.name for path in MODELS_FOLDER.glob("*.tflite")
    }


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_a_changed_byte_is_refused(folder: Path, place: int):
    changed = bytearray((folder / FILE).read_bytes())
    changed[place] ^= 1
    (folder / FILE).write_bytes(changed)
    with pytest.raises(ModelChangedError, match="sha256"):
        ModelStore(folder).open(NAME)


def test_a_file_cut_short_is_refused(folder: Path):
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:5000])
    with pytest.raises(ModelChangedError):
        ModelStore(folder).open(NAME)


def test_other_shapes_than_listed_are_refused(folder: Path):
    listed = (folder / "MODELS.toml").read_text(encoding="utf-8")
    (folder / "MODELS.toml").write_text(
        listed.replace("[[1, 128, 128, 3]]", "[[1, 64, 64, 3]]"), encoding="utf-8"
    )
    with pytest.raises(ModelChangedError, match="shapes"):
        ModelStore(folder).open(NAME)


def test_what_hashes_well_and_is_no_network_is_said_so(folder: Path):
    rubbish = b"no network" * 100
    listed = (folder / "MODELS.toml").read_text(encoding="utf-8")
    card = ModelStore(folder).cards()[NAME]
    sha256 = model_store.hashlib.sha256(rubbish).hexdigest()
    (folder / "MODELS.toml").write_text(listed.replace(card.sha256, sha256), encoding="utf-8")
    (folder / FILE).write_bytes(rubbish)
    with pytest.raises(ModelRuntimeMissingError):
        ModelStore(folder).open(NAME)


def test_missing_file_name_or_list(folder: Path, tmp_path: Path):
    (folder / FILE).unlink()
    with pytest.raises(ModelMissingError, match=FILE):
        ModelStore(folder).open(NAME)
    with pytest.raises(ModelMissingError, match="does not name it"):
        ModelStore(folder).open("no-such-model")
    with pytest.raises(ModelMissingError, match="not readable"):
        ModelStore(tmp_path / "nowhere").open(NAME)


def test_a_list_that_is_no_toml_is_missing(folder: Path):
    (folder / "MODELS.toml").write_text("[[model", encoding="utf-8")
    with pytest.raises(ModelMissingError, match="TOMLDecodeError"):
        ModelStore(folder).open(NAME)


@pytest.mark.parametrize(
    "fed",
    [
        (),
        (np.zeros((1, 128, 128, 3), np.uint8),),
        (np.zeros((1, 64, 64, 3), np.float32),),
        (np.zeros((128, 128, 3), np.float32),),
    ],
    ids=["nothing", "type", "size", "rank"],
)
def test_wrong_inputs_are_refused(fed: tuple[np.ndarray, ...]):
    with pytest.raises(ModelInputError):
        ModelStore().open(NAME).run(*fed)


def test_what_a_run_gives_is_the_callers_own():
    model = ModelStore().open(NAME)
    first, _ = model.run(np.zeros((1, 128, 128, 3), np.float32))
    kept = first.copy()
    model.run(np.ones((1, 128, 128, 3), np.float32))
    assert np.array_equal(first, kept)


def test_the_numpy_that_breaks_the_runtime_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(model_store, "RUNTIME", "tflite-runtime")
    with pytest.raises(ModelRuntimeMissingError, match=r"2\.1\.0"):
        model_store._check_runtime(NAME, "2.1.0")
    model_store._check_runtime(NAME, "1.26.4")


def test_loading_says_nothing_on_standard_error(capfd: pytest.CaptureFixture[str]):
    ModelStore().open(NAME)
    assert capfd.readouterr().err == ""


def test_every_error_says_what_to_do_and_names_the_model():
    error = ModelChangedError(NAME, "sha256 differs.")
    assert (error.model, str(error)) == (NAME, f"{NAME}: sha256 differs.")
    assert "rebuild" in error.mend
