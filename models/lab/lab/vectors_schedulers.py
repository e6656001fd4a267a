"""Trajectories of diffusers' schedulers, for the model configurations that people use.

The denoiser is made up of operations that IEEE 754 fixes to the last bit, so that whoever writes it again gets the
same numbers and all that differs is the scheduler's own: with x the scaled model input, t the timestep that the
scheduler hands over and u = x + t / 512,

    out = 0.6 * (u / (1 + |u|)) + 0.1 * x        (float32, rounded after each operation)

Noise and picture stand in the file, too: where a sample of 60,000 shrinks to 1 in one step, the last bit of its
start decides the third digit of what is left. The start is the noise times init_noise_sigma; a path that begins at a
later step starts from the picture with the noise added. Each step takes the next of the step noises.
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import diffusers
import torch

from .correct_rounding import correctly_rounded
from .vectors import rounded, write

SHAPE = (1, 1, 4, 4)
KEPT = slice(0, 16, 2)  # of the 16 numbers, those that are written down

CLASSES = {
    "ddim": "DDIMScheduler", "pndm": "PNDMScheduler", "euler": "EulerDiscreteScheduler", "euler_ancestral": "EulerAncestralDiscreteScheduler",
    "heun": "HeunDiscreteScheduler", "dpmpp_2m": "DPMSolverMultistepScheduler", "dpmpp_2m_sde": "DPMSolverMultistepScheduler",
    "dpmpp_sde": "DPMSolverSDEScheduler", "unipc": "UniPCMultistepScheduler", "lcm": "LCMScheduler", "flow_match_euler": "FlowMatchEulerDiscreteScheduler",
}
DRAWS = 64
NOISE = torch.randn(SHAPE, generator=torch.Generator().manual_seed(5))
PICTURE = torch.randn(SHAPE, generator=torch.Generator().manual_seed(7))
STEP_NOISE = torch.randn((DRAWS, *SHAPE), generator=torch.Generator().manual_seed(6))

# What a name says beyond its class. PNDM: without the Runge-Kutta start, as diffusers' pipelines of latents want it.
NAMED = {
    "pndm": dict(skip_prk_steps=True), "dpmpp_2m": dict(algorithm_type="dpmsolver++"), "dpmpp_2m_sde": dict(algorithm_type="sde-dpmsolver++"),
}
DIFFUSION = [name for name in CLASSES if name != "flow_match_euler"]
SPACED = ["euler", "euler_ancestral", "heun", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_sde", "unipc"]
SIGMAS = ["karras", "exponential", "beta"]

LATENT = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
# scheduler_config.json of known models and of odd ones, as the class that wrote them would: name -> class, settings.
FILES: dict[str, tuple[str, dict]] = {
    "sd15": ("PNDMScheduler", LATENT | dict(skip_prk_steps=True, steps_offset=1)),
    "sd21": ("DDIMScheduler", LATENT | dict(prediction_type="v_prediction", clip_sample=False, set_alpha_to_one=False, steps_offset=1)),
    "turbo": ("EulerDiscreteScheduler", LATENT | dict(timestep_spacing="trailing", steps_offset=1)),
    "sdxl": ("EulerDiscreteScheduler", LATENT | dict(timestep_spacing="leading", steps_offset=1)),
    "zero-snr": (
        "DDIMScheduler",
        LATENT | dict(prediction_type="v_prediction", clip_sample=False, set_alpha_to_one=False, timestep_spacing="trailing", rescale_betas_zero_snr=True),
    ),
    "cosine": ("DDIMScheduler", dict(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction", clip_sample=False, timestep_spacing="trailing")),
    "cosine-epsilon": ("DDIMScheduler", dict(beta_schedule="squaredcos_cap_v2", clip_sample=False, timestep_spacing="linspace")),
    "linear-sample": ("DDIMScheduler", dict(prediction_type="sample", clip_sample=True, clip_sample_range=1.5, timestep_spacing="linspace")),
    "dpm": ("DPMSolverMultistepScheduler", LATENT | dict(final_sigmas_type="sigma_min", lower_order_final=False)),
    "dpm-karras": ("DPMSolverMultistepScheduler", LATENT | dict(use_karras_sigmas=True, euler_at_final=True, timestep_spacing="leading", steps_offset=1)),
    "lcm": ("LCMScheduler", LATENT | dict(original_inference_steps=40, timestep_scaling=5.0)),
    "trained": ("EulerDiscreteScheduler", dict(num_train_timesteps=60, trained_betas=[round(0.0004 * (i + 1) ** 1.3, 6) for i in range(60)])),
    "flow": ("FlowMatchEulerDiscreteScheduler", dict()),
    "flow-shift-3": ("FlowMatchEulerDiscreteScheduler", dict(shift=3.0)),
    "flow-beta": ("FlowMatchEulerDiscreteScheduler", dict(shift=1.15, use_beta_sigmas=True, num_train_timesteps=500)),
}
# Files of few words, so that each class's own defaults are heard.
BARE = {
    "bare": "{}",
    "unknown-class": '{"_class_name": "TCDScheduler", "beta_schedule": "scaled_linear", "some_key": [1, null], "prediction_type": "v_prediction"}',
}


def file_of(name: str) -> str:
    if name in BARE:
        return BARE[name]
    kind, settings = FILES[name]
    return getattr(diffusers, kind)(**settings).to_json_string()


def denoiser(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    u = x + t.to(torch.float32) / 512
    return 0.6 * (u / (1 + u.abs())) + 0.1 * x


class BrownianNoise:
    """Stands for the Brownian tree of DPM++ SDE: increments of one Brownian motion in sigma, drawn in order."""

    def __init__(self, draws):
        self.draws = draws
        self.start, self.middle, self.motion = None, None, None

    def __call__(self, sigma: torch.Tensor, sigma_next: torch.Tensor) -> torch.Tensor:
        start, end = float(sigma), float(sigma_next)
        drawn = next(self.draws)
        if start != self.start:
            self.start, self.middle = start, end
            self.motion = drawn.double() * (start - end) ** 0.5
        else:  # goes on from the middle of the step to its end
            self.motion = self.motion + drawn.double() * (self.middle - end) ** 0.5
            self.start = None
        return (self.motion / (start - end) ** 0.5).float()


def class_of(name: str):
    if name != "dpmpp_sde":
        return getattr(diffusers, CLASSES[name])
    # It imports torchsde for its Brownian tree, which is never grown here.
    sys.modules.setdefault("torchsde", types.ModuleType("torchsde"))
    from diffusers.schedulers.scheduling_dpmsolver_sde import DPMSolverSDEScheduler

    return DPMSolverSDEScheduler


def make(name: str, file: str, sigmas: str, steps: int):
    """The scheduler as `Class.from_config(file)` makes it, timesteps set."""
    settings = json.loads(file)
    kind = class_of(name)
    asked = dict(NAMED.get(name, {}))
    if name == "ddim" and "clip_sample" not in settings:
        asked["clip_sample"] = False  # a pipeline of latents never clips
    if sigmas != "default" and name != "euler_ancestral":
        asked |= {f"use_{kind_}_sigmas": kind_ == sigmas for kind_ in SIGMAS}
    scheduler = kind.from_config(settings | asked)
    if settings.get("rescale_betas_zero_snr") and "rescale_betas_zero_snr" not in kind._get_init_keys(kind):
        # The noise schedule is the model's, whether or not the class has a word for it.
        scheduler.alphas_cumprod = diffusers.EulerDiscreteScheduler.from_config(settings).alphas_cumprod
    scheduler.set_timesteps(steps)
    if sigmas != "default" and name == "euler_ancestral":
        # Its class spaces sigmas in no other way by itself; the schedule is Euler's, and ends in a clean picture.
        euler = make("euler", json.dumps(settings | dict(final_sigmas_type="zero")), sigmas, steps)
        scheduler.sigmas, scheduler.timesteps = euler.sigmas, euler.timesteps
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)
    return scheduler


def run(name: str, file: str, sigmas: str, steps: int, begin: int = 0) -> dict:
    scheduler = make(name, file, sigmas, steps)
    flow = name == "flow_match_euler"
    sigma = 1.0 if flow else float(scheduler.init_noise_sigma)
    first = begin * scheduler.order
    timesteps = scheduler.timesteps[first:]
    x = NOISE * sigma
    if begin > 0:
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        x = scheduler.scale_noise(PICTURE, timesteps[:1], NOISE) if flow else scheduler.add_noise(PICTURE, NOISE, timesteps[:1])
    draws = iter(STEP_NOISE)
    if name == "dpmpp_sde":
        scheduler.noise_sampler = BrownianNoise(draws)
    if "generator" in scheduler.step.__code__.co_varnames:
        # diffusers draws by this function, wherever it draws.
        sys.modules[type(scheduler).__module__].randn_tensor = lambda shape, **_: next(draws)
    trajectory = []
    for t in timesteps:
        scaled = x if flow else scheduler.scale_model_input(x, t)
        x = scheduler.step(denoiser(scaled, t), t, x).prev_sample
        trajectory.append(rounded(x.reshape(-1)[KEPT]))
    return {"init_noise_sigma": sigma, "timesteps": rounded(scheduler.timesteps), "trajectory": trajectory}


def grid() -> list[tuple[str, str, str, int, int]]:
    """Scheduler, file, sigmas, steps, first step: every pair of scheduler and file, every spacing, steps in turn."""
    cases: list[tuple[str, str, str, int, int]] = []
    turn = 0
    few, many = (1, 2, 4, 10, 25), (15, 7, 3, 20, 14)
    for name in DIFFUSION:
        for file in [*FILES, *BARE]:
            if file.startswith("flow") or (name, file) == ("pndm", "zero-snr"):
                continue  # PNDM divides by the signal, of which that schedule leaves none
            steps = {few[turn % 5], many[(turn // 5 + turn) % 5]}
            cases += [(name, file, "default", n, 0) for n in sorted(steps)]
            turn += 1
    for name in SPACED:
        for file in ("sd15", "turbo", "cosine", "zero-snr"):
            for sigmas in SIGMAS:
                cases.append((name, file, sigmas, (few + many)[turn % 10], 0))
                turn += 1
    for file in ("flow", "flow-shift-3", "flow-beta"):
        for sigmas in ("default", *SIGMAS):
            cases += [("flow_match_euler", file, sigmas, n, 0) for n in (few[turn % 5], many[turn % 5])]
            turn += 1
    for name in DIFFUSION:
        cases += [(name, "sd21", "default", 10, 3), (name, "turbo", "default", 4, 1), (name, "sd15", "default", 12, 11)]
    return cases + [("flow_match_euler", "flow-shift-3", "default", 8, 3)]


def trajectories(files: dict[str, str]) -> list[dict]:
    cases = []
    for name, file, sigmas, steps, begin in grid():
        case = {"kind": "trajectory", "scheduler": name, "file": file, "sigmas": sigmas, "num_steps": steps, "begin": begin}
        try:
            result = run(name, files[file], sigmas, steps, begin)
        except (NotImplementedError, ValueError) as error:
            if "prediction_type" not in str(error):  # a kind of prediction that the class does not know
                raise
            print(f"left out: {name} {file} {sigmas} {steps}: {error}")
            continue
        if not all(torch.tensor(row).isfinite().all() for row in result["trajectory"]):
            print(f"left out: {name} {file} {sigmas} {steps}: not finite")
            continue
        cases.append(case | result)
    print(len(cases), "trajectories")
    return cases


def write_vectors(out: Path, models: Path) -> None:
    files = {name: file_of(name) for name in [*FILES, *BARE]}
    noise = {"kind": "noise", "start": rounded(NOISE), "picture": rounded(PICTURE), "steps": [rounded(draw) for draw in STEP_NOISE]}
    with correctly_rounded():
        drawn = trajectories(files)
    write(
        out / "schedulers.json", "schedulers",
        "file: a scheduler_config.json as diffusers writes it. trajectory: the sample after each evaluation (every second of its 16 numbers)."
        " Denoiser: u = x + t / 512, out = 0.6 (u / (1 + |u|)) + 0.1 x, x the scaled input, float32 rounded after each operation. Start: the"
        " noise times init_noise_sigma; where `begin` is not 0, the picture with the noise added for that step. Each step takes the next"
        " of the step noises.",
        [noise, *({"kind": "file", "name": name, "text": text} for name, text in files.items()), *drawn],
    )
