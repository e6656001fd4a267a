"""The layouts of known ONNX pipelines: for each a tiny model of random weights with the same file names, inputs,
outputs and element types, and the pictures that it is tested with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch

from .tiny_parts import autoencoder, round_to_four_bits, text_encoder, unet, xl_unet
from .tokenizer import END

Parts = dict[str, torch.nn.Module]

BETAS = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False}
PNDM = {
    "_class_name": "PNDMScheduler", **BETAS, "prediction_type": "epsilon", "skip_prk_steps": True, "set_alpha_to_one": False,
    "steps_offset": 1, "timestep_spacing": "leading",
}
VELOCITY = {
    "_class_name": "DDIMScheduler", **BETAS, "prediction_type": "v_prediction", "set_alpha_to_one": False, "steps_offset": 1,
    "timestep_spacing": "leading",
}
TURBO = {
    "_class_name": "EulerDiscreteScheduler", **BETAS, "prediction_type": "epsilon", "steps_offset": 1, "timestep_spacing": "trailing",
}
XL = {
    "_class_name": "EulerDiscreteScheduler", **BETAS, "prediction_type": "epsilon", "steps_offset": 1, "timestep_spacing": "leading",
    "interpolation_type": "linear", "use_karras_sigmas": False,
}
XL_TURBO = {**TURBO, "_class_name": "EulerAncestralDiscreteScheduler"}
LCM = {
    "_class_name": "LCMScheduler", **BETAS, "prediction_type": "epsilon", "set_alpha_to_one": True, "steps_offset": 0,
    "timestep_spacing": "leading", "original_inference_steps": 50, "timestep_scaling": 10.0,
}


def sd(vocabulary: int) -> Parts:
    return {"text_encoder": text_encoder("sd.text", vocabulary), "unet": unet("sd.unet"), "vae": autoencoder("sd.vae")}


def sd2(vocabulary: int) -> Parts:
    return {
        "text_encoder": text_encoder("sd2.text", vocabulary, width=24),
        "unet": unet("sd2.unet", context=24, use_linear_projection=True), "vae": autoencoder("sd2.vae"),
    }


def consistency(vocabulary: int) -> Parts:
    return {**sd(vocabulary), "unet": unet("lcm.unet", time_cond_proj_dim=256)}


def inpainting(vocabulary: int) -> Parts:
    return {**sd(vocabulary), "unet": unet("inpaint.unet", in_channels=9)}


def xl(vocabulary: int) -> Parts:
    return {
        "text_encoder": text_encoder("xl.text", vocabulary), "text_encoder_2": text_encoder("xl.text2", vocabulary, width=24, projection=32),
        "unet": xl_unet("xl.unet", context=40, pooled=32), "vae": autoencoder("xl.vae", 0.13025),
    }


def xl_four_bits(vocabulary: int) -> Parts:
    """As deep as the real encoders, so that their penultimate layers are called as there; all but the autoencoder in four bits."""
    parts = {
        "text_encoder": text_encoder("xl4.text", vocabulary, layers=12),
        "text_encoder_2": text_encoder("xl4.text2", vocabulary, width=24, layers=32, projection=32),
        "unet": xl_unet("xl4.unet", context=40, pooled=32), "vae": autoencoder("xl4.vae", 0.13025),
    }
    return {name: round_to_four_bits(part) if name != "vae" else part for name, part in parts.items()}


@dataclass(frozen=True)
class Layout:
    folder: str
    about: str
    parts: Callable[[int], Parts]
    scheduler: dict
    cases: tuple[dict, ...]
    """Requests: prompt, negative_prompt, seed, num_steps, guidance_scale, scheduler; width and height, if not 64."""
    pipeline: str = "StableDiffusionPipeline"
    """diffusers' class; `model_index.json` says it with `Onnx` or `ORT` before it, as the exporters write it."""
    prefix: str = "ORT"
    configs: Literal["all", "index", "none"] = "all"
    """What the repository has beside its graphs: each part's config.json and model_index.json, the index alone, nothing."""
    graphs: dict[str, str] = field(default_factory=dict)
    """Component -> file, where it is not `<component>/model.onnx`."""
    external: dict[str, tuple[str, ...]] = field(default_factory=dict)
    half: tuple[str, ...] = ()
    """Components computed, fed and answering in float16."""
    four_bits: tuple[str, ...] = ()
    ids: dict[str, str] = field(default_factory=dict)
    """Element type of `input_ids` by component, where it is not int64."""
    timestep: str = "int64"
    batch: int | None = None
    """The only batch that the denoiser takes, timesteps of as many; any by default."""
    penultimate_only: bool = False
    """Text encoders that answer with the layer that the denoiser reads, and no other."""
    vae_encoder: bool = False
    sizes: tuple[tuple[int, int], ...] = ((64, 64),)
    pads: tuple[str, ...] = (END,)
    """What each tokenizer pads with."""
    tokenizers: tuple[dict, ...] = ()
    """The manifest's `tokenizers`, where they lie elsewhere or pad otherwise than their files say."""


def request(prompt: str, seed: int, num_steps: int, guidance_scale: float, scheduler: str, negative_prompt: str = "", **more: object) -> dict:
    return dict(
        prompt=prompt, negative_prompt=negative_prompt, seed=seed, num_steps=num_steps, guidance_scale=guidance_scale, scheduler=scheduler, **more
    )


