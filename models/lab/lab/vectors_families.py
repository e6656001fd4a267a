"""What diffusers' own pipelines draw, in PyTorch, with the weights of `models/tiny`'s layouts.

Each picture is drawn in float32 by the pipeline that the layout was exported from, whatever element
type the export computes in: how far half precision may stray is the tests' to say.
"""

from __future__ import annotations

import json
from pathlib import Path

import diffusers
import torch

from .draw import SCHEDULERS
from .tiny_layouts import LAYOUTS, Layout, Parts
from .tokenizer import load_tokenizer
from .vectors import rounded, write

CLASSES = {**{name: kind for name, (kind, _) in SCHEDULERS.items()}, "lcm": "LCMScheduler"}
VISIBLE = 0.05
"""What a word, the size or the guidance scale must at least change in the final latents, as a part of their deviation."""


def tokenizers(layout: Layout, folder: Path) -> dict:
    """A tokenizer that lies elsewhere and pads otherwise than its files say is loaded with what the manifest says."""
    told = {entry["tokenizer"]: entry for entry in layout.tokenizers}
    loaded = {}
    for name in ("tokenizer", "tokenizer_2")[: len(layout.pads)]:
        loaded[name] = load_tokenizer(folder / told.get(name, {}).get("folder", name))
        if name in told:
            loaded[name].add_special_tokens({"pad_token": told[name]["pad_token"]})
    return loaded


def pipeline_of(layout: Layout, parts: Parts, folder: Path, scheduler: str) -> diffusers.DiffusionPipeline:
    sampler = getattr(diffusers, CLASSES[scheduler]).from_config(layout.scheduler)
    kinds = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    if layout.pipeline == "StableDiffusionXLPipeline":
        kinds = {"force_zeros_for_empty_prompt": True, "add_watermarker": False}
    pipeline = getattr(diffusers, layout.pipeline)(**parts, **tokenizers(layout, folder), scheduler=sampler, **kinds)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def draw(layout: Layout, parts: Parts, folder: Path, case: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """Final latents [1, 4, h, w] and pixels [H, W, 3], 0..255."""
    pipeline = pipeline_of(layout, parts, folder, case["scheduler"])
    more = {} if layout.pipeline == "LatentConsistencyModelPipeline" else {"negative_prompt": case["negative_prompt"] or None}
    settings = dict(
        prompt=case["prompt"], num_inference_steps=case["num_steps"], guidance_scale=case["guidance_scale"],
        height=case.get("height", 64), width=case.get("width", 64), **more,
        **({"original_size": case["original_size"]} if "original_size" in case else {}),
    )
    seeded = torch.Generator().manual_seed(case["seed"])
    latents = pipeline(**settings, generator=seeded, output_type="latent").images
    with torch.no_grad():
        picture = pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor, return_dict=False)[0][0]  # [3, H, W]
    pixels = ((picture / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0)
    return latents, pixels


def require_visible(layout: Layout, parts: Parts, folder: Path, case: dict, latents: torch.Tensor, pixels: torch.Tensor) -> None:
    """An input that moves nothing would prove nothing."""
    others: dict[str, object] = {"prompt": "two dogs and a bird"}
    if case.get("width", 64) != 64:
        others["original_size"] = (64, 64)  # the order of height and width
    if case["negative_prompt"] and case["guidance_scale"] > 1:
        others["negative_prompt"] = "green"
    if layout.pipeline == "LatentConsistencyModelPipeline" or case["guidance_scale"] > 1:
        others["guidance_scale"] = case["guidance_scale"] + 3
    for name, value in others.items():
        change = draw(layout, parts, folder, {**case, name: value})[0] - latents
        if change.std() < VISIBLE * latents.std():
            raise ValueError(f"{layout.folder}: {name} changes the latents by {change.std() / latents.std():.4f} of their deviation only")
    if pixels.std() < 10 or ((pixels > 0) & (pixels < 255)).float().mean() < 0.8:
        raise ValueError(f"{layout.folder}: the picture is flat ({pixels.std():.1f}) or clipped")


def inpainting_evaluation(parts: Parts) -> dict:
    """One evaluation of the nine-channel UNet: latents, mask and masked latents in, the noise out."""
    generator = torch.Generator().manual_seed(101)
    sample, masked = (torch.randn(1, 4, 8, 8, generator=generator) for _ in range(2))
    mask = (torch.rand(1, 1, 8, 8, generator=generator) > 0.5).float()
    states = torch.randn(1, 77, 16, generator=generator)
    with torch.no_grad():
        out = parts["unet"](torch.cat([sample, mask, masked], 1), 481, states).sample
    return {
        "sample": rounded(sample), "extra": rounded(torch.cat([mask, masked], 1)), "timestep": 481,
        "encoder_hidden_states": rounded(states), "out_sample": rounded(out),
    }


def write_vectors(out: Path, models: Path) -> None:
    cases = []
    for layout in LAYOUTS:
        folder = models / "tiny" / layout.folder
        vocabulary = len(json.loads((models / "tiny/sd/tokenizer/vocab.json").read_text(encoding="utf-8")))
        parts = layout.parts(vocabulary)
        if layout.folder == "sd-inpaint":
            write(
                out / "sd-inpaint.json", "families", "One evaluation of models/tiny/sd-inpaint's UNet in PyTorch: sample [1, 4, 8, 8],"
                " extra [1, 5, 8, 8] (the mask, then the masked latents), out_sample [1, 4, 8, 8].", [inpainting_evaluation(parts)],
            )
        for case in layout.cases:
            latents, pixels = draw(layout, parts, folder, case)
            require_visible(layout, parts, folder, case, latents, pixels)
            cases.append(
                {"folder": layout.folder, "width": 64, "height": 64, **case, "latents": rounded(latents),
                 "pixels_rows_0_32_63": pixels[[0, 32, 63]].reshape(-1).int().tolist()}
            )
            print(layout.folder, case["seed"], f"latents {latents.std():.2f} pixels {pixels.mean():.0f} +- {pixels.std():.0f}", flush=True)
    write(
        out / "families.json", "families",
        "models/tiny's layouts drawn by diffusers' own pipelines in PyTorch, float32: `latents` [1, 4, height / 8, width / 8] as the last step"
        " left them; pixels: RGB rows 0, 32 and 63 of the picture, 0..255, rounded.", cases,
    )
