"""What easel-mini draws, by diffusers' StableDiffusionPipeline in torch (weights read from the ONNX files)."""

from __future__ import annotations

from pathlib import Path

import torch

from .restore import torch_pipeline
from .vectors import rounded, write

CASES = (
    dict(prompt="a cat", negative_prompt="", seed=1, num_steps=12, guidance_scale=3.0, scheduler="ddim"),
    dict(prompt="蓝色背景上的一个苹果", negative_prompt="", seed=2, num_steps=12, guidance_scale=3.0, scheduler="ddim"),
    dict(prompt="a car, yellow background", negative_prompt="", seed=3, num_steps=8, guidance_scale=1.0, scheduler="ddim"),
)


def write_vectors(out: Path, models: Path) -> None:
    pipeline = torch_pipeline(models / "easel-mini")
    pipeline.set_progress_bar_config(disable=True)
    cases = []
    for case in CASES:
        settings = dict(
            prompt=case["prompt"], negative_prompt=case["negative_prompt"], num_inference_steps=case["num_steps"],
            guidance_scale=case["guidance_scale"], width=128, height=128,
        )
        latents = pipeline(**settings, generator=torch.Generator().manual_seed(case["seed"]), output_type="latent").images
        pixels = pipeline(**settings, generator=torch.Generator().manual_seed(case["seed"]), output_type="np").images[0]
        pixels = (pixels * 255).round().astype("uint8")  # [128, 128, 3]
        cases.append(
            {**case, "width": 128, "height": 128, "latents_shape": list(latents.shape), "latents": rounded(latents),
             "pixels_rows_0_64_127": pixels[[0, 64, 127]].reshape(-1).tolist()}
        )
    write(
        out / "easel-mini.json", "mini",
        "models/easel-mini drawn by diffusers' StableDiffusionPipeline (torch, float32, weights read from the ONNX files, DDIM);"
        " `latents` as the last step left them; pixels: RGB rows 0, 64 and 127, 0..255, rounded.", cases,
    )
