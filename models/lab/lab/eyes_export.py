"""What easel-eyes learned, as files: `eyes.onnx` (weights in float16) and `eyes.json` (its labels).

    python -m lab.eyes_export --work work [--out ../easel-eyes]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from .export import write_graph
from .eyes_model import Eyes
from .things import Thing, load_things
from .training import load_checkpoint

OUTPUTS = ["logits", "there", "which", "edges", "alpha", "middle"]


def write_eyes(model: Eyes, things: list[Thing], folder: Path) -> None:
    write_graph(model, {"pixels": torch.zeros(2, 3, 128, 128)}, OUTPUTS, {"pixels": {0: "batch"}}, folder / "eyes.onnx")
    labels = [{"english": thing.english[0], "chinese": thing.chinese[0]} for thing in things]
    rows = ",\n  ".join(json.dumps(label, ensure_ascii=False) for label in labels)
    (folder / "eyes.json").write_text(f'{{\n "side": 128,\n "things": [\n  {rows}\n ]\n}}\n', encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, default=Path("../easel-eyes"))
    args = parser.parse_args()
    things, kept = load_things(), load_checkpoint(args.work / "eyes.pt")
    if kept is None:
        raise SystemExit(f"{args.work}/eyes.pt is not there: train with lab.eyes first.")
    model = Eyes(len(things)).eval()
    model.load_state_dict(kept["average"])
    write_eyes(model, things, args.out)
    print((args.out / "eyes.onnx").stat().st_size)


if __name__ == "__main__":
    main()
