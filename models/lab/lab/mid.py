"""Makes a mid-sized model of random weights in Stable Diffusion's shape, for the benchmark; it draws noise.

    python -m lab.mid --out FOLDER

About 50 M parameters in the UNet, 512 x 512. No attention over the 64 x 64 latents themselves: there the exporter's
plain attention would measure the memory of its score matrix and nothing else.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from .export import export_pipeline
from .manifest import write_manifest
from .tiny import SCHEDULER
from .tokenizer import load_tokenizer

WIDTH = 256


def build(vocabulary: int) -> tuple[CLIPTextModel, UNet2DConditionModel, AutoencoderKL]:
    torch.manual_seed(0)
    config = CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=4 * WIDTH, projection_dim=WIDTH, num_hidden_layers=6,
        num_attention_heads=4, max_position_embeddings=77, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1,
    )
    config._attn_implementation = "eager"
    unet = UNet2DConditionModel(
        block_out_channels=(96, 192, 288, 288), layers_per_block=2, sample_size=64, in_channels=4, out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH, attention_head_dim=4,
    )
    vae = AutoencoderKL(
        block_out_channels=(16, 32, 64, 64), in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=8, sample_size=512,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1,
        scaling_factor=0.18215, mid_block_add_attention=False,
    )
    return CLIPTextModel(config).eval(), unet.eval(), vae.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, default=Path("../easel-mini/tokenizer"))
    args = parser.parse_args()
    shutil.copytree(args.tokenizer, args.out / "tokenizer", dirs_exist_ok=True)
    parts = build(len(load_tokenizer(args.out / "tokenizer")))
    print("unet:", sum(parameter.numel() for parameter in parts[1].parameters()), "parameters")
    export_pipeline(args.out, *parts, SCHEDULER, half=False)
    write_manifest(
        args.out, id="mid-sd", name="Mid SD (random)", description="Random weights in Stable Diffusion's shape: draws noise.",
        licence={"id": "Apache-2.0"}, latent_channels=4,
        defaults={"num_steps": 4, "guidance_scale": 7.5, "scheduler": "ddim", "width": 512, "height": 512}, sizes=[[512, 512]],
        scaling_factor=0.18215, preview=None,
    )


if __name__ == "__main__":
    main()
