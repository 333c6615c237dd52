"""The one door to tflite: finds a model in MODELS.toml, checks its hash and shapes, loads it."""

import ctypes
import hashlib
import os
import platform
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.errors import (
    ModelChangedError,
    ModelInputError,
    ModelMissingError,
    ModelRuntimeMissingError,
)
from vision.model_opencv import OpenCvInterpreter

try:  # the later runtime by the same makers: the same numbers in half the time on x86
    from ai_edge_litert.interpreter import Interpreter

    RUNTIME = "ai-edge-litert"
except ModuleNotFoundError:
    from tflite_runtime.interpreter import Interpreter

    RUNTIME = "tflite-runtime"

MODELS_FOLDER = Path(__file__).parent / "models"
CHATTER = b"INFO: Created TensorFlow Lite XNNPACK delegate"

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What MODELS.toml says of one model; -1 in a shape is a side that the caller may choose."""

    name: str
    file: str
    version: str
    sha256: str
    licence: str
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    by_opencv: bool = False


class Model:
    """One loaded network. Calls from several threads wait for one another."""

    def __init__(self, card: ModelCard, interpreter: Any) -> None:  # noqa: ANN401 (tflite has no types)
        self.card = card
        self._interpreter = interpreter
        self._lock = threading.Lock()
        self._takes: list[dict[str, Any]] = interpreter.get_input_details()
        self._gives: list[int] = [each["index"] for each in interpreter.get_output_details()]

    def run(self, *arrays: Array) -> tuple[Array, ...]:
        """Feed the inputs in order, give copies of the outputs in order.

        Raises ModelInputError when number, type or shape is not what MODELS.toml says.
        """
        with self._lock:
            self._check_inputs(arrays)
            self._fit(arrays)
            for array, detail in zip(arrays, self._takes, strict=True):
                self._interpreter.set_tensor(detail["index"], np.ascontiguousarray(array))
            self._interpreter.invoke()
            return tuple(self._interpreter.get_tensor(index) for index in self._gives)

    def _check_inputs(self, arrays: Sequence[Array]) -> None:
        if len(arrays) != len(self._takes):
            raise ModelInputError(self.card.name, f"{len(self._takes)} inputs, not {len(arrays)}.")
        for array, detail, shape in zip(arrays, self._takes, self.card.inputs, strict=True):
            if array.dtype != detail["dtype"]:
                raise ModelInputError(self.card.name, f"input is not {array.dtype}.")
            if not _fits(array.shape, shape):
                raise ModelInputError(self.card.name, f"input is {array.shape}, not {shape}.")

    def _fit(self, arrays: Sequence[Array]) -> None:
        """Bring free sides to the size of these arrays."""
        changed = False
        for array, detail in zip(arrays, self._takes, strict=True):
            if tuple(detail["shape"]) != array.shape:
                self._interpreter.resize_tensor_input(detail["index"], array.shape)
                changed = True
        if changed:
            self._interpreter.allocate_tensors()
            self._takes = self._interpreter.get_input_details()


@dataclass(frozen=True, slots=True)
class ModelStore:
    """Opens models by name; `threads` is what one inference may use."""

    folder: Path = MODELS_FOLDER
    threads: int = 1

    def cards(self) -> dict[str, ModelCard]:
        """Every model of MODELS.toml by its name. Raises ModelMissingError."""
        path = self.folder / "MODELS.toml"
        try:
            listed = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
        except (OSError, tomllib.TOMLDecodeError, KeyError) as why:
            raise ModelMissingError("MODELS.toml", f"not readable: {type(why).__name__}.") from why
        return {entry["name"]: _card(entry) for entry in listed}

    def open(self, name: str) -> Model:
        """Check and load one model; its file is mapped into memory, not copied.

        Raises ModelMissingError, ModelChangedError, ModelRuntimeMissingError.
        """
        card = self.cards().get(name)
        if card is None:
            raise ModelMissingError(name, "MODELS.toml does not name it.")
        return self.load(card, self.folder / card.file)

    def load(self, card: ModelCard, path: Path) -> Model:
        """The same for a file that somebody else vouches for, such as an operator's own network."""
        _check_runtime(card.name)
        _check_hash(card, path)
        model = Model(card, _load(card, path, self.threads))
        _check_shapes(card, model)
        return model


def give_back_memory() -> None:
    """Hand what was freed back to the system; glibc's threads hold on to it otherwise."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
    if trim is not None:
        trim(0)


def _card(entry: dict[str, Any]) -> ModelCard:
    return ModelCard(
        name=entry["name"],
        file=entry["file"],
        version=entry["source"]["version"],
        sha256=entry["sha256"],
        licence=entry["licence"],
        inputs=tuple(tuple(shape) for shape in entry["inputs"]),
        outputs=tuple(tuple(shape) for shape in entry["outputs"]),
        by_opencv=RUNTIME == "tflite-runtime" and platform.machine() in entry.get("opencv_on", ()),
    )


def _check_runtime(name: str, numpy_version: str = np.__version__) -> None:
    """Raise for the trap that imports well and then fails at the first model."""
    if RUNTIME == "tflite-runtime" and int(numpy_version.split(".", maxsplit=1)[0]) >= 2:
        raise ModelRuntimeMissingError(name, f"{RUNTIME} does not work with numpy {numpy_version}.")


def _check_hash(card: ModelCard, path: Path) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as why:
        raise ModelMissingError(card.name, f"no file {card.file}.") from why
    if found != card.sha256:
        raise ModelChangedError(card.name, f"sha256 of {card.file} is {found[:12]}..., not listed.")


def _load(card: ModelCard, path: Path, threads: int) -> Any:  # noqa: ANN401 (tflite has no types)
    try:
        if card.by_opencv:
            return OpenCvInterpreter(path, card.inputs[0])
        with _without_chatter():
            interpreter = Interpreter(model_path=str(path), num_threads=threads)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError, ImportError) as why:
        raise ModelRuntimeMissingError(card.name, f"it cannot be loaded: {why}") from why
    return interpreter


def _check_shapes(card: ModelCard, model: Model) -> None:
    """Compare what the file says with what MODELS.toml says."""
    interpreter = model._interpreter  # noqa: SLF001 (the two live in one file)
    for details, listed in (
        (interpreter.get_input_details(), card.inputs),
        (interpreter.get_output_details(), card.outputs),
    ):
        found = tuple(tuple(int(side) for side in detail["shape"]) for detail in details)
        if len(found) != len(listed) or not all(map(_fits, found, listed)):
            raise ModelChangedError(card.name, f"shapes are {found}, not {listed}.")


def _fits(found: Shape, listed: Shape) -> bool:
    return len(found) == len(listed) and all(
        want in (-1, side) for side, want in zip(found, listed, strict=True)
    )


_STDERR_LOCK = threading.Lock()


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back what C++ writes to file 2 while a model loads; give on all but the one INFO line.

    tflite's Python interface has no switch for it. Nothing else that is written is lost.
    """
    with _STDERR_LOCK, tempfile.TemporaryFile() as held:
        real = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(real, 2)
            held.seek(0)
            kept = b"".join(line for line in held if not line.startswith(CHATTER))
            if kept:
                os.write(real, kept)
            os.close(real)
