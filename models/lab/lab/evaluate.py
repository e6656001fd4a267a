"""Measures the model that ships: draws `eval_prompts.tsv` and `eval_things.tsv` with the exported ONNX
files and diffusers' scheduler, lets the recogniser judge, times a picture, and makes the contact sheet.

    python -m lab.evaluate --data <folder of the drawings>

Prints the figures, and writes figures.json and contact-sheet.png beside the model's card. The
recogniser is first tested again on renderings it was not trained on.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

from .compose import Composer, make_scenes
from .draw import OnnxPipeline
from .eval_prompts import EVAL_FILE, THINGS_FILE
from .render import render_things
from .things import COLOURS, load_things

HELD_OUT_SEED = 31337


class Judge:
    """The exported recogniser."""

    def __init__(self, folder: Path):
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
        labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self.things = [row["english"][0] for row in labels["things"]]
        self.colours = [row["english"][0] for row in labels["colours"]]

    def name(self, pixels: np.ndarray) -> list[tuple[str, str]]:
        """float32 [B, 128, 128, 3] in [0, 1] -> (thing, ground) for each."""
        things, colours = self.session.run(["thing", "colour"], {"pixels": np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)) * 2 - 1})
        return [(self.things[t], self.colours[c]) for t, c in zip(things.argmax(1), colours.argmax(1))]


def test_judge(judge: Judge, data: Path, cache: Path, count: int = 1000) -> dict[str, float]:
    things = load_things()
    scenes = make_scenes(Composer(render_things(data, things, cache)), count, torch.Generator().manual_seed(HELD_OUT_SEED))
    named = []
    for part in scenes.pixels.split(100):
        named += judge.name(part.permute(0, 2, 3, 1).numpy().astype(np.float32) / 255)
    return {
        "thing": sum(name[0] == things[i].label for name, i in zip(named, scenes.thing.tolist())) / count,
        "ground": sum(name[1] == COLOURS[i].label for name, i in zip(named, scenes.colour.tolist())) / count,
    }


def contact_sheet(pictures: np.ndarray, columns: int = 20, side: int = 64) -> Image.Image:
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * side, rows * side), "white")
    for i, picture in enumerate(pictures):
        small = Image.fromarray((picture * 255).round().astype(np.uint8)).resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(small, (i % columns * side, i // columns * side))
    return sheet


def read_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def share(flags: list[bool], of: list[bool]) -> float:
    picked = [flag for flag, wanted in zip(flags, of) if wanted]
    return round(sum(picked) / len(picked), 4)


def figures_of(rows: list[dict[str, str]], named: list[tuple[str, str]]) -> dict:
    """Shares right, in all and by language, and what was missed."""
    chinese = [any("一" <= letter <= "鿿" for letter in row["prompt"]) for row in rows]
    languages = {"": [True] * len(rows), "_english": [not flag for flag in chinese], "_chinese": chinese}
    right = {
        "thing": [name[0] == row["thing"] for name, row in zip(named, rows)],
        "ground": [name[1] == row["ground"] for name, row in zip(named, rows)],
    }
    shares = {f"{what}_right{language}": share(flags, of) for what, flags in right.items() for language, of in languages.items() if any(of)}
    missed = {f"{row['thing']} taken for {name[0]}" for row, name, good in zip(rows, named, right["thing"]) if not good}
    grounds = Counter(f"{row['ground']} taken for {name[1]}" for row, name, good in zip(rows, named, right["ground"]) if not good)
    return {"prompts": len(rows), **shares, "missed": sorted(missed), "missed_grounds": dict(sorted(grounds.items()))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("../easel-mini"))
    parser.add_argument("--recogniser", type=Path, default=Path("recogniser"))
    parser.add_argument("--cache", type=Path, default=Path("work/things.npz"))
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--scheduler")
    parser.add_argument("--count", type=int, help="judge only the first so many prompts of each list, and write nothing")
    args = parser.parse_args()

    defaults = json.loads((args.model / "manifest.json").read_text(encoding="utf-8"))["defaults"]
    steps = args.steps or defaults["num_steps"]
    guidance = args.guidance or defaults["guidance_scale"]
    scheduler = args.scheduler or defaults["scheduler"]
    judge, pipeline = Judge(args.recogniser), OnnxPipeline(args.model)
    seconds: list[float] = []

    def draw(rows: list[dict[str, str]]) -> np.ndarray:
        pictures = []
        for row in rows:
            started = time.perf_counter()
            pictures.append(pipeline.draw([row["prompt"]], [int(row["seed"])], steps, guidance, scheduler).pixels[0])
            seconds.append(time.perf_counter() - started)
        return np.stack(pictures)

    figures: dict = {"num_steps": steps, "guidance_scale": guidance, "scheduler": scheduler}
    sheets = {}
    for name, file in (("by_turns", EVAL_FILE), ("in_both_languages", THINGS_FILE)):
        rows = read_rows(file)[: args.count]
        pictures = draw(rows)
        figures[name] = figures_of(rows, judge.name(pictures))
        sheets[name] = pictures
    figures["seconds_a_picture_median_onnxruntime_cpu_2_threads"] = round(float(np.median(seconds)), 3)
    if args.count is None:
        figures["recogniser_held_out"] = test_judge(judge, args.data, args.cache)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if args.count is None and not (args.steps or args.guidance or args.scheduler):
        (args.model / "figures.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        contact_sheet(sheets["by_turns"]).save(args.model / "contact-sheet.png", optimize=True)


if __name__ == "__main__":
    main()
