"""Writes MobileFaceNet's TFLite file with fewer operators; runs where TensorFlow is: `IN OUT`.

Two things that the converter of its day left, and that cost a quarter of the time:
a parametric ReLU spelled as relu(x) + a * (x - |x|), a being half the slope below zero, becomes
PRELU (the slopes are doubled, which is exact); two 1x1 convolutions with nothing between them
become one, whose weights are the product. What comes out differs by rounding alone.
"""

import sys
from pathlib import Path
from typing import Any

import flatbuffers  # type: ignore[import-not-found]  # a tool of the rebuild, not of the kiosk
import numpy as np
import numpy.typing as npt
from tensorflow.lite.python import (  # type: ignore[import-untyped]  # likewise
    schema_py_generated as schema,
)

SPELLED = ("RELU", "ABS", "SUB", "MUL", "ADD")
NAMES: dict[int, str] = {
    value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)
}
Table = Any
Array = npt.NDArray[Any]


class Graph:
    """The one subgraph of a TFLite file, its operators by name and its constants as arrays."""

    def __init__(self, source: bytes) -> None:
        self.model: Table = schema.ModelT.InitFromPackedBuf(source, 0)
        (self._graph,) = self.model.subgraphs
        self.operators: list[Table] = list(self._graph.operators)

    def name(self, operator: Table) -> str:
        """What this operator does, as the schema calls it."""
        code = self.model.operatorCodes[operator.opcodeIndex]
        builtin = max(code.builtinCode, code.deprecatedBuiltinCode)
        return NAMES[builtin]

    def code(self, name: str) -> int:
        """The number of a new kind of operator in this file."""
        added = schema.OperatorCodeT()
        added.builtinCode = added.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, name)
        added.version = 1
        self.model.operatorCodes.append(added)
        return len(self.model.operatorCodes) - 1

    def constant(self, number: int) -> Array:
        """A constant tensor."""
        tensor = self._graph.tensors[number]
        data = bytes(self.model.buffers[tensor.buffer].data)
        return np.frombuffer(data, np.float32).reshape(tensor.shape)

    def put(self, number: int, array: Array) -> None:
        """Replace a constant tensor."""
        tensor = self._graph.tensors[number]
        data = np.ascontiguousarray(array, np.float32).tobytes()
        self.model.buffers[tensor.buffer].data = np.frombuffer(data, np.uint8)
        tensor.shape = np.array(array.shape, np.int32)

    def uses(self, number: int) -> int:
        """How many operators take this tensor."""
        return sum(number in one.inputs for one in self.operators)

    def packed(self) -> bytes:
        """The file, without the tensors and buffers that nothing uses any more."""
        ends = [end for one in [*self.operators, self._graph] for end in (one.inputs, one.outputs)]
        used = sorted({int(number) for end in ends for number in end})
        self._graph.operators = self.operators
        self._graph.tensors = [self._graph.tensors[old] for old in used]
        _renumber([*self.operators, self._graph], ("inputs", "outputs"), used)
        buffers = sorted({0, *(tensor.buffer for tensor in self._graph.tensors)})
        self.model.buffers = [self.model.buffers[old] for old in buffers]
        for tensor in self._graph.tensors:
            tensor.buffer = buffers.index(tensor.buffer)
        self.model.metadata = self.model.metadataBuffer = None
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def _renumber(tables: list[Table], fields: tuple[str, ...], used: list[int]) -> None:
    place = {old: new for new, old in enumerate(used)}
    for table in tables:
        for field in fields:
            setattr(table, field, [place[int(number)] for number in getattr(table, field)])


def with_prelu(graph: Graph) -> None:
    """Each group of five operators becomes one."""
    code, kept, at = graph.code("PRELU"), [], 0
    while at < len(graph.operators):
        group = graph.operators[at : at + len(SPELLED)]
        if tuple(map(graph.name, group)) == SPELLED and _is_prelu(group):
            kept.append(_prelu(graph, group, code))
            at += len(group)
        else:
            kept.append(graph.operators[at])
            at += 1
    graph.operators = kept


def _is_prelu(group: list[Table]) -> bool:
    relu, absolute, sub, mul, add = group
    x = relu.inputs[0]
    return (
        absolute.inputs[0] == x
        and list(sub.inputs) == [x, absolute.outputs[0]]
        and mul.inputs[1] == sub.outputs[0]
        and list(add.inputs) == [relu.outputs[0], mul.outputs[0]]
    )


def _prelu(graph: Graph, group: list[Table], code: int) -> Table:
    relu, _, _, mul, add = group
    halves = graph.constant(mul.inputs[0])
    graph.put(mul.inputs[0], 2 * halves.reshape(1, 1, -1))
    made = schema.OperatorT()
    made.opcodeIndex, made.inputs, made.outputs = code, [relu.inputs[0], mul.inputs[0]], add.outputs
    return made


def with_joined(graph: Graph) -> None:
    """Each pair of 1x1 convolutions, the first without activation and used once, becomes one."""
    kept: list[Table] = []
    for operator in graph.operators:
        if kept and _joins(graph, kept[-1], operator):
            _join(graph, kept.pop(), operator)
        kept.append(operator)
    graph.operators = kept


def _joins(graph: Graph, first: Table, second: Table) -> bool:
    return (
        {graph.name(first), graph.name(second)} == {"CONV_2D"}
        and second.inputs[0] == first.outputs[0]
        and graph.uses(first.outputs[0]) == 1
        and first.builtinOptions.fusedActivationFunction == schema.ActivationFunctionType.NONE
        and all(graph.constant(one.inputs[1]).shape[1:3] == (1, 1) for one in (first, second))
    )


def _join(graph: Graph, first: Table, second: Table) -> None:
    """Put the product into the second: W2 (W1 x + b1) + b2."""
    (w1, b1), (w2, b2) = (
        [graph.constant(number).astype(np.float64) for number in one.inputs[1:]]
        for one in (first, second)
    )
    joined = w2[:, 0, 0] @ w1[:, 0, 0]
    graph.put(second.inputs[1], joined[:, None, None])
    graph.put(second.inputs[2], w2[:, 0, 0] @ b1 + b2)
    second.inputs = [first.inputs[0], *second.inputs[1:]]


if __name__ == "__main__":
    read = Graph(Path(sys.argv[1]).read_bytes())
    with_prelu(read)
    with_joined(read)
    Path(sys.argv[2]).write_bytes(read.packed())
