"""What the denoiser's trainings learn from: kept latents, each with a freshly written prompt."""

from __future__ import annotations

import random
from pathlib import Path

import torch

from .prompts import MEANINGLESS, write_prompt
from .text import build_text_encoder, encode_ids
from .things import DEFAULT_COLOUR, load_things
from .tokenizer import load_tokenizer
from .training import autocast, load_checkpoint

PLAIN = 0.7  # share of scenes on the default ground whose prompt does not name it


class LatentBatches:
    """Draws batches; the same seed draws the same ones."""

    def __init__(self, work: Path, seed: int, nothing: float):
        """:param nothing: the share of prompts that name nothing."""
        self.things = load_things()
        self.tokenizer = load_tokenizer(work / "tokenizer")
        self.encoder = build_text_encoder(len(self.tokenizer)).eval().requires_grad_(False)
        self.encoder.load_state_dict(load_checkpoint(work / "text.pt")["encoder"])
        data = load_checkpoint(work / "latents.pt")
        self.latents, self.thing, self.colour = data["latents"], data["thing"].tolist(), data["colour"].tolist()
        self.nothing = nothing
        self.rng = random.Random(7000 + seed)
        self.generator = torch.Generator().manual_seed(9000 + seed)

    def draw(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """(clean latents [B, C, h, w], text states [B, 77, D])"""
        rows = torch.randint(len(self.latents), (count,), generator=self.generator)
        return self.latents[rows], self.read([self._prompt(row) for row in rows.tolist()])

    def noise(self, clean: torch.Tensor) -> torch.Tensor:
        return torch.randn(clean.shape, generator=self.generator)

    @torch.no_grad()
    def read(self, prompts: list[str]) -> torch.Tensor:
        """Text states [B, 77, D]."""
        with autocast():
            return self.encoder(encode_ids(self.tokenizer, prompts)).last_hidden_state.float()

    def _prompt(self, row: int) -> str:
        plain = self.colour[row] == DEFAULT_COLOUR and self.rng.random() < PLAIN
        if self.rng.random() < self.nothing:
            return self.rng.choice(MEANINGLESS)
        return write_prompt(self.things[self.thing[row]], None if plain else self.colour[row], self.rng)
