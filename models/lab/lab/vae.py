"""Trains the autoencoder: pictures [B, 3, 128, 128] in [-1, 1] <-> latents [B, 12, 16, 16].

diffusers' AutoencoderKL, small. Besides reconstruction the loss asks three things of the latents,
so that a small denoiser can learn them: each channel has mean 0 and deviation 1 over a batch, the
posterior's deviation is NOISE (latents are blurred by as much in training, so that the decoder
forgives a denoiser's small errors), and a mirrored or halved latent decodes to the mirrored or
halved picture (after Kouzelis et al., EQ-VAE, arXiv:2502.09509).
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL

from .compose import Composer, make_scenes
from .render import render_things
from .things import load_things
from .training import Average, Budget, Team, learning_rate, load_checkpoint, resume, save_checkpoint

NOISE = 0.08
LATENT_CHANNELS = 12


def build_vae() -> AutoencoderKL:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 24, 48, 64),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=2,
        mid_block_add_attention=False,
        sample_size=128,
        scaling_factor=1.0,
    )


def reconstruction_loss(drawn: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 + MSE of the pixels, and L1 of their differences at three scales (edges)."""
    loss = F.l1_loss(drawn, wanted) + 3 * F.mse_loss(drawn, wanted)
    for level in range(3):
        if level:
            drawn, wanted = F.avg_pool2d(drawn, 2), F.avg_pool2d(wanted, 2)
        for axis in (2, 3):
            loss = loss + 0.5 * F.l1_loss(drawn.diff(dim=axis), wanted.diff(dim=axis))
    return loss


def latent_loss(mean: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    """Zero where each channel has mean 0 and deviation 1 and the posterior's deviation is NOISE."""
    centre = mean.mean((0, 2, 3)).square().mean()
    spread = (mean.var((0, 2, 3)).add(1e-6).sqrt() - 1).square().mean()
    posterior = (logvar - 2 * math.log(NOISE)).square().mean()
    return centre + spread + 0.1 * posterior


def psnr(drawn: torch.Tensor, wanted: torch.Tensor) -> float:
    """Peak signal to noise ratio in dB of pictures in [-1, 1] (the peak is 2)."""
    return 10 * math.log10(4 / F.mse_loss(drawn.clamp(-1, 1), wanted).item())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--pool", type=int, default=5000)
    args = parser.parse_args()

    team = Team()
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1 + team.rank)
    composer = Composer(render_things(args.data, load_things(), args.work / "things.npz"))
    held_out = composer.draw(48, torch.Generator().manual_seed(99)).pixels
    pool = make_scenes(composer, args.pool // team.size, generator).pixels

    vae = build_vae().to(memory_format=torch.channels_last)
    parameters = list(vae.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.99), weight_decay=1e-4, fused=True)
    average = Average(vae, 0.995)
    step, used = 0, 0.0
    kept = load_checkpoint(args.work / "vae.pt")
    if kept:
        vae.load_state_dict(kept["vae"])
        average.module.load_state_dict(kept["average"])
        step, used = resume(optimiser, kept)
    torch.manual_seed(10_000 * team.rank + step)
    budget = Budget(args.minutes * 60, used)

    saved = time.monotonic()
    while True:
        share = team.agree(budget.share)
        if team.leads and (share >= 1 or time.monotonic() - saved > 120):
            with torch.no_grad():
                drawn = average.module(held_out).sample
            print(f"step {step} used {budget.used:.0f}s held-out psnr {psnr(drawn, held_out):.2f} dB", flush=True)
            save_checkpoint(
                args.work / "vae.pt", vae=vae.state_dict(), average=average.module.state_dict(),
                optimiser=optimiser.state_dict(), step=step, used=budget.used,
            )
            saved = time.monotonic()
        if share >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(2e-3, share, step, decay_from=0.3)
        rows = torch.randint(len(pool), (args.batch // team.size,), generator=generator)
        wanted = pool[rows].float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)
        posterior = vae.encode(wanted).latent_dist
        latents = posterior.mean + NOISE * torch.randn_like(posterior.mean)  # [B, 12, 16, 16]
        if torch.rand((), generator=generator) < 0.5:
            latents, wanted = latents.flip(-1), wanted.flip(-1)
        if torch.rand((), generator=generator) < 0.15:
            latents, wanted = F.avg_pool2d(latents, 2), F.avg_pool2d(wanted, 2)
        loss = reconstruction_loss(vae.decode(latents).sample, wanted)
        loss = loss + 0.01 * latent_loss(posterior.mean, posterior.logvar)
        optimiser.zero_grad()
        loss.backward()
        team.average_gradients(parameters)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        average.update(vae, step)
        step += 1
        if team.leads and step % 100 == 0:
            print(f"step {step} used {budget.used:.0f}s loss {loss.item():.4f} deviation {posterior.mean.std().item():.3f}", flush=True)


if __name__ == "__main__":
    main()
