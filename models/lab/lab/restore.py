"""Reads torch weights back from the ONNX files, so that they are kept in the repository once.

    python -m lab.restore --model ../easel-mini --work work [--pipeline FOLDER]

writes the checkpoints that the trainings and `release.py` start from; with `--pipeline` also a
folder that diffusers' StableDiffusionPipeline.from_pretrained loads. The files hold float16: a
training that goes on from them starts from rounded weights.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import diffusers
import onnx
import torch
from onnx import numpy_helper

from .text import build_text_encoder
from .tokenizer import load_tokenizer
from .unet import SCHEDULER, build_unet
from .training import save_checkpoint
from .vae import build_vae


def read_weights(file: Path) -> dict[str, torch.Tensor]:
    """Parameters by their torch names; those kept transposed (`.T`) are turned back."""
    weights = {}
    for tensor in onnx.load(file).graph.initializer:
        values = torch.from_numpy(numpy_helper.to_array(tensor).copy())
        name = tensor.name
        if name.endswith(".T"):
            name, values = name[:-2], values.T.contiguous()
        if name.startswith("model."):
            weights[name.removeprefix("model.")] = values.float() if values.is_floating_point() else values
    return weights


def fill(module: torch.nn.Module, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    shapes = {name: values.shape for name, values in module.state_dict().items()}
    weights = {name: values.reshape(shapes[name]) for name, values in weights.items() if name in shapes}
    missing, _ = module.load_state_dict(weights, strict=False)
    missing = [name for name in missing if not name.endswith("position_ids")]
    if missing:
        raise ValueError(f"the ONNX file lacks {missing}")
    return module.state_dict()


def load_restored(folder: Path):
    """(text encoder, unet, vae) as torch modules."""
    text_encoder = build_text_encoder(len(load_tokenizer(folder / "tokenizer")))
    unet, vae = build_unet(), build_vae()
    fill(text_encoder, read_weights(folder / "text_encoder/model.onnx"))
    fill(unet, read_weights(folder / "unet/model.onnx"))
    fill(vae, read_weights(folder / "vae_encoder/model.onnx") | read_weights(folder / "vae_decoder/model.onnx"))
    vae.register_to_config(scaling_factor=json.loads((folder / "vae_decoder/config.json").read_text())["scaling_factor"])
    return text_encoder.eval(), unet.eval(), vae.eval()


def torch_pipeline(folder: Path) -> diffusers.StableDiffusionPipeline:
    """The same model as diffusers' own pipeline, in torch."""
    text_encoder, unet, vae = load_restored(folder)
    return diffusers.StableDiffusionPipeline(
        vae=vae, text_encoder=text_encoder, tokenizer=load_tokenizer(folder / "tokenizer"), unet=unet,
        scheduler=diffusers.DDIMScheduler.from_config(SCHEDULER), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("../easel-mini"))
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--pipeline", type=Path)
    args = parser.parse_args()
    if args.pipeline:
        torch_pipeline(args.model).save_pretrained(args.pipeline)
    text_encoder, unet, vae = load_restored(args.model)
    args.work.mkdir(parents=True, exist_ok=True)
    shutil.copytree(args.model / "tokenizer", args.work / "tokenizer", dirs_exist_ok=True)
    save_checkpoint(args.work / "text.pt", encoder=text_encoder.state_dict())
    save_checkpoint(args.work / "unet.pt", unet=unet.state_dict(), average=unet.state_dict())
    save_checkpoint(args.work / "vae.pt", vae=vae.state_dict(), average=vae.state_dict())


if __name__ == "__main__":
    main()
