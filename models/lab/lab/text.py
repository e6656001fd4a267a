"""Trains the text encoder: token ids [B, 77] -> states [B, 77, 192].

A small CLIPTextModel, taught by itself before the denoiser sees it: from the end token's state,
from a padding state and from the mean of all states, linear heads must name the thing and the
ground's colour. That makes both easy to read for the denoiser's cross attention, and the encoder
can stay frozen (its states are drawn once and kept).
"""

from __future__ import annotations

import argparse
import copy
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from .prompts import MEANINGLESS, random_prompt
from .things import COLOURS, Thing, load_things
from .tokenizer import load_tokenizer, train_tokenizer
from .training import Budget, learning_rate, load_checkpoint, resume, save_checkpoint

LENGTH = 77
WIDTH = 192
SHORT = 28
KEEP = 30.0  # the share of what a denoiser reads already: states are of size 1, a loss of 0.01 is a tenth of them


def build_text_encoder(vocabulary: int) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=4 * WIDTH, projection_dim=WIDTH,
        num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=LENGTH, hidden_act="quick_gelu",
        bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1,
        initializer_factor=1.0,
    )
    config._attn_implementation = "eager"
    return CLIPTextModel(config)


def encode_ids(tokenizer: CLIPTokenizer, prompts: list[str]) -> torch.Tensor:
    """int64 [B, 77], cut and padded with the end token."""
    return tokenizer(prompts, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt").input_ids


class Heads(torch.nn.Module):
    """Names thing (one class more: none) and colour from each of three views of the states."""

    def __init__(self, things: int):
        super().__init__()
        self.things = torch.nn.ModuleList([torch.nn.Linear(WIDTH, things + 1) for _ in range(3)])
        self.colours = torch.nn.ModuleList([torch.nn.Linear(WIDTH, len(COLOURS) + 1) for _ in range(3)])

    def forward(self, states: torch.Tensor, ids: torch.Tensor, end: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        first = (ids == end).int().argmax(1)  # [B], where the prompt ends
        last = ids.shape[1] - 1
        first = torch.where((ids == end).any(1), first, last)
        pad = first + (torch.rand(len(ids)) * (last - first)).round().long()
        rows = torch.arange(len(ids))
        views = (states[rows, first], states[rows, pad], states.mean(1))  # each [B, 192]
        return [(thing(view), colour(view)) for thing, colour, view in zip(self.things, self.colours, views)]


def draw_batch(things: list[Thing], rng: random.Random, size: int) -> tuple[list[str], torch.Tensor, torch.Tensor]:
    """Prompts with their thing and colour; 4 % name nothing (class `len(things)`, `len(COLOURS)`)."""
    rows = [
        (rng.choice(MEANINGLESS), len(things), len(COLOURS)) if rng.random() < 0.04 else random_prompt(things, rng)
        for _ in range(size)
    ]
    return [row[0] for row in rows], torch.tensor([row[1] for row in rows]), torch.tensor([row[2] for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument(
        "--taught", type=int, default=0,
        help="so many of the first things a denoiser knows already: what it reads of them stays as it is",
    )
    args = parser.parse_args()

    torch.manual_seed(0)
    things = load_things()
    folder = args.work / "tokenizer"
    tokenizer = load_tokenizer(folder) if (folder / "vocab.json").exists() else train_tokenizer(things, folder)
    encoder, heads = build_text_encoder(len(tokenizer)), Heads(len(things))
    parameters = [*encoder.parameters(), *heads.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.01, fused=True)
    kept = load_checkpoint(args.work / "text.pt")
    step, used = 0, 0.0
    if kept:
        encoder.load_state_dict(kept["encoder"])
        heads.load_state_dict(kept.get("heads", heads.state_dict()))
        step, used = resume(optimiser, kept)
    before = copy.deepcopy(encoder).eval().requires_grad_(False) if args.taught else None
    if before is not None and "before" in kept:
        before.load_state_dict(kept["before"])
    budget = Budget(args.minutes * 60, used)

    test = draw_batch(things, random.Random(77), 500)
    test_ids = encode_ids(tokenizer, test[0])
    rng = random.Random(1000 + step)
    saved = time.monotonic()
    while True:
        done = budget.share >= 1
        if done or time.monotonic() - saved > 60:
            encoder.eval()
            with torch.no_grad():
                named = heads(encoder(test_ids).last_hidden_state, test_ids, tokenizer.eos_token_id)
            encoder.train()
            right = [((t.argmax(1) == test[1]).float().mean().item(), (c.argmax(1) == test[2]).float().mean().item()) for t, c in named]
            print(f"step {step} used {budget.used:.0f}s right (thing, colour) by view {right}", flush=True)
            save_checkpoint(
                args.work / "text.pt", encoder=encoder.state_dict(), heads=heads.state_dict(),
                optimiser=optimiser.state_dict(), step=step, used=budget.used,
                **({} if before is None else {"before": before.state_dict()}),
            )
            saved = time.monotonic()
        if done:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(1e-3, budget.share, step)
        prompts, thing, colour = draw_batch(things, rng, args.batch)
        ids = encode_ids(tokenizer, prompts)
        if budget.share < 0.65:  # a causal encoder learns the first states as well from a cut sequence, and faster
            ids = ids[:, :SHORT]
        states = encoder(ids).last_hidden_state
        named = heads(states, ids, tokenizer.eos_token_id)
        loss = sum(F.cross_entropy(t, thing) + F.cross_entropy(c, colour) for t, c in named)
        if before is not None:
            known = (thing < args.taught) | (thing == len(things))
            loss = loss + KEEP * F.mse_loss(states[known], before(ids[known]).last_hidden_state)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        step += 1


if __name__ == "__main__":
    main()
