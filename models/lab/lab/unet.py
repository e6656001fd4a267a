"""The denoiser's shape and its noise schedule."""

from __future__ import annotations

from diffusers import UNet2DConditionModel

from .text import WIDTH
from .vae import LATENT_CHANNELS

SCHEDULER = {
    "_class_name": "DDIMScheduler", "_diffusers_version": "0.42.1", "num_train_timesteps": 1000,
    "beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction",
    "clip_sample": False, "set_alpha_to_one": True, "steps_offset": 0, "timestep_spacing": "trailing",
    "rescale_betas_zero_snr": False,
}
"""Cosine schedule (Nichol & Dhariwal, arXiv:2102.09672) with v prediction (Salimans & Ho,
arXiv:2202.00512): the last step's signal is practically nil, so that even flat grounds are learned
from pure noise, and trailing spacing starts drawing there (Lin et al., arXiv:2305.08891)."""


def build_unet() -> UNet2DConditionModel:
    """About 11 million parameters at 16 x 16, 8 x 8 and 4 x 4; cross attention at the lower two.

    `addition_embed_type="text"`: the states are also pooled by attention and added to the time's
    embedding, which scales and shifts every block: cross attention alone learned the things too slowly.
    """
    return UNet2DConditionModel(
        sample_size=16, in_channels=LATENT_CHANNELS, out_channels=LATENT_CHANNELS,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(80, 128, 192), layers_per_block=1, cross_attention_dim=WIDTH,
        attention_head_dim=4, norm_num_groups=16,
        addition_embed_type="text", addition_embed_type_num_heads=8, resnet_time_scale_shift="scale_shift",
    )
