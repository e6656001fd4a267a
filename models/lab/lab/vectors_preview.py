"""What the tiny preview decoder (`tiny_preview.py`) decodes in torch."""

from __future__ import annotations

from pathlib import Path

import torch

from .tiny_preview import build
from .vectors import write

SEED = 9
ROWS = [0, 31, 63]


@torch.no_grad()
def write_vectors(out: Path, models: Path) -> None:
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(SEED))
    pixels = (build().decode(latents, return_dict=False)[0][0] / 2 + 0.5).clamp(0, 1)  # [3, 64, 64]
    rows = (pixels * 255).round().to(torch.uint8).permute(1, 2, 0)[ROWS]
    write(
        out / "preview-decoder.json", "preview",
        "Latents torch.randn(1, 4, 8, 8) of the seed, decoded by models/tiny/preview-decoder (diffusers' AutoencoderTiny in torch, weights as"
        " in the file); pixels: RGB of `rows`, 0..255, rounded.",
        [{"seed": SEED, "rows": ROWS, "pixels": rows.reshape(-1).tolist()}],
    )
