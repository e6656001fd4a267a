"""Measures `../easel-eyes`: scenes and pictures of kinds that no training saw.

    python -m lab.eyes_evaluate --data DATA [--work work] [--model ../easel-eyes]

The drawings are rendered anew at another size; grounds, sizes and numbers of things are those of `held_out` in
`eyes_scenes.py`, pictures that are no drawing those of `HELD_OUT` in `eyes_unlike.py`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from .eyes_see import Eyes, find, mask_of, overlap
from .eyes_scenes import Drawings, Scene, compose, no_drawing
from .render import render_svg
from .things import load_things

SINGLES, SEVERAL, UNLIKE = 1300, 600, 700
SIZE = 180
"""Pixels that the drawings are rendered at: the training's are of 256."""


def render_anew(data: Path, cache: Path) -> np.ndarray:
    import tarfile

    if cache.exists():
        return np.load(cache)["pixels"]
    files = [thing.file for thing in load_things()]
    with tarfile.open(data / "svg.tar.xz") as archive:
        svgs = {Path(member.name).name: archive.extractfile(member).read() for member in archive if Path(member.name).name in set(files)}
    pixels = np.stack([render_svg(svgs[file], SIZE) for file in files])
    np.savez(cache, pixels=pixels)
    return pixels


def average_precision(hits: list[tuple[float, bool]], total: int) -> float:
    """Area under the precision envelope over recall, every point of it (as PASCAL VOC since 2010)."""
    if total == 0:
        return float("nan")
    right = np.cumsum([hit for _, hit in sorted(hits, key=lambda one: -one[0])])
    if len(right) == 0:
        return 0.0
    precision, recall = right / np.arange(1, len(right) + 1), right / total
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate([[0], recall])) * envelope))


def mean_average_precision(scenes: list[Scene], found: list[list], things: int) -> float:
    """mAP@50, over the things that occur."""
    hits: list[list[tuple[float, bool]]] = [[] for _ in range(things)]
    totals = np.zeros(things, int)
    for scene, ours in zip(scenes, found):
        np.add.at(totals, scene.things, 1)
        free = set(range(len(scene.things)))
        for one in ours:
            fitting = [i for i in free if scene.things[i] == one.thing and overlap(scene.boxes[i], one.box) >= 0.5]
            best = max(fitting, key=lambda i: overlap(scene.boxes[i], one.box), default=None)
            hits[one.thing].append((one.score, best is not None))
            free.discard(best)
    return float(np.nanmean([average_precision(hits[i], totals[i]) for i in range(things) if totals[i]]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--model", type=Path, default=Path("../easel-eyes"))
    args = parser.parse_args()
    drawings = Drawings(render_anew(args.data, args.work / "things-anew.npz"))
    eyes, rng = Eyes(args.model), np.random.default_rng(20266)

    def see(scenes: list[Scene]) -> list[dict[str, np.ndarray]]:
        pixels = np.stack([scene.pixels for scene in scenes]).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
        return [{name: value[0] for name, value in eyes.run(one[None]).items()} for one in pixels]

    singles = [scene for scene in (compose(drawings, rng, 1, held_out=True) for _ in range(SINGLES)) if len(scene.things)]
    seen = see(singles)
    order = [np.argsort(-one["logits"]) for one in seen]
    first = np.mean([ranks[0] == scene.things[0] for ranks, scene in zip(order, singles)])
    fifth = np.mean([scene.things[0] in ranks[:5] for ranks, scene in zip(order, singles)])

    several = [compose(drawings, rng, 2 + i % 4, held_out=True) for i in range(SEVERAL)]
    scenes, answers = singles + several, seen + see(several)
    found = [find(one["there"], one["which"], one["edges"], threshold=0.02) for one in answers]
    precision = mean_average_precision(scenes, found, drawings.count)
    overlaps = []
    for scene, one in zip(scenes, answers):
        for box, alpha in zip(scene.boxes, scene.alpha):
            ours = mask_of(box, one["alpha"], one["middle"]) > 0.5
            truth = alpha.reshape(64, 2, 64, 2).mean((1, 3)) > 0.5
            overlaps.append((ours & truth).sum() / max(1, (ours | truth).sum()))

    unlike = [no_drawing(rng, held_out=True) for _ in range(UNLIKE)]
    nothing = see(unlike)
    unknown = np.mean([one["logits"].argmax() == drawings.count for one in nothing])
    empty = np.mean([not find(one["there"], one["which"], one["edges"]) for one in nothing])

    started = time.perf_counter()
    for scene in several[:100]:
        one = see([scene])[0]
        find(one["there"], one["which"], one["edges"])
    figures = {
        "things": drawings.count, "single_scenes": len(singles), "scenes": len(scenes), "top_1": round(float(first), 4), "top_5": round(float(fifth), 4),
        "map_50": round(precision, 4), "mask_iou": round(float(np.mean(overlaps)), 4), "unlike": UNLIKE, "unknown": round(float(unknown), 4),
        "nothing_found_in_unlike": round(float(empty), 4), "milliseconds_a_picture_onnxruntime_cpu_1_thread": round((time.perf_counter() - started) * 10, 2),
        "bytes": (args.model / "eyes.onnx").stat().st_size,
    }
    print(json.dumps(figures, indent=1))
    (args.model / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
