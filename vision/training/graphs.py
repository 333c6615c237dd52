"""The project's own networks as TensorFlow graphs, and from there to tflite.

`python graphs.py NETWORK WEIGHTS.npz INTO.tflite`, NETWORK one of GRAPHS; the arrays come from
weights.py. It needs tensorflow-cpu and is run by path: the environment that has it need not have
the project.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]  # ships no types
from tensorflow.python.framework.convert_to_constants import (  # type: ignore[import-untyped]  # likewise
    convert_variables_to_constants_v2,
)

Tensor = Any
LINE_STRIDES = ((2, 1), (2, 2), (1, 1), (2, 2), (1, 1), (2, 1), (1, 1), (1, 1), (1, 1))
SHAPES = {
    "line": (1, 32, 608, 1),
    "zone": (1, 384, 384, 1),
    "minutiae": (1, 384, 384, 1),
}


class Layers:
    """Takes convolutions out of the file, one after another."""

    def __init__(self, file: Path) -> None:
        self._arrays = dict(np.load(file))
        self._next = 0

    def conv(self, x: Tensor, strides: tuple[int, int] = (1, 1), dilation: int = 1) -> Tensor:
        """Convolution padded as PyTorch pads: alike on both sides."""
        weight, bias = self._take()
        up, across = ((side - 1) // 2 * dilation for side in weight.shape[:2])
        same = strides == (1, 1) and weight.shape[0] % 2 == 1
        if not same and (up or across):
            x = tf.pad(x, ((0, 0), (up, up), (across, across), (0, 0)))
        padding = "SAME" if same else "VALID"
        return tf.nn.conv2d(x, weight, strides, padding, dilations=dilation) + bias

    def twice(self, x: Tensor) -> Tensor:
        """A 1x1 convolution whose outputs are laid out at twice the size, as PyTorch lays them."""
        weight, bias = self._take()
        order = np.arange(len(bias)).reshape(-1, 4).T.ravel()
        grown = tf.nn.conv2d(x, weight[..., order], 1, "VALID") + bias[order]
        return tf.nn.depth_to_space(tf.nn.relu(grown), 2)

    def _take(self) -> tuple[Any, Any]:
        weight = self._arrays[f"w{self._next}"].astype(np.float32)
        bias = self._arrays[f"b{self._next}"].astype(np.float32)
        self._next += 1
        return weight, bias


def line_graph(layers: Layers, strips: Tensor) -> Tensor:
    """(1, 32, width, 1) to logits (1, 1, width / 4, 38)."""
    x = strips
    for strides in LINE_STRIDES:
        x = tf.nn.relu(layers.conv(x, strides))
    return layers.conv(x)


def zone_graph(layers: Layers, pictures: Tensor) -> Tensor:
    """(1, height, width, 1) to planes (1, height / 4, width / 4, 4)."""
    x = tf.nn.relu(layers.conv(pictures, (2, 2)))
    x = tf.nn.relu(layers.conv(x, (2, 2)))
    fine = tf.nn.relu(layers.conv(x))
    x = tf.nn.relu(layers.conv(fine, (2, 2)))
    for dilation in (1, 2, 4):
        x = tf.nn.relu(layers.conv(x, dilation=dilation))
    x = tf.nn.relu(layers.conv(x))
    x = tf.nn.depth_to_space(tf.concat([x, x, x, x], -1), 2)
    x = tf.nn.relu(layers.conv(tf.concat([fine, x], -1)))
    return layers.conv(x)


def minutiae_graph(layers: Layers, prints: Tensor) -> Tensor:
    """(1, height, width, 1) to planes (1, height / 4, width / 4, 6)."""
    x = tf.nn.relu(layers.conv(prints, (2, 2)))
    x = tf.nn.relu(layers.conv(x, (2, 2)))
    fine = tf.nn.relu(layers.conv(tf.nn.relu(layers.conv(x)))) + x
    x = tf.nn.relu(layers.conv(fine, (2, 2)))
    for dilation in (1, 2, 4, 1, 2, 4):
        x = x + tf.nn.relu(layers.conv(x, dilation=dilation))
    x = tf.concat([fine, layers.twice(x)], -1)
    return layers.conv(tf.nn.relu(layers.conv(x)))


GRAPHS: dict[str, Callable[[Layers, Tensor], Tensor]] = {
    "line": line_graph,
    "zone": zone_graph,
    "minutiae": minutiae_graph,
}


def convert(network: str, weights: Path) -> bytes:
    """The tflite file with weights of half precision."""
    layers = Layers(weights)
    signature = [tf.TensorSpec(SHAPES[network], tf.float32, name="picture")]
    graph = tf.function(lambda x: GRAPHS[network](layers, x), input_signature=signature)
    frozen = convert_variables_to_constants_v2(graph.get_concrete_function())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


if __name__ == "__main__":
    Path(sys.argv[3]).write_bytes(convert(sys.argv[1], Path(sys.argv[2])))
