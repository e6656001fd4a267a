"""Trains the autoencoder's decoder further, by itself: latents [B, 12, 16, 16] -> pictures [B, 3, 128, 128].

The encoder stays as it is, so latents and denoiser stay valid, and only the decoder is paid for. It
sees three kinds of latents: a scene's own, the same under noise, and the same half drowned in noise
and drawn again by the denoiser, which is how generated latents err.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import diffusers
import torch
import torch.nn.functional as F

from .compose import Composer, make_scenes
from .prompts import write_prompt
from .render import render_things
from .text import build_text_encoder, encode_ids
from .things import Thing, load_things
from .tokenizer import load_tokenizer
from .training import (
    Average, Budget, Team, autocast, fast_on_cpu, learning_rate, load_checkpoint, resume, save_checkpoint,
)
from .unet import SCHEDULER, build_unet
from .vae import NOISE, build_vae, psnr

REDRAWN = 0.45  # share of the batches that the denoiser has been at
NOISIEST = 2.5 * NOISE
GUIDANCE = 2.5


def as_pixels(kept: torch.Tensor) -> torch.Tensor:
    """uint8 [B, 3, H, W] -> float32 in [-1, 1]."""
    return kept.float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


def sharp_loss(drawn: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 + MSE of the pixels, and L1 of their differences at three scales; edges weigh most."""
    loss = F.l1_loss(drawn, wanted) + F.mse_loss(drawn, wanted)
    for level in range(3):
        if level:
            drawn, wanted = F.avg_pool2d(drawn, 2), F.avg_pool2d(wanted, 2)
        for axis in (2, 3):
            loss = loss + F.l1_loss(drawn.diff(dim=axis), wanted.diff(dim=axis))
    return loss


@torch.no_grad()
def encode(vae: diffusers.AutoencoderKL, pixels: torch.Tensor) -> torch.Tensor:
    """uint8 [N, 3, 128, 128] -> float32 [N, 12, 16, 16], the posteriors' means."""
    return torch.cat([vae.encode(as_pixels(part)).latent_dist.mean.contiguous() for part in pixels.split(64)])


class Redrawer:
    """The trained denoiser, given a scene half drowned in noise and the prompt for it."""

    def __init__(self, work: Path, things: list[Thing]):
        self.things = things
        self.tokenizer = load_tokenizer(work / "tokenizer")
        self.text_encoder = build_text_encoder(len(self.tokenizer)).eval()
        self.text_encoder.load_state_dict(load_checkpoint(work / "text.pt")["encoder"])
        self.unet = fast_on_cpu(build_unet()).eval()
        self.unet.load_state_dict(load_checkpoint(work / "unet.pt")["average"])
        self.schedule = diffusers.DDIMScheduler.from_config(SCHEDULER)
        self.scaling_factor = load_checkpoint(work / "latents.pt")["scaling_factor"]

    @torch.no_grad()
    def redraw(
        self, latents: torch.Tensor, thing: torch.Tensor, colour: torch.Tensor, rng: random.Random, generator: torch.Generator
    ) -> torch.Tensor:
        """The encoder's latents [B, 12, 16, 16] of scenes with these things and grounds (int64 [B]) -> what
        the denoiser makes of them, in the same scale."""
        count = len(latents)
        prompts = [write_prompt(self.things[t], c, rng) for t, c in zip(thing.tolist(), colour.tolist())]
        states = self.text_encoder(encode_ids(self.tokenizer, [""] * count + prompts)).last_hidden_state
        x = latents * self.scaling_factor
        alphas = self.schedule.alphas_cumprod
        at = rng.randrange(120, 520)
        x = self.schedule.add_noise(x, torch.randn(x.shape, generator=generator), torch.full((count,), at))
        steps = rng.choice((2, 3, 4))
        for step in range(steps):
            now, then = at * (steps - step) // steps, at * (steps - step - 1) // steps
            with autocast():
                out = self.unet(torch.cat([x, x]), torch.tensor(now), states).sample.float()
            without, prompted = out.chunk(2)
            v = without + GUIDANCE * (prompted - without)
            signal, noise = alphas[now].sqrt(), (1 - alphas[now]).sqrt()
            clean, error = signal * x - noise * v, noise * x + signal * v  # v prediction's two readings (arXiv:2202.00512)
            left = alphas[then] if then else torch.tensor(1.0)
            x = left.sqrt() * clean + (1 - left).sqrt() * error
        return x / self.scaling_factor


