"""Makes `models/tiny`: pipelines of random weights, for tests (diffusers' dummy sizes).

    python -m lab.tiny [--only sd,sdxl,...]

`sd` is the one that most tests draw with; the others have the layouts of `tiny_layouts.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from .export import export_pipeline
from .manifest import write_manifest
from .tokenizer import corpus, learn_merges, load_tokenizer, save_tokenizer
from .things import load_things
from .tiny_export import write_layout
from .tiny_layouts import LAYOUTS

SCHEDULER = {
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.42.1", "num_train_timesteps": 1000,
    "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "prediction_type": "epsilon",
    "skip_prk_steps": True, "set_alpha_to_one": False, "steps_offset": 1, "timestep_spacing": "leading", "clip_sample": False,
}


def build_tiny(vocabulary: int) -> tuple[CLIPTextModel, UNet2DConditionModel, AutoencoderKL]:
    torch.manual_seed(0)
    config = CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=16, intermediate_size=32, projection_dim=16, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=77, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1,
    )
    config._attn_implementation = "eager"
    unet = UNet2DConditionModel(
        block_out_channels=(4, 8), layers_per_block=1, sample_size=8, in_channels=4, out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16, attention_head_dim=2, norm_num_groups=2,
    )
    vae = AutoencoderKL(
        block_out_channels=(4, 4, 8, 8), in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=2, sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1,
        scaling_factor=0.18215,
    )
    return CLIPTextModel(config).eval(), unet.eval(), vae.eval()


def write_sd(folder: Path) -> None:
    save_tokenizer(folder / "tokenizer", learn_merges(corpus(load_things()[:12], 200), 120))
    parts = build_tiny(len(load_tokenizer(folder / "tokenizer")))
    export_pipeline(folder, *parts, SCHEDULER)
    (folder / "README.md").write_text(README, encoding="utf-8")
    write_manifest(
        folder, id="tiny-sd", name="Tiny SD (random)", description="Random weights in Stable Diffusion's shape: draws noise.",
        licence={"id": "Apache-2.0"}, latent_channels=4,
        defaults={"num_steps": 4, "guidance_scale": 7.5, "scheduler": "pndm", "width": 64, "height": 64}, sizes=[[64, 64]],
        scaling_factor=0.18215, preview=None,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("../tiny"))
    parser.add_argument("--only", default=",".join(["sd", *(layout.folder for layout in LAYOUTS)]))
    args = parser.parse_args()
    only = args.only.split(",")
    if "sd" in only:
        write_sd(args.out / "sd")
    for layout in LAYOUTS:
        if layout.folder in only:
            write_layout(args.out / layout.folder, layout, args.out / "sd/tokenizer")
            print(layout.folder, sum(path.stat().st_size for path in (args.out / layout.folder).rglob("*") if path.is_file()), flush=True)


README = """# tiny-sd

Random weights in Stable Diffusion's shape, for tests: it draws noise. Made by `python -m lab.tiny`
in `models/lab`; the same command makes the same numbers. Apache-2.0, trained on nothing.
"""

if __name__ == "__main__":
    main()
