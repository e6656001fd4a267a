"""What every training here shares: a budget of processor time, a learning rate over it, EMA, checkpoints,
and a team of single-threaded processes that average their gradients.

On a shared machine a team is faster than threads: threads wait for each other at every operation,
a team once a step. Start one with `OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 -m lab.vae ...`.
"""

from __future__ import annotations

import copy
import datetime
import os
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from diffusers.models.attention_processor import AttnProcessor


class Team:
    """The processes of one training; alone where it was not started by torchrun."""

    def __init__(self):
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if self.size > 1:
            dist.init_process_group("gloo", timeout=datetime.timedelta(minutes=20))

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def average_gradients(self, parameters: list[torch.nn.Parameter]) -> None:
        if self.size == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        at = 0
        for gradient in gradients:
            gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
            at += gradient.numel()

    def agree(self, value: float) -> float:
        """The leader's value, everywhere: whatever steers the loop must be the same in each process."""
        if self.size == 1:
            return value
        box = torch.tensor([value], dtype=torch.float64)
        dist.broadcast(box, 0)
        return box.item()


class Budget:
    """Counts the processor seconds that this process has used, over restarts; `share` runs from 0 to 1.

    Not the wall's: where others have the processor, a training would end before it had learned.
    """

    def __init__(self, seconds: float, used: float = 0.0):
        self.seconds = seconds
        self.used_before = used
        self.started = time.process_time()

    @property
    def used(self) -> float:
        return self.used_before + time.process_time() - self.started

    @property
    def share(self) -> float:
        return min(1.0, self.used / self.seconds)


def learning_rate(peak: float, share: float, step: int, warmup: int = 100, decay_from: float = 0.5) -> float:
    """Linear warm-up in steps, flat, then linear decay to 2 % over the budget's last part."""
    rate = peak * min(1.0, (step + 1) / warmup)
    if share > decay_from:
        rate *= max(0.02, (1 - share) / (1 - decay_from))
    return rate


class PreciseGroupNorm(torch.nn.GroupNorm):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.group_norm(x.float(), self.num_groups, self.weight, self.bias, self.eps)


BFLOAT16 = torch.cpu._is_avx512_bf16_supported()
"""Whether this processor computes bfloat16 itself: where it does not, float32 is faster."""


def autocast() -> torch.autocast:
    """Computes in bfloat16 where that is quicker."""
    return torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16)


def fast_on_cpu(module: torch.nn.Module) -> torch.nn.Module:
    """`module`, made quick under `autocast()`; its parameters keep their names.

    Measured on a processor with AVX512_BF16, the denoiser's training step: bfloat16 alone 1.3 times
    as fast as float32, with plain matrix products for fused attention and with norms in float32,
    whose bfloat16 kernels are slow on CPUs, 1.8 times.
    """
    if not BFLOAT16:
        return module
    for part in module.modules():
        if type(part) is torch.nn.GroupNorm:
            part.__class__ = PreciseGroupNorm
    if hasattr(module, "set_attn_processor"):
        module.set_attn_processor(AttnProcessor())
    return module


class Average:
    """Exponential moving average of a module's parameters."""

    def __init__(self, module: torch.nn.Module, decay: float):
        self.decay = decay
        self.module = copy.deepcopy(module).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, module: torch.nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))  # a short memory at first
        mine, theirs = list(self.module.parameters()), list(module.parameters())
        torch._foreach_lerp_(mine, theirs, 1 - decay)
        for kept, now in zip(self.module.buffers(), module.buffers()):
            kept.copy_(now)


def save_checkpoint(path: Path, **parts) -> None:
    """Written whole and then renamed: a killed training leaves the last good one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".fresh")
    torch.save(parts, fresh)
    fresh.replace(path)


def load_checkpoint(path: Path) -> dict | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None


def resume(optimiser: torch.optim.Optimizer, kept: dict) -> tuple[int, float]:
    """(step, seconds used) of a checkpoint; one that `restore.py` wrote has weights only and starts anew."""
    if "optimiser" not in kept:
        return 0, 0.0
    optimiser.load_state_dict(kept["optimiser"])
    return kept["step"], kept["used"]


class Course:
    """The training of one module by a team: its moving average, optimiser and budget, kept in a checkpoint."""

    def __init__(self, path: Path, module: torch.nn.Module, team: Team, minutes: float, rate: float, decay_from: float):
        """Goes on from `path` where that is there."""
        self.path, self.module, self.team, self.rate, self.decay_from = path, module, team, rate, decay_from
        self.parameters = list(module.parameters())
        self.optimiser = torch.optim.AdamW(self.parameters, lr=0.0, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
        self.average = Average(module, 0.998)
        self.step, used = 0, 0.0
        kept = load_checkpoint(path)
        if kept:
            module.load_state_dict(kept["unet"])
            self.average.module.load_state_dict(kept["average"])
            self.step, used = resume(self.optimiser, kept)
        self.budget = Budget(minutes * 60, used)
        self.saved, self.running = time.monotonic(), 0.0

    def goes_on(self) -> bool:
        """Whether another step is to be learned; keeps what was learned now and then, and at the end."""
        share = self.team.agree(self.budget.share)
        if self.team.leads and (share >= 1 or time.monotonic() - self.saved > 150):
            save_checkpoint(
                self.path, unet=self.module.state_dict(), average=self.average.module.state_dict(),
                optimiser=self.optimiser.state_dict(), step=self.step, used=self.budget.used,
            )
            self.saved = time.monotonic()
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.rate, share, self.step, decay_from=self.decay_from)
        return share < 1

    def learn(self, loss: torch.Tensor) -> None:
        self.optimiser.zero_grad()
        loss.backward()
        self.team.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.average.update(self.module, self.step)
        self.step += 1
        self.running = 0.98 * self.running + 0.02 * loss.item() if self.running else loss.item()
        if self.team.leads and self.step % 50 == 0:
            print(f"step {self.step} used {self.budget.used:.0f}s loss {self.running:.4f}", flush=True)
