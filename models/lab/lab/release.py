"""Puts the trained parts together: writes `models/easel-mini` (all files and the manifest).

    python -m lab.release --work work --out ../easel-mini     (--random: untrained weights, to try the chain)
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch

from .export import export_pipeline
from .manifest import write_manifest
from .text import build_text_encoder
from .tokenizer import load_tokenizer
from .training import load_checkpoint
from .unet import SCHEDULER, build_unet
from .vae import build_vae

DEFAULTS = {"num_steps": 12, "guidance_scale": 2.5, "scheduler": "ddim", "width": 128, "height": 128}
LICENCE = {
    "id": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0",
    "attribution": "Trained on drawings of Noto Emoji, copyright Google LLC, Apache-2.0.",
}
DESCRIPTION = "Easel's own small model: 130 common things on eleven plain grounds, in English and Chinese."


def load_parts(work: Path, random: bool):
    """(text encoder, unet, vae, preview) from the trainings' checkpoints, averaged weights where kept."""
    torch.manual_seed(0)
    tokenizer = load_tokenizer(work / "tokenizer")
    text_encoder, unet, vae, preview = build_text_encoder(len(tokenizer)), build_unet(), build_vae(), None
    if not random:
        text_encoder.load_state_dict(load_checkpoint(work / "text.pt")["encoder"])
        kept = load_checkpoint(work / "latents.pt")
        vae.load_state_dict(load_checkpoint(work / "vae.pt")["average"])
        vae.register_to_config(scaling_factor=kept["scaling_factor"])
        preview = kept["preview"]
        unet.load_state_dict(load_checkpoint(work / "unet.pt")["average"])
    return text_encoder.eval(), unet.eval(), vae.eval(), preview


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, default=Path("../easel-mini"))
    parser.add_argument("--random", action="store_true")
    args = parser.parse_args()
    text_encoder, unet, vae, preview = load_parts(args.work, args.random)
    args.out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(args.work / "tokenizer", args.out / "tokenizer", dirs_exist_ok=True)
    export_pipeline(args.out, text_encoder, unet, vae, SCHEDULER)
    channels = vae.config.latent_channels
    manifest = write_manifest(
        args.out, id="easel-mini", name="Easel mini", description=DESCRIPTION, licence=LICENCE, latent_channels=channels,
        defaults=DEFAULTS, sizes=[[128, 128]], scaling_factor=vae.config.scaling_factor,
        preview=preview or {"latent_rgb_factors": [[0.1, 0.1, 0.1]] * channels, "bias": [0.5, 0.5, 0.5]},
    )
    print(f"{args.out}: {manifest['total_size'] / 1e6:.1f} MB, revision {manifest['revision']}")


if __name__ == "__main__":
    main()
