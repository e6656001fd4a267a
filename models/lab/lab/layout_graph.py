"""Gives an exported graph the outer form that a known repository's graph has: element types, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from .tiny_parts import BLOCK, quantise

SMALLEST = 64
"""Bytes from which a weight goes into external data: shapes and scalars stay in the graph, as exporters leave them."""


def take_int32(model: onnx.ModelProto, name: str) -> None:
    """Makes an int64 input an int32 one, cast inside."""
    info = next(value for value in model.graph.input if value.name == name)
    info.type.tensor_type.elem_type = TensorProto.INT32
    for node in model.graph.node:
        node.input[:] = [f"{name}.i64" if used == name else used for used in node.input]
    cast = helper.make_node("Cast", [name], [f"{name}.i64"], name=f"Cast_{name}", to=TensorProto.INT64)
    model.graph.node.insert(0, cast)


def take_timestep(model: onnx.ModelProto, type_name: str) -> None:
    """The timestep's element type: whatever comes is cast to float32 where its waves are made."""
    info = next(value for value in model.graph.input if value.name == "timestep")
    info.type.tensor_type.elem_type = {"int64": TensorProto.INT64, "float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16}[type_name]


def quantise_matrices(model: onnx.ModelProto) -> int:
    """MatMul with constant weights -> MatMulNBits: four bits a weight, a float16 scale for BLOCK of them."""
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    done = 0
    for node in model.graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights:
            continue
        name = node.input[1]
        matrix = numpy_helper.to_array(weights[name]).astype(np.float32).T  # [N, K]
        numbers, scales = quantise(matrix)
        packed = numbers[..., 0::2] | (numbers[..., 1::2] << 4)  # [N, blocks, BLOCK / 2]
        model.graph.initializer.extend(
            [numpy_helper.from_array(packed, f"{name}.q4"), numpy_helper.from_array(scales.reshape(-1), f"{name}.scales")]
        )
        rows, columns = matrix.shape
        replacement = helper.make_node(
            "MatMulNBits", [node.input[0], f"{name}.q4", f"{name}.scales"], list(node.output), name=f"{node.name}_q4",
            domain="com.microsoft", K=columns, N=rows, bits=4, block_size=BLOCK,
        )
        node.CopyFrom(replacement)
        done += 1
    used = {name for node in model.graph.node for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return done


def save(model: onnx.ModelProto, file: Path, locations: tuple[str, ...] = ()) -> None:
    """Writes the graph; with `locations`, its weights into these files beside it, in turn."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for location in locations:
        (file.parent / location).unlink(missing_ok=True)
    if locations:
        large = [tensor for tensor in model.graph.initializer if len(numpy_helper.to_array(tensor).tobytes()) >= SMALLEST]
        for index, tensor in enumerate(large):
            tensor.raw_data = numpy_helper.to_array(tensor).tobytes()
            external_data_helper.set_external_data(tensor, locations[index % len(locations)])
        external_data_helper.write_external_data_tensors(model, str(file.parent))
        for location in locations:
            (file.parent / location).chmod(0o644)
    onnx.save(model, file)
