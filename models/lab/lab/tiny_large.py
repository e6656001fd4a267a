"""Graphs of a few kilobytes that want large weights beside them: tables, of each of which a row is looked up.

    python -m lab.tiny_large

The tables are not in the repository: a test makes them up, `weights.bin`, float32 [TABLES, ROWS, WIDTH]. They are as
large as one layer's weights of a real model.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper

OUT = Path("../tiny/large-weights")
ROWS, WIDTH = 4096, 1024
TABLES = {"model-235mb.onnx": 14, "model-2gb.onnx": 120}


def tables(count: int) -> onnx.ModelProto:
    """index int64 [1] -> sum float32 [1, WIDTH], over that row of every table."""
    weights = []
    for which in range(count):
        table = TensorProto(name=f"table{which}", data_type=TensorProto.FLOAT, dims=[ROWS, WIDTH])
        table.data_location = TensorProto.EXTERNAL
        size = 4 * ROWS * WIDTH
        for key, value in {"location": "weights.bin", "offset": which * size, "length": size}.items():
            table.external_data.add(key=key, value=str(value))
        weights.append(table)
    looked_up = [helper.make_node("Gather", [f"table{i}", "index"], [f"row{i}"], axis=0) for i in range(count)]
    graph = helper.make_graph(
        [*looked_up, helper.make_node("Sum", [f"row{i}" for i in range(count)], ["sum"])], "tables",
        [helper.make_tensor_value_info("index", TensorProto.INT64, [1])],
        [helper.make_tensor_value_info("sum", TensorProto.FLOAT, [1, WIDTH])], weights,
    )
    return helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name, count in TABLES.items():
        (OUT / name).write_bytes(tables(count).SerializeToString())


if __name__ == "__main__":
    main()
