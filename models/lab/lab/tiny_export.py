"""Writes a layout of `tiny_layouts.py` into a folder: graphs, configuration, tokenizers, manifest."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import onnx
import torch

from .export import ClipGraph, UnetGraph, VaeDecoderGraph, VaeEncoderGraph, trace_graph, write_json
from .layout_graph import quantise_matrices, save, take_int32, take_timestep
from .manifest import write_manifest
from .tiny_layouts import Layout, Parts
from .tokenizer import END, START

PICTURE = {0: "batch", 2: "height", 3: "width"}
SEQUENCE = {0: "batch", 1: "sequence"}


class XlUnetGraph(UnetGraph):
    """As UnetGraph, with text_embeds [B, P] and time_ids [B, 6]."""

    def __init__(self, model: torch.nn.Module):
        super().__init__(model)
        # PyTorch joins halves and floats as floats; ONNX joins what is of one type.
        model.add_time_proj.register_forward_hook(lambda module, args, waves: waves.to(model.dtype))

    def forward(
        self, sample: torch.Tensor, timestep: torch.Tensor, encoder_hidden_states: torch.Tensor, text_embeds: torch.Tensor, time_ids: torch.Tensor
    ) -> torch.Tensor:
        more = {"text_embeds": text_embeds, "time_ids": time_ids}
        return self.model(sample, timestep, encoder_hidden_states, added_cond_kwargs=more, return_dict=False)[0]


class ConsistencyUnetGraph(UnetGraph):
    """As UnetGraph, with timestep_cond [1, 256]: the guidance scale."""

    def forward(
        self, sample: torch.Tensor, timestep: torch.Tensor, encoder_hidden_states: torch.Tensor, timestep_cond: torch.Tensor
    ) -> torch.Tensor:
        return self.model(sample, timestep, encoder_hidden_states, timestep_cond=timestep_cond, return_dict=False)[0]


def clip_outputs(layout: Layout, name: str, model: torch.nn.Module) -> list[str]:
    projected = hasattr(model, "text_projection")
    layers = model.config.num_hidden_layers
    if layout.penultimate_only:
        return [f"hidden_states.{layers - 1}", *(["text_embeds"] if projected else [])]
    if layout.pipeline == "StableDiffusionXLPipeline":
        every = [f"hidden_states.{index}" for index in range(layers + 1)]
        return ["text_embeds", "last_hidden_state", *every] if projected else ["last_hidden_state", "pooler_output", *every]
    return ["last_hidden_state", "pooler_output"]


def trace_part(layout: Layout, name: str, parts: Parts) -> onnx.ModelProto:
    half = name in layout.half
    kind = torch.float16 if half else torch.float32
    module = copy.deepcopy(parts["vae" if name.startswith("vae") else name]).to(kind)
    torch.manual_seed(0)
    if name.startswith("text_encoder"):
        end = module.config.eos_token_id
        ids = torch.randint(10, (2, 77))
        ids[:, -1] = end
        outputs = clip_outputs(layout, name, module)
        return trace_graph(ClipGraph(module, outputs).to(kind), {"input_ids": ids}, outputs, {"input_ids": SEQUENCE})
    if name == "unet":
        return trace_unet(layout, module, kind)
    if name == "vae_decoder":
        latents = torch.randn(1 if layout.batch else 2, 4, 8, 8).to(kind)
        axes = {} if layout.batch else {"latent_sample": PICTURE}
        return trace_graph(VaeDecoderGraph(module), {"latent_sample": latents}, ["sample"], axes)
    return trace_graph(VaeEncoderGraph(module), {"sample": torch.randn(2, 3, 64, 64).to(kind)}, ["latent_parameters"], {"sample": PICTURE})


def trace_unet(layout: Layout, module: torch.nn.Module, kind: torch.dtype) -> onnx.ModelProto:
    batch = layout.batch or 2
    config = module.config
    inputs = {
        "sample": torch.randn(batch, config.in_channels, 8, 8).to(kind), "timestep": torch.tensor([500] * (layout.batch or 1)),
        "encoder_hidden_states": torch.randn(batch, 77, config.cross_attention_dim).to(kind),
    }
    axes = {} if layout.batch else {"sample": PICTURE, "encoder_hidden_states": SEQUENCE}
    graph = UnetGraph(module)
    if config.addition_embed_type == "text_time":
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        inputs |= {"text_embeds": torch.randn(batch, pooled).to(kind), "time_ids": torch.full((batch, 6), 64).to(kind)}
        axes |= {"text_embeds": {0: "batch"}, "time_ids": {0: "batch"}}
        graph = XlUnetGraph(module)
    if config.time_cond_proj_dim:
        inputs["timestep_cond"] = torch.randn(1, config.time_cond_proj_dim).to(kind)
        graph = ConsistencyUnetGraph(module)
    return trace_graph(graph, inputs, ["out_sample"], axes)


def write_layout(folder: Path, layout: Layout, tokenizer: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    vocabulary = len(json.loads((tokenizer / "vocab.json").read_text(encoding="utf-8")))
    parts = layout.parts(vocabulary)
    components = [name for name in parts if name != "vae"] + ["vae_decoder"] + (["vae_encoder"] if layout.vae_encoder else [])
    for name in components:
        model = trace_part(layout, name, parts)
        if layout.ids.get(name) == "int32":
            take_int32(model, "input_ids")
        if name == "unet":
            take_timestep(model, layout.timestep)
        if name in layout.four_bits and quantise_matrices(model) == 0:
            raise ValueError(f"{layout.folder}: {name} has no matrix to keep in four bits")
        onnx.checker.check_model(model)
        save(model, folder / layout.graphs.get(name, f"{name}/model.onnx"), layout.external.get(name, ()))
    write_settings(folder, layout, parts, components)
    elsewhere = {entry["tokenizer"]: entry["folder"] for entry in layout.tokenizers}
    for name, pad in zip(("tokenizer", "tokenizer_2"), layout.pads):
        write_tokenizer(folder / elsewhere.get(name, name), tokenizer, pad)
    described(folder, layout)


def write_tokenizer(folder: Path, source: Path, pad: str) -> None:
    folder.mkdir(parents=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(source / name, folder / name)
    special = {"bos_token": START, "eos_token": END, "pad_token": pad, "unk_token": END}
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, **special})
    write_json(folder / "special_tokens_map.json", special)


def write_settings(folder: Path, layout: Layout, parts: Parts, components: list[str]) -> None:
    """The scheduler's configuration always: what a repository lacks of it, its catalogue entry brings."""
    write_json(folder / "scheduler/scheduler_config.json", layout.scheduler)
    if layout.configs == "none":
        return
    kind = ["diffusers", "OnnxRuntimeModel"]
    tokenizers = ("tokenizer", "tokenizer_2")[: len(layout.pads)]
    index = {"_class_name": layout.prefix + layout.pipeline, "_diffusers_version": "0.42.1"}
    if layout.pipeline == "StableDiffusionXLPipeline":
        index["force_zeros_for_empty_prompt"] = True
    index |= {"scheduler": ["diffusers", layout.scheduler["_class_name"]]} | {name: kind for name in components}
    write_json(folder / "model_index.json", index | {name: ["transformers", "CLIPTokenizer"] for name in tokenizers})
    if layout.configs == "index":
        return
    for name in components:
        config = parts["vae" if name.startswith("vae") else name].config
        if name.startswith("text_encoder"):
            text = json.loads(config.to_json_string(use_diff=False))
            kept = ("bos_token_id", "eos_token_id", "hidden_act", "hidden_size", "num_hidden_layers", "projection_dim", "vocab_size")
            settings = {"architectures": [type(parts[name]).__name__]} | {key: text[key] for key in kept}
        else:
            class_name = "UNet2DConditionModel" if name == "unet" else "AutoencoderKL"
            settings = {"_class_name": class_name} | {key: value for key, value in config.items() if not key.startswith("_")}
        write_json(folder / name / "config.json", settings)


