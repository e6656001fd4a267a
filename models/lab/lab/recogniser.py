"""Trains the recogniser: picture [B, 3, 128, 128] in [-1, 1] -> which thing, which ground.

A small convolutional network that never sees the generator: it learns from renderings alone (made
a little blurred, noisy and off colour, so that it is not thrown by what an autoencoder does) and
is tested on renderings it has not seen. It is the judge in `evaluate.py`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from .compose import Composer, make_scenes
from .render import render_things
from .things import COLOURS, load_things
from .training import Average, Budget, Team, learning_rate, load_checkpoint, resume, save_checkpoint


def block(inner: int, outer: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU())


class Recogniser(nn.Module):
    def __init__(self, things: int):
        super().__init__()
        self.features = nn.Sequential(
            block(3, 24, 2), block(24, 48, 2), block(48, 80, 2), block(80, 128, 2), block(128, 192, 2), block(192, 192, 1)
        )
        self.thing = nn.Linear(192, things)
        self.colour = nn.Linear(192, len(COLOURS))

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [B, things] and [B, colours]."""
        pooled = self.features(pixels).mean((2, 3))  # [B, 192, 4, 4] -> [B, 192]
        return self.thing(pooled), self.colour(pooled)


def disturb(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Each batch mirrored, moved, blurred, given noise or another contrast at random."""
    def chance(share: float) -> bool:
        return torch.rand((), generator=generator).item() < share

    if chance(0.5):
        pixels = pixels.flip(-1)
    if chance(0.7):
        dx, dy = (int(torch.randint(-8, 9, (), generator=generator)) for _ in range(2))
        pixels = F.pad(pixels, (8, 8, 8, 8), mode="replicate")[:, :, 8 + dy : 136 + dy, 8 + dx : 136 + dx]
    if chance(0.3):
        pixels = F.interpolate(F.avg_pool2d(pixels, 2), scale_factor=2, mode="bilinear")
    if chance(0.4):
        pixels = pixels + 0.1 * torch.rand((), generator=generator) * torch.randn(pixels.shape, generator=generator)
    if chance(0.3):
        pixels = pixels * (0.9 + 0.2 * torch.rand(len(pixels), 1, 1, 1, generator=generator))
    return pixels.clamp(-1, 1)


@torch.no_grad()
def share_right(model: Recogniser, pixels: torch.Tensor, thing: torch.Tensor, colour: torch.Tensor) -> tuple[float, float]:
    model.eval()
    named = [model(part) for part in pixels.split(128)]
    things, colours = (torch.cat([row[i] for row in named]).argmax(1) for i in range(2))
    return (things == thing).float().mean().item(), (colours == colour).float().mean().item()


def export(model: Recogniser, folder: Path, right: tuple[float, float]) -> None:
    """model.onnx: pixels [B, 3, 128, 128] in [-1, 1] -> thing, colour (logits); labels.json beside it."""
    import onnx

    from .export import half_weights, strip

    folder.mkdir(parents=True, exist_ok=True)
    program = torch.onnx.export(
        model.eval(), (torch.zeros(2, 3, 128, 128),), input_names=["pixels"], output_names=["thing", "colour"],
        dynamic_shapes=({0: "batch"},), opset_version=18, dynamo=True, optimize=True, verbose=False,
    )
    onnx_model = program.model_proto
    strip(onnx_model)
    half_weights(onnx_model)
    onnx.save(onnx_model, folder / "model.onnx")
    labels = {
        "things": [{"english": list(thing.english), "chinese": list(thing.chinese)} for thing in load_things()],
        "colours": [{"english": list(colour.english), "chinese": list(colour.chinese)} for colour in COLOURS],
        "held_out_right": {"thing": round(right[0], 4), "colour": round(right[1], 4)},
    }
    (folder / "labels.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, default=Path("recogniser"))
    parser.add_argument("--minutes", type=float, default=7)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--pool", type=int, default=8000)
    args = parser.parse_args()

    team = Team()
    things = load_things()
    composer = Composer(render_things(args.data, things, args.work / "things.npz"))
    generator = torch.Generator().manual_seed(500 + team.rank)
    pool = make_scenes(composer, args.pool // team.size, generator)
    held_out = make_scenes(composer, 1000, torch.Generator().manual_seed(4242)) if team.leads else None

    torch.manual_seed(0)
    model = Recogniser(len(things)).to(memory_format=torch.channels_last)
    parameters = list(model.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=0.0, weight_decay=0.02, fused=True)
    average = Average(model, 0.99)
    step, used = 0, 0.0
    kept = load_checkpoint(args.work / "recogniser.pt")
    if kept:
        model.load_state_dict(kept["model"])
        average.module.load_state_dict(kept["average"])
        step, used = resume(optimiser, kept)
    budget = Budget(args.minutes * 60, used)
    saved = time.monotonic()
    while True:
        share = team.agree(budget.share)
        if team.leads and (share >= 1 or time.monotonic() - saved > 60):
            right = share_right(average.module, held_out.pixels.float().div(127.5).sub(1), held_out.thing, held_out.colour)
            print(f"step {step} used {budget.used:.0f}s held-out right: thing {right[0]:.4f} colour {right[1]:.4f}", flush=True)
            save_checkpoint(
                args.work / "recogniser.pt", model=model.state_dict(), average=average.module.state_dict(),
                optimiser=optimiser.state_dict(), step=step, used=budget.used,
            )
            saved = time.monotonic()
            if share >= 1:
                export(average.module, args.out, right)
        if share >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(2e-3, share, step)
        rows = torch.randint(len(pool.thing), (args.batch // team.size,), generator=generator)
        pixels = disturb(pool.pixels[rows].float().div(127.5).sub(1), generator).contiguous(memory_format=torch.channels_last)
        thing, colour = model(pixels)
        loss = F.cross_entropy(thing, pool.thing[rows], label_smoothing=0.05) + F.cross_entropy(colour, pool.colour[rows])
        optimiser.zero_grad()
        loss.backward()
        team.average_gradients(parameters)
        optimiser.step()
        average.update(model, step)
        step += 1


if __name__ == "__main__":
    main()
