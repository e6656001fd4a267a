"""Teaches the denoiser to draw in few evaluations and without guidance, from the one that needs many.

Progressive distillation (Salimans & Ho, arXiv:2202.00512) of a guided teacher (Meng et al.,
arXiv:2210.03142): from the same noisy latents the teacher takes several guided DDIM steps, each of
two evaluations, and the student learns the one step without guidance that leads where they ended.
Half of the steps start where a drawing of `--steps` steps has its own, the others anywhere, so that
pictures begun from another picture and other numbers of steps come out well too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import diffusers
import torch
import torch.nn.functional as F

from .latent_batches import LatentBatches
from .training import Course, Team, autocast, fast_on_cpu, load_checkpoint
from .unet import SCHEDULER, build_unet

NOTHING = 0.04
"""Share of prompts that name nothing: enough to stay as good at them."""
CLEAN = -1
"""The time after the last step, where nothing is noise."""


class Schedule:
    """The noise schedule: (signal, noise) [B, 1, 1, 1] at integer times, `CLEAN` among them."""

    def __init__(self):
        alphas = diffusers.DDIMScheduler.from_config(SCHEDULER).alphas_cumprod
        self.alphas = torch.cat([alphas, torch.ones(1)])  # the last is what the index CLEAN finds

    def at(self, times: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        alpha = self.alphas[times].view(-1, 1, 1, 1)
        return alpha.sqrt(), (1 - alpha).sqrt()

    def step(self, noisy: torch.Tensor, velocity: torch.Tensor, start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
        """DDIM's step (Song et al., arXiv:2010.02502, equation 12 with no noise added) from `start` to `end`."""
        (signal, noise), (signal_then, noise_then) = self.at(start), self.at(end)
        clean = signal * noisy - noise * velocity
        return signal_then * clean + noise_then * (noise * noisy + signal * velocity)

    def velocity(self, noisy: torch.Tensor, reached: torch.Tensor, start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
        """The velocity whose one step from `start` to `end` leads to `reached`: `step` solved for it."""
        (signal, noise), (signal_then, noise_then) = self.at(start), self.at(end)
        kept = signal_then * signal + noise_then * noise
        return (reached - kept * noisy) / (noise_then * signal - signal_then * noise)


def draw_starts(count: int, steps: int, generator: torch.Generator) -> torch.Tensor:
    """int64 [count] in 0..999: half of them the times of trailing spacing, half of them anywhere."""
    own = torch.arange(steps, 0, -1) * 1000 // steps - 1
    grid = own[torch.randint(steps, (count,), generator=generator)]
    anywhere = torch.randint(50, 1000, (count,), generator=generator)
    return torch.where(torch.rand(count, generator=generator) < 0.5, grid, anywhere)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--steps", type=int, default=6, help="evaluations of the student's drawing")
    parser.add_argument("--substeps", type=int, default=2, help="the teacher's steps for one of them")
    parser.add_argument("--guidance", type=float, default=2.5)
    args = parser.parse_args()

    team, schedule = Team(), Schedule()
    torch.manual_seed(0)
    teacher, student = (fast_on_cpu(build_unet()).to(memory_format=torch.channels_last) for _ in range(2))
    teacher.load_state_dict(load_checkpoint(args.work / "unet.pt")["average"])
    teacher.eval().requires_grad_(False)
    student.load_state_dict(teacher.state_dict())
    course = Course(args.work / "distilled.pt", student, team, args.minutes, args.rate, decay_from=0.4)
    batches = LatentBatches(args.work, 31 * course.step + team.rank, NOTHING)
    unguided = batches.read([""])

    @torch.no_grad()
    def taught(noisy: torch.Tensor, start: torch.Tensor, end: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        """Where the guided teacher comes from `start` to `end`."""
        both = torch.cat([unguided.expand_as(states), states])
        for substep in range(args.substeps):
            now = start - (start - end) * substep // args.substeps
            then = start - (start - end) * (substep + 1) // args.substeps
            with autocast():
                guess = teacher(noisy.repeat(2, 1, 1, 1), now.repeat(2), both).sample.float()
            without, towards = guess.chunk(2)
            noisy = schedule.step(noisy, without + args.guidance * (towards - without), now, then)
        return noisy

    while course.goes_on():
        clean, states = batches.draw(args.batch // team.size)
        start = draw_starts(len(clean), args.steps, batches.generator)
        end = (start - 1000 // args.steps).clamp(min=CLEAN)
        signal, noise = schedule.at(start)
        noisy = (signal * clean + noise * batches.noise(clean)).contiguous(memory_format=torch.channels_last)
        target = schedule.velocity(noisy, taught(noisy, start, end, states), start, end)
        with autocast():
            guess = student(noisy, start, states).sample
        course.learn(F.mse_loss(guess.float(), target))


if __name__ == "__main__":
    main()
