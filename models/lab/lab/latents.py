"""Draws scenes and keeps their latents, so that the autoencoder is not in the denoiser's training.

Killed, it goes on from `latents-part.pt`.

Also fits what follows from them: `scaling_factor` (1 / the latents' deviation) and the linear map
from latents to RGB that previews use (least squares; latents as the denoiser sees them, that is
multiplied by scaling_factor; RGB in [0, 1] of the picture at an eighth of its size).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F

from .compose import Composer
from .render import render_things
from .things import COLOURS, DEFAULT_COLOUR, load_things
from .training import load_checkpoint, save_checkpoint
from .vae import build_vae


DEFAULT_SHARE = 0.12  # more scenes on the default ground than on another: most prompts name none


def fit_preview(latents: torch.Tensor, pixels: torch.Tensor) -> dict:
    """latents [B, C, h, w], pixels [B, 3, 8h, 8w] in [-1, 1] -> factors [C][3] and bias [3]."""
    small = F.avg_pool2d(pixels, 8) / 2 + 0.5  # [B, 3, h, w]
    wanted = small.permute(0, 2, 3, 1).reshape(-1, 3).double()
    given = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1]).double()
    given = torch.cat([given, torch.ones(len(given), 1, dtype=torch.float64)], 1)  # [N, C + 1]
    solution = torch.linalg.lstsq(given, wanted).solution
    error = (given @ solution - wanted).square().mean().sqrt().item()
    print(f"preview: root mean square error {error:.4f}")
    rows = [[round(value, 6) for value in row] for row in solution.tolist()]
    return {"latent_rgb_factors": rows[:-1], "bias": rows[-1]}


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--count", type=int, default=14000)
    args = parser.parse_args()
    composer = Composer(render_things(args.data, load_things(), args.work / "things.npz"))
    vae = build_vae().eval().to(memory_format=torch.channels_last)
    vae.load_state_dict(load_checkpoint(args.work / "vae.pt")["average"])
    generator = torch.Generator().manual_seed(2024)
    latents, things, colours, shown = [], [], [], []
    part = args.work / "latents-part.pt"
    if kept := load_checkpoint(part):
        generator.set_state(kept["generator"])
        latents, things, colours, shown = kept["latents"], kept["thing"], kept["colour"], kept["shown"]
    for at in range(64 * len(latents), args.count, 64):
        grounds = torch.randint(len(COLOURS), (64,), generator=generator)
        grounds[torch.rand(64, generator=generator) < DEFAULT_SHARE] = DEFAULT_COLOUR
        scenes = composer.draw(64, generator, colours=grounds, mirrored=False)  # one side is learned much faster
        latents.append(vae.encode(scenes.pixels.contiguous(memory_format=torch.channels_last)).latent_dist.mean.contiguous())
        things.append(scenes.thing)
        colours.append(scenes.colour)
        if at < 640:
            shown.append(scenes.pixels)
        if at % 1024 == 960:
            save_checkpoint(
                part, generator=generator.get_state(), latents=latents, thing=things, colour=colours, shown=shown
            )
            print(at + 64, flush=True)
    drawn = torch.cat(latents)
    scaling_factor = round(1 / drawn.std().item(), 5)
    drawn *= scaling_factor
    pixels = torch.cat(shown)
    save_checkpoint(
        args.work / "latents.pt", latents=drawn, thing=torch.cat(things), colour=torch.cat(colours),
        scaling_factor=scaling_factor, preview=fit_preview(drawn[: len(pixels)], pixels),
    )
    part.unlink(missing_ok=True)
    print(f"scaling_factor {scaling_factor}, deviation by channel {[round(v, 3) for v in drawn.std((0, 2, 3)).tolist()]}")


if __name__ == "__main__":
    main()
