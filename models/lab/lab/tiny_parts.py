"""Torch modules of random weights in the shapes of known pipelines, a few thousand parameters each.

Weights are spread wider than the libraries' own initial ones, so that every input moves the picture
(`vectors_families.py` checks that it does), and rounded to half precision, so that an export that
keeps halves computes with the same numbers. The same name and seed make the same numbers.
"""

from __future__ import annotations

import zlib

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

BLOCK = 32
"""Weights that share a scale where they are kept in four bits."""


SHARP = 2.5
"""Cross attention this much wider: over 77 tokens of which most are padding, a word would hardly be seen."""


def spread(module: torch.nn.Module, name: str, last: str | None = None, last_gain: float = 1.0) -> torch.nn.Module:
    """Normals of deviation 1 / sqrt(fan in), smaller biases, norms near 1; `last` scales the final layer."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    for key, parameter in module.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if "embedding" in key and parameter.ndim == 2 and "time" not in key and "add_" not in key:
            scale = 0.3 if "position" in key else 1.0
        elif parameter.ndim > 1:
            scale = parameter[0].numel() ** -0.5
        else:
            scale = 0.2
        if parameter.ndim == 1 and "norm" in key and key.endswith("weight"):
            values = values + 1 / scale
        if last and key.startswith(last):
            scale *= last_gain
        if ".attn2." in key and parameter.ndim > 1:
            scale *= SHARP
        parameter.data = (values * scale).half().float()
    return module.eval().requires_grad_(False)


def text_encoder(name: str, vocabulary: int, *, width: int = 16, layers: int = 2, projection: int | None = None) -> torch.nn.Module:
    config = CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=2 * width, projection_dim=projection or width, num_hidden_layers=layers,
        num_attention_heads=2, max_position_embeddings=77, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1, hidden_act="quick_gelu" if projection is None else "gelu",
    )
    config._attn_implementation = "eager"
    return spread((CLIPTextModelWithProjection if projection else CLIPTextModel)(config), name)


def unet(name: str, *, context: int = 16, **settings: object) -> UNet2DConditionModel:
    shape = dict(
        block_out_channels=(4, 8), layers_per_block=1, sample_size=8, in_channels=4, out_channels=4, cross_attention_dim=context,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2, norm_num_groups=2,
    )
    model = UNet2DConditionModel(**{**shape, **settings})
    model.set_attn_processor(AttnProcessor())
    return spread(model, name)


def xl_unet(name: str, *, context: int, pooled: int) -> UNet2DConditionModel:
    return unet(
        name, context=context, addition_embed_type="text_time", addition_time_embed_dim=8, transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=pooled + 6 * 8, use_linear_projection=True,
    )


def autoencoder(name: str, scaling_factor: float = 0.18215) -> AutoencoderKL:
    model = AutoencoderKL(
        block_out_channels=(4, 4, 8, 8), in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=2, sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1,
        scaling_factor=scaling_factor,
    )
    model.set_attn_processor(AttnProcessor())
    return spread(model, name, "decoder.conv_out", 0.4)


def quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[N, K] -> four-bit numbers [N, blocks, BLOCK] in 1..15 (8 is zero) and their scales [N, blocks], float16."""
    rows, columns = weights.shape
    padded = np.pad(weights, ((0, 0), (0, -columns % BLOCK))).reshape(rows, -1, BLOCK)
    scales = (np.abs(padded).max(-1) / 7).astype(np.float16)
    safe = np.where(scales == 0, 1, scales).astype(np.float32)
    return np.clip(np.round(padded / safe[..., None]) + 8, 0, 15).astype(np.uint8), scales


def dequantise(numbers: np.ndarray, scales: np.ndarray, columns: int) -> np.ndarray:
    values = (numbers.astype(np.float32) - 8) * scales.astype(np.float32)[..., None]
    return values.reshape(len(numbers), -1)[:, :columns]


def round_to_four_bits(module: torch.nn.Module) -> torch.nn.Module:
    """Every Linear's weights as four bits keep them: what an export does to those that it multiplies as matrices."""
    for part in module.modules():
        if isinstance(part, torch.nn.Linear):
            rounded = dequantise(*quantise(part.weight.numpy()), part.weight.shape[1])
            part.weight.data = torch.from_numpy(rounded).half().float()
    return module
