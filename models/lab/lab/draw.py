"""Draws with exported ONNX files and diffusers' own schedulers: prompt and seed -> pixels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import diffusers
import numpy as np
import onnxruntime
import torch

from .text import encode_ids
from .tokenizer import load_tokenizer

SCHEDULERS = {
    "ddim": ("DDIMScheduler", {}),
    "pndm": ("PNDMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "unipc": ("UniPCMultistepScheduler", {}),
}


@dataclass
class Drawing:
    latents: torch.Tensor  # [B, C, h, w], as the denoiser left them
    pixels: np.ndarray  # float32 [B, H, W, 3] in [0, 1]


class OnnxPipeline:
    """A folder in Optimum's layout, run by onnxruntime on the CPU."""

    def __init__(self, folder: Path, threads: int = 2):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.folder = folder
        self.sessions = {
            part: onnxruntime.InferenceSession(str(folder / part / "model.onnx"), options, providers=["CPUExecutionProvider"])
            for part in ("text_encoder", "unet", "vae_decoder")
        }
        self.tokenizer = load_tokenizer(folder / "tokenizer")
        self.scheduler_config = json.loads((folder / "scheduler/scheduler_config.json").read_text())
        self.unet_config = json.loads((folder / "unet/config.json").read_text())
        self.scaling_factor = json.loads((folder / "vae_decoder/config.json").read_text())["scaling_factor"]

    def scheduler(self, name: str):
        kind, extra = SCHEDULERS[name]
        return getattr(diffusers, kind).from_config(self.scheduler_config, **extra)

    def encode(self, prompts: list[str]) -> np.ndarray:
        """float32 [B, 77, D]."""
        return self.sessions["text_encoder"].run(["last_hidden_state"], {"input_ids": encode_ids(self.tokenizer, prompts).numpy()})[0]

    def denoise(
        self, prompts: list[str], seeds: list[int], steps: int, guidance: float, scheduler: str, negative: str = "", side: int | None = None
    ) -> torch.Tensor:
        """Latents [B, C, h, w]. Each picture has its own generator, as in diffusers with a list of them."""
        side = side or self.unet_config["sample_size"]
        sampler = self.scheduler(scheduler)
        sampler.set_timesteps(steps)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        shape = (1, self.unet_config["in_channels"], side, side)
        x = torch.cat([torch.randn(shape, generator=generator) for generator in generators]) * sampler.init_noise_sigma
        guided = guidance > 1
        states = self.encode([negative] * len(prompts) + prompts) if guided else self.encode(prompts)
        takes_noise = "generator" in sampler.step.__code__.co_varnames
        for t in sampler.timesteps:
            fed = sampler.scale_model_input(torch.cat([x, x]) if guided else x, t)
            timestep = np.array([int(t)], np.int64)
            out = self.sessions["unet"].run(
                None, {"sample": fed.numpy().astype(np.float32), "timestep": timestep, "encoder_hidden_states": states}
            )[0]
            out = torch.from_numpy(out)
            if guided:
                without, with_prompt = out.chunk(2)
                out = without + guidance * (with_prompt - without)
            x = sampler.step(out, t, x, **({"generator": generators} if takes_noise else {})).prev_sample
        return x

    def decode(self, latents: torch.Tensor) -> np.ndarray:
        pictures = self.sessions["vae_decoder"].run(None, {"latent_sample": (latents / self.scaling_factor).numpy().astype(np.float32)})[0]
        return np.clip(pictures / 2 + 0.5, 0, 1).transpose(0, 2, 3, 1)

    def draw(self, prompts: list[str], seeds: list[int], steps: int, guidance: float, scheduler: str, negative: str = "") -> Drawing:
        latents = self.denoise(prompts, seeds, steps, guidance, scheduler, negative)
        return Drawing(latents, self.decode(latents))
