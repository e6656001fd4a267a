"""torch modules -> ONNX files as Optimum lays out a diffusers pipeline, weights kept as float16.

Everything is computed in float32: each weight is a float16 initializer behind a Cast, which the
runtimes fold when they load the file. Initializers keep their torch parameter names, so that
`restore.py` can read the weights back.
"""

from __future__ import annotations

import json
import types
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from diffusers.models.embeddings import AttentionPooling
from onnx import TensorProto, helper, numpy_helper
from transformers import CLIPTextModel

OPSET = 18


class ClipGraph(torch.nn.Module):
    """input_ids int64 [B, S] -> the outputs asked for: last_hidden_state, hidden_states.N [B, S, D], pooler_output, text_embeds [B, D].

    CLIPTextModel's own layers with a plain causal mask: its mask code does not trace well.
    """

    def __init__(self, model: torch.nn.Module, outputs: list[str]):
        super().__init__()
        self.model = model
        self.outputs = outputs
        length = model.config.max_position_embeddings
        self.register_buffer("mask", torch.full((length, length), -1e4).triu(1)[None, None], persistent=False)  # [1, 1, 77, 77]
        self.register_buffer("positions", torch.arange(length)[None], persistent=False)

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        body = getattr(self.model, "text_model", self.model)
        length = input_ids.shape[1]
        states = body.embeddings.token_embedding(input_ids) + body.embeddings.position_embedding(self.positions[:, :length])
        found = {"hidden_states.0": states}
        for index, layer in enumerate(body.encoder.layers):
            states = layer(states, self.mask[:, :, :length, :length])
            found[f"hidden_states.{index + 1}"] = states
        states = body.final_layer_norm(states)  # [B, S, D]
        first_end = (input_ids == self.model.config.eos_token_id).to(torch.float32).argmax(1)  # [B]
        pooled = states.gather(1, first_end[:, None, None].expand(-1, 1, states.shape[2]))[:, 0]
        found |= {"last_hidden_state": states, "pooler_output": pooled}
        if "text_embeds" in self.outputs:
            found["text_embeds"] = self.model.text_projection(pooled)
        return tuple(found[name] for name in self.outputs)


def pool_attention(self: AttentionPooling, x: torch.Tensor) -> torch.Tensor:
    """AttentionPooling.forward with MatMul for einsum, which fewer runtimes have. x [B, S, D] -> [B, D]."""
    batch, _, width = x.shape
    query = x.mean(dim=1, keepdim=True) + self.positional_embedding  # [B, 1, D]
    x = torch.cat([query, x], dim=1)  # [B, 1 + S, D]

    def heads(values: torch.Tensor) -> torch.Tensor:
        return values.reshape(batch, -1, self.num_heads, self.dim_per_head).transpose(1, 2)  # [B, heads, S, d]

    q, k, v = heads(self.q_proj(query)), heads(self.k_proj(x)), heads(self.v_proj(x))
    weight = torch.softmax(q @ k.transpose(2, 3) / self.dim_per_head**0.5, dim=-1)  # [B, heads, 1, 1 + S]
    return (weight @ v).transpose(1, 2).reshape(batch, width)


class UnetGraph(torch.nn.Module):
    """sample [B, C, h, w], timestep int64 [1], encoder_hidden_states [B, S, D] -> out_sample [B, C, h, w]."""

    def __init__(self, model: UNet2DConditionModel):
        super().__init__()
        self.model = model
        for module in model.modules():
            if isinstance(module, AttentionPooling):
                module.forward = types.MethodType(pool_attention, module)

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor, encoder_hidden_states: torch.Tensor) -> torch.Tensor:
        return self.model(sample, timestep, encoder_hidden_states, return_dict=False)[0]


