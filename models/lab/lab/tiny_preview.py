"""Makes `models/tiny/preview-decoder`: a TAESD of random weights, for tests.

    python -m lab.tiny_preview [--out ../tiny/preview-decoder]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderTiny

from .export import write_graph
from .tiny_parts import spread

LATENTS = {0: "batch", 2: "height", 3: "width"}


class PreviewDecoderGraph(torch.nn.Module):
    """latent_sample [B, C, h, w], as the denoiser sees it -> sample [B, 3, 8h, 8w] in [-1, 1]."""

    def __init__(self, model: AutoencoderTiny):
        super().__init__()
        self.model = model

    def forward(self, latent_sample: torch.Tensor) -> torch.Tensor:
        return self.model.decode(latent_sample, return_dict=False)[0]


def build() -> AutoencoderTiny:
    model = AutoencoderTiny(
        encoder_block_out_channels=(4,) * 4, decoder_block_out_channels=(4,) * 4, num_encoder_blocks=(1,) * 4, num_decoder_blocks=(1,) * 4,
    )
    return spread(model, "preview decoder")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("../tiny/preview-decoder"))
    args = parser.parse_args()
    model = build()
    torch.manual_seed(0)
    write_graph(
        PreviewDecoderGraph(model), {"latent_sample": torch.randn(2, 4, 8, 8)}, ["sample"], {"latent_sample": LATENTS}, args.out / "model.onnx",
    )
    (args.out / "README.md").write_text(README, encoding="utf-8")


README = """# A preview decoder

TAESD's layout (diffusers' AutoencoderTiny) with random weights, for tests: latents as the denoiser
sees them in, pixels in [-1, 1] out. Made by `python -m lab.tiny_preview` in `models/lab`; the same
command makes the same numbers. Apache-2.0, trained on nothing.
"""

if __name__ == "__main__":
    main()
