"""Pictures from pictures: what diffusers' image-to-image and inpainting pipelines draw in torch with the tiny models."""

from __future__ import annotations

from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image

from .restore import read_weights
from .tiny import SCHEDULER, build_tiny
from .tiny_layouts import inpainting
from .tokenizer import load_tokenizer
from .vectors import rounded, write

SIDE = 64

CLASSES = {
    "ddim": ("DDIMScheduler", {}), "pndm": ("PNDMScheduler", {}), "euler": ("EulerDiscreteScheduler", {}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}), "heun": ("HeunDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}), "unipc": ("UniPCMultistepScheduler", {}), "lcm": ("LCMScheduler", {}),
    "dpmpp_2m_sde": ("DPMSolverMultistepScheduler", dict(algorithm_type="sde-dpmsolver++")),
}

TEXT = dict(prompt="a cat", negative_prompt="red", seed=11, guidance_scale=4.0)
# model, task, scheduler, steps, strength
CASES = (
    *(("sd", "image", name, 4, 0.5) for name in CLASSES),
    ("sd", "image", "ddim", 3, 1.0),
    ("sd", "image", "pndm", 5, 0.85),
    ("sd", "image", "pndm", 6, 0.5),
    *(("sd", "mask", name, 4, 0.75) for name in ("ddim", "pndm", "heun", "euler_ancestral", "dpmpp_2m")),
    ("sd", "mask", "euler_ancestral", 3, 1.0),
    ("sd-inpaint", "mask", "ddim", 3, 1.0),
    ("sd-inpaint", "mask", "euler_ancestral", 4, 0.5),
    ("sd", "second pass", "ddim", 3, 0.75),
    ("sd", "second pass", "euler_ancestral", 3, 0.75),
)
SCALE = 1.5  # of a second pass


