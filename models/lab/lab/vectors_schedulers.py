"""Trajectories of diffusers' schedulers with a made-up denoiser that anyone can write again.

The denoiser: out[i] = 0.6 * sin(x[i] + t / 500) + 0.1 * x[i], with x the scaled model input and t
the timestep that the scheduler hands over. The start: 16 normals of seed 5 times init_noise_sigma
(unscaled for flow matching). Step noise: normals of a generator of seed 6, one draw of 16 at a time.
"""

from __future__ import annotations

from pathlib import Path

import diffusers
import torch

from .unet import SCHEDULER
from .vectors import rounded, write

SD15 = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="epsilon")
LEADING = SD15 | dict(timestep_spacing="leading", steps_offset=1)
TURBO = SD15 | dict(timestep_spacing="trailing", steps_offset=1)
VPRED = LEADING | dict(prediction_type="v_prediction")
MINI = {key: value for key, value in SCHEDULER.items() if not key.startswith("_") and key not in ("clip_sample", "set_alpha_to_one", "rescale_betas_zero_snr")}

DDIM = dict(clip_sample=False, set_alpha_to_one=False)
KARRAS = dict(use_karras_sigmas=True)

# name of the core, diffusers class, settings of the schedule, settings of the class
CASES: list[tuple[str, str, dict, dict]] = []
for label, base in (("sd15", LEADING), ("turbo", TURBO), ("v", VPRED), ("mini", MINI)):
    CASES += [
        ("ddim", "DDIMScheduler", base, DDIM | (dict(set_alpha_to_one=True) if base is MINI else {})),
        ("euler", "EulerDiscreteScheduler", base, {}),
        ("euler_ancestral", "EulerAncestralDiscreteScheduler", base, {}),
        ("dpmpp_2m", "DPMSolverMultistepScheduler", base, {}),
        ("unipc", "UniPCMultistepScheduler", base, {}),
    ]
CASES += [
    ("euler", "EulerDiscreteScheduler", LEADING, KARRAS),
    ("euler", "EulerDiscreteScheduler", LEADING, dict(use_exponential_sigmas=True)),
    ("euler", "EulerDiscreteScheduler", LEADING, dict(use_beta_sigmas=True)),
    ("dpmpp_2m", "DPMSolverMultistepScheduler", LEADING, KARRAS),
    ("heun", "HeunDiscreteScheduler", LEADING, {}),
    ("heun", "HeunDiscreteScheduler", LEADING, KARRAS),
    ("heun", "HeunDiscreteScheduler", TURBO, {}),
    ("pndm", "PNDMScheduler", LEADING, dict(skip_prk_steps=True, set_alpha_to_one=False)),
    ("pndm", "PNDMScheduler", VPRED, dict(skip_prk_steps=True, set_alpha_to_one=False)),
    ("dpmpp_2m_sde", "DPMSolverMultistepScheduler", LEADING, dict(algorithm_type="sde-dpmsolver++")),
    ("dpmpp_2m_sde", "DPMSolverMultistepScheduler", LEADING, dict(algorithm_type="sde-dpmsolver++") | KARRAS),
    ("dpmpp_2m_sde", "DPMSolverMultistepScheduler", MINI, dict(algorithm_type="sde-dpmsolver++")),
    ("dpmpp_sde", "DPMSolverSinglestepScheduler", LEADING, dict(algorithm_type="sde-dpmsolver++")),
    ("lcm", "LCMScheduler", LEADING, dict(original_inference_steps=50, clip_sample=False, set_alpha_to_one=True)),
    ("flow_match_euler", "FlowMatchEulerDiscreteScheduler", dict(num_train_timesteps=1000), dict(shift=3.0)),
    ("flow_match_euler", "FlowMatchEulerDiscreteScheduler", dict(num_train_timesteps=1000), dict(shift=1.0)),
]


def denoiser(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return 0.6 * torch.sin(x + t.to(torch.float32) / 500) + 0.1 * x


def run(scheduler, steps: int) -> dict:
    flow = isinstance(scheduler, diffusers.FlowMatchEulerDiscreteScheduler)
    scheduler.set_timesteps(steps)
    sigma = 1.0 if flow else float(scheduler.init_noise_sigma)
    x = torch.randn(1, 1, 4, 4, generator=torch.Generator().manual_seed(5)) * sigma
    noise = torch.Generator().manual_seed(6)
    takes_noise = "generator" in scheduler.step.__code__.co_varnames
    trajectory = []
    for t in scheduler.timesteps:
        scaled = x if flow else scheduler.scale_model_input(x, t)
        x = scheduler.step(denoiser(scaled, t), t, x, **({"generator": noise} if takes_noise else {})).prev_sample
        trajectory.append(rounded(x))
    sigmas = getattr(scheduler, "sigmas", None)
    return {
        "num_steps": steps, "init_noise_sigma": sigma, "timesteps": rounded(scheduler.timesteps),
        "sigmas": None if sigmas is None else rounded(sigmas), "trajectory": trajectory,
    }


def write_vectors(out: Path, models: Path) -> None:
    cases = []
    for name, kind, base, extra in CASES:
        for steps in (1, 4, 10):
            try:
                result = run(getattr(diffusers, kind).from_config(base | extra), steps)
            except (ValueError, IndexError, ZeroDivisionError) as error:
                print(f"left out: {name} {extra} {steps} steps: {type(error).__name__} {error}")
                continue
            if not all(torch.tensor(row).isfinite().all() for row in result["trajectory"]):
                print(f"left out: {name} {extra} {steps} steps: not finite")
                continue
            cases.append({"scheduler": name, "diffusers": kind, "config": base | extra, **result})
    write(
        out / "schedulers.json", "schedulers",
        "Denoiser: out[i] = 0.6 sin(x[i] + t/500) + 0.1 x[i], x the scaled input. Start: torch.randn(1,1,4,4) of seed 5 times"
        " init_noise_sigma. Step noise: successive torch.randn(1,1,4,4) of one generator of seed 6. `trajectory`: the sample after each step.", cases,
    )
