"""Trains easel-eyes on composed scenes, which are drawn while it learns.

    OMP_NUM_THREADS=1 python -m lab.eyes --data DATA --work work --minutes 120

Stops and goes on like every training here; `eyes_export.py` writes what it learned, `eyes_evaluate.py` measures that.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .eyes_model import CELLS, Eyes, cell_middles
from .eyes_scenes import Drawings, Scene, draw_scene
from .render import render_things
from .things import load_things
from .training import Average, Budget, learning_rate, load_checkpoint, resume, save_checkpoint

MASK = 64


@dataclass
class Targets:
    pixels: torch.Tensor  # [B, 3, 128, 128] in [-1, 1]
    names: torch.Tensor  # [B, things + 1], sums to 1: several things share it
    heat: torch.Tensor  # [B, 16, 16], 1 at a thing's middle, falling off around it
    owner: torch.Tensor  # int64 [B, 16, 16]: which thing, -1 where none is learned
    box: torch.Tensor  # [B, 4, 16, 16]: its box
    alpha: torch.Tensor  # [B, 64, 64]
    middle: torch.Tensor  # [B, 2, 64, 64]: offsets to the middle of the thing that most of the pixel belongs to


def targets_of(scenes: list[Scene], things: int) -> Targets:
    count = len(scenes)
    names = np.zeros((count, things + 1), np.float32)
    heat = np.zeros((count, CELLS, CELLS), np.float32)
    owner = np.full((count, CELLS, CELLS), -1, np.int64)
    box = np.zeros((count, 4, CELLS, CELLS), np.float32)
    alpha = np.zeros((count, MASK, MASK), np.float32)
    middle = np.zeros((count, 2, MASK, MASK), np.float32)
    row, column = np.mgrid[:CELLS, :CELLS]
    y, x = (np.mgrid[:MASK, :MASK] + 0.5) / MASK
    for n, scene in enumerate(scenes):
        if len(scene.things) == 0:
            names[n, things] = 1
            continue
        covers = scene.alpha.reshape(-1, MASK, 2, MASK, 2).mean((2, 4))  # [n, 64, 64]
        alpha[n] = covers.sum(0).clip(0, 1)
        boxes = scene.boxes
        centres = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2], 1)  # [n, 2]
        foremost = covers.argmax(0)
        middle[n, 0], middle[n, 1] = centres[foremost, 0] - x, centres[foremost, 1] - y
        for thing, (left, top, right, bottom), (cx, cy) in zip(scene.things, boxes, centres):
            names[n, thing] += 1 / len(scene.things)
            spread = max(0.6, CELLS * max(right - left, bottom - top) / 8)
            near = np.exp(-((column + 0.5 - cx * CELLS) ** 2 + (row + 0.5 - cy * CELLS) ** 2) / (2 * spread**2))
            at = min(CELLS - 1, int(cy * CELLS)), min(CELLS - 1, int(cx * CELLS))
            near[at] = 1
            heat[n] = np.maximum(heat[n], near)
            reach = (np.abs(column - at[1]) <= 1) & (np.abs(row - at[0]) <= 1)
            reach &= ((column + 0.5) / CELLS > left) & ((column + 0.5) / CELLS < right) & ((row + 0.5) / CELLS > top) & ((row + 0.5) / CELLS < bottom)
            reach[at] = True
            owner[n][reach] = thing
            box[n][:, reach] = np.array([left, top, right, bottom])[:, None]
    pixels = np.stack([scene.pixels for scene in scenes]).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
    return Targets(*(torch.from_numpy(values) for values in (pixels, names, heat, owner, box, alpha, middle)))


def overlap_loss(edges: torch.Tensor, box: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """1 - generalised IoU (Rezatofighi et al., 2019) of boxes [n, 4], given by distances from the points [n, 2]."""
    found = torch.cat([at - edges[:, :2], at + edges[:, 2:]], 1)
    corner, far = torch.maximum(found[:, :2], box[:, :2]), torch.minimum(found[:, 2:], box[:, 2:])
    common = (far - corner).clamp(min=0).prod(1)
    union = (found[:, 2:] - found[:, :2]).prod(1) + (box[:, 2:] - box[:, :2]).prod(1) - common
    hull = (torch.maximum(found[:, 2:], box[:, 2:]) - torch.minimum(found[:, :2], box[:, :2])).prod(1)
    return 1 - common / union.clamp(min=1e-6) + (hull - union) / hull.clamp(min=1e-6)


def heat_loss(there: torch.Tensor, heat: torch.Tensor) -> torch.Tensor:
    """CornerNet's focal loss (Law and Deng, 2018): cells near a middle count less as none."""
    chance = there.sigmoid().clamp(1e-4, 1 - 1e-4)
    middle = heat == 1
    hit = ((1 - chance) ** 2 * chance.log())[middle].sum()
    miss = ((1 - heat) ** 4 * chance**2 * (1 - chance).log())[~middle].sum()
    return -(hit + miss) / middle.sum().clamp(min=1)