def picture(width: int = SIDE, height: int = SIDE) -> Image.Image:
    """A picture by rule, which the tests write again: RGB (4 x, 4 y, x y / 4), each modulo 256."""
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([4 * x % 256, 4 * y % 256, x * y // 4 % 256], -1).astype(np.uint8))


def soft_mask() -> Image.Image:
    """A white square with edges that fade over eight pixels: 32 times the distance from its rim, 0..255."""
    y, x = np.mgrid[:SIDE, :SIDE]
    rim = np.minimum(np.minimum(x - 12, 51 - x), np.minimum(y - 12, 51 - y))
    return Image.fromarray(np.clip(32 * rim, 0, 255).astype(np.uint8))


def modules(models: Path, model: str) -> dict:
    tokenizer = load_tokenizer(models / "tiny/sd/tokenizer")
    if model == "sd-inpaint":
        return {**inpainting(len(tokenizer)), "tokenizer": tokenizer}
    parts = dict(zip(("text_encoder", "unet", "vae"), build_tiny(len(tokenizer))))
    for name, module in parts.items():
        for parameter in module.parameters():
            if parameter.numel() >= 16:  # as `export.half_weights` keeps them
                parameter.data = parameter.data.half().float()
        require_same(module, models / "tiny/sd", ("vae_encoder", "vae_decoder") if name == "vae" else (name,))
    return {**parts, "tokenizer": tokenizer}


def require_same(module: torch.nn.Module, folder: Path, names: tuple[str, ...]) -> None:
    """What the graphs keep under a parameter's name is that parameter; equal ones (all 0, all 1) share one name there."""
    known = module.state_dict()
    for name in names:
        for key, values in read_weights(folder / name / "model.onnx").items():
            if key in known and not torch.equal(known[key], values.reshape(known[key].shape)):
                raise ValueError(f"{folder / name}: {key} is not what build_tiny makes")


def pipeline(kind: type, parts: dict, scheduler: str):
    name, extra = CLASSES[scheduler]
    made = kind(
        **parts, scheduler=getattr(diffusers, name).from_config(SCHEDULER | extra), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    )
    made.set_progress_bar_config(disable=True)
    return made


def run(pipe, steps: int, **settings) -> torch.Tensor:
    """Latents [1, C, h, w] as the last step left them."""
    return pipe(
        prompt=TEXT["prompt"], negative_prompt=TEXT["negative_prompt"], guidance_scale=TEXT["guidance_scale"], num_inference_steps=steps,
        generator=torch.Generator().manual_seed(TEXT["seed"]), output_type="latent", **settings,
    ).images


def decode(pipe, latents: torch.Tensor) -> np.ndarray:
    """uint8 [H, W, 3]."""
    pixels = pipe.vae.decode(latents / pipe.vae.config.scaling_factor, return_dict=False)[0]
    return (pipe.image_processor.postprocess(pixels, output_type="np")[0] * 255).round().astype(np.uint8)


def composite(drawn: np.ndarray) -> np.ndarray:
    """Where the mask is black the input picture comes through."""
    share = np.asarray(soft_mask(), np.float32)[..., None] / 255
    return (share * drawn + (1 - share) * np.asarray(picture(), np.float32)).round().astype(np.uint8)


@torch.no_grad()
def draw(models: Path, model: str, task: str, scheduler: str, steps: int, strength: float) -> tuple[torch.Tensor, np.ndarray]:
    parts = modules(models, model)
    if task == "mask":
        pipe = pipeline(diffusers.StableDiffusionInpaintPipeline, parts, scheduler)
        # diffusers would cut the mask to black and white; the edge is to stay soft.
        pipe.mask_processor = VaeImageProcessor(vae_scale_factor=8, do_normalize=False, do_binarize=False, do_convert_grayscale=True)
        latents = run(pipe, steps, image=picture(), mask_image=soft_mask(), strength=strength, width=SIDE, height=SIDE)
        return latents, composite(decode(pipe, latents))
    if task == "image":
        pipe = pipeline(diffusers.StableDiffusionImg2ImgPipeline, parts, scheduler)
        latents = run(pipe, steps, image=picture(), strength=strength)
        return latents, decode(pipe, latents)
    first = pipeline(diffusers.StableDiffusionPipeline, parts, scheduler)
    small = Image.fromarray(decode(first, run(first, steps, width=SIDE, height=SIDE)))
    large = small.resize((int(SIDE * SCALE), int(SIDE * SCALE)), Image.LANCZOS)
    pipe = pipeline(diffusers.StableDiffusionImg2ImgPipeline, parts, scheduler)
    latents = run(pipe, steps, image=large, strength=strength)
    return latents, decode(pipe, latents)


def resized() -> list[dict]:
    cases = []
    for (width, height), (to_width, to_height), box in (
        ((13, 9), (32, 20), None), ((48, 30), (16, 16), (9.0, 0.0, 39.0, 30.0)), ((40, 24), (40, 12), None),
    ):
        result = picture(width, height).resize((to_width, to_height), Image.LANCZOS, box=box)
        cases.append(
            {"task": "resize", "from": [width, height], "to": [to_width, to_height], "box": box, "pixels": np.asarray(result).reshape(-1).tolist()}
        )
    latents = torch.randn(1, 2, 3, 5, generator=torch.Generator().manual_seed(3))
    for size in ((6, 10), (4, 9)):
        enlarged = torch.nn.functional.interpolate(latents, size=size, mode="bilinear", align_corners=False)
        cases.append({"task": "interpolate", "seed": 3, "from": [3, 5], "to": list(size), "latents": rounded(enlarged)})
    return cases


def write_vectors(out: Path, models: Path) -> None:
    cases = []
    for model, task, scheduler, steps, strength in CASES:
        latents, pixels = draw(models, model, task, scheduler, steps, strength)
        rows = [0, len(pixels) // 2, len(pixels) - 1]
        cases.append(
            {"task": task, "model": model, **TEXT, "scheduler": scheduler, "num_steps": steps, "strength": strength,
             "size": [pixels.shape[1], pixels.shape[0]], "latents": rounded(latents), "rows": rows, "pixels": pixels[rows].reshape(-1).tolist()}
        )
    write(
        out / "tasks.json", "tasks",
        "models/tiny drawn by diffusers' StableDiffusionImg2ImgPipeline and StableDiffusionInpaintPipeline in torch, float32, weights as in"
        " the ONNX files. Input picture: RGB (4x, 4y, xy/4) modulo 256; mask: 32 times the distance from the rim of a square from 12 to 51,"
        " 0..255, not cut to black and white, and the picture composed under it. `second pass`: StableDiffusionPipeline, Pillow's LANCZOS to"
        " 1.5 times the size, then image to image with the same seed and steps. `pixels`: RGB of `rows`, 0..255, rounded.",
        cases + resized(),
    )
