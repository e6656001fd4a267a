"""Trains the denoiser on kept latents and freshly written prompts.

v prediction on diffusers' own schedule; timesteps are drawn logit-normally (Esser et al.,
arXiv:2403.03206) with an even share, so that the first steps from pure noise, which settle the
ground's colour, are not starved. A tenth of the prompts name nothing, for classifier-free guidance.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import diffusers
import torch
import torch.nn.functional as F

from .prompts import MEANINGLESS, write_prompt
from .text import build_text_encoder, encode_ids
from .things import DEFAULT_COLOUR, load_things
from .tokenizer import load_tokenizer
from .training import Average, Budget, Team, autocast, fast_on_cpu, learning_rate, load_checkpoint, resume, save_checkpoint
from .unet import SCHEDULER, build_unet

UNCONDITIONAL = 0.1
PLAIN = 0.7  # share of scenes on the default ground whose prompt does not name it


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
    things = load_things()
    tokenizer = load_tokenizer(args.work / "tokenizer")
    text_encoder = build_text_encoder(len(tokenizer)).eval().requires_grad_(False)
    text_encoder.load_state_dict(load_checkpoint(args.work / "text.pt")["encoder"])
    data = load_checkpoint(args.work / "latents.pt")
    latents, thing, colour = data["latents"], data["thing"].tolist(), data["colour"].tolist()
    schedule = diffusers.DDIMScheduler.from_config(SCHEDULER)

    torch.manual_seed(0)
    unet = fast_on_cpu(build_unet()).to(memory_format=torch.channels_last)
    parameters = list(unet.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    average = Average(unet, 0.998)
    step, used = 0, 0.0
    kept = load_checkpoint(args.work / "unet.pt")
    if kept:
        unet.load_state_dict(kept["unet"])
        average.module.load_state_dict(kept["average"])
        step, used = resume(optimiser, kept)
    rng = random.Random(7000 + 31 * step + team.rank)
    generator = torch.Generator().manual_seed(9000 + 31 * step + team.rank)
    budget = Budget(args.minutes * 60, used)

    saved, running = time.monotonic(), 0.0
    while True:
        share = team.agree(budget.share)
        if team.leads and (share >= 1 or time.monotonic() - saved > 150):
            save_checkpoint(
                args.work / "unet.pt", unet=unet.state_dict(), average=average.module.state_dict(),
                optimiser=optimiser.state_dict(), step=step, used=budget.used,
            )
            saved = time.monotonic()
        if share >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(args.rate, share, step, decay_from=0.45)
        rows = torch.randint(len(latents), (args.batch // team.size,), generator=generator)
        prompts = []
        for row in rows.tolist():
            ground = None if colour[row] == DEFAULT_COLOUR and rng.random() < PLAIN else colour[row]
            nothing = rng.random() < UNCONDITIONAL
            prompts.append(rng.choice(MEANINGLESS) if nothing else write_prompt(things[thing[row]], ground, rng))
        with torch.no_grad(), autocast():
            states = text_encoder(encode_ids(tokenizer, prompts)).last_hidden_state.float()  # [B, 77, 192]
        clean = latents[rows]  # [B, 12, 16, 16]
        noise = torch.randn(clean.shape, generator=generator)
        timesteps = draw_timesteps(len(clean), generator)
        noisy = schedule.add_noise(clean, noise, timesteps).contiguous(memory_format=torch.channels_last)
        velocity = schedule.get_velocity(clean, noise, timesteps)
        with autocast():
            guess = unet(noisy, timesteps, states).sample
        loss = F.mse_loss(guess.float(), velocity)
        optimiser.zero_grad()
        loss.backward()
        team.average_gradients(parameters)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        average.update(unet, step)
        step += 1
        running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
        if team.leads and step % 50 == 0:
            print(f"step {step} used {budget.used:.0f}s loss {running:.4f}", flush=True)


if __name__ == "__main__":
    main()