LAYOUTS = (
    Layout(
        "sd2", "Stable Diffusion 2.x as Optimum exports it: v prediction, padded with token 0; the UNet's weights in two files of other names.",
        sd2, VELOCITY, (request("a red cat", 11, 3, 7.5, "ddim", "blurry"), request("two dogs", 12, 2, 5.0, "euler")), pads=("!",),
        external={"unet": ("model-1.bin", "model-2.bin")},
    ),
    Layout(
        "sd-inpaint", "Stable Diffusion 1.5 inpainting as Optimum exports it: the UNet sees nine channels.",
        inpainting, PNDM, (), pipeline="StableDiffusionInpaintPipeline", vae_encoder=True,
    ),
    Layout(
        "sd-turbo-ort-web", "schmuell/sd-turbo-ort-web: whole files, float32 in and out, int32 ids, no tokenizer and no configuration.",
        sd2, TURBO, tuple(request("a cat", 20 + steps, steps, 0.0, "euler") for steps in (1, 2, 3, 4)), configs="none",
        ids={"text_encoder": "int32"}, tokenizers=({"tokenizer": "tokenizer", "folder": "clip", "pad_token": "!"},),
    ),
    Layout(
        "sd-turbo-webnn", "microsoft/sd-turbo-webnn: model_layernorm.onnx, int32 ids, float16 all but the autoencoder, timestep float16[1].",
        sd2, TURBO, (request("a dog", 31, 1, 0.0, "euler"),), configs="none", half=("text_encoder", "unet"), ids={"text_encoder": "int32"},
        timestep="float16", pads=("!",), graphs={part: f"{part}/model_layernorm.onnx" for part in ("text_encoder", "unet")},
    ),
    Layout(
        "sd15-webnn", "microsoft/stable-diffusion-v1.5-webnn: graphs by long names, a UNet for a batch of two, timestep int64[2], float16.",
        sd, PNDM, (request("a cat", 41, 2, 7.5, "ddim", "red"), request("a cat", 42, 2, 1.0, "euler")), configs="none",
        half=("text_encoder", "unet", "vae_decoder"), ids={"text_encoder": "int32"}, batch=2,
        graphs={
            "text_encoder": "text-encoder.onnx", "unet": "sd-unet-v1.5-model-b2c4h64w64s77-float16-compute-and-inputs-layernorm.onnx",
            "vae_decoder": "Stable-Diffusion-v1.5-vae-decoder-float16-fp32-instancenorm.onnx",
        },
    ),
    Layout(
        "sdxl-turbo-webnn", "webnn/sdxl-turbo: onnx/*_q4f16.onnx, int32 and int64 ids, the penultimate layers alone, time_ids float16.",
        xl_four_bits, XL_TURBO, (request("a cat", 51, 1, 0.0, "euler_ancestral"), request("a dog", 52, 2, 0.0, "euler_ancestral")),
        pipeline="StableDiffusionXLPipeline", configs="none", half=("text_encoder", "text_encoder_2", "unet", "vae_decoder"),
        four_bits=("text_encoder", "text_encoder_2", "unet"), ids={"text_encoder": "int32"}, timestep="float16", penultimate_only=True,
        pads=(END, "!"),
        graphs={part: f"onnx/{part}_model_q4f16.onnx" for part in ("text_encoder", "text_encoder_2", "unet", "vae_decoder")},
    ),
    Layout(
        "aislamov-sd", "aislamov/stable-diffusion-2-1-base-onnx: weights.pb, int32 ids, timestep float32.",
        sd2, VELOCITY, (request("a cat", 61, 2, 7.5, "dpmpp_2m", "a dog"), request("a cat", 62, 3, 4.0, "euler")), pads=("!",),
        prefix="Onnx", ids={"text_encoder": "int32"}, timestep="float32", external={"unet": ("weights.pb",)},
    ),
    Layout(
        "aislamov-sd14", "aislamov/stable-diffusion-v1-4-onnx: int32 ids, timestep int64.",
        sd, PNDM, (request("a cat", 63, 3, 7.5, "pndm"),), prefix="Onnx", ids={"text_encoder": "int32"},
    ),
    Layout(
        "aislamov-lcm", "aislamov/lcm-dreamshaper-v7-onnx: model.onnx_data, int32 ids, timestep float32, the guidance scale as timestep_cond.",
        consistency, LCM, (request("a cat", 71, 4, 8.0, "lcm"), request("a cat", 71, 1, 1.5, "lcm")), pipeline="LatentConsistencyModelPipeline",
        ids={"text_encoder": "int32"}, timestep="float32", external={"unet": ("model.onnx_data",)},
    ),
    Layout(
        "nmkd", "nmkd/stable-diffusion-1.5-onnx-fp16: a small graph and weights.pb, float16 at every boundary, timestep float16.",
        sd, PNDM, (request("a cat", 81, 3, 7.5, "ddim", "a dog"),), prefix="Onnx", configs="index", half=("text_encoder", "unet", "vae_decoder"),
        ids={"text_encoder": "int32"}, timestep="float16", external={"unet": ("weights.pb",)},
    ),
    Layout(
        "sdxl", "Stable Diffusion XL as Optimum exports it, every layer of the text encoders an output.",
        xl, XL, (request("a cat", 91, 3, 6.0, "euler"), request("a cat", 92, 2, 5.0, "ddim", "a dog"), request("two dogs", 93, 2, 1.0, "euler"),
         request("a cat!", 95, 2, 3.0, "euler", width=96)),
        pipeline="StableDiffusionXLPipeline", pads=(END, "!"), sizes=((64, 64), (96, 64)),
    ),
    Layout(
        "segmind-vega", "gfodor/segmind-vega-fp16-onnx: Stable Diffusion XL with model.onnx_data beside every graph, float32 at the boundary.",
        xl, XL, (request("a dog", 94, 2, 7.0, "euler", "a cat"),), pipeline="StableDiffusionXLPipeline", pads=(END, "!"), vae_encoder=True,
        external={part: ("model.onnx_data",) for part in ("text_encoder", "text_encoder_2", "unet", "vae_decoder", "vae_encoder")},
    ),
)