class VaeDecoderGraph(torch.nn.Module):
    """latent_sample [B, C, h, w] (already divided by scaling_factor) -> sample [B, 3, 8h, 8w] in [-1, 1]."""

    def __init__(self, model: AutoencoderKL):
        super().__init__()
        self.model = model

    def forward(self, latent_sample: torch.Tensor) -> torch.Tensor:
        return self.model.decode(latent_sample, return_dict=False)[0]


class VaeEncoderGraph(torch.nn.Module):
    """sample [B, 3, H, W] in [-1, 1] -> latent_parameters [B, 2C, H/8, W/8]: mean, then log variance."""

    def __init__(self, model: AutoencoderKL):
        super().__init__()
        self.model = model

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        return self.model.encode(sample, return_dict=False)[0].parameters


def name_weights(model: onnx.ModelProto, module: torch.nn.Module) -> None:
    """Gives weights that the exporter reshaped their parameter's name back.

    Transposed matrices get `.T` at the end; a norm's [C], which becomes [C, 1, 1], keeps the plain name.
    """
    known = {name: parameter.detach().numpy() for name, parameter in module.named_parameters()}
    transposed: dict[tuple[int, ...], list[str]] = {}
    for name, values in known.items():
        shape = values.T.shape if values.ndim == 2 else (len(values), 1, 1) if values.ndim == 1 else None
        if shape:
            transposed.setdefault(shape, []).append(name)
    taken = {tensor.name for tensor in model.graph.initializer} & known.keys()
    renamed = {}
    for tensor in model.graph.initializer:
        shape = tuple(tensor.dims)
        if tensor.name in known or shape not in transposed:
            continue
        values = numpy_helper.to_array(tensor)
        for name in transposed[shape]:
            wanted = f"{name}.T" if len(shape) == 2 else name
            if wanted not in taken and np.array_equal(known[name].T.reshape(shape), values):
                renamed[tensor.name] = wanted
                taken.add(wanted)
                break
    rename_values(model, renamed)


def rename_values(model: onnx.ModelProto, names: dict[str, str]) -> None:
    for tensor in model.graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]


def strip(model: onnx.ModelProto) -> None:
    """Drops what only tells where nodes came from, and shortens the names in between."""
    fixed = {value.name for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]}
    short: dict[str, str] = {}
    for index, node in enumerate(model.graph.node):
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
        node.name = f"{node.op_type}_{index}"
        for name in node.output:
            if name and name not in fixed:
                short[name] = f"v{len(short)}"
    rename_values(model, short)
    model.graph.ClearField("value_info")
    model.graph.ClearField("metadata_props")
    model.ClearField("metadata_props")
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        value.ClearField("metadata_props")


