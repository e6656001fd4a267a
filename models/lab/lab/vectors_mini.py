"""What easel-mini draws, by diffusers' StableDiffusionPipeline in torch (weights read from the ONNX files)."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image

from .restore import torch_pipeline
from .vectors import write

PROMPTS = (
    "a cat", "蓝色背景上的一个苹果", "a car, yellow background", "红色背景上的一只狗", "a mushroom on a blue background", "一条鱼，绿色背景",
    "a rocket, black background", "一只猫", "a star on a purple background", "白色背景上的一只蝴蝶", "a red apple on a blue background", "一棵树",
    "a house on a green background", "粉色背景上的一朵花", "a fish", "黄色背景上的一辆汽车", "a guitar, orange background", "一个足球", "a castle", "灰色背景上的一只鸟",
)
# On every runtime; and short ones for those that take seconds a step.
CASES = [dict(prompt=prompt, negative_prompt="", seed=seed, num_steps=12, guidance_scale=2.5) for seed, prompt in enumerate(PROMPTS, 1)]
SHORT = [dict(prompt=prompt, negative_prompt="", seed=seed, num_steps=4, guidance_scale=2.5) for seed, prompt in enumerate(PROMPTS[:2], 1)]


def write_vectors(out: Path, models: Path) -> None:
    pipeline = torch_pipeline(models / "easel-mini")
    pipeline.set_progress_bar_config(disable=True)
    folder = out / "easel-mini"
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for index, case in enumerate(CASES + SHORT, 1):
        pixels = pipeline(
            prompt=case["prompt"], negative_prompt=case["negative_prompt"], num_inference_steps=case["num_steps"],
            guidance_scale=case["guidance_scale"], width=128, height=128, generator=torch.Generator().manual_seed(case["seed"]), output_type="np",
        ).images[0]  # float32 [128, 128, 3] in [0, 1]
        picture = f"{index:02}.png"
        Image.fromarray((pixels * 255).round().astype("uint8")).save(folder / picture, optimize=True)
        cases.append({**case, "scheduler": "ddim", "width": 128, "height": 128, "picture": picture})
    write(
        folder / "cases.json", "mini",
        "models/easel-mini drawn by diffusers' StableDiffusionPipeline (torch, float32, weights read from the ONNX files, DDIM); each picture"
        " as a PNG beside this file.", cases,
    )
