"""What models/tiny/sd draws: text states, final latents and pixels, by onnxruntime and diffusers."""

from __future__ import annotations

from pathlib import Path

from .draw import OnnxPipeline
from .vectors import rounded, write

import torch

CASES = (
    dict(prompt="a cat", negative_prompt="", seed=42, num_steps=4, guidance_scale=7.5, scheduler="ddim"),
    dict(prompt="蓝色背景上的一只猫", negative_prompt="blurry", seed=7, num_steps=3, guidance_scale=1.0, scheduler="ddim"),
    dict(prompt="a dog", negative_prompt="red", seed=3, num_steps=4, guidance_scale=5.0, scheduler="euler_ancestral"),
    dict(prompt="a dog", negative_prompt="", seed=3, num_steps=5, guidance_scale=5.0, scheduler="pndm"),
)


def write_vectors(out: Path, models: Path) -> None:
    pipeline = OnnxPipeline(models / "tiny/sd")
    cases = []
    for case in CASES:
        drawing = pipeline.draw(
            [case["prompt"]], [case["seed"]], case["num_steps"], case["guidance_scale"], case["scheduler"], case["negative_prompt"]
        )
        pixels = (drawing.pixels[0] * 255).round().astype("uint8")  # [64, 64, 3]
        states = torch.from_numpy(pipeline.encode([case["prompt"]])[0])
        cases.append(
            {**case, "width": 64, "height": 64, "text_states_first_rows": rounded(states[:3]), "latents_shape": list(drawing.latents.shape),
             "latents": rounded(drawing.latents), "pixels_rows_0_32_63": pixels[[0, 32, 63]].reshape(-1).tolist()}
        )
    write(
        out / "tiny-sd.json", "tiny",
        "models/tiny/sd drawn by onnxruntime (CPU) and diffusers' schedulers made from its scheduler_config.json; `latents` as the last"
        " step left them; pixels: RGB rows 0, 32 and 63 of the 64 x 64 picture, 0..255, rounded.", cases,
    )
