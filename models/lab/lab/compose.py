"""Scenes: one drawing, moved, sized and mirrored, on a coloured ground. Vectorised over a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .things import COLOURS

SIZE = 128


@dataclass
class Scenes:
    pixels: torch.Tensor  # float32 [B, 3, 128, 128] in [-1, 1]
    thing: torch.Tensor  # int64 [B]
    colour: torch.Tensor  # int64 [B]


class Composer:
    """Draws random scenes from rendered things, uint8 [N, 256, 256, 4]."""

    SCALE = (0.74, 0.90)  # the drawing's side as a share of the frame's
    SHIFT = 0.05  # the most it is moved, as a share of the frame's side
    JITTER = 9.0  # the ground's colour varies by as much, in 0..255

    def __init__(self, rendered: np.ndarray):
        rgba = torch.from_numpy(rendered.astype(np.float32) / 255).permute(0, 3, 1, 2)  # [N, 4, 256, 256]
        alpha = rgba[:, 3:]
        self.premultiplied = torch.cat([rgba[:, :3] * alpha, alpha], 1).contiguous()
        self.grounds = torch.tensor([colour.rgb for colour in COLOURS], dtype=torch.float32) / 255
        self.count = len(rendered)

    def draw(
        self, size: int, generator: torch.Generator, things: torch.Tensor | None = None, colours: torch.Tensor | None = None,
        mirrored: bool = True,
    ) -> Scenes:
        """`size` scenes; things and grounds are drawn evenly where they are not given (int64 [B]); half
        of them are mirrored unless `mirrored` is false."""
        if things is None:
            things = torch.randint(self.count, (size,), generator=generator)
        if colours is None:
            colours = torch.randint(len(COLOURS), (size,), generator=generator)

        low, high = self.SCALE
        scale = low + (high - low) * torch.rand(size, generator=generator)
        shift = self.SHIFT * (2 * torch.rand(size, 2, generator=generator) - 1)
        mirror = 1 - 2 * torch.randint(2 if mirrored else 1, (size,), generator=generator).float()

        # Affine maps from the frame's [-1, 1] square into the drawing's, [B, 2, 3].
        theta = torch.zeros(size, 2, 3)
        theta[:, 0, 0] = mirror / scale
        theta[:, 1, 1] = 1 / scale
        theta[:, :, 2] = -2 * shift / scale[:, None] * torch.stack([mirror, torch.ones(size)], 1)
        # Sampled at twice the size and averaged: bilinear sampling alone would alias thin lines.
        grid = F.affine_grid(theta, [size, 4, 2 * SIZE, 2 * SIZE], align_corners=False)
        layer = F.grid_sample(self.premultiplied[things], grid, align_corners=False)
        layer = F.avg_pool2d(layer, 2)  # [B, 4, 128, 128]

        jitter = self.JITTER / 255 * (2 * torch.rand(size, 3, generator=generator) - 1)
        ground = (self.grounds[colours] + jitter).clamp(0, 1)[:, :, None, None]  # [B, 3, 1, 1]
        pixels = layer[:, :3] + ground * (1 - layer[:, 3:])
        return Scenes(pixels * 2 - 1, things, colours)


def make_scenes(composer: Composer, count: int, generator: torch.Generator, mirrored: bool = True) -> Scenes:
    """`count` scenes with their pixels as uint8 [count, 3, 128, 128]."""
    parts = [composer.draw(min(64, count - at), generator, mirrored=mirrored) for at in range(0, count, 64)]
    pixels = torch.cat([((part.pixels + 1) * 127.5).round().byte() for part in parts])
    return Scenes(pixels, torch.cat([part.thing for part in parts]), torch.cat([part.colour for part in parts]))
