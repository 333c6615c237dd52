"""A TFLite file run by OpenCV, behind the few calls of tflite's Interpreter that Model makes.

Where MODELS.toml says so (`opencv_on`, by machine) and only tflite-runtime is installed, whose
kernels reach half of what an x86 core without AVX-512 can do in large convolutions, OpenCV's more.
ai-edge-litert is quicker than both. The numbers are the same within rounding. One input of four
sides, one output; how many threads it takes is cv2.setNumThreads's business.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


class OpenCvInterpreter:
    """One loaded network; not for two threads at once (Model has the lock)."""

    def __init__(self, path: Path, shape: Sequence[int]) -> None:
        """Load it, and run it once. Raises ValueError where OpenCV cannot."""
        try:
            self._net = cv2.dnn.readNetFromTFLite(str(path))
        except cv2.error as error:
            raise ValueError(f"OpenCV cannot read it: {error.err}") from error
        self._shape = tuple(shape)
        self._fed = np.zeros((1, 1, 1, 1), np.float32)
        self.set_tensor(0, np.zeros(self._shape, np.float32))
        self.invoke()

    def get_input_details(self) -> list[dict[str, Any]]:
        """Its one input."""
        return [{"index": 0, "dtype": np.float32, "shape": np.array(self._shape)}]

    def get_output_details(self) -> list[dict[str, Any]]:
        """Its one output, as it was last."""
        return [{"index": 0, "dtype": np.float32, "shape": np.array(self._found.shape)}]

    def set_tensor(self, _index: int, array: Array) -> None:
        """Feed (1, height, width, channels); OpenCV takes planes."""
        self._fed = np.ascontiguousarray(array.transpose(0, 3, 1, 2))
        self._net.setInput(self._fed)

    def invoke(self) -> None:
        """Run it."""
        self._found = np.array(self._net.forward(), np.float32)

    def get_tensor(self, _index: int) -> Array:
        """A copy of what came out last."""
        return self._found.copy()
