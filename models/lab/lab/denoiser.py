"""Trains the denoiser on kept latents and freshly written prompts.

v prediction on diffusers' own schedule; timesteps are drawn logit-normally (Esser et al.,
arXiv:2403.03206) with an even share, so that the first steps from pure noise, which settle the
ground's colour, are not starved. A tenth of the prompts name nothing, for classifier-free guidance.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import diffusers
import torch
import torch.nn.functional as F

from .latent_batches import LatentBatches
from .training import Course, Team, autocast, fast_on_cpu
from .unet import SCHEDULER, build_unet

UNCONDITIONAL = 0.1


def draw_timesteps(count: int, generator: torch.Generator) -> torch.Tensor:
    """int64 [count] in 50..999: a third even, the rest logit-normal with more weight on noisy ones,
    where the thing is settled. Below 50 the noise is no more than what the decoder forgives."""
    bent = torch.sigmoid(torch.randn(count, generator=generator) + 0.7)
    even = torch.rand(count, generator=generator)
    pick = torch.rand(count, generator=generator) < 1 / 3
    return (torch.where(pick, even, bent) * 1000).long().clamp(50, 999)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=8e-4)
    args = parser.parse_args()

    team = Team()
    schedule = diffusers.DDIMScheduler.from_config(SCHEDULER)

    torch.manual_seed(0)
    unet = fast_on_cpu(build_unet()).to(memory_format=torch.channels_last)
    course = Course(args.work / "unet.pt", unet, team, args.minutes, args.rate, decay_from=0.45)
    batches = LatentBatches(args.work, 31 * course.step + team.rank, UNCONDITIONAL)
    while course.goes_on():
        clean, states = batches.draw(args.batch // team.size)
        noise = batches.noise(clean)
        timesteps = draw_timesteps(len(clean), batches.generator)
        noisy = schedule.add_noise(clean, noise, timesteps).contiguous(memory_format=torch.channels_last)
        velocity = schedule.get_velocity(clean, noise, timesteps)
        with autocast():
            guess = unet(noisy, timesteps, states).sample
        course.learn(F.mse_loss(guess.float(), velocity))


if __name__ == "__main__":
    main()
