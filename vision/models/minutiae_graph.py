"""Turns LEADER's weights into a tflite file; runs where TensorFlow is: `WEIGHTS.h5 OUT`.

The network is that of Cappelli's LEADER (PyPI pyfing): a small encoder-decoder for context, an
attention gate, a second encoder-decoder at half size, three heads. It is written here in operations
that one XNNPACK partition holds and whose sizes follow the input's: nearest enlargement is
depth-to-space, mean and variance over the channels are 1x1 convolutions, GELU is its tanh form.
Output: [1, H, W, 4] = how sure (blurred), direction x, direction y, ending.
"""

import sys
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-not-found]  # a tool of the rebuild, not of the kiosk
import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]  # likewise
from tensorflow.python.framework.convert_to_constants import (  # type: ignore[import-untyped]  # likewise
    convert_variables_to_constants_v2,
)

EXAMPLE_SIDE_PX = 32
"""Small, so that loading the file costs little; the kiosk sets the real size."""
NORM_EPSILON = 1e-3
ENCODER_2 = (8, 11, 14, 17)
DECODER_2 = (20, 23, 26, 29)
HEAD_POSITION = (18, 8, (32, 33, 35), 40, 21, 42, 44)
HEAD_DIRECTION = (19, 9, (34, 36, 39), 43, 22, 46, 48)
HEAD_KIND = (20, 10, (37, 38, 41), 45, 23, 49, 50)
Tensor = Any


class Leader:
    """The network over the numbered layers of the weights file."""

    def __init__(self, layers: Any) -> None:  # noqa: ANN401 (h5py has no types)
        self._layers = layers

    def __call__(self, pixels: Tensor) -> Tensor:
        """[1, H, W, 1] of 0-255, sides multiples of 32, to [1, H, W, 4]."""
        context = self._context(self._stem(0, 0, pixels, tf.nn.max_pool2d))
        detail = self._stem(2, 9, pixels, tf.nn.avg_pool2d)
        shared = self._refine(tf.concat([self._gate(context), detail], -1))
        sure = tf.sigmoid(self._head(HEAD_POSITION, shared))
        direction = self._head(HEAD_DIRECTION, shared)
        ending = tf.sigmoid(self._head(HEAD_KIND, shared))
        return tf.concat([self._conv(47, sure), direction, ending], -1)

    def _weights(self, kind: str, number: int) -> list[Tensor]:
        group = self._layers[kind if number == 0 else f"{kind}_{number}"]["vars"]
        return [tf.constant(np.asarray(group[key])) for key in sorted(group)]

    def _conv(self, number: int, x: Tensor, dilation: int = 1) -> Tensor:
        kernel, *bias = self._weights("conv2d", number)
        x = tf.nn.conv2d(x, kernel, 1, "SAME", dilations=dilation)
        return tf.nn.bias_add(x, bias[0]) if bias else x

    def _norm(self, number: int, x: Tensor) -> Tensor:
        """Layer normalisation over the channels."""
        gain, shift = self._weights("layer_normalization", number)
        channels = x.shape[-1]
        mean = tf.fill([1, 1, channels, 1], 1.0 / channels)
        apart = x - tf.nn.conv2d(x, mean, 1, "SAME")
        spread = tf.nn.conv2d(apart * apart, mean, 1, "SAME")
        # The maximum changes nothing; it keeps the converter from a root that XNNPACK lacks.
        return apart / tf.maximum(tf.sqrt(spread + NORM_EPSILON), 1e-6) * gain + shift

    def _stem(self, number: int, norm: int, x: Tensor, pool: Any) -> Tensor:  # noqa: ANN401
        near, wide = self._conv(number, x), self._conv(number + 1, x, 2)
        return pool(_gelu(self._norm(norm, tf.concat([near, wide], -1))), 2, 2, "SAME")

    def _separable(self, number: int, norm: int, x: Tensor) -> Tensor:
        each, across, bias = self._weights("separable_conv2d", number)
        x = tf.nn.depthwise_conv2d(x, each, [1, 1, 1, 1], "SAME")
        return _gelu(self._norm(norm, tf.nn.bias_add(tf.nn.conv2d(x, across, 1, "SAME"), bias)))

    def _bottleneck(
        self, depthwise: int, norm: int, convs: tuple[int, int, int], x: Tensor
    ) -> Tensor:
        (each,) = self._weights("depthwise_conv2d", depthwise)
        y = self._norm(norm, tf.nn.depthwise_conv2d(x, each, [1, 1, 1, 1], "SAME"))
        y = x + self._conv(convs[1], _gelu(self._conv(convs[0], y)))
        return self._conv(convs[2], y)

    def _context(self, x: Tensor) -> Tensor:
        kept = []
        for level in range(4):
            x = self._separable(level, 1 + level, x)
            kept.append(x)
            x = _halve(x)
        for level in range(4, 8):
            x = tf.concat([_double(self._separable(level, 1 + level, x)), kept.pop()], -1)
        return x

    def _gate(self, x: Tensor) -> Tensor:
        views = [_gelu(self._conv(4 + k, x, wide)) for k, wide in enumerate((1, 3, 6))]
        return x * tf.sigmoid(self._conv(7, tf.concat(views, -1)))

    def _refine(self, x: Tensor) -> Tensor:
        kept = []
        for level, first in enumerate(ENCODER_2):
            x = self._bottleneck(level, 10 + level, _three(first), x)
            kept.append(x)
            x = _halve(x)
        for level, first in enumerate(DECODER_2):
            x = self._bottleneck(4 + level, 14 + level, _three(first), x)
            x = tf.concat([_double(x), kept.pop()], -1)
        return x

    def _head(self, numbers: tuple[Any, ...], x: Tensor) -> Tensor:
        norm, depthwise, convs, narrow, norm_2, mix, last = numbers
        x = _double(self._bottleneck(depthwise, norm, convs, x))
        x = self._norm(norm_2, self._conv(narrow, x))
        return self._conv(last, _gelu(self._conv(mix, x)))


def _three(first: int) -> tuple[int, int, int]:
    return first, first + 1, first + 2


def _gelu(x: Tensor) -> Tensor:
    return x * tf.sigmoid(1.5957691216 * (x + 0.044715 * x * x * x))


def _halve(x: Tensor) -> Tensor:
    """The first half of the channels by the largest, the second by the mean of 2x2."""
    first, second = tf.split(x, 2, -1)
    pooled = [tf.nn.max_pool2d(first, 2, 2, "SAME"), tf.nn.avg_pool2d(second, 2, 2, "SAME")]
    return tf.concat(pooled, -1)


def _double(x: Tensor) -> Tensor:
    """Each value four times: enlargement by the nearest."""
    return tf.nn.depth_to_space(tf.concat([x, x, x, x], -1), 2)


def convert(weights: Path) -> bytes:
    """The tflite file with weights of half precision."""
    with h5py.File(weights) as file:
        net = Leader(file["layers"])
        shape = (1, EXAMPLE_SIDE_PX, EXAMPLE_SIDE_PX, 1)
        signature = [tf.TensorSpec(shape, tf.float32, name="pixels")]
        traced = tf.function(net, input_signature=signature).get_concrete_function()
    frozen = convert_variables_to_constants_v2(traced)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(convert(Path(sys.argv[1])))
