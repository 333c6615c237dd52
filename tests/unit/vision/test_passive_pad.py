"""An operator's own passive network: what it is fed, what it may say, and what is refused.

The network is made here by hand, of one operator: the mean of each colour of the picture it is fed.
FlatBuffers binary format and TensorFlow Lite's schema.fbs (version 3): a table is an offset back to
its vtable and then its fields; what a field points at lies behind it.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app import config
from firmware_app.config import PassiveModel
from vision.errors import (
    ImageError,
    ModelChangedError,
    ModelInputError,
    ModelMissingError,
    ModelRuntimeMissingError,
)
from vision.face_detect import Box
from vision.model_store import ModelStore
from vision.passive_pad import CUE, PassivePad, PassivePadSettings

MEAN, REDUCER_OPTIONS = 40, 27
FLOAT32, INT32 = 0, 2


class Table(dict[int, object]):
    """Fields by number: int, bytes (a vector of them), str, Table, or a list of ints or Tables."""


def mean_of_colours(height: int, width: int, *, planes_first: bool = False) -> bytes:
    """[1, height, width, 3], or [1, 3, height, width], of float32 to [1, 3]."""
    shape = [1, 3, height, width] if planes_first else [1, height, width, 3]
    axes = (2, 3) if planes_first else (1, 2)
    tensors = [
        Table({0: shape, 1: FLOAT32, 2: 1, 3: "picture"}),
        Table({0: [2], 1: INT32, 2: 2, 3: "axes"}),
        Table({0: [1, 3], 1: FLOAT32, 2: 1, 3: "means"}),
    ]
    operator = Table({0: 0, 1: [0, 1], 2: [2], 3: REDUCER_OPTIONS, 4: Table({0: 0})})
    graph = Table({0: tensors, 1: [0], 2: [2], 3: [operator], 4: "main"})
    code = Table({0: MEAN, 2: 1, 3: MEAN})
    buffers = [Table(), Table(), Table({0: struct.pack("<2i", *axes)})]
    return written(Table({0: 3, 1: [code], 2: [graph], 3: "tiny", 4: buffers}), b"TFL3")


def written(root: Table, identifier: bytes) -> bytes:
    """The file: parents before what they point at."""
    made = bytearray(struct.pack("<I", 0) + identifier)
    struct.pack_into("<I", made, 0, _table(made, root))
    return bytes(made)


def _table(made: bytearray, fields: Table) -> int:
    count = max(fields, default=-1) + 1
    _align(made, 4)
    vtable = len(made)
    places = [4 + 4 * number if number in fields else 0 for number in range(count)]
    made += struct.pack(f"<HH{count}H", 4 + 2 * count, 4 + 4 * count, *places)
    _align(made, 4)
    table = len(made)
    made += struct.pack("<i", table - vtable) + bytes(4 * count)
    for number, value in fields.items():
        at = table + places[number]
        found = value if isinstance(value, int) else _value(made, value) - at
        struct.pack_into("<i", made, at, found)
    return table


def _value(made: bytearray, value: object) -> int:
    if isinstance(value, Table):
        return _table(made, value)
    if isinstance(value, str):
        return _bytes(made, value.encode() + b"\0", len(value), 4)
    if isinstance(value, bytes):
        return _bytes(made, value, len(value), 16)
    if isinstance(value, list):
        return _vector(made, value)
    raise TypeError(type(value).__name__)


def _bytes(made: bytearray, data: bytes, length: int, alignment: int) -> int:
    _align(made, alignment, ahead=4)
    place = len(made)
    made += struct.pack("<I", length) + data
    return place


def _vector(made: bytearray, items: Sequence[object]) -> int:
    _align(made, 4)
    place = len(made)
    made += struct.pack("<I", len(items)) + bytes(4 * len(items))
    for number, item in enumerate(items):
        at = place + 4 + 4 * number
        struct.pack_into("<i", made, at, item if isinstance(item, int) else _value(made, item) - at)
    return place


def _align(made: bytearray, alignment: int, ahead: int = 0) -> None:
    """Fill up, so that what comes `ahead` bytes later begins at a multiple."""
    made += bytes(-(len(made) + ahead) % alignment)


def settings_of(data: bytes, folder: Path, **changes: object) -> PassivePadSettings:
    path = folder / "passive.tflite"
    path.write_bytes(data)
    plain = PassivePadSettings(
        path, hashlib.sha256(data).hexdigest(), width_px=24, height_px=16, crop=1.0, logits=False
    )
    return replace(plain, **{"live_output": 0, "scale": 255.0, **changes})


def opened(folder: Path, **changes: object) -> PassivePad:
    planes_first = bool(changes.get("planes_first", False))
    data = mean_of_colours(16, 24, planes_first=planes_first)
    return PassivePad(settings_of(data, folder, **changes), ModelStore())


def picture(colour: tuple[int, int, int], height: int = 120, width: int = 160) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


FACE = Box(60, 40, 40, 40)


def test_the_score_is_the_named_output_of_the_cut(tmp_path):
    pixels = picture((0, 0, 0))
    pixels[40:80, 60:100] = (51, 102, 204)
    assert opened(tmp_path).score(pixels, FACE) == pytest.approx(0.2, abs=0.01)
    assert opened(tmp_path, colours="rgb").score(pixels, FACE) == pytest.approx(0.8, abs=0.01)
    wider = opened(tmp_path, crop=2.0).score(pixels, FACE)
    assert wider == pytest.approx(0.05, abs=0.01), "four times the area, the rest of it black"


def test_planes_first_gives_the_same(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
    plain = opened(tmp_path).score(pixels, FACE)
    assert opened(tmp_path, planes_first=True).score(pixels, FACE) == pytest.approx(plain, abs=1e-5)


def test_logits_become_shares_of_all_outputs(tmp_path):
    grey = opened(tmp_path, logits=True).score(picture((90, 90, 90)), FACE)
    assert grey == pytest.approx(1 / 3, abs=1e-6)
    scaled = opened(tmp_path, logits=True, scale=1.0, offset=0.0)
    assert scaled.score(picture((255, 0, 0)), FACE) == pytest.approx(1.0, abs=1e-6)
    assert scaled.score(picture((0, 0, 255)), FACE) == pytest.approx(0.0, abs=1e-6)


def test_offset_and_scale_are_the_configured_ones(tmp_path):
    pad = opened(tmp_path, offset=127.5)  # scale is 255: from -0.5 to 0.5
    assert pad.score(picture((255, 0, 0)), FACE) == pytest.approx(0.5, abs=1e-5)
    assert pad.score(picture((0, 0, 0)), FACE) == 0.0, "never below 0"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[PassivePad]:
    folder = tmp_path_factory.mktemp("pad")
    return [opened(folder, logits=logits, crop=2.7) for logits in (False, True)]


PLACE, SIDE = st.floats(-500, 500), st.floats(0, 900)


@given(PLACE, PLACE, SIDE, SIDE, st.booleans())
def test_wherever_the_box_lies_a_score_comes(both, left, top, width, height, logits):
    box = Box(left, top, width, height)
    assert 0 <= both[logits].score(picture((10, 200, 90), 40, 56), box) <= 1


def test_the_event_can_name_the_network(tmp_path):
    card = opened(tmp_path, version="7").card
    assert (card.name, card.version) == (CUE, "7")
    assert card.sha256 == hashlib.sha256(mean_of_colours(16, 24)).hexdigest()


def test_another_file_than_the_named_one_is_refused(tmp_path):
    settings = settings_of(mean_of_colours(16, 24), tmp_path)
    settings.file.write_bytes(mean_of_colours(16, 24) + b"more")
    with pytest.raises(ModelChangedError, match="sha256"):
        PassivePad(settings, ModelStore())
    settings.file.unlink()
    with pytest.raises(ModelMissingError):
        PassivePad(settings, ModelStore())


def test_what_does_not_fit_its_settings_is_refused_when_the_kiosk_starts(tmp_path):
    data = mean_of_colours(16, 24)
    for changes in ({"width_px": 32}, {"outputs": 2}, {"planes_first": True}):
        with pytest.raises(ModelChangedError, match="shapes"):
            PassivePad(
                settings_of(data, tmp_path, **changes)
                if "width_px" not in changes
                else replace(settings_of(data, tmp_path), **changes),
                ModelStore(),
            )
    for changes in ({"live_output": 3}, {"height_px": 4000}):
        with pytest.raises(ModelChangedError, match="settings"):
            PassivePad(replace(settings_of(data, tmp_path), **changes), ModelStore())
    with pytest.raises(ModelRuntimeMissingError):
        PassivePad(settings_of(b"no network at all", tmp_path), ModelStore())


def test_outputs_that_are_no_numbers_are_an_error_and_never_a_score(tmp_path):
    with pytest.raises(ModelInputError, match="finite"):
        opened(tmp_path, offset=float("nan"))


def test_what_is_no_picture_is_refused(tmp_path):
    with pytest.raises(ImageError):
        opened(tmp_path).score(np.zeros((20, 20), np.uint8), FACE)


EXAMPLE = Path(__file__).parents[3] / "kiosk.example.toml"


def test_it_is_off_unless_kiosk_toml_names_one(tmp_path):
    plain = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / "kiosk.toml").write_text(plain, encoding="utf-8")
    assert config.load(tmp_path / "kiosk.toml").liveness.passive_model is None
    named = f'''[liveness.passive_model]
file = "own.tflite"
sha256 = "{"0" * 64}"
colours = "rgb"
'''
    (tmp_path / "kiosk.toml").write_text(f"{plain}\n{named}", encoding="utf-8")
    found = config.load(tmp_path / "kiosk.toml").liveness.passive_model
    assert found is not None
    assert found.settings.file == tmp_path / "own.tflite"
    assert found.settings.colours == "rgb"
    assert PassivePadSettings(Path("f"), "0" * 64) == PassiveModel(Path("f"), "0" * 64).settings
