"""easel-eyes: one small convolutional network that names a picture, finds the things in it and tells them from the ground.

In: pixels [B, 3, 128, 128] in [-1, 1]. Out: what the picture shows as a whole (`logits`, things and unknown), and over a
grid of 16 x 16 cells whether a thing's middle lies there, which one, and how far its edges are; over 64 x 64, how much of a
pixel is a thing's (`alpha`) and where that thing's middle is (`middle`), so that two things that touch are told apart.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

CELLS = 16
WIDTHS = (24, 40, 64, 128, 192)


def block(inner: int, outer: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outer), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.block = block(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.block(x)


class Eyes(nn.Module):
    def __init__(self, things: int, widths: tuple[int, ...] = WIDTHS, head: int = 96, mask: int = 32):
        super().__init__()
        a, b, c, d, e = widths
        self.stem = block(3, a, 2)  # [B, 24, 64, 64]
        self.quarter = block(a, b, 2)  # [B, 40, 32, 32]
        self.eighth = nn.Sequential(block(b, c, 2), Residual(c))  # [B, 64, 16, 16]
        self.sixteenth = nn.Sequential(block(c, d, 2), Residual(d))  # [B, 128, 8, 8]
        self.whole = nn.Sequential(block(d, e, 2), Residual(e))  # [B, 192, 4, 4]
        self.name = nn.Linear(e, things + 1)
        self.from_whole, self.from_sixteenth, self.from_eighth = (block(width, c, kernel=1) for width in (e, d, c))
        self.merge = block(c, c)
        self.find = nn.Sequential(block(c, head), Residual(head))
        self.there = nn.Conv2d(head, 1, 1)
        self.which = nn.Conv2d(head, things, 1)
        self.edges = nn.Conv2d(head, 4, 1)
        self.mask_from_cells, self.mask_from_quarter = block(c, mask, kernel=1), block(b, mask, kernel=1)
        self.mask = nn.Sequential(block(mask, 24), nn.Conv2d(24, 12, 1))  # 12 = 3 maps of 2 x 2 pixels
        nn.init.constant_(self.there.bias, -4.0)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """logits [B, things + 1], there [B, 1, 16, 16] (logits), which [B, things, 16, 16] (logits), edges [B, 4, 16, 16]
        (distances to left, top, right, bottom in frame sides), alpha [B, 1, 64, 64] (logits), middle [B, 2, 64, 64]
        (offsets x, y in frame sides)."""
        quarter = self.quarter(self.stem(pixels))
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        whole = self.whole(sixteenth)
        cells = self.from_sixteenth(sixteenth) + F.interpolate(self.from_whole(whole), scale_factor=2.0, mode="nearest")
        cells = self.merge(self.from_eighth(eighth) + F.interpolate(cells, scale_factor=2.0, mode="nearest"))  # [B, 64, 16, 16]
        found = self.find(cells)
        fine = self.mask_from_quarter(quarter) + F.interpolate(self.mask_from_cells(cells), scale_factor=2.0, mode="nearest")
        maps = F.pixel_shuffle(self.mask(fine), 2)  # [B, 3, 64, 64]
        return (
            self.name(whole.mean((2, 3))), self.there(found), self.which(found), F.softplus(self.edges(found)), maps[:, :1], maps[:, 1:],
        )


def cell_middles() -> torch.Tensor:
    """(x, y) of each cell's middle, in frame sides: [2, 16, 16]."""
    at = (torch.arange(CELLS) + 0.5) / CELLS
    return torch.stack([at[None].expand(CELLS, CELLS), at[:, None].expand(CELLS, CELLS)])
