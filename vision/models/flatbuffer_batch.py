"""Sets the fixed batch of a TFLite file to another size; no weight is touched.

Field numbers are those of TensorFlow Lite's schema.fbs (version 3). Offsets are those of the
FlatBuffers binary format: a table begins with a signed offset back to its vtable; a vector with
its length.
"""

import struct
from collections.abc import Iterator

MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, MODEL_BUFFERS = 1, 2, 4
SUBGRAPH_TENSORS, SUBGRAPH_INPUTS, SUBGRAPH_OPERATORS = 0, 1, 3
OPERATOR_CODE, OPERATOR_INPUTS = 0, 1
CODE_BUILTIN_BYTE, BUILTIN_RESHAPE = 0, 22
TENSOR_SHAPE, TENSOR_BUFFER, TENSOR_SIGNATURE = 0, 2, 7
BUFFER_DATA = 0


def with_batch(model: bytes, batch: int) -> bytes:
    """Give the same network for `batch` inputs at once: each activation's first side becomes that.

    Raises ValueError when the file is no TFLite model of one subgraph.
    """
    if model[4:8] != b"TFL3":
        raise ValueError("not a TFLite file of schema 3.")
    patched = bytearray(model)
    root = _follow(model, 0)
    (graph,) = _tables(model, root, MODEL_SUBGRAPHS)
    buffers = list(_tables(model, root, MODEL_BUFFERS))
    constants = [_field(model, buffer, BUFFER_DATA) != 0 for buffer in buffers]
    tensors = list(_tables(model, graph, SUBGRAPH_TENSORS))
    change = (_batch(model, graph, tensors), batch)
    for tensor in tensors:
        if not constants[_uint32_at_field(model, tensor, TENSOR_BUFFER)]:
            for number in (TENSOR_SHAPE, TENSOR_SIGNATURE):
                _set_first_side(patched, tensor, number, change)
    for shape in _reshape_targets(model, root, graph):
        holder = buffers[_uint32_at_field(model, tensors[shape], TENSOR_BUFFER)]
        _set_first_side(patched, holder, BUFFER_DATA, change)
    return bytes(patched)


def _reshape_targets(model: bytes, root: int, graph: int) -> Iterator[int]:
    """Number of the tensor that holds the target shape, for each RESHAPE operator."""
    codes = list(_tables(model, root, MODEL_OPERATOR_CODES))
    for operator in _tables(model, graph, SUBGRAPH_OPERATORS):
        code = codes[_uint32_at_field(model, operator, OPERATOR_CODE)]
        builtin = _field(model, code, CODE_BUILTIN_BYTE)
        if builtin and model[builtin] == BUILTIN_RESHAPE:
            inputs = _follow(model, _field(model, operator, OPERATOR_INPUTS))
            yield _uint32(model, inputs + 8)


def _batch(model: bytes, graph: int, tensors: list[int]) -> int:
    """The first side of the first input."""
    inputs = _follow(model, _field(model, graph, SUBGRAPH_INPUTS))
    first = tensors[_uint32(model, inputs + 4)]
    return _uint32(model, _follow(model, _field(model, first, TENSOR_SHAPE)) + 4)


def _set_first_side(patched: bytearray, table: int, number: int, change: tuple[int, int]) -> None:
    """Where the vector in this field begins with the old batch, let it begin with the new one."""
    where = _field(patched, table, number)
    if where == 0:
        return
    vector = _follow(patched, where)
    old, new = change
    if _uint32(patched, vector) > 0 and _uint32(patched, vector + 4) == old:
        struct.pack_into("<I", patched, vector + 4, new)


def _tables(model: bytes, table: int, number: int) -> Iterator[int]:
    """Positions of the tables that a vector field lists."""
    vector = _follow(model, _field(model, table, number))
    for index in range(_uint32(model, vector)):
        yield _follow(model, vector + 4 + 4 * index)


def _field(model: bytes | bytearray, table: int, number: int) -> int:
    """Position of a field, or 0 where the table leaves it out."""
    vtable = table - struct.unpack_from("<i", model, table)[0]
    size = struct.unpack_from("<H", model, vtable)[0]
    slot = 4 + 2 * number
    if slot >= size:
        return 0
    offset: int = struct.unpack_from("<H", model, vtable + slot)[0]
    return table + offset if offset else 0


def _uint32_at_field(model: bytes, table: int, number: int) -> int:
    where = _field(model, table, number)
    return _uint32(model, where) if where else 0


def _follow(model: bytes | bytearray, where: int) -> int:
    return where + _uint32(model, where)


def _uint32(model: bytes | bytearray, where: int) -> int:
    value: int = struct.unpack_from("<I", model, where)[0]
    return value