def losses(model: Eyes, aim: Targets) -> dict[str, torch.Tensor]:
    logits, there, which, edges, alpha, middle = model(aim.pixels.contiguous(memory_format=torch.channels_last))
    taught = aim.owner >= 0  # [B, 16, 16]
    at = cell_middles()[None].expand(len(taught), -1, -1, -1).permute(0, 2, 3, 1)[taught]  # [n, 2]
    found, box = edges.permute(0, 2, 3, 1)[taught], aim.box.permute(0, 2, 3, 1)[taught]
    ours = aim.alpha[:, None] > 0.3
    return {
        "name": F.cross_entropy(logits, aim.names, label_smoothing=0.02),
        "there": heat_loss(there[:, 0], aim.heat),
        "which": F.cross_entropy(which.permute(0, 2, 3, 1)[taught], aim.owner[taught], label_smoothing=0.02),
        "box": 2 * overlap_loss(found, box, at).mean(),
        "alpha": F.binary_cross_entropy_with_logits(alpha[:, 0], aim.alpha),
        "middle": 4 * ((middle - aim.middle).abs() * ours).sum() / ours.sum().clamp(min=1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--batch", type=int, default=32)
    args = parser.parse_args()

    things = load_things()
    drawings = Drawings(render_things(args.data, things, args.work / "things.npz"))
    torch.manual_seed(0)
    model = Eyes(len(things)).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.0, weight_decay=0.02)
    average = Average(model, 0.998)
    step, used = 0, 0.0
    file = args.work / "eyes.pt"
    kept = load_checkpoint(file)
    if kept:
        model.load_state_dict(kept["model"])
        average.module.load_state_dict(kept["average"])
        step, used = resume(optimiser, kept)
    budget = Budget(args.minutes * 60, used)
    rng = np.random.default_rng([77, step])
    saved, sums = time.monotonic(), {}
    while budget.share < 1:
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(2e-3, budget.share, step, decay_from=0.4)
        aim = targets_of([draw_scene(drawings, rng) for _ in range(args.batch)], len(things))
        parts = losses(model, aim)
        optimiser.zero_grad()
        sum(parts.values()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
        optimiser.step()
        average.update(model, step)
        step += 1
        for name, value in parts.items():
            sums[name] = 0.98 * sums.get(name, value.item()) + 0.02 * value.item()
        if time.monotonic() - saved > 60 or budget.share >= 1:
            print(f"step {step} used {budget.used:.0f}s", " ".join(f"{name} {value:.3f}" for name, value in sums.items()), flush=True)
            save_checkpoint(
                file, model=model.state_dict(), average=average.module.state_dict(), optimiser=optimiser.state_dict(), step=step,
                used=budget.used,
            )
            saved = time.monotonic()


if __name__ == "__main__":
    main()
