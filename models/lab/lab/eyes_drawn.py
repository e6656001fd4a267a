"""How much of what easel-mini is asked for easel-eyes sees in the picture, by category.

    python -m lab.eyes_drawn --data DATA

Draws `eval_things.tsv` (every thing in English and Chinese) with the ONNX files and defaults that ship, and writes
`../easel-eyes/drawn-figures.json`. Of a picture, "first" is whether the asked thing is named first, "among_five" whether it
is one of the five likeliest.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image

from .draw import OnnxPipeline
from .eval_prompts import THINGS_FILE
from .evaluate import read_rows
from .eyes_see import Eyes, squared
from .text_classifier import GROUPS
from .things import load_things


def categories_of(data: Path) -> dict[str, str]:
    """A thing's label -> the Unicode group of its caption."""
    with (data / "captions.tsv").open(encoding="utf-8", newline="") as lines:
        groups = {row["file"]: GROUPS[row["group"]] for row in csv.DictReader(lines, delimiter="\t")}
    return {thing.label: groups[thing.file] for thing in load_things()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("../easel-mini"))
    parser.add_argument("--eyes", type=Path, default=Path("../easel-eyes"))
    args = parser.parse_args()
    defaults = json.loads((args.model / "manifest.json").read_text(encoding="utf-8"))["defaults"]
    labels = [thing["english"] for thing in json.loads((args.eyes / "eyes.json").read_text(encoding="utf-8"))["things"]]
    categories, pipeline, eyes = categories_of(args.data), OnnxPipeline(args.model), Eyes(args.eyes)
    ranks: dict[str, list[int]] = defaultdict(list)
    for row in read_rows(THINGS_FILE):
        drawn = pipeline.draw([row["prompt"]], [int(row["seed"])], defaults["num_steps"], defaults["guidance_scale"], defaults["scheduler"])
        picture = Image.fromarray((drawn.pixels[0] * 255).round().astype(np.uint8))
        logits = eyes.run(squared(picture))["logits"][0]
        rank = int((logits > logits[labels.index(row["thing"])]).sum())
        ranks["all"].append(rank)
        ranks[categories[row["thing"]]].append(rank)
    figures = {
        category: {"pictures": len(found), "first": round(float(np.mean(np.array(found) == 0)), 4), "among_five": round(float(np.mean(np.array(found) < 5)), 4)}
        for category, found in sorted(ranks.items(), key=lambda pair: (pair[0] != "all", pair[0]))
    }
    print(json.dumps(figures, indent=1))
    (args.eyes / "drawn-figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
