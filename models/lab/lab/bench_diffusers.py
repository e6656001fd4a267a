"""Draws with diffusers' own OnnxStableDiffusionPipeline, for the benchmark: a line of input is a seed, and the seconds
that its picture took are printed; at the input's end the peak of the memory in bytes.

    python -m lab.bench_diffusers --model FOLDER --threads 2 --steps 4 --guidance 7.5 --side 512
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from diffusers import DDIMScheduler, OnnxRuntimeModel, OnnxStableDiffusionPipeline
from transformers import CLIPTokenizer

PROMPT = "a red apple on a blue background"


class Component(OnnxRuntimeModel):
    """Takes token ids as int64 too: the pipeline hands int32 ones, as the older exports want them."""

    def __call__(self, **feeds):
        wanted = {value.name: value.type for value in self.model.get_inputs()}
        return super().__call__(
            **{name: np.asarray(value, np.int64) if wanted[name] == "tensor(int64)" else value for name, value in feeds.items()}
        )


def open_pipeline(folder: Path, threads: int) -> OnnxStableDiffusionPipeline:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads

    def component(name: str) -> OnnxRuntimeModel:
        session = onnxruntime.InferenceSession(str(folder / name / "model.onnx"), options, providers=["CPUExecutionProvider"])
        return Component(model=session, model_save_dir=folder / name, latest_model_name="model.onnx")

    scheduler = DDIMScheduler.from_config(json.loads((folder / "scheduler/scheduler_config.json").read_text()))
    pipeline = OnnxStableDiffusionPipeline(
        vae_encoder=component("vae_encoder"), vae_decoder=component("vae_decoder"), text_encoder=component("text_encoder"),
        tokenizer=CLIPTokenizer.from_pretrained(folder / "tokenizer"), unet=component("unet"), scheduler=scheduler,
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--guidance", type=float, required=True)
    parser.add_argument("--side", type=int, required=True)
    args = parser.parse_args()
    pipeline = open_pipeline(args.model, args.threads)
    for seed in sys.stdin:
        start = time.perf_counter()
        pipeline(
            PROMPT, height=args.side, width=args.side, num_inference_steps=args.steps, guidance_scale=args.guidance,
            generator=np.random.RandomState(int(seed)),
        )
        print(time.perf_counter() - start, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == "__main__":
    main()