def gather(args: argparse.Namespace, team: Team, vae: diffusers.AutoencoderKL) -> dict[str, torch.Tensor]:
    """This process's share of scenes and latents to learn from, and scenes to be tested on; kept in the
    work folder, since a training that starts again goes on with them."""
    kept_in = args.work / f"decoder-scenes-{team.rank}-of-{team.size}.pt"
    kept = load_checkpoint(kept_in)
    if kept:
        return kept
    generator, rng = torch.Generator().manual_seed(31 + team.rank), random.Random(41 + team.rank)
    things = load_things()
    composer = Composer(render_things(args.data, things, args.work / "things.npz"))
    half = args.pool // team.size // 2
    pool = torch.cat([make_scenes(composer, half, generator, mirrored=mirrored).pixels for mirrored in (True, False)])
    scenes = make_scenes(composer, args.redrawn // team.size, generator, mirrored=False)
    clean = encode(vae, scenes.pixels)
    redrawer = Redrawer(args.work, things)
    redrawn = []
    for at in range(0, len(clean), 32):
        part = slice(at, at + 32)
        redrawn.append(redrawer.redraw(clean[part], scenes.thing[part], scenes.colour[part], rng, generator))
    held_out = make_scenes(composer, 64, torch.Generator().manual_seed(99)).pixels
    gathered = dict(
        pool=pool, latents=encode(vae, pool), shown=scenes.pixels, redrawn=torch.cat(redrawn),
        held_out=held_out, held_out_latents=encode(vae, held_out),
    )
    off = (gathered["redrawn"] - clean).square().mean().sqrt().item()
    print(f"{len(pool)} scenes and {len(clean)} redrawn ones, whose latents are off by {off:.3f}", flush=True)
    save_checkpoint(kept_in, **gathered)
    return gathered


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--pool", type=int, default=8000)
    parser.add_argument("--redrawn", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=3e-4)
    args = parser.parse_args()

    team = Team()
    torch.manual_seed(team.rank)
    generator = torch.Generator().manual_seed(51 + team.rank)
    vae = build_vae().to(memory_format=torch.channels_last).requires_grad_(False)
    vae.load_state_dict(load_checkpoint(args.work / "vae.pt")["average"])
    scenes = gather(args, team, vae)
    held_pixels, held_latents = as_pixels(scenes["held_out"]), scenes["held_out_latents"]
    if team.leads:
        drawn = torch.cat([vae.decode(part).sample for part in held_latents.split(16)])
        print(f"held-out psnr before {psnr(drawn, held_pixels):.2f} dB", flush=True)

    trained = torch.nn.ModuleDict({"decoder": fast_on_cpu(vae.decoder), "post_quant_conv": vae.post_quant_conv}).requires_grad_(True)
    parameters = list(trained.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.99), weight_decay=1e-4, fused=True)
    average = Average(trained, 0.998)
    step, used = 0, 0.0
    going = load_checkpoint(args.work / "decoder.pt")
    if going:
        trained.load_state_dict(going["trained"])
        average.module.load_state_dict(going["average"])
        step, used = resume(optimiser, going)
    budget = Budget(args.minutes * 60, used)

    def decode(parts: torch.nn.ModuleDict, given: torch.Tensor) -> torch.Tensor:
        with autocast():
            return parts["decoder"](parts["post_quant_conv"](given)).float()

    saved = time.monotonic()
    while True:
        share = team.agree(budget.share)
        if team.leads and (share >= 1 or time.monotonic() - saved > 150):
            with torch.no_grad():
                drawn = torch.cat([decode(average.module, part) for part in held_latents.split(16)])
            print(f"step {step} used {budget.used:.0f}s held-out psnr {psnr(drawn, held_pixels):.2f} dB", flush=True)
            save_checkpoint(
                args.work / "decoder.pt", trained=trained.state_dict(), average=average.module.state_dict(),
                optimiser=optimiser.state_dict(), step=step, used=budget.used,
            )
            saved = time.monotonic()
        if share >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(args.rate, share, step, decay_from=0.4)
        from_denoiser = torch.rand((), generator=generator) < REDRAWN
        source, target = (scenes["redrawn"], scenes["shown"]) if from_denoiser else (scenes["latents"], scenes["pool"])
        rows = torch.randint(len(source), (args.batch // team.size,), generator=generator)
        given = source[rows]
        if not from_denoiser:
            deviation = NOISIEST * torch.rand(len(rows), 1, 1, 1, generator=generator).square()
            given = given + deviation * torch.randn(given.shape, generator=generator)
        loss = sharp_loss(decode(trained, given.contiguous(memory_format=torch.channels_last)), as_pixels(target[rows]))
        optimiser.zero_grad()
        loss.backward()
        team.average_gradients(parameters)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        average.update(trained, step)
        step += 1
        if team.leads and step % 100 == 0:
            print(f"step {step} used {budget.used:.0f}s loss {loss.item():.4f}", flush=True)

    if team.leads:
        vae.decoder.load_state_dict(average.module["decoder"].state_dict())
        vae.post_quant_conv.load_state_dict(average.module["post_quant_conv"].state_dict())
        save_checkpoint(args.work / "vae.pt", vae=vae.state_dict(), average=vae.state_dict())


if __name__ == "__main__":
    main()