def described(folder: Path, layout: Layout) -> None:
    (folder / "README.md").write_text(
        f"# {folder.name}\n\n{layout.about}\n\nRandom weights, for tests: it draws noise. Made by `python -m lab.tiny` in `models/lab`. Apache-2.0.\n",
        encoding="utf-8",
    )
    first = layout.cases[0] if layout.cases else dict(num_steps=2, guidance_scale=7.5, scheduler="ddim")
    graphs = [
        {"component": name, "path": path, "external_data": []} for name, path in layout.graphs.items()
    ] + [
        {"component": name, "path": f"{name}/model.onnx", "external_data": [f"{name}/{file}" for file in files]}
        for name, files in layout.external.items() if not set(files) <= {"model.onnx_data", "weights.pb"}
    ]
    more = ({"graphs": graphs} if graphs else {}) | ({"tokenizers": list(layout.tokenizers)} if layout.tokenizers else {})
    scaling = 0.13025 if layout.pipeline == "StableDiffusionXLPipeline" else 0.18215
    write_manifest(
        folder, id=f"tiny-{layout.folder}", name=f"Tiny {layout.folder} (random)", description=layout.about,
        family="sdxl" if layout.pipeline == "StableDiffusionXLPipeline" else "sd", licence={"id": "Apache-2.0"}, latent_channels=4,
        defaults={key: first[key] for key in ("num_steps", "guidance_scale", "scheduler")} | {"width": 64, "height": 64}, sizes=[list(size) for size in layout.sizes],
        scaling_factor=scaling, preview=None, more=more,
    )