def half_weights(model: onnx.ModelProto, smallest: int = 16) -> None:
    """Turns float32 initializers of `smallest` or more numbers into float16 ones behind a Cast."""
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < smallest:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{name} does not fit in float16")
        tensor.CopyFrom(numpy_helper.from_array(half, name))
        for node in model.graph.node:
            node.input[:] = [f"{name}.f32" if used == name else used for used in node.input]
        casts.append(helper.make_node("Cast", [name], [f"{name}.f32"], name=f"Cast_{name}", to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def trace_graph(
    graph: torch.nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], axes: dict[str, dict[int, str]],
    half: bool = True,
) -> onnx.ModelProto:
    """Exports `graph`; `axes` names the dynamic axes of each input, `half` keeps its weights in float16."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            graph.eval(), tuple(inputs.values()), input_names=list(inputs), output_names=outputs,
            dynamic_shapes=tuple(axes.get(name) for name in inputs), opset_version=OPSET, dynamo=True, optimize=True, verbose=False,
        )
    model = program.model_proto
    name_weights(model, graph)
    strip(model)
    if half:
        half_weights(model)
    onnx.checker.check_model(model)
    return model


def write_graph(
    graph: torch.nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], axes: dict[str, dict[int, str]], file: Path,
    half: bool = True,
) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(trace_graph(graph, inputs, outputs, axes, half), file)


def export_pipeline(
    folder: Path, text_encoder: CLIPTextModel, unet: UNet2DConditionModel, vae: AutoencoderKL, scheduler: dict, half: bool = True
) -> None:
    """Writes every part but the tokenizer into `folder`; `half` keeps the weights in float16."""
    for processor_owner in (unet, vae):
        if hasattr(processor_owner, "set_attn_processor"):
            processor_owner.set_attn_processor(AttnProcessor())
    channels, width = unet.config.in_channels, text_encoder.config.hidden_size
    side = unet.config.sample_size
    ids = torch.randint(10, (2, text_encoder.config.max_position_embeddings))
    ids[:, -1] = text_encoder.config.eos_token_id
    states = torch.randn(2, text_encoder.config.max_position_embeddings, width)
    latents = torch.randn(2, channels, side, side)
    picture = {0: "batch", 2: "height", 3: "width"}
    sequence = {0: "batch", 1: "sequence"}
    write_graph(
        ClipGraph(text_encoder, ["last_hidden_state", "pooler_output"]), {"input_ids": ids}, ["last_hidden_state", "pooler_output"],
        {"input_ids": sequence}, folder / "text_encoder/model.onnx", half,
    )
    write_graph(
        UnetGraph(unet), {"sample": latents, "timestep": torch.tensor([500]), "encoder_hidden_states": states}, ["out_sample"],
        {"sample": picture, "encoder_hidden_states": sequence}, folder / "unet/model.onnx", half,
    )
    write_graph(
        VaeDecoderGraph(vae), {"latent_sample": latents}, ["sample"], {"latent_sample": picture}, folder / "vae_decoder/model.onnx",
        half,
    )
    write_graph(
        VaeEncoderGraph(vae), {"sample": torch.randn(2, 3, side * 8, side * 8)}, ["latent_parameters"],
        {"sample": picture}, folder / "vae_encoder/model.onnx", half,
    )
    write_configs(folder, text_encoder, unet, vae, scheduler)


def write_json(path: Path, settings: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def write_configs(folder: Path, text_encoder: CLIPTextModel, unet: UNet2DConditionModel, vae: AutoencoderKL, scheduler: dict) -> None:
    text = json.loads(text_encoder.config.to_json_string(use_diff=False))
    kept = (
        "architectures", "attention_dropout", "bos_token_id", "eos_token_id", "pad_token_id", "hidden_act", "hidden_size",
        "initializer_factor", "initializer_range", "intermediate_size", "layer_norm_eps", "max_position_embeddings", "model_type",
        "num_attention_heads", "num_hidden_layers", "projection_dim", "vocab_size",
    )
    write_json(folder / "text_encoder/config.json", {key: text[key] for key in kept if key in text} | {"architectures": ["CLIPTextModel"]})
    unet_settings = {key: value for key, value in unet.config.items() if key != "_use_default_values"}
    write_json(folder / "unet/config.json", {"_class_name": "UNet2DConditionModel"} | unet_settings)
    vae_settings = {key: value for key, value in vae.config.items() if key != "_use_default_values"}
    for part in ("vae_decoder", "vae_encoder"):
        write_json(folder / part / "config.json", {"_class_name": "AutoencoderKL"} | vae_settings)
    write_json(folder / "scheduler/scheduler_config.json", scheduler)
    write_json(
        folder / "model_index.json",
        {
            "_class_name": "OnnxStableDiffusionPipeline", "_diffusers_version": "0.42.1",
            "feature_extractor": [None, None], "safety_checker": [None, None], "requires_safety_checker": False,
            "scheduler": ["diffusers", scheduler["_class_name"]],
            "text_encoder": ["diffusers", "OnnxRuntimeModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "OnnxRuntimeModel"],
            "vae_decoder": ["diffusers", "OnnxRuntimeModel"], "vae_encoder": ["diffusers", "OnnxRuntimeModel"],
        },
    )
